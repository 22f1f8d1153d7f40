//! `firstline check`: everything that can be wrong with the files of an operator, before it is in front of a
//! customer. Changes nothing.

use std::path::Path;

use serde_json::json;

use crate::classify::model::ModelFolder;
use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::fit;
use crate::cli::output::Output;
use crate::config::{Config, ConfigError, ConfigProblem};
use crate::connect::Connectors;
use crate::knowledge::Problem;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// One line of the result.
#[derive(Debug, serde::Serialize)]
pub(crate) struct Finding {
    /// File and line, or the environment variable or flag.
    pub(crate) place: String,
    pub(crate) key: String,
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

/// What was checked, in words, and all that is wrong.
pub(crate) fn check(config: &Config) -> (String, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut checked = Vec::new();
    let connectors = assemble::configured(config);
    let lookups = connectors.as_ref().map(Connectors::specs).unwrap_or_default();
    let written = assemble::written(&config.paths.knowledge, &lookups, &config.server.public_url);
    match &written {
        Ok((knowledge, _)) => {
            checked.push(format!(
                "{} articles, {} replies, {} flows, the policy",
                knowledge.articles.len(),
                knowledge.replies.len(),
                knowledge.flows.len()
            ));
        }
        // Without the lookups every flow that has some is wrong: the connectors are to be mended first.
        Err(problems) => {
            let own = problems
                .iter()
                .filter(|problem| connectors.is_ok() || !is_flow(&problem.file));
            findings.extend(own.map(Finding::from));
        }
    }
    match ModelFolder::open(&config.paths.model) {
        Ok(model) => {
            checked.push(format!("model {}", model.model()));
            if let Ok((knowledge, policy)) = &written {
                let named = fit::named_intents(&config.paths.knowledge, knowledge, policy);
                let unknown = fit::unknown(&named, model.intents());
                findings.extend(
                    unknown
                        .iter()
                        .map(|named| Finding::from(&named.problem(model.intents()))),
                );
            }
        }
        Err(error) => findings.push(Finding {
            place: config.paths.model.display().to_string(),
            key: "paths.model".to_owned(),
            message: error.to_string(),
        }),
    }
    match connectors {
        Ok(connectors) => match connectors.specs().len() {
            0 => {}
            1 => checked.push("1 lookup".to_owned()),
            count => checked.push(format!("{count} lookups")),
        },
        Err(problems) => findings.extend(problems.into_iter().map(Finding::from)),
    }
    findings.extend(config.identity_secret().err().map(Finding::from));
    findings.extend(config.oidc_problems().into_iter().map(Finding::from));
    (checked.join(", "), findings)
}

fn is_flow(file: &Path) -> bool {
    file.parent().is_some_and(|folder| folder.ends_with("flows"))
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
