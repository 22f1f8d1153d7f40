//! ONNX Runtime, the shared library: loaded once per process, from a path that the caller names.
//! Knows nothing of models, and never reads the environment.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use ort::LoadDynamicError;
use ort::environment::Environment;
use thiserror::Error;

/// How to get the library: the end of every message about it.
const HOW_TO_GET_IT: &str = "`make run` or `.ci/onnxruntime` fetches the right one, or set ORT_DYLIB_PATH to an installed libonnxruntime";

#[derive(Debug, Error)]
pub enum RuntimeError {
    #[error("ONNX Runtime is missing; looked for {}. {HOW_TO_GET_IT}", list(.looked))]
    Missing { looked: Vec<PathBuf> },
    #[error("{} cannot be loaded as a library: {problem}. {HOW_TO_GET_IT}", .path.display())]
    Unloadable { path: PathBuf, problem: String },
    #[error("{} is a library, but not ONNX Runtime. {HOW_TO_GET_IT}", .path.display())]
    NotOnnxRuntime { path: PathBuf },
    #[error("{} is ONNX Runtime {found}; 1.{} or later is needed. {HOW_TO_GET_IT}", .path.display(), ort::MINOR_VERSION)]
    TooOld { path: PathBuf, found: String },
    #[error("ONNX Runtime at {} does not start: {problem}", .path.display())]
    Start { path: PathBuf, problem: String },
    #[error(
        "ONNX Runtime is already loaded from {}, and a process holds only one; {} was not tried. Restart to change it",
        .held.display(), .asked.display()
    )]
    AnotherIsLoaded { held: PathBuf, asked: PathBuf },
}

fn list(paths: &[PathBuf]) -> String {
    if paths.is_empty() {
        return "nothing, because no path was given".to_owned();
    }
    paths
        .iter()
        .map(|path| path.display().to_string())
        .collect::<Vec<_>>()
        .join(", ")
}

/// A loaded ONNX Runtime. Cheap to clone; all clones are the same one.
#[derive(Clone)]
pub struct Runtime {
    pub(crate) environment: Environment,
    path: PathBuf,
}

/// The library cannot be unloaded, and ONNX Runtime allows one environment per process: hence a static.
static LOADED: Mutex<Option<Runtime>> = Mutex::new(None);

impl Runtime {
    /// Loads the first candidate that exists. A file that exists and is no good is an error, not a reason to try
    /// the next: whoever named it wants to know. A second call for the same file returns what is loaded.
    ///
    /// # Errors
    /// Every [`RuntimeError`] says where it looked and how to get the library. After one, another path can be tried.
    pub fn load(candidates: &[PathBuf]) -> Result<Self, RuntimeError> {
        let Some(path) = candidates.iter().find(|path| path.is_file()) else {
            return Err(RuntimeError::Missing {
                looked: candidates.to_vec(),
            });
        };
        // A relative path would be looked for beside the executable first.
        let path = path.canonicalize().map_err(|error| RuntimeError::Unloadable {
            path: path.clone(),
            problem: error.to_string(),
        })?;
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        match &*loaded {
            Some(runtime) if runtime.path == path => Ok(runtime.clone()),
            Some(runtime) => Err(RuntimeError::AnotherIsLoaded {
                held: runtime.path.clone(),
                asked: path,
            }),
            None => {
                let runtime = start(path)?;
                *loaded = Some(runtime.clone());
                Ok(runtime)
            }
        }
    }

    /// Its version, as far as it says: `1.31`.
    pub fn version(&self) -> String {
        ort::util::probe(&self.path).map_or_else(|| "unknown".to_owned(), |minor| format!("1.{minor}"))
    }

    /// Where the library was loaded from.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

fn start(path: PathBuf) -> Result<Runtime, RuntimeError> {
    let builder = ort::init_from(&path).map_err(|error| refused(&path, error))?;
    // Microsoft's builds can report usage; nothing may leave this machine.
    let environment = builder
        .with_name("firstline")
        .with_telemetry(false)
        .build()
        .map_err(|error| RuntimeError::Start {
            path: path.clone(),
            problem: error.to_string(),
        })?;
    Ok(Runtime { environment, path })
}

fn refused(path: &Path, error: LoadDynamicError) -> RuntimeError {
    let path = path.to_path_buf();
    match error {
        LoadDynamicError::Dlopen { error, .. } => RuntimeError::Unloadable {
            path,
            problem: error.to_string(),
        },
        LoadDynamicError::MissingApi { .. } | LoadDynamicError::InvalidVersionString => {
            RuntimeError::NotOnnxRuntime { path }
        }
        LoadDynamicError::BadVersion { version_str, .. } => RuntimeError::TooOld {
            path,
            found: version_str,
        },
    }
}
