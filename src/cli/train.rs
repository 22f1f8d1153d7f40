//! `firstline train`: a model for own intents from example messages. What is doubtful about the examples is told and
//! does not stop it; what cannot be read does, and nothing is written then.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context;

use crate::classify::model::ModelFolder;
use crate::classify::runtime::Runtime;
use crate::cli::failure::{CliError, Exit};
use crate::cli::model_flag;
use crate::cli::output::Output;
use crate::config::{Config, Flag};
use crate::eval::report::IntentReport;
use crate::labelled::{self, Labelled};
use crate::train::folder::{self, FolderError};
use crate::train::lint::Kind;
use crate::train::report::Report;
use crate::train::{Task, TrainError, train};

/// How many findings of a kind, and how many of the weakest intents, are told; `--json` has all.
const TOLD: usize = 10;

/// The share of wrong answers at which the share answered rightly is told; one of [`ERRORS`](crate::eval::risk::ERRORS).
const TOLD_ERROR: f64 = 0.05;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Example messages: .csv (text,label), .jsonl, Rasa nlu.yml, or folders of such files
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    examples: Vec<PathBuf>,

    /// The folder to write the model into
    #[arg(long, value_name = "DIR")]
    out: PathBuf,

    /// The model whose embedding, moods and language are kept [default: the configured model]
    #[arg(long, value_name = "DIR")]
    base: Option<PathBuf>,

    /// Rows to try the new model on, in any of the formats; it does not learn from them
    #[arg(long, value_name = "FILE")]
    test: Option<PathBuf>,

    /// Another seed deals other folds; the same gives the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,

    /// Parts of the examples for cross-validation
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(2..=20))]
    folds: u8,

    /// Replace a model that is there
    #[arg(long)]
    force: bool,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        model_flag("--base", self.base.as_deref()).into_iter().collect()
    }
}

pub(crate) fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let started = Instant::now();
    folder::check(&arguments.out, &config.paths.model, arguments.force).map_err(unplaced)?;
    let name = arguments.out.file_name().unwrap_or_default();
    let task = Task {
        name: name.to_string_lossy().into_owned(),
        examples: read(&arguments.examples)?,
        test: arguments.test.clone().map(|file| read(&[file])).transpose()?,
        seed: arguments.seed,
        folds: usize::from(arguments.folds),
    };
    let unusable = |error: anyhow::Error| CliError::Unusable(error);
    let base = ModelFolder::open(&config.paths.model).map_err(|error| unusable(error.into()))?;
    let runtime = Runtime::load(&config.paths.onnxruntime).map_err(|error| unusable(error.into()))?;
    let texts = task.examples.rows.len() + task.test.as_ref().map_or(0, |test| test.rows.len());
    let progress = output.progress_to(texts, "texts read");
    let trained = train(&runtime, &base, &task, &|| progress.inc(1));
    progress.finish_and_clear();
    let trained = trained.map_err(|error| match error {
        TrainError::Folder(error) => unplaced(error),
        error @ (TrainError::TooFewIntents(_)
        | TrainError::Lonely(_)
        | TrainError::Base(_)
        | TrainError::Read(_)
        | TrainError::Graph(_)) => unusable(error.into()),
    })?;
    trained.write(&arguments.out, &runtime).map_err(unplaced)?;
    if arguments.json {
        output.json(&trained.report)?;
    } else {
        print(&trained.report, output)?;
    }
    output.note(format!(
        "{} is ready, in {:.1} s: name it with --model, or as paths.model in firstline.toml",
        arguments.out.display(),
        started.elapsed().as_secs_f64()
    ));
    Ok(Exit::Fine)
}

fn unplaced(error: FolderError) -> CliError {
    match error {
        FolderError::NoName(_) | FolderError::Exists(_) | FolderError::NoModel(_) | FolderError::Base(_) => {
            CliError::Usage(error.to_string())
        }
        FolderError::Write { .. } | FolderError::Open(_) | FolderError::Run(_) => {
            CliError::Fault(error.into())
        }
    }
}

fn read(paths: &[PathBuf]) -> Result<Labelled, CliError> {
    labelled::read(paths)
        .map(Labelled::once)
        .context("nothing was written")
        .map_err(CliError::Unusable)
}

fn print(report: &Report, output: &Output) -> Result<(), CliError> {
    for note in &report.notes {
        output.note(note);
    }
    output.line(format!(
        "{}: {} examples of {} intents, on {}",
        report.name, report.examples, report.intents, report.base
    ))?;
    for kind in Kind::ALL {
        let found: Vec<_> = report
            .lint
            .iter()
            .filter(|finding| finding.kind == kind)
            .collect();
        for finding in found.iter().take(TOLD) {
            let places: Vec<String> = finding.places.iter().map(ToString::to_string).collect();
            let places = if places.is_empty() {
                String::new()
            } else {
                format!(" ({})", places.join(", "))
            };
            output.line(format!("{}: {}{places}", kind.as_str(), finding.message))?;
        }
        if found.len() > TOLD {
            output.line(format!(
                "{}: {} more, with --json",
                kind.as_str(),
                found.len() - TOLD
            ))?;
        }
    }
    print_scores("cross-validated", &report.cross_validated, output)?;
    if let Some(test) = &report.test {
        print_scores("test", test, output)?;
    }
    Ok(())
}

fn print_scores(what: &str, report: &IntentReport, output: &Output) -> Result<(), CliError> {
    let scores = &report.scores;
    let share = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.3}"));
    let rightly = scores
        .answered
        .iter()
        .find(|answered| answered.error == TOLD_ERROR);
    output.line(format!(
        "\n{what}: accuracy {}, in scope {}, macro F1 {}, answered rightly at 5 % error {}, {} rows",
        share(scores.accuracy),
        share(scores.in_scope_accuracy),
        share(scores.macro_f1),
        share(rightly.map(|answered| answered.rightly)),
        scores.rows
    ))?;
    for unknown in &report.unknown_labels {
        output.line(format!(
            "no example has the label {:?}: {} rows count as out of scope",
            unknown.label, unknown.rows
        ))?;
    }
    let known = report.by_intent.iter().filter(|intent| intent.scores.support > 0);
    let mut weakest: Vec<_> = known
        .filter_map(|intent| Some((intent, intent.scores.f1.filter(|f1| *f1 < 1.0)?)))
        .collect();
    weakest.sort_by(|a, b| a.1.total_cmp(&b.1));
    if !weakest.is_empty() {
        output.line("weakest intents:      F1    precision  recall  rows")?;
    }
    for (intent, f1) in weakest.iter().take(TOLD) {
        output.line(format!(
            "  {:<20} {f1:.3}      {:>5}   {:>5}  {:>4}",
            intent.intent,
            share(intent.scores.precision),
            share(intent.scores.recall),
            intent.scores.support
        ))?;
    }
    if !report.confused.is_empty() {
        output.line("rows read as another intent:")?;
    }
    for pair in &report.confused {
        output.line(format!(
            "  {:>3}  {} read as {}",
            pair.rows, pair.gold, pair.predicted
        ))?;
        for example in &pair.examples {
            output.line(format!("    \"{}\" ({})", example.text, example.place))?;
        }
    }
    Ok(())
}
