//! Where a conversation stands in a flow: the slots filled, the results so far, what is waited for. What a flow is, and
//! what follows from this, `triage::flow` knows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::id::TaskId;
use crate::domain::lookup::LookupResult;

/// A flow under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FlowState {
    pub flow: String,
    /// Hash of the flow's file: where it has changed meanwhile, the flow begins again with the slots that it still has.
    pub version: String,
    /// Index of the step that is next, or waited at.
    pub step: usize,
    /// By slot.
    pub slots: BTreeMap<String, String>,
    /// By the name that the lookup's step gives them.
    pub results: BTreeMap<String, LookupResult>,
    /// How often each slot has been asked for, and each confirmation.
    pub asked: BTreeMap<String, u32>,
    pub waits_for: Option<Wait>,
}

/// What has to come before the flow goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind", content = "of")]
pub enum Wait {
    /// The customer's value for this slot.
    Slot(String),
    /// The customer's yes or no.
    Confirmation,
    /// The code that was sent.
    Code,
    /// The result of this task.
    Task(TaskId),
}
