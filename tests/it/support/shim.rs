//! Libraries that stand between a program and its disk, compiled for a test and preloaded into the server.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::repository;

/// `source`, a C file of this repository, as a library in `folder`.
pub(crate) fn compiled(source: &str, folder: &Path) -> PathBuf {
    let shim = folder.join("shim.so");
    let mut compiler = Command::new("cc");
    compiler
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&shim)
        .arg(repository().join(source))
        .arg("-ldl");
    let compiled = compiler.status().expect("a C compiler, which SQLite needs too");
    assert!(compiled.success(), "{source}");
    shim
}
