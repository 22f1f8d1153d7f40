//! The one integration-test binary: a module for each area, so that everything is linked once.

mod knowledge;
mod search;
mod tidy;
