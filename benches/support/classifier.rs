//! The shipped classifier as a bench needs it: ONNX Runtime found, the model opened.

use std::path::{Path, PathBuf};

use firstline::classify::model::ModelFolder;
use firstline::classify::runtime::Runtime;

pub(crate) fn runtime() -> Runtime {
    Runtime::load(&[library()]).unwrap_or_else(|error| panic!("{error}"))
}

pub(crate) fn model() -> ModelFolder {
    ModelFolder::open(&repository().join("models/support-en")).unwrap_or_else(|error| panic!("{error}"))
}

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is started by make or by hand, with no configuration"
)]
fn library() -> PathBuf {
    let fetched = repository().join(".cache/onnxruntime/libonnxruntime.so.1.31.1");
    std::env::var_os("ORT_DYLIB_PATH").map_or(fetched, PathBuf::from)
}
