//! `firstline calibrate`: thresholds for `policy.yml` under which at most so many answers are wrong, with a promise
//! that holds, or what it would take to give one.

mod block;

use std::fs;
use std::path::PathBuf;

use anyhow::Context;
use serde::Serialize;
use serde_json::json;

use crate::cli::assemble;
use crate::cli::calibrate::block::{Block, Kept};
use crate::cli::failure::{CliError, Exit};
use crate::cli::labelled;
use crate::cli::model_flag;
use crate::cli::output::Output;
use crate::config::{Config, Flag};
use crate::domain::message::Text;
use crate::eval::calibrate::{self, CalibrateError, Case, Demand, Needed, Outcome, Tested, Trials};
use crate::eval::judged::{Judgement, UnknownLabel};

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Labelled rows, some 500 or more: JSON lines with `text` and `label`, or CSV with these columns; .gz too. The
    /// model must not have been trained on them, and they must be like the messages to come
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    labelled: Vec<PathBuf>,

    /// The largest share of wrong answers among the answered messages
    #[arg(long, default_value_t = 0.05, value_name = "SHARE")]
    max_wrong: f64,

    /// The chance that the promise holds
    #[arg(long, default_value_t = 0.95, value_name = "SHARE")]
    confidence: f64,

    /// The folder of another model than the configured one
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,

    /// Of the split into rows that choose and rows that certify
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    seed: u64,

    /// Write the block for policy.yml into a file
    #[arg(long, value_name = "FILE.yml")]
    out: Option<PathBuf>,

    /// Put the promise to the test instead: calibrate on one random half of the rows and measure on the other, so
    /// many times
    #[arg(long, value_name = "NUMBER", conflicts_with = "out", value_parser = clap::value_parser!(u32).range(1..))]
    trials: Option<u32>,

    /// One JSON object
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        model_flag("--model", self.model.as_deref()).into_iter().collect()
    }

    fn demand(&self) -> Demand {
        Demand {
            max_wrong: self.max_wrong,
            confidence: self.confidence,
            seed: self.seed,
        }
    }
}

/// Rows, and what the model says of them.
#[derive(Debug)]
struct Labelled {
    model: String,
    judgement: Judgement,
    cases: Vec<Case>,
}

/// The JSON of a calibration. The keys are a contract.
#[derive(Debug, Serialize)]
struct Report<'a> {
    model: &'a str,
    rows: usize,
    #[serde(flatten)]
    demand: Demand,
    choosing: usize,
    certifying: usize,
    unknown_labels: &'a [UnknownLabel],
    certified: Option<Certified>,
    /// What goes into the policy; null when nothing is certified.
    policy: Option<&'a Block>,
    needed: Option<Advice>,
}

/// On the certifying rows. Shares are 0 to 1.
#[derive(Debug, Serialize)]
struct Certified {
    answered: usize,
    answered_share: f64,
    wrong: usize,
    wrong_share: f64,
    upper_bound: f64,
}

#[derive(Debug, Serialize)]
struct Advice {
    more_rows: Option<usize>,
    /// The smallest share that would have been certified, in steps of half a percent.
    certifiable_max_wrong: Option<f64>,
    certifiable_answered_share: Option<f64>,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let kept = kept(config)?;
    let labelled = read(arguments, config, output).await?;
    let demand = arguments.demand();
    if let Some(count) = arguments.trials {
        let trials = calibrate::trials(&labelled.cases, demand, count as usize).map_err(refused)?;
        return report_trials(&trials, demand, arguments.json, output);
    }
    let outcome = calibrate::calibrate(&labelled.cases, demand).map_err(refused)?;
    let block = outcome
        .certified
        .as_ref()
        .map(|tested| Block::new(tested, &labelled.judgement.labels, kept));
    let needed = block
        .is_none()
        .then(|| calibrate::needed(&labelled.cases, demand));
    if arguments.json {
        output.json(&report(&labelled, demand, &outcome, block.as_ref(), needed))?;
    } else {
        output.line(summary(&labelled, &outcome, demand))?;
    }
    let Some((block, tested)) = block.zip(outcome.certified.as_ref()) else {
        if !arguments.json {
            output.line(advice(needed, demand))?;
        }
        if arguments.out.is_some() {
            output.note("Nothing is certified, so nothing is written.");
        }
        return Ok(Exit::Findings);
    };
    let text = block.yaml(&comment(&labelled, &outcome, tested, demand))?;
    if let Some(path) = &arguments.out {
        fs::write(path, &text).with_context(|| format!("{} cannot be written", path.display()))?;
        output.note(format!("{} is written", path.display()));
    }
    if !arguments.json {
        output.line(format!("\nIn place of `confidence` in policy.yml:\n\n{text}"))?;
    }
    Ok(Exit::Fine)
}

/// Rows that are too few, or a demand that is none, are for whoever gave them to mend.
fn refused(error: CalibrateError) -> CliError {
    CliError::Usage(error.to_string())
}

/// Bars that a calibration leaves alone: those of the present policy, if there is one.
fn kept(config: &Config) -> Result<Kept, CliError> {
    if config.paths.knowledge.is_dir() {
        Ok(Kept::of(&assemble::policy(config)?))
    } else {
        Ok(Kept::default())
    }
}

async fn read(arguments: &Arguments, config: &Config, output: &Output) -> Result<Labelled, CliError> {
    let rows = labelled::rows(&arguments.labelled)?;
    let texts: Vec<&Text> = rows.iter().map(|row| &row.text).collect();
    let classifier = labelled::classifier(config, None)?;
    let readings = labelled::read(&classifier, config, &texts, output).await?;
    let gold = rows.iter().map(|row| row.label.as_str());
    let judgement = Judgement::new(&readings.intents, gold, &readings.answers);
    Ok(Labelled {
        model: readings.model,
        cases: calibrate::cases(&judgement),
        judgement,
    })
}

fn report<'a>(
    labelled: &'a Labelled,
    demand: Demand,
    outcome: &Outcome,
    policy: Option<&'a Block>,
    needed: Option<Needed>,
) -> Report<'a> {
    Report {
        model: &labelled.model,
        rows: labelled.cases.len(),
        demand,
        choosing: outcome.choosing,
        certifying: outcome.certifying,
        unknown_labels: &labelled.judgement.unknown,
        certified: outcome.certified.as_ref().map(|tested| Certified {
            answered: tested.answered,
            answered_share: tested.answered as f64 / outcome.certifying.max(1) as f64,
            wrong: tested.wrong,
            wrong_share: tested.wrong as f64 / tested.answered.max(1) as f64,
            upper_bound: tested.upper,
        }),
        policy,
        needed: needed.map(|needed| Advice {
            more_rows: needed.more_rows,
            certifiable_max_wrong: needed.certifiable.map(|(share, _)| share),
            certifiable_answered_share: needed.certifiable.map(|(_, answered)| answered),
        }),
    }
}

fn summary(labelled: &Labelled, outcome: &Outcome, demand: Demand) -> String {
    let mut text = format!(
        "{}: {} labelled rows, {} to choose the thresholds and {} to certify them",
        labelled.model,
        labelled.cases.len(),
        outcome.choosing,
        outcome.certifying
    );
    for unknown in &labelled.judgement.unknown {
        text.push_str(&format!(
            "\nthe model has no intent {:?}: {} rows count as out of scope",
            unknown.label, unknown.rows
        ));
    }
    text.push_str(&match &outcome.certified {
        Some(tested) => format!(
            "\ncertified: of the messages that are answered, at most {} are read wrongly, at {} confidence\n\
             where it was certified, {}",
            percent(demand.max_wrong),
            percent(demand.confidence),
            seen(tested, outcome.certifying)
        ),
        None => format!(
            "\nnot certified: no threshold keeps the wrong answers to {} at {} confidence{}",
            percent(demand.max_wrong),
            percent(demand.confidence),
            match outcome.tested.last() {
                Some(tested) => format!(
                    "; at the thresholds most likely to, {}",
                    seen(tested, outcome.certifying)
                ),
                None => ": the model answers none of the rows".to_owned(),
            }
        ),
    });
    text
}

fn seen(tested: &Tested, rows: usize) -> String {
    format!(
        "{} of {rows} rows are answered, {} of them wrongly; exact upper bound {}",
        tested.answered,
        tested.wrong,
        percent(tested.upper)
    )
}

fn advice(needed: Option<Needed>, demand: Demand) -> String {
    let Some(needed) = needed else {
        return String::new();
    };
    let rows = match needed.more_rows {
        Some(rows) => format!("about {rows} more labelled rows are needed, if they go as these did"),
        None => format!(
            "more rows like these would not help: even where the model is surest, about {} or more of its answers \
             are wrong; train it better, or ask for less",
            percent(demand.max_wrong)
        ),
    };
    let instead = needed.certifiable.map(|(share, answered)| {
        format!(
            "\nwhat these rows certify: --max-wrong {share}, and {} of the rows are answered",
            percent(answered)
        )
    });
    rows + &instead.unwrap_or_default()
}

fn comment(labelled: &Labelled, outcome: &Outcome, tested: &Tested, demand: Demand) -> Vec<String> {
    vec![
        format!(
            "Made by `firstline calibrate` on {} labelled rows with {}, seed {}: at most {} of the answers",
            labelled.cases.len(),
            labelled.model,
            demand.seed,
            percent(demand.max_wrong)
        ),
        format!(
            "are wrong, at {} confidence. Seen: {}.",
            percent(demand.confidence),
            seen(tested, outcome.certifying)
        ),
        "Another model, or other messages: calibrate again.".to_owned(),
    ]
}

fn report_trials(trials: &Trials, demand: Demand, as_json: bool, output: &Output) -> Result<Exit, CliError> {
    let kept = trials.significantly_above <= 1.0 - demand.confidence;
    if as_json {
        output.json(&json!({ "demand": demand, "trials": trials, "kept": kept }))?;
    } else {
        let wrong = trials.wrong.map_or("-".to_owned(), percent);
        output.line(format!(
            "{} trials, each on a random half of the rows and measured on the other\n\
             thresholds could be certified in {}; held out, {} of the rows were answered, {wrong} of them wrongly\n\
             wrong answers above {}: in {} of the trials, where chance alone would make it {}\n\
             above it by more than chance (exact binomial test, 5 %): in {} of the trials\n\
             the promise allows {}, so it is {}",
            trials.trials,
            trials.certified,
            percent(trials.answered),
            percent(demand.max_wrong),
            percent(trials.above),
            percent(trials.expected_above),
            percent(trials.significantly_above),
            percent(1.0 - demand.confidence),
            if kept { "kept" } else { "BROKEN" }
        ))?;
    }
    Ok(if kept { Exit::Fine } else { Exit::Findings })
}

fn percent(share: f64) -> String {
    let text = format!("{:.1}", share * 100.0);
    format!("{} %", text.strip_suffix(".0").unwrap_or(&text))
}
