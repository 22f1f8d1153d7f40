//! Flows: routine requests that take several turns, run from what the business wrote. Pure: a lookup or a code to send is
//! a task in the turn, and what comes of it is the next input.
//!
//! ```text
//!  start ─▶ run: ask │ verify │ look up │ confirm │ say │ hand off │ end
//!            ▲    waits for      │
//!            │    a slot ────────┤── hear: what the customer writes: a value, a yes, a code; or something else
//!            └─── a task ────────┘── take in: what came of a lookup, or of sending a code
//! ```

mod check;
mod follow_up;
mod found;
mod hear;
mod identity;
mod lines;
mod lookup;
mod run;
mod slots;

use std::collections::BTreeMap;

use minijinja::Value;

use crate::domain::entity::EntityKind;
use crate::domain::flow::{Fill, Flow, FlowState};
use crate::domain::intent::Intent;
use crate::domain::lookup::LookupSpec;
use crate::triage::draft::Draft;
use crate::triage::flow::check::Check;
use crate::triage::flow::lines::{Lines, context};

pub(crate) use crate::triage::flow::follow_up::follow_up;
pub(crate) use crate::triage::flow::found::found;
pub(crate) use crate::triage::flow::hear::{Heard, Said, answers, hear, remind, says_little};
pub(crate) use crate::triage::flow::identity::{expire, take_in as take_in_code};
pub(crate) use crate::triage::flow::lookup::take_in;
pub(crate) use crate::triage::flow::run::{begin, drop_all, go_on, note, start};

/// A mistake in a flow, told by the flow's id, the line in its file and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlowProblem {
    pub flow: String,
    pub line: u64,
    pub key: String,
    pub message: String,
}

/// The flows of a business, checked against each other, their replies and the lookups there are.
#[derive(Debug)]
pub struct Flows {
    flows: Vec<Flow>,
    lookups: BTreeMap<String, LookupSpec>,
    lines: Lines,
}

impl Flows {
    /// All problems are returned. Replies are taken in `locale`, and those that name none.
    pub fn new(flows: &[Flow], lookups: &[LookupSpec], locale: &str) -> Result<Self, Vec<FlowProblem>> {
        let mut lines = Lines::new();
        let lookups = lookups
            .iter()
            .map(|spec| (spec.name.clone(), spec.clone()))
            .collect();
        let problems = Check::new(flows, &lookups, &mut lines, locale).problems();
        if problems.is_empty() {
            Ok(Self {
                flows: flows.to_vec(),
                lookups,
                lines,
            })
        } else {
            Err(problems)
        }
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.id == id)
    }

    /// The flow that messages of this intent are for.
    pub(crate) fn of(&self, intent: &Intent) -> Option<&Flow> {
        self.flows.iter().find(|flow| flow.intents.contains(intent))
    }

    /// The flow that this message starts, which is surely of this intent.
    pub(crate) fn starting(&self, intent: &Intent, said: &Said<'_>) -> Option<&Flow> {
        let flow = self.of(intent)?;
        let has = |name: &String| {
            let slot = flow.slot(name)?;
            slots::find(slot, said, false, &[], &mut Vec::new())
        };
        flow.needs.iter().all(|name| has(name).is_some()).then_some(flow)
    }

    /// Every intent that starts a flow, with the flow's id.
    pub fn intents(&self) -> impl Iterator<Item = (&str, &Intent)> {
        self.flows
            .iter()
            .flat_map(|flow| flow.intents.iter().map(|intent| (flow.id.as_str(), intent)))
    }

    /// Whether some flow asks customers for a value of this kind.
    pub fn asks_for(&self, kind: &EntityKind) -> bool {
        let mut slots = self.flows.iter().flat_map(|flow| &flow.slots);
        slots.any(|slot| slot.fill == Fill::Entity(kind.clone()))
    }

    /// What a lookup takes and gives, by its name.
    pub fn spec(&self, lookup: &str) -> Option<&LookupSpec> {
        self.lookups.get(lookup)
    }

    fn context(&self, flow: &Flow, state: &FlowState, draft: &Draft<'_>) -> Value {
        let (customer, business) = (&draft.conversation.customer, &draft.policy.business().name);
        context(flow, state, |lookup| self.spec(lookup), customer, business)
    }
}
