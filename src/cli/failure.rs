//! How a command ends. Knows exit codes, and nothing of what the commands do.

use std::process::ExitCode;

use thiserror::Error;

use crate::config::ConfigError;

/// The codes of [sysexits.h](https://man.freebsd.org/cgi/man.cgi?sysexits) where they fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Fine = 0,
    /// It worked, and what it found is not as it should be.
    Findings = 1,
    Usage = 2,
    /// EX_SOFTWARE.
    Fault = 70,
    /// EX_CONFIG: the same command will fail again until a file is mended.
    Unusable = 78,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

#[derive(Debug, Error)]
pub(crate) enum CliError {
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    NotFound(String),
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Files of the operator that do not fit: knowledge, model, runtime, database.
    #[error(transparent)]
    Unusable(anyhow::Error),
    #[error(transparent)]
    Fault(#[from] anyhow::Error),
    /// Whoever reads our output has gone: `firstline search … | head -1`.
    #[error("the output cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

impl CliError {
    pub(crate) fn exit(&self) -> Exit {
        match self {
            Self::Usage(_) => Exit::Usage,
            Self::NotFound(_) => Exit::Findings,
            Self::Config(_) | Self::Unusable(_) => Exit::Unusable,
            Self::Fault(_) => Exit::Fault,
            Self::Output(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Fine,
            Self::Output(_) => Exit::Fault,
        }
    }
}
