//! `firstline backup`: everything that a server cannot be started again without, in one file, made while it runs. What
//! the business wrote, the configuration and the model are files of the operator's own, and not in it.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::anyhow;
use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::secrets;
use crate::config::Config;
use crate::store::sqlite::backup::{BackedUp, BackupError, back_up};
use crate::telemetry;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The file to make, or a folder in which one named by the time is made; a file that is there is not overwritten
    #[arg(value_name = "FILE|DIR")]
    to: PathBuf,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let to = if arguments.to.is_dir() {
        let name = telemetry::now().strftime("firstline-%Y%m%dT%H%M%SZ.backup");
        arguments.to.join(name.to_string())
    } else {
        arguments.to.clone()
    };
    let started = Instant::now();
    let data = &config.paths.data;
    let BackedUp {
        bytes,
        conversations,
        messages,
    } = back_up(data, &to, &secrets::companions(data)?)
        .await
        .map_err(failed)?;
    let seconds = started.elapsed().as_secs_f64();
    if arguments.json {
        output.json(&json!({
            "file": to, "bytes": bytes, "seconds": seconds, "conversations": conversations, "messages": messages,
        }))?;
    } else {
        output.line(format!(
            "{}: {}, {conversations} conversations, {messages} messages, in {seconds:.1} s; checked",
            to.display(),
            size(bytes)
        ))?;
        output.note("It holds customers' words and the server's secrets: keep it as you keep those.");
    }
    Ok(Exit::Fine)
}

/// As people read it.
pub(crate) fn size(bytes: u64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
    let unit = units.into_iter().find(|(unit, _)| bytes >= *unit);
    match unit {
        Some((unit, name)) => format!("{:.1} {name}", bytes as f64 / unit as f64),
        None => format!("{bytes} bytes"),
    }
}

/// What is to be mended first, and what may be tried again.
pub(crate) fn failed(error: BackupError) -> CliError {
    match error {
        BackupError::Exists(_) => CliError::Usage(error.to_string()),
        BackupError::NotABackup(_) | BackupError::Damaged { .. } => CliError::Unusable(anyhow!(error)),
        BackupError::Open(error) => assemble::unopened(error),
        BackupError::File { .. } | BackupError::Copy { .. } => CliError::Fault(anyhow!(error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_in_the_largest_unit_that_fits() {
        assert_eq!(size(1023), "1023 bytes");
        assert_eq!(size(1536), "1.5 KiB");
        assert_eq!(size(3 << 30), "3.0 GiB");
    }
}
