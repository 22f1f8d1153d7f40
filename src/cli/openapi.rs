//! `firstline openapi`: the description of the HTTP API, from which clients are generated. `web/openapi.json` is kept by it.

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::http::openapi;

pub(crate) fn run(output: &Output) -> Result<Exit, CliError> {
    output.line(openapi::indented())?;
    Ok(Exit::Fine)
}
