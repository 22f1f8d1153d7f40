//! Says when the pages that are compiled in have changed: files that were not there at the last build are seen by nobody
//! else.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=web/dist");
}
