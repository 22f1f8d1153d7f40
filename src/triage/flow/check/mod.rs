//! Checking flows before any customer meets them: what they name is there, a proof of identity comes before private
//! lookups and a yes before what writes, and every reply can be said where it stands.

mod lines;

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::flow::{Call, Deed, Ending, Fill, Flow, Slot, Step};
use crate::domain::intent::Intent;
use crate::domain::lookup::{LookupResult, LookupSpec};
use crate::triage::flow::FlowProblem;
use crate::triage::flow::lines::{Lines, RESERVED};
use crate::triage::flow::lookup::OK;

pub(super) struct Check<'a> {
    flows: &'a [Flow],
    lookups: &'a BTreeMap<String, LookupSpec>,
    lines: &'a mut Lines,
    locale: &'a str,
    problems: Vec<FlowProblem>,
}

/// What is known of a flow up to one of its steps.
#[derive(Default)]
struct Known<'f> {
    /// Names of results, with the lookups that give them.
    results: BTreeMap<&'f str, &'f str>,
    verified: bool,
    /// Conditions of the confirmations since the last lookup that writes.
    confirmed: Vec<Option<&'f String>>,
    asked: BTreeSet<&'f str>,
    said: BTreeSet<&'f str>,
}

impl<'a> Check<'a> {
    pub(super) fn new(
        flows: &'a [Flow],
        lookups: &'a BTreeMap<String, LookupSpec>,
        lines: &'a mut Lines,
        locale: &'a str,
    ) -> Self {
        Self {
            flows,
            lookups,
            lines,
            locale,
            problems: Vec::new(),
        }
    }

    pub(super) fn problems(mut self) -> Vec<FlowProblem> {
        let (mut ids, mut intents) = (BTreeSet::new(), BTreeMap::<&Intent, &str>::new());
        for flow in self.flows {
            if !ids.insert(&flow.id) {
                self.refuse(flow, 1, "id", "another flow has this id; rename one".to_owned());
            }
            if flow.intents.is_empty() {
                self.refuse(
                    flow,
                    1,
                    "intents",
                    "no intent starts this flow; name one".to_owned(),
                );
            }
            for intent in &flow.intents {
                if let Some(other) = intents.insert(intent, &flow.id) {
                    self.refuse(
                        flow,
                        1,
                        "intents",
                        format!("{intent} starts the flow {other} already; choose one"),
                    );
                }
            }
            for name in flow.needs.iter().filter(|name| flow.slot(name).is_none()) {
                self.refuse(
                    flow,
                    1,
                    "needs",
                    format!("there is no slot {name:?}; add it under slots"),
                );
            }
            self.replies(flow);
            self.steps(flow);
        }
        self.problems
    }

    fn refuse(&mut self, flow: &Flow, line: u64, key: &str, message: String) {
        self.problems.push(FlowProblem {
            flow: flow.id.clone(),
            line,
            key: key.to_owned(),
            message,
        });
    }

    /// Compiles the flow's replies in the business's locale.
    fn replies(&mut self, flow: &Flow) {
        for reply in &flow.replies {
            let ours = reply.locale.as_ref().is_none_or(|locale| locale == self.locale);
            if ours && let Err(error) = self.lines.add(name(flow, &reply.id), &reply.text) {
                self.refuse(flow, reply.line, &reply.id, error.to_string());
            }
        }
    }

    fn steps(&mut self, flow: &Flow) {
        let mut known = Known::default();
        for step in &flow.steps {
            if let Some(condition) = &step.condition {
                self.expression(flow, step.line, "if", condition, &known);
            }
            self.deed(flow, step, &mut known);
        }
        let mut told = BTreeSet::new();
        for reply in &flow.replies {
            if !known.said.contains(reply.id.as_str()) && told.insert(&reply.id) {
                let message = "no step and no slot says this reply; remove it, or mend the name".to_owned();
                self.refuse(flow, reply.line, &reply.id, message);
            }
        }
        for slot in flow
            .slots
            .iter()
            .filter(|slot| !known.asked.contains(slot.name.as_str()))
        {
            let message = "no step asks for this slot; remove it, or add one that does".to_owned();
            self.refuse(flow, slot.line, &slot.name, message);
        }
    }

    fn deed<'f>(&mut self, flow: &'f Flow, step: &'f Step, known: &mut Known<'f>) {
        match &step.deed {
            Deed::Ask { slot } => match flow.slot(slot) {
                Some(slot) => self.slot(flow, slot, known),
                None => self.refuse(
                    flow,
                    step.line,
                    "ask",
                    format!("there is no slot {slot:?}; add it under slots"),
                ),
            },
            Deed::Verify { call } => {
                self.call(flow, step, call, "verify", known);
                known.verified |= step.condition.is_none();
            }
            Deed::Lookup { call, name, on } => {
                self.call(flow, step, call, "lookup", known);
                self.order(flow, step, call, known);
                if RESERVED.contains(&name.as_str()) || known.results.insert(name, &call.lookup).is_some() {
                    let message =
                        format!("{name:?} means something else in this flow already; give another `as`");
                    self.refuse(flow, step.line, "as", message);
                }
                self.outcomes(flow, step, call, on, known);
            }
            Deed::Confirm { reply } => {
                self.reply(flow, step.line, "confirm", reply, known);
                known.confirmed.push(step.condition.as_ref());
            }
            Deed::Say { reply, .. } => self.reply(flow, step.line, "say", reply, known),
            Deed::HandOff { .. } | Deed::End => {}
        }
    }

    fn slot<'f>(&mut self, flow: &'f Flow, slot: &'f Slot, known: &mut Known<'f>) {
        known.asked.insert(&slot.name);
        self.reply(flow, slot.line, "ask", &slot.ask, known);
        if let Some(reply) = &slot.invalid {
            self.reply(flow, slot.line, "invalid", reply, known);
        }
        if let Fill::Options(expression) = &slot.fill {
            self.expression(flow, slot.line, "options", expression, known);
        }
    }

    /// The lookup is there, of the right kind, and gets its arguments.
    fn call(&mut self, flow: &Flow, step: &Step, call: &Call, key: &str, known: &Known<'_>) {
        for expression in call.with.values() {
            self.expression(flow, step.line, "with", expression, known);
        }
        let Some(spec) = self.lookups.get(&call.lookup) else {
            let there: Vec<&str> = self.lookups.keys().map(String::as_str).collect();
            let there = if there.is_empty() {
                "none".to_owned()
            } else {
                there.join(", ")
            };
            let message = format!(
                "there is no lookup {:?}; firstline.toml declares {there}",
                call.lookup
            );
            return self.refuse(flow, step.line, key, message);
        };
        if spec.sends_code != (key == "verify") {
            let message = "`verify` takes a lookup that sends a code, and `lookup` one that does not; see `{code}` in firstline.toml";
            self.refuse(flow, step.line, key, message.to_owned());
        }
        for missing in spec
            .arguments
            .iter()
            .filter(|argument| !call.with.contains_key(*argument))
        {
            self.refuse(
                flow,
                step.line,
                "with",
                format!("{} needs {missing:?}; add it", call.lookup),
            );
        }
        for unknown in call
            .with
            .keys()
            .filter(|argument| !spec.arguments.contains(*argument))
        {
            self.refuse(
                flow,
                step.line,
                "with",
                format!("{} takes no {unknown:?}; remove it", call.lookup),
            );
        }
    }

    /// A proof comes before what is private, and a yes before what writes.
    fn order(&mut self, flow: &Flow, step: &Step, call: &Call, known: &mut Known<'_>) {
        let Some(spec) = self.lookups.get(&call.lookup) else {
            return;
        };
        if spec.private && !known.verified {
            let message = format!(
                "{} is private: put a `verify` step without `if` before it",
                call.lookup
            );
            self.refuse(flow, step.line, "lookup", message);
        }
        let confirmed = known
            .confirmed
            .iter()
            .any(|c| c.is_none() || *c == step.condition.as_ref());
        if spec.writes && !confirmed {
            let message = format!(
                "{} changes something: put a `confirm` step before it, without `if` or with the same one",
                call.lookup
            );
            self.refuse(flow, step.line, "lookup", message);
        }
        if spec.writes {
            known.confirmed.clear();
        }
    }

    fn outcomes<'f>(
        &mut self,
        flow: &'f Flow,
        step: &Step,
        call: &Call,
        on: &'f BTreeMap<String, Ending>,
        known: &mut Known<'f>,
    ) {
        let Some(spec) = self.lookups.get(&call.lookup) else {
            return;
        };
        for outcome in spec
            .outcomes
            .iter()
            .filter(|outcome| *outcome != OK && !on.contains_key(*outcome))
        {
            let message = format!(
                "{} can come out as {outcome:?}; say under `on` what then",
                call.lookup
            );
            self.refuse(flow, step.line, "on", message);
        }
        for (outcome, ending) in on {
            if outcome == OK || outcome == LookupResult::UNAVAILABLE {
                let message = format!(
                    "{outcome:?} cannot stand here: `ok` goes on with the next step, `unavailable` goes to a person"
                );
                self.refuse(flow, step.line, "on", message);
            } else if !spec.outcomes.contains(outcome) {
                let message = format!("{} never comes out as {outcome:?}; remove it", call.lookup);
                self.refuse(flow, step.line, "on", message);
            }
            if ending.say.is_none() && ending.again.is_none() && ending.hand_off.is_none() {
                let message =
                    format!("say what happens on {outcome:?}: a reply, `again` with a slot, or `handoff`");
                self.refuse(flow, step.line, "on", message);
            }
            if let Some(reply) = &ending.say {
                self.reply(flow, step.line, "on", reply, known);
            }
            if let Some(slot) = ending.again.as_deref().filter(|slot| !known.asked.contains(slot)) {
                let message =
                    format!("{slot:?} is not asked for before this step; `again` goes back to where it is");
                self.refuse(flow, step.line, "again", message);
            }
        }
    }
}

fn name(flow: &Flow, reply: &str) -> String {
    format!("{}.{reply}", flow.id)
}
