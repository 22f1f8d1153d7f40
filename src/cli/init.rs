//! `firstline init`: a small workspace to start from. The files are compiled in; nothing there is overwritten.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;

/// Where each file goes, and what it holds.
const FILES: [(&str, &str); 9] = [
    ("firstline.toml", include_str!("starter/firstline.toml")),
    ("knowledge/policy.yml", include_str!("starter/policy.yml")),
    (
        "knowledge/replies/bot.yml",
        include_str!("starter/replies/bot.yml"),
    ),
    (
        "knowledge/articles/track-your-order.md",
        include_str!("starter/articles/track-your-order.md"),
    ),
    (
        "knowledge/articles/returns.md",
        include_str!("starter/articles/returns.md"),
    ),
    (
        "knowledge/articles/reset-your-password.md",
        include_str!("starter/articles/reset-your-password.md"),
    ),
    (
        "knowledge/articles/goodwill.md",
        include_str!("starter/articles/goodwill.md"),
    ),
    (
        "knowledge/flows/return_item.yml",
        include_str!("starter/flows/return_item.yml"),
    ),
    (
        "transcripts/first.txt",
        include_str!("starter/transcripts/first.txt"),
    ),
];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to write into; made when it is not there
    #[arg(default_value = ".")]
    folder: PathBuf,
}

pub(crate) fn run(arguments: &Arguments, output: &Output) -> Result<Exit, CliError> {
    let folder = &arguments.folder;
    refuse_to_overwrite(folder)?;
    for (name, text) in FILES {
        let path = folder.join(name);
        write(&path, text).with_context(|| {
            format!(
                "{} cannot be written; check the folder's permissions",
                path.display()
            )
        })?;
        output.line(path.display())?;
    }
    output.note(
        "Next: put your own words into knowledge/, then run `firstline check` and `firstline serve` there.",
    );
    Ok(Exit::Fine)
}

fn refuse_to_overwrite(folder: &Path) -> Result<(), CliError> {
    match FILES
        .iter()
        .map(|(name, _)| folder.join(name))
        .find(|path| path.exists())
    {
        Some(path) => Err(CliError::Usage(format!(
            "{} is there already, and nothing was written; name another folder, or move it away",
            path.display()
        ))),
        None => Ok(()),
    }
}

fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)?
        .write_all(text.as_bytes())
}
