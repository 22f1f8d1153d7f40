//! `firstline index`: the search index as a folder, and how fast it was built.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::Config;
use crate::knowledge::Place;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder to build into [default: index in the data folder]
    folder: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let folder = arguments
        .folder
        .clone()
        .unwrap_or_else(|| config.paths.data.join("index"));
    let progress = output.progress("texts embedded");
    let started = Instant::now();
    let content = {
        let progress = progress.clone();
        let (url, place) = (&config.server.public_url, Place::Folder(&folder));
        assemble::content_in(config, url, place, &folder, move || progress.inc(1))?
    };
    progress.finish_and_clear();
    let (stats, seconds) = (content.index.stats(), started.elapsed().as_secs_f64());
    let rate = stats.passages as f64 / seconds;
    if arguments.json {
        output.json(&json!({
            "folder": folder, "articles": stats.articles, "passages": stats.passages, "bytes": stats.bytes,
            "vectors": stats.vectors, "embedded": stats.embedded, "vector_bytes": stats.vector_bytes, "seconds": seconds, "passages_per_second": rate, "reused": stats.reused,
        }))?;
    } else {
        let done = if stats.reused { "unchanged" } else { "built" };
        output.line(format!(
            "{}: {done}; {} articles, {} passages, {:.1} KiB; {} vectors, {} of them new, {:.1} KiB; {seconds:.2} s, \
             {rate:.0} passages/s",
            folder.display(),
            stats.articles,
            stats.passages,
            stats.bytes as f64 / 1024.0,
            stats.vectors,
            stats.embedded,
            stats.vector_bytes as f64 / 1024.0,
        ))?;
    }
    Ok(Exit::Fine)
}
