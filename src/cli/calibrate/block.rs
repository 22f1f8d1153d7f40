//! The `confidence` block of `policy.yml`, as a calibration writes it.

use std::collections::BTreeMap;

use anyhow::Context;
use serde::Serialize;

use crate::cli::failure::CliError;
use crate::domain::intent::Intent;
use crate::eval::calibrate::{NOT_ANSWERED, Tested};
use crate::triage::policy::Policy;

/// Bars that a calibration has nothing to say about.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Kept {
    clarify: f32,
    /// In the order of [`NOT_ANSWERED`].
    not_answered: [f32; NOT_ANSWERED.len()],
}

impl Default for Kept {
    /// As in the policy that `firstline init` writes.
    fn default() -> Self {
        Self {
            clarify: 0.20,
            not_answered: [0.45, 0.40],
        }
    }
}

impl Kept {
    pub(super) fn of(policy: &Policy) -> Self {
        Self {
            clarify: policy.clarify_at(),
            not_answered: NOT_ANSWERED.map(|intent| policy.answer_at(&Intent::new(intent))),
        }
    }
}

/// `confidence` of `policy.yml`, with its keys.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct Block {
    answer: f32,
    clarify: f32,
    intents: BTreeMap<String, f32>,
}

impl Block {
    /// `labels` name the intents that the bars know by their places.
    pub(super) fn new(tested: &Tested, labels: &[String], kept: Kept) -> Self {
        let mut intents: BTreeMap<String, f32> = tested
            .bars
            .intents
            .iter()
            .filter_map(|(place, bar)| Some((labels.get(*place)?.clone(), *bar)))
            .collect();
        let own = NOT_ANSWERED.iter().zip(kept.not_answered);
        intents.extend(own.map(|(intent, bar)| ((*intent).to_owned(), bar)));
        Self {
            answer: tested.bars.answer,
            clarify: kept.clarify,
            intents,
        }
    }

    /// Under its key, with the comment above it.
    pub(super) fn yaml(&self, comment: &[String]) -> Result<String, CliError> {
        let block = BTreeMap::from([("confidence", self)]);
        let yaml = serde_saphyr::to_string(&block).context("the thresholds cannot be written as YAML")?;
        let comment: String = comment.iter().map(|line| format!("# {line}\n")).collect();
        Ok(comment + &yaml)
    }
}
