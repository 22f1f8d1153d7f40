//! What the commands print: results on standard output, notes and errors on standard error.

use std::error::Error;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};

use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::cli::failure::{CliError, Exit};
use crate::config;

#[derive(Debug)]
pub(crate) struct Output {
    quiet: bool,
}

impl Output {
    pub(crate) fn new(quiet: bool) -> Self {
        Self { quiet }
    }

    /// A line of the result.
    pub(crate) fn line(&self, text: impl Display) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// Asks for input on the same line.
    pub(crate) fn prompt(&self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        write!(out, "{text}")?;
        out.flush()
    }

    /// A line of the result for machines: one JSON value.
    pub(crate) fn json(&self, value: &impl Serialize) -> io::Result<()> {
        self.line(serde_json::to_string(value)?)
    }

    /// Said by the way, and not with `--quiet`.
    pub(crate) fn note(&self, text: impl Display) {
        if !self.quiet {
            // There is nobody left to tell when standard error is closed.
            let _ = writeln!(io::stderr(), "{text}");
        }
    }

    /// Counts on a terminal; nothing is drawn elsewhere, with `--quiet`, or between results on the same terminal.
    pub(crate) fn progress(&self, what: &str) -> ProgressBar {
        if self.quiet || io::stdout().is_terminal() {
            return ProgressBar::hidden();
        }
        let style = ProgressStyle::with_template(&format!("{{spinner}} {{pos}} {what}, {{per_sec}}"));
        ProgressBar::new_spinner().with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
    }

    /// A bar on a terminal, up to `total`, for work that prints its results only afterwards.
    pub(crate) fn progress_to(&self, total: usize, what: &str) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let style =
            ProgressStyle::with_template(&format!("{{bar:30}} {{pos}} of {{len}} {what}, {{eta}} left"));
        let bar = ProgressBar::new(total as u64);
        bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }

    /// The error and what caused it, each cause once.
    pub(crate) fn error(&self, error: &CliError) {
        if error.exit() == Exit::Fine {
            return;
        }
        let mut out = io::stderr().lock();
        let label = if out.is_terminal() && config::may_colour() {
            "\x1b[1;31merror:\x1b[0m"
        } else {
            "error:"
        };
        let mut said = error.to_string();
        let _ = writeln!(out, "{label} {said}");
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !said.contains(&text) {
                let _ = writeln!(out, "  caused by: {text}");
            }
            said.push_str(&text);
            cause = error.source();
        }
    }
}
