//! What `eval` and `calibrate` share: labelled rows from files, and what a model says of each.

use std::path::{Path, PathBuf};

use crate::classify::OnnxClassifier;
use crate::cli::assemble;
use crate::cli::failure::CliError;
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::message::Text;
use crate::eval::reading::{self, Readings};
use crate::labelled::{self, Row};

/// How many messages are under way at once, if the classifier's queue holds as many: enough for every thread.
const AT_ONCE_MAX: usize = 64;

/// The rows of all files; whatever is wrong with them is for whoever named them to mend.
pub(crate) fn rows(files: &[PathBuf]) -> Result<Vec<Row>, CliError> {
    let found = labelled::read(files).map_err(|problems| CliError::Usage(problems.to_string()))?;
    Ok(found.rows)
}

/// The classifier of a folder, or of the configuration.
pub(crate) fn classifier(
    config: &Config,
    model: Option<&Path>,
) -> Result<std::sync::Arc<OnnxClassifier>, CliError> {
    match model {
        None => assemble::classifier(config),
        Some(model) => {
            let mut config = config.clone();
            config.paths.model = model.to_owned();
            assemble::classifier(&config)
        }
    }
}

/// What the model says of each text, with progress on a terminal.
pub(crate) async fn read(
    classifier: &OnnxClassifier,
    config: &Config,
    texts: &[&Text],
    output: &Output,
) -> Result<Readings, CliError> {
    let progress = output.progress("messages");
    let at_once = config.classifier.capacity.clamp(1, AT_ONCE_MAX);
    let readings = reading::read_all(classifier, texts, at_once, || progress.inc(1)).await;
    progress.finish_and_clear();
    readings.map_err(|error| CliError::Fault(error.into()))
}
