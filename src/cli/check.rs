//! `firstline check`: everything that can be wrong with the files of an operator, before it is in front of a
//! customer. Changes nothing.

use serde_json::json;

use crate::classify::model::ModelFolder;
use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::fit;
use crate::cli::output::Output;
use crate::config::{Config, ConfigError, ConfigProblem};
use crate::knowledge::Problem;

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
    let written = assemble::written(config, &config.server.public_url);
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
    (checked.join(", "), findings)
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
