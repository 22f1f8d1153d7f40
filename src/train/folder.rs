//! A new model's folder: written beside its place, opened and tried, and only then put there.
//! Knows nothing of how the model was made.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use serde_json::json;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::classify::model::{CARD, Card, GRAPH, LABELS, ModelError, ModelFolder, SENTIMENTS, TOKENIZER};
use crate::classify::runtime::Runtime;
use crate::classify::session::{Session, SessionError};

#[derive(Debug, Error)]
pub enum FolderError {
    #[error("{} names no folder for a model; give it a name, such as models/mine", .0.display())]
    NoName(PathBuf),
    #[error("{} is there already; name another folder, or replace it with --force", .0.display())]
    Exists(PathBuf),
    #[error("{} is there and is no model (it has no {CARD}), so it is not replaced; name another folder", .0.display())]
    NoModel(PathBuf),
    #[error("{} is the base model itself; name another folder", .0.display())]
    Base(PathBuf),
    #[error("{} cannot be written: {problem}; check the folder's permissions and the space on the disk", .path.display())]
    Write { path: PathBuf, problem: io::Error },
    #[error("the new model does not open, and nothing was put in its place: {0}")]
    Open(#[from] ModelError),
    #[error("the new model does not run, and nothing was put in its place: {0}")]
    Run(#[from] SessionError),
}

/// All that a model is.
#[derive(Debug)]
pub(crate) struct NewModel {
    pub(crate) graph: Vec<u8>,
    pub(crate) tokenizer: Vec<u8>,
    /// In the order of the graph's output.
    pub(crate) intents: Vec<String>,
    /// Its `files` are filled in on writing.
    pub(crate) card: Card,
}

/// Whether a model may be written to `out`: what is asked before any work is done.
///
/// # Errors
/// When something is there and must stay.
pub fn check(out: &Path, base: &Path, force: bool) -> Result<(), FolderError> {
    let out = out.to_path_buf();
    if out.file_name().is_none() {
        return Err(FolderError::NoName(out));
    }
    if !out.exists() {
        return Ok(());
    }
    match (out.canonicalize(), base.canonicalize()) {
        (Ok(place), Ok(base)) if place == base => Err(FolderError::Base(out)),
        _ if !out.join(CARD).is_file() => Err(FolderError::NoModel(out)),
        _ if !force => Err(FolderError::Exists(out)),
        _ => Ok(()),
    }
}

/// Writes the model into a folder beside `out`, opens it, runs it once, and renames it to `out`. What was at `out`
/// goes away only then.
///
/// # Errors
/// Whatever fails; then `out` is as it was, and nothing is left beside it.
pub(crate) fn write(model: &NewModel, out: &Path, runtime: &Runtime) -> Result<(), FolderError> {
    let Some(name) = out.file_name() else {
        return Err(FolderError::NoName(out.to_path_buf()));
    };
    let beside = |what: &str| {
        let mut hidden = std::ffi::OsString::from(".");
        hidden.push(name);
        hidden.push(format!(".{what}-{}", process::id()));
        Passing(out.with_file_name(hidden))
    };
    let (new, old) = (beside("new"), beside("old"));
    fill(model, &new.0).map_err(unwritten(&new.0))?;
    let folder = ModelFolder::open(&new.0)?;
    Session::open(runtime, &folder)?;
    let put = || -> io::Result<()> {
        if out.exists() {
            fs::rename(out, &old.0)?;
        }
        fs::rename(&new.0, out).inspect_err(|_| {
            // Whatever it was that failed, the old model belongs there.
            fs::rename(&old.0, out).ok();
        })
    };
    put().map_err(unwritten(out))
}

fn unwritten(path: &Path) -> impl Fn(io::Error) -> FolderError {
    move |problem| FolderError::Write {
        path: path.to_path_buf(),
        problem,
    }
}

/// A folder that is gone when it is no longer needed.
struct Passing(PathBuf);

impl Drop for Passing {
    fn drop(&mut self) {
        // Mostly it has been renamed, or was never made.
        fs::remove_dir_all(&self.0).ok();
    }
}

fn fill(model: &NewModel, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let labels = json!({ "intents": model.intents, "sentiments": SENTIMENTS });
    let mut labels = serde_json::to_vec_pretty(&labels)?;
    labels.push(b'\n');
    let mut files = BTreeMap::new();
    for (file, bytes) in [
        (GRAPH, &model.graph),
        (TOKENIZER, &model.tokenizer),
        (LABELS, &labels),
    ] {
        fs::write(folder.join(file), bytes)?;
        files.insert(file.to_owned(), hex::encode(Sha256::digest(bytes)));
    }
    let card = Card {
        files,
        ..model.card.clone()
    };
    let card = toml::to_string_pretty(&card).map_err(io::Error::other)?;
    fs::write(folder.join(CARD), card)
}
