//! `firstline restore`: puts a backup in the place of what the data folder holds, which is kept beside it.

use std::path::PathBuf;
use std::time::Instant;

use serde_json::json;

use crate::cli::assemble;
use crate::cli::backup::{failed, size};
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::secrets;
use crate::config::Config;
use crate::store::sqlite::backup::restore;
use crate::telemetry;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// A file that `firstline backup` made
    file: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let started = Instant::now();
    let data = &config.paths.data;
    assemble::make_data_folder(config);
    let aside = telemetry::now()
        .strftime("before-restore-%Y%m%dT%H%M%SZ")
        .to_string();
    let restored = restore(&arguments.file, data, &aside, &secrets::FILES)
        .await
        .map_err(failed)?;
    let (seconds, holds) = (started.elapsed().as_secs_f64(), &restored.holds);
    if arguments.json {
        output.json(&json!({
            "data": data, "bytes": holds.bytes, "seconds": seconds, "conversations": holds.conversations,
            "messages": holds.messages, "aside": restored.aside,
        }))?;
        return Ok(Exit::Fine);
    }
    output.line(format!(
        "{}: {}, {} conversations, {} messages, in {seconds:.1} s; checked",
        data.display(),
        size(holds.bytes),
        holds.conversations,
        holds.messages
    ))?;
    if let Some(aside) = &restored.aside {
        output.note(format!(
            "What was there before lies in {}; delete it when it is not needed.",
            aside.display()
        ));
    }
    output
        .note("Start the server. Webhooks that were on their way are sent again, under the same webhook-id.");
    Ok(Exit::Fine)
}
