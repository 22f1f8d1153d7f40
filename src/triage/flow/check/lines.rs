//! The expressions and replies of flows under check: they can be read, mention only what is known where they stand, and end.

use std::collections::{BTreeMap, HashSet};

use minijinja::ErrorKind;

use crate::domain::conversation::Customer;
use crate::domain::flow::{Deed, Flow, FlowState};
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::lookup::{LookupResult, LookupSpec};
use crate::triage::flow::check::{Check, Known, name};
use crate::triage::flow::lines::context;
use crate::triage::flow::lookup::OK;
use crate::triage::reply;

impl Check<'_> {
    /// The reply is there, mentions only what is known by then, and ends.
    pub(super) fn reply<'f>(
        &mut self,
        flow: &'f Flow,
        line: u64,
        key: &str,
        reply: &'f str,
        known: &mut Known<'f>,
    ) {
        known.said.insert(reply);
        let id = name(flow, reply);
        if !self.lines.has(&id) {
            let broken = flow.replies.iter().any(|written| written.id == reply);
            if !broken
                || flow
                    .replies
                    .iter()
                    .all(|r| r.id != reply || r.locale.as_deref().is_some_and(|l| l != self.locale))
            {
                let message = format!(
                    "there is no reply {reply:?} in locale {:?}; add it under replies",
                    self.locale
                );
                self.refuse(flow, line, key, message);
            }
            return;
        }
        let variables = self.lines.variables(&id);
        let place = flow
            .replies
            .iter()
            .find(|written| written.id == reply)
            .map_or(line, |written| written.line);
        self.variables(flow, place, reply, variables, known);
        let specs = self.lookups;
        let sample = sample(flow, specs);
        let context = context(
            flow,
            &sample,
            |lookup| specs.get(lookup),
            &Customer::default(),
            "x",
        );
        if let Err(error) = self.lines.render(&id, &context)
            && error.kind() == ErrorKind::OutOfFuel
        {
            let message = format!("takes more than {} steps; remove the loop", reply::FUEL);
            self.refuse(flow, place, reply, message);
        }
    }

    pub(super) fn expression(
        &mut self,
        flow: &Flow,
        line: u64,
        key: &str,
        expression: &str,
        known: &Known<'_>,
    ) {
        match self.lines.variables_of(expression) {
            Ok(variables) => self.variables(flow, line, key, variables, known),
            Err(error) => self.refuse(flow, line, key, format!("{expression:?} cannot be read: {error}")),
        }
    }

    fn variables(
        &mut self,
        flow: &Flow,
        line: u64,
        key: &str,
        variables: HashSet<String>,
        known: &Known<'_>,
    ) {
        let mut variables: Vec<String> = variables.into_iter().collect();
        variables.sort();
        for variable in variables {
            let (root, part) = variable.split_once('.').unwrap_or((&variable, ""));
            let part = part.split('.').next().unwrap_or_default();
            let spec = known
                .results
                .get(root)
                .and_then(|lookup| self.lookups.get(*lookup));
            let there = match root {
                "slots" => flow.slot(part).is_some(),
                "customer" => matches!(part, "name" | "verified"),
                "business" => part == "name",
                _ => spec.is_some_and(|spec| part == "outcome" || spec.fields.contains(part)),
            };
            if !there {
                let results = known.results.iter().filter_map(|(name, lookup)| {
                    let fields: Vec<&str> = self
                        .lookups
                        .get(*lookup)?
                        .fields
                        .iter()
                        .map(String::as_str)
                        .collect();
                    Some(format!("{name}.({})", fields.join("|")))
                });
                let slots = flow.slots.iter().map(|slot| format!("slots.{}", slot.name));
                let others = ["customer.name", "customer.verified", "business.name"].map(str::to_owned);
                let all: Vec<String> = slots.chain(results).chain(others).collect();
                self.refuse(
                    flow,
                    line,
                    key,
                    format!("{variable} is not known here; known are {}", all.join(", ")),
                );
            }
        }
    }
}

/// A state in which everything has a value.
fn sample(flow: &Flow, specs: &BTreeMap<String, LookupSpec>) -> FlowState {
    let results = flow.steps.iter().filter_map(|step| match &step.deed {
        Deed::Lookup { call, name, .. } => {
            let fields = specs
                .get(&call.lookup)?
                .fields
                .iter()
                .map(|field| (field.clone(), "1".into()));
            let result = LookupResult {
                outcome: OK.to_owned(),
                fields: fields.collect(),
                problem: String::new(),
            };
            Some((name.clone(), result))
        }
        Deed::Ask { .. }
        | Deed::Verify { .. }
        | Deed::Confirm { .. }
        | Deed::Say { .. }
        | Deed::HandOff { .. }
        | Deed::End => None,
    });
    FlowState {
        flow: flow.id.clone(),
        version: flow.version.clone(),
        intent: ScoredIntent {
            name: Intent::new(flow.id.clone()),
            confidence: 1.0,
        },
        step: 0,
        slots: flow
            .slots
            .iter()
            .map(|slot| (slot.name.clone(), "1".to_owned()))
            .collect(),
        sealed: BTreeMap::new(),
        results: results.collect(),
        asked: BTreeMap::new(),
        waits_for: None,
    }
}
