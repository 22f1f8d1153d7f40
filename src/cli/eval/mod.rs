//! `firstline eval`: how good a model is on labelled rows, how far its confidence can be believed, and whether it is
//! better than another.

mod text;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow};

use crate::cli::failure::{CliError, Exit};
use crate::cli::labelled;
use crate::cli::model_flag;
use crate::cli::output::Output;
use crate::config::{Config, Flag};
use crate::domain::message::Text;
use crate::eval::NOT_SUPPORT;
use crate::eval::evaluation::{Measured, Subject};
use crate::eval::reading;
use crate::eval::report::Report;
use crate::labelled::Row;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Labelled rows: JSON lines with `text`, `label` and perhaps `sentiment`, or CSV with these columns; .gz too
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    test: Vec<PathBuf>,

    /// The folder of another model than the configured one
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,

    /// A second model, held against the first on the same rows
    #[arg(long, value_name = "DIR")]
    baseline: Option<PathBuf>,

    /// Write a page with pictures, and the JSON beside it
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,

    /// Leave out rows with these labels
    #[arg(long, value_delimiter = ',', value_name = "LABEL,...")]
    without: Vec<String>,

    /// Leave out what is no request for support: greeting, thanks, goodbye, affirm, deny, provide_info, help_general,
    /// chitchat, out_of_scope
    #[arg(long)]
    support_only: bool,

    /// Measure the moods only; files whose labels are negative, neutral and positive are tests of moods anyway
    #[arg(long)]
    mood: bool,

    /// Of the resampling behind the intervals of --baseline
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,

    /// One JSON object with all figures
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        model_flag("--model", self.model.as_deref()).into_iter().collect()
    }

    fn left_out(&self) -> Vec<String> {
        let mut labels = self.without.clone();
        if self.support_only {
            labels.extend(NOT_SUPPORT.map(str::to_owned));
        }
        labels.sort();
        labels.dedup();
        labels
    }
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    if let Some(path) = &arguments.report {
        check_report_path(path)?;
    }
    let (rows, subject) = rows(arguments)?;
    let texts: Vec<&Text> = rows.iter().map(|row| &row.text).collect();
    let classifier = labelled::classifier(config, None)?;
    let readings = labelled::read(&classifier, config, &texts, output).await?;
    let latency = reading::time(&*classifier, &texts)
        .await
        .map_err(anyhow::Error::new)?;
    let measured = Measured::new(&rows, &readings, subject);
    let baseline = match &arguments.baseline {
        Some(folder) => {
            let classifier = labelled::classifier(config, Some(folder))?;
            let readings = labelled::read(&classifier, config, &texts, output).await?;
            Some(Measured::new(&rows, &readings, subject))
        }
        None => None,
    };
    let report = Report {
        tests: arguments
            .test
            .iter()
            .map(|path| path.display().to_string())
            .collect(),
        without: arguments.left_out(),
        ..measured.report(&rows, latency, baseline.as_ref(), arguments.seed)
    };
    if arguments.json {
        output.json(&report)?;
    } else {
        output.line(text::of(&report))?;
    }
    if let Some(path) = &arguments.report {
        write(&report, path)?;
        output.note(format!(
            "{} and {} are written",
            path.display(),
            json_beside(path).display()
        ));
    }
    Ok(Exit::Fine)
}

/// The rows that count, and what they are a test of.
fn rows(arguments: &Arguments) -> Result<(Vec<Row>, Subject), CliError> {
    let mut rows = labelled::rows(&arguments.test)?;
    let left_out = arguments.left_out();
    rows.retain(|row| !left_out.contains(&row.label));
    let subject = if arguments.mood {
        Subject::Moods
    } else {
        Subject::of(&rows)
    };
    if subject == Subject::Moods {
        rows.retain(|row| subject.mood(row).is_some());
    }
    if rows.is_empty() {
        let mend = if arguments.mood {
            "--mood needs rows with a `sentiment`"
        } else {
            "--without and --support-only leave out every row"
        };
        return Err(CliError::Usage(format!("no row is left to measure; {mend}")));
    }
    Ok((rows, subject))
}

/// Before the work, not after it.
fn check_report_path(path: &Path) -> Result<(), CliError> {
    let refuse = |problem: String| {
        Err(CliError::Usage(format!(
            "the report {}: {problem}",
            path.display()
        )))
    };
    if path.extension().is_none_or(|ending| ending != "html") {
        return refuse("its name must end in .html; the JSON is written beside it as .json".to_owned());
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            refuse(format!("there is no folder {}; make it first", folder.display()))
        }
        _ => Ok(()),
    }
}

fn json_beside(path: &Path) -> PathBuf {
    path.with_extension("json")
}

fn write(report: &Report, path: &Path) -> Result<(), CliError> {
    let page = report
        .page()
        .map_err(|error| anyhow!("the page cannot be made: {error:#}"))?;
    let json = serde_json::to_string_pretty(report).context("the report cannot be written as JSON")?;
    for (path, content) in [(path.to_owned(), page), (json_beside(path), json)] {
        fs::write(&path, content).with_context(|| format!("{} cannot be written", path.display()))?;
    }
    Ok(())
}
