//! The one integration-test binary: a module for each area, so that everything is linked once.

mod tidy;
