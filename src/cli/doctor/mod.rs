//! `firstline doctor`: what is wrong with an installation, or soon will be, and what to do about it. Works beside a
//! running server and without one, and changes nothing.

mod machine;
mod parts;
mod server;

use std::fmt;

use serde::Serialize;
use serde_json::json;

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::{Config, ConfigError};
use crate::store::sqlite::examine::is_served;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the server listens [default: `server.bind` of the configuration]
    #[arg(long, value_name = "URL")]
    server: Option<String>,

    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It works, and will not for ever.
    Warning,
    /// A server cannot be started, or does not do all its work.
    Problem,
}

/// What one check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    check: &'static str,
    state: State,
    found: String,
    /// What to do, where something is to be done.
    #[serde(skip_serializing_if = "String::is_empty")]
    mend: String,
}

impl Line {
    fn ok(check: &'static str, found: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Ok,
            found: found.into(),
            mend: String::new(),
        }
    }

    fn warning(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            check,
            state: State::Warning,
            found: found.into(),
            mend: mend.into(),
        }
    }

    fn problem(check: &'static str, found: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            state: State::Problem,
            ..Self::warning(check, found, mend)
        }
    }

    /// Errors of ours say what to do themselves.
    fn error(check: &'static str, error: impl fmt::Display) -> Self {
        Self::problem(check, error.to_string(), "")
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        };
        write!(f, "{state:<8} {:<14} {}", self.check, self.found)?;
        if !self.mend.is_empty() {
            write!(f, "\n{:<23} {}", "", self.mend)?;
        }
        Ok(())
    }
}

pub(crate) async fn run(
    arguments: &Arguments,
    config: Result<Config, ConfigError>,
    output: &Output,
) -> Result<Exit, CliError> {
    let lines = match config {
        Ok(config) => examined(arguments, &config).await,
        // Without it nothing else is known: where the folders are, which model is meant.
        Err(ConfigError::Problems(problems)) => problems
            .iter()
            .map(|problem| Line::error("configuration", problem))
            .collect(),
        Err(error @ ConfigError::Unreadable { .. }) => return Err(error.into()),
    };
    let problems = lines.iter().filter(|line| line.state == State::Problem).count();
    let warnings = lines.iter().filter(|line| line.state == State::Warning).count();
    if arguments.json {
        output.json(&json!({ "problems": problems, "warnings": warnings, "checks": lines }))?;
    } else {
        for line in &lines {
            output.line(line)?;
        }
        output.note(format!(
            "{} checks: {problems} problems, {warnings} warnings",
            lines.len()
        ));
    }
    Ok(if problems == 0 { Exit::Fine } else { Exit::Findings })
}

async fn examined(arguments: &Arguments, config: &Config) -> Vec<Line> {
    let served = is_served(&config.paths.data);
    let mut lines = vec![Line::ok(
        "configuration",
        "every key is known and every value fits",
    )];
    lines.push(machine::folder(&config.paths.data));
    lines.extend(machine::secrets(&config.paths.data));
    lines.push(machine::disk(&config.paths.data));
    lines.push(machine::open_files(config));
    lines.extend(parts::knowledge(config));
    lines.extend(parts::model(config).await);
    lines.extend(parts::database(config).await);
    let server = arguments.server.as_deref();
    lines.push(if served {
        server::running(config, server).await
    } else {
        server::port(config)
    });
    lines
}
