//! An index kept in a folder, so that it is built only when the articles have changed.
//!
//! ```text
//!   current               the name of the generation in use
//!   v1-<hash>/            that generation; its name says which articles and which fields it was made of
//!   lock                  held by the one process that looks or builds
//! ```
//! A generation is built beside the others and put in use by renaming one small file, so a crash at any point
//! leaves a whole index in use. A process that still reads an older one has its files mapped and keeps them.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

use tantivy::directory::MmapDirectory;
use tantivy::{Index, Searcher, TantivyError};

use crate::domain::article::Article;
use crate::knowledge::index::IndexError;
use crate::knowledge::indexer;
use crate::knowledge::schema::VERSION;

const CURRENT: &str = "current";
const LOCK: &str = "lock";
const BUILDING: &str = "building";

/// True when an index of the very same articles was there.
pub(crate) fn open_or_build(
    folder: &Path,
    hash: &str,
    articles: &[&Article],
) -> Result<(Searcher, bool), IndexError> {
    create_private(folder).map_err(failed("create", folder))?;
    let lock = folder.join(LOCK);
    // Released when the file is closed: at the end of this function, or of the process.
    let _held = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(failed("lock", &lock))?;

    let generation = format!("v{VERSION}-{hash}");
    let home = folder.join(&generation);
    let in_use = fs::read_to_string(folder.join(CURRENT)).unwrap_or_default();
    // One that is damaged cannot be opened, and is built again.
    if in_use == generation
        && let Ok(searcher) = open(&home)
    {
        return Ok((searcher, true));
    }

    let building = folder.join(BUILDING);
    remove(&building)?;
    fs::create_dir(&building).map_err(failed("create", &building))?;
    let directory = MmapDirectory::open(&building).map_err(TantivyError::from)?;
    indexer::write(articles, directory)?;
    remove(&home)?;
    fs::rename(&building, &home).map_err(failed("rename", &building))?;
    put_in_use(folder, &generation)?;
    remove_others(folder, &generation)?;
    Ok((open(&home)?, false))
}

/// With the folders above it. What is made here may hold the data folder, which is for its user alone.
pub(crate) fn create_private(folder: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

fn open(generation: &Path) -> Result<Searcher, TantivyError> {
    indexer::open(&Index::open_in_dir(generation)?)
}

fn put_in_use(folder: &Path, generation: &str) -> Result<(), IndexError> {
    let (current, next) = (folder.join(CURRENT), folder.join("current.next"));
    fs::write(&next, generation).map_err(failed("write", &next))?;
    fs::rename(&next, &current).map_err(failed("rename", &next))
}

fn remove_others(folder: &Path, generation: &str) -> Result<(), IndexError> {
    for entry in fs::read_dir(folder).map_err(failed("read", folder))? {
        let path = entry.map_err(failed("read", folder))?.path();
        if path.is_dir() && !path.ends_with(generation) {
            remove(&path)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> Result<(), IndexError> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(failed("remove", folder)(error)),
        _ => Ok(()),
    }
}

fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> IndexError {
    let path = path.to_owned();
    move |source| IndexError::Folder { action, path, source }
}
