//! `firstline mask`: messages without the personal data in them, so that they can be labelled, shared or kept. Streams, in
//! the order of the lines; needs no model.

use std::ops::Range;
use std::path::PathBuf;

use anyhow::anyhow;
use futures_util::StreamExt;
use serde::Serialize;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::lines;
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::personal_data::{self, Found, Masking, PersonalData};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One message on each line, as it is or as a JSON object with a `text`; standard input when not given
    file: Option<PathBuf>,

    /// Mask every kind, whatever `personal_data` of policy.yml keeps
    #[arg(long)]
    all: bool,

    /// One JSON object for each message, with what was found where
    #[arg(long)]
    json: bool,
}

/// What is printed of one message. The keys are a contract.
#[derive(Debug, Serialize)]
struct Masked {
    text: String,
    found: Vec<FoundView>,
}

/// Bytes of the message as it was, `end` excluded.
#[derive(Debug, Serialize)]
struct FoundView {
    kind: PersonalData,
    start: usize,
    end: usize,
}

impl Masked {
    fn new(text: &str, masking: &Masking) -> Self {
        let found = masking.find(text);
        Self {
            text: personal_data::masked(text, &found),
            found: found.into_iter().map(FoundView::from).collect(),
        }
    }
}

impl From<Found> for FoundView {
    fn from(found: Found) -> Self {
        let (kind, Range { start, end }) = (found.kind, found.range);
        Self { kind, start, end }
    }
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let masking = if arguments.all {
        Masking::ALL
    } else {
        masking(config, output)?
    };
    let source = lines::open(arguments.file.as_deref(), output)?;
    let mut lines = lines::of(source)?;
    let mut broken = 0_u64;
    while let Some(line) = lines.next().await {
        match line.text {
            Ok(text) => print(&Masked::new(&text, &masking), arguments.json, output)?,
            Err(problem) => {
                broken += 1;
                output.error(&CliError::Usage(format!("line {} {problem}", line.number)));
            }
        }
    }
    if broken == 0 {
        return Ok(Exit::Fine);
    }
    output.note(format!("{broken} lines could not be read"));
    Ok(Exit::Findings)
}

/// What the policy says; where there is no knowledge folder, what holds without one.
fn masking(config: &Config, output: &Output) -> Result<Masking, CliError> {
    let folder = &config.paths.knowledge;
    if !folder.is_dir() {
        output.note(format!(
            "There is no {}: cards, IBANs and national ids are masked; --all masks e-mail addresses and telephone \
             numbers too.",
            folder.display()
        ));
        return Ok(Masking::default());
    }
    let (_, policy) =
        assemble::written(folder, &assemble::connectors(config)?.specs(), "").map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
            CliError::Unusable(anyhow!(
                "what is to be masked cannot be read (--all needs no policy):{}",
                lines.concat()
            ))
        })?;
    Ok(*policy.masking())
}

/// One line for each message, so that they can be told apart.
fn print(masked: &Masked, json: bool, output: &Output) -> std::io::Result<()> {
    if json {
        return output.json(masked);
    }
    output.line(masked.text.replace(['\r', '\n'], " "))
}
