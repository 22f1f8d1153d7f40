//! `firstline check`: everything that can be wrong with the files of an operator, before it is in front of a
//! customer. Changes nothing.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use similar::get_close_matches;

use crate::classify::model::ModelFolder;
use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::{Config, ConfigError, ConfigProblem};
use crate::domain::intent::Intent;
use crate::knowledge::{Knowledge, Problem};

/// How alike, from 0 to 1, an intent must be to be worth proposing.
const ALIKE: f32 = 0.6;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// One line of the result.
#[derive(Debug, serde::Serialize)]
struct Finding {
    /// File and line, or the environment variable or flag.
    place: String,
    key: String,
    message: String,
}

pub(crate) fn run(
    arguments: &Arguments,
    config: Result<Config, ConfigError>,
    output: &Output,
) -> Result<Exit, CliError> {
    let (summary, findings) = match config {
        Ok(config) => check(&config),
        Err(ConfigError::Problems(problems)) => {
            (String::new(), problems.into_iter().map(Finding::from).collect())
        }
        Err(error @ ConfigError::Unreadable { .. }) => return Err(error.into()),
    };
    if arguments.json {
        output.json(&json!({ "problems": findings, "checked": summary }))?;
    } else {
        for finding in &findings {
            output.line(finding)?;
        }
    }
    match findings.len() {
        0 => output.note(format!("{summary}: no problems")),
        1 => output.note("1 problem"),
        count => output.note(format!("{count} problems")),
    }
    Ok(if findings.is_empty() {
        Exit::Fine
    } else {
        Exit::Findings
    })
}

fn check(config: &Config) -> (String, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut checked = Vec::new();
    let written = assemble::written(&config.paths.knowledge, &config.server.public_url);
    match &written {
        Ok((knowledge, _)) => {
            checked.push(format!(
                "{} articles, {} replies, the policy",
                knowledge.articles.len(),
                knowledge.replies.len()
            ));
        }
        Err(problems) => findings.extend(problems.iter().map(Finding::from)),
    }
    match ModelFolder::open(&config.paths.model) {
        Ok(model) => {
            checked.push(format!("model {}", model.model()));
            if let Ok((knowledge, _)) = &written {
                let known: Vec<&str> = model.intents().iter().map(Intent::as_str).collect();
                findings.extend(unknown_intents(&config.paths.knowledge, knowledge, &known));
            }
        }
        Err(error) => findings.push(Finding {
            place: config.paths.model.display().to_string(),
            key: "paths.model".to_owned(),
            message: error.to_string(),
        }),
    }
    (checked.join(", "), findings)
}

/// An article for an intent that the model does not know would never be found by it.
fn unknown_intents(folder: &Path, knowledge: &Knowledge, known: &[&str]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for article in &knowledge.articles {
        let named: BTreeSet<&str> = article.intents.iter().map(Intent::as_str).collect();
        for intent in named.into_iter().filter(|intent| !known.contains(intent)) {
            let mend = match get_close_matches(intent, known, 1, ALIKE).first() {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it knows: {}", known.join(", ")),
            };
            findings.push(Finding {
                place: folder
                    .join("articles")
                    .join(&article.id)
                    .with_added_extension("md")
                    .display()
                    .to_string(),
                key: "intents".to_owned(),
                message: format!("the model has no intent `{intent}`; {mend}"),
            });
        }
    }
    findings
}

impl std::fmt::Display for Finding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

impl From<&Problem> for Finding {
    fn from(problem: &Problem) -> Self {
        let file = problem.file.display();
        Self {
            place: problem
                .line
                .map_or_else(|| file.to_string(), |line| format!("{file}:{line}")),
            key: problem.key.clone(),
            message: problem.message.clone(),
        }
    }
}

impl From<ConfigProblem> for Finding {
    fn from(problem: ConfigProblem) -> Self {
        Self {
            place: problem.place,
            key: problem.key,
            message: problem.message,
        }
    }
}
