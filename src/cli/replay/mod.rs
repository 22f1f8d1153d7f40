//! `firstline replay`: every conversation that was written down is played again, and must go as it is written.
//! Same transcripts, same model and same knowledge: same outcome, always.

mod line;
mod player;
mod reading;
mod script;
mod shown;
mod transcript;
#[cfg(test)]
mod what_if;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use similar::{ChangeTag, DiffOp, TextDiff};

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::replay::player::Player;
use crate::cli::replay::script::{Script, has_tests, rewritten};
use crate::cli::replay::transcript::{Line, Mistake};
use crate::config::Config;
use crate::engine::Engine;
use crate::ports::StoreError;
use crate::store::memory::MemoryStore;

/// How many conversations are under way at once, if the classifier's queue holds as many: enough for every thread.
const AT_ONCE_MAX: usize = 16;

/// Lines of context around a difference.
const CONTEXT_LINES: usize = 3;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Transcripts, flows with `tests`, or folders of them: every *.txt, and every *.yml with `tests`
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Write down what the engine does now; comments and input lines stay as they are
    #[arg(long)]
    update: bool,

    /// One JSON object for each conversation
    #[arg(long)]
    json: bool,
}

/// How one conversation went.
#[derive(Debug, Serialize)]
struct Report {
    file: PathBuf,
    outcome: Outcome,
    /// The first line that is not as written, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// What differs, or which lines cannot be read.
    #[serde(skip_serializing_if = "String::is_empty")]
    details: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    AsWritten,
    Differs,
    Updated,
    /// No transcript: nothing was played.
    Unreadable,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let files = files(&arguments.paths)?;
    let classifier = assemble::classifier(config)?;
    let content = assemble::content(config, "")?;
    let store = Arc::new(MemoryStore::default());
    let engine = assemble::engine(config, content, classifier, store, assemble::fleeting_seal());
    let mut reports = stream::iter(files)
        .map(|file| replay(&engine, file, arguments.update))
        .buffered(config.classifier.capacity.clamp(1, AT_ONCE_MAX));
    let mut outcomes = Vec::new();
    while let Some(of_file) = reports.try_next().await? {
        for report in of_file {
            print(&report, arguments.json, output)?;
            outcomes.push(report.outcome);
        }
    }
    let count = |wanted: Outcome| outcomes.iter().filter(|outcome| **outcome == wanted).count();
    if !arguments.json {
        output.line(format!(
            "{} conversations, {} as written{}",
            outcomes.len(),
            count(Outcome::AsWritten),
            match count(Outcome::Updated) {
                0 => String::new(),
                updated => format!(", {updated} updated"),
            }
        ))?;
    }
    let findings = count(Outcome::Differs) + count(Outcome::Unreadable);
    Ok(if findings == 0 { Exit::Fine } else { Exit::Findings })
}

/// Every file with transcripts at or below the paths, each once, in the order of their names.
fn files(paths: &[PathBuf]) -> Result<Vec<PathBuf>, CliError> {
    let mut files = Vec::new();
    for path in paths {
        let found = files.len();
        collect(path, &mut files)
            .map_err(|error| CliError::Usage(format!("{} cannot be read: {error}", path.display())))?;
        if files.len() == found {
            return Err(CliError::Usage(format!(
                "there is no transcript in {}; a file ends in .txt, or is a flow (.yml) with `tests:`",
                path.display()
            )));
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// A file that is named is taken whatever its ending.
fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if fs::metadata(path)?.is_dir() {
        for entry in fs::read_dir(path)? {
            let path = entry?.path();
            if path.is_dir() || is_yaml(&path) || path.extension().is_some_and(|ending| ending == "txt") {
                collect(&path, files)?;
            }
        }
    } else if !is_yaml(path) || has_tests(&String::from_utf8_lossy(&fs::read(path)?)) {
        files.push(path.to_owned());
    }
    Ok(())
}

fn is_yaml(path: &Path) -> bool {
    path.extension()
        .is_some_and(|ending| ending == "yml" || ending == "yaml")
}

/// Every conversation of a file, in order.
async fn replay(engine: &Engine, file: PathBuf, update: bool) -> Result<Vec<Report>, CliError> {
    let report = |outcome, line, details| Report {
        file: file.clone(),
        outcome,
        line,
        details,
    };
    let unreadable = |mistakes: &[Mistake]| {
        let details = mistakes
            .iter()
            .map(|mistake| format!("line {}: {}\n", mistake.line, mistake.message));
        let first = mistakes.first().map(|mistake| mistake.line);
        report(Outcome::Unreadable, first, details.collect())
    };
    let written = match fs::read_to_string(&file) {
        Ok(written) => written,
        Err(error) => return Ok(vec![report(Outcome::Unreadable, None, error.to_string())]),
    };
    let scripts = if is_yaml(&file) {
        script::of_flow(&written)
    } else {
        Ok(vec![Script::whole(&written)])
    };
    let scripts = match scripts {
        Ok(scripts) => scripts,
        Err(mistakes) => return Ok(vec![unreadable(&mistakes)]),
    };
    let mut reports = Vec::new();
    let mut changes = Vec::new();
    for script in &scripts {
        let lines = match transcript::parse(&script.text) {
            Ok(lines) => lines,
            Err(mut mistakes) => {
                for mistake in &mut mistakes {
                    mistake.line = script.line_in_file(mistake.line);
                }
                reports.push(unreadable(&mistakes));
                continue;
            }
        };
        let played = play(engine, &lines)
            .await
            .with_context(|| format!("{} cannot be played", file.display()))?;
        if played == script.text {
            reports.push(report(Outcome::AsWritten, None, String::new()));
            continue;
        }
        let outcome = if update {
            Outcome::Updated
        } else {
            Outcome::Differs
        };
        let (line, diff) = compare(&written, &rewritten(&written, [(script, played.as_str())]));
        reports.push(report(outcome, line, diff));
        changes.push((script, played));
    }
    if update && !changes.is_empty() {
        let changes = changes.iter().map(|(script, played)| (*script, played.as_str()));
        fs::write(&file, rewritten(&written, changes))
            .with_context(|| format!("{} cannot be written", file.display()))?;
    }
    Ok(reports)
}

/// The conversation as it goes, on a store of its own.
async fn play(engine: &Engine, lines: &[Line]) -> Result<String, StoreError> {
    let engine = Engine {
        store: Arc::new(MemoryStore::default()),
        ..engine.clone()
    };
    let outputs = Player::new(engine).play(lines).await?;
    Ok(transcript::write(lines, &outputs))
}

/// The first line that differs, and all that do: `-` as written, `+` as it went.
fn compare(written: &str, played: &str) -> (Option<usize>, String) {
    let diff = TextDiff::from_lines(written, played);
    let first = diff
        .ops()
        .iter()
        .find(|op| !matches!(op, DiffOp::Equal { .. }))
        .map(|op| op.old_range().start + 1);
    let mut text = String::new();
    for (number, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if number > 0 {
            text.push_str("       ⋮\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            let line = change
                .old_index()
                .map_or(String::new(), |index| (index + 1).to_string());
            text.push_str(&format!(
                "{line:>5} {sign} {}\n",
                change.value().trim_end_matches('\n')
            ));
        }
    }
    (first, text)
}

fn print(report: &Report, json: bool, output: &Output) -> std::io::Result<()> {
    if json {
        return output.json(report);
    }
    let line = report.line.map_or(String::new(), |line| format!(":{line}"));
    let place = format!("{}{line}", report.file.display());
    match report.outcome {
        Outcome::AsWritten => Ok(()),
        Outcome::Differs => output.line(format!("{place}: not as written\n{}", report.details)),
        Outcome::Updated => output.line(format!("{place}: updated")),
        Outcome::Unreadable => output.line(format!("{place}: cannot be read\n{}", report.details)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_their_lines() {
        let (line, diff) = compare("a\nb\nc\n", "a\nx\nc\n");
        assert_eq!(line, Some(2));
        assert_eq!(diff, "    1   a\n    2 - b\n      + x\n    3   c\n");
    }
}
