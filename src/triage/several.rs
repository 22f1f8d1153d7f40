//! Two requests in one message: both are answered, or what can be is and a person takes the rest.

use jiff::civil::DateTime;
use serde_json::json;

use crate::domain::handoff::Reason;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::Sender;
use crate::domain::moment::DateOrder;
use crate::domain::reading::{Clause, Reading};
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::{self, Said};
use crate::triage::{answer, handoff, phrases};

/// One of the things that a message asks for.
pub(crate) struct Request {
    intent: ScoredIntent,
    clause: Clause,
    normal: String,
    /// The flow that does it; otherwise a passage has to answer it.
    flow: Option<String>,
    /// The flow that such intents are for, whether or not this clause says enough to start it.
    kin: Option<String>,
    now: DateTime,
    date_order: Option<DateOrder>,
}

impl Request {
    fn new(draft: &Draft<'_>, intent: &ScoredIntent, clause: &Clause, whole: &Reading) -> Self {
        let mut request = Self {
            intent: intent.clone(),
            clause: clause.clone(),
            normal: phrases::normalise(&clause.text),
            flow: None,
            kin: draft.policy.flows.of(&intent.name).map(|flow| flow.id.clone()),
            now: draft.on_the_wall(),
            date_order: draft.policy.business().date_order,
        };
        // "Where is my order and can I have the invoice, it's FH-10423": what one clause names the others mean as well.
        if clause.reading.entities.is_empty() {
            request.clause.reading.entities.clone_from(&whole.entities);
        }
        let flow = draft.policy.flows.starting(&intent.name, &request.said());
        request.flow = flow.map(|flow| flow.id.clone());
        request
    }

    pub(crate) fn intent(&self) -> &Intent {
        &self.intent.name
    }

    fn said(&self) -> Said<'_> {
        Said {
            text: &self.clause.text,
            normal: &self.normal,
            reading: &self.clause.reading,
            sure: Some(&self.intent.name),
            now: self.now,
            date_order: self.date_order,
        }
    }

    /// One intent, or the intents of a flow that one of them starts ("how much is the lane, and in which colours does it
    /// come"): then it is one request, said twice.
    fn is_as(&self, other: &Self) -> bool {
        let starts = self.flow.is_some() || other.flow.is_some();
        self.intent.name == other.intent.name || (starts && self.kin.is_some() && self.kin == other.kin)
    }
}

/// What the message asks for, where that is surely more than one thing.
pub(crate) fn requests(draft: &mut Draft<'_>, reading: &Reading) -> Option<Vec<Request>> {
    let mut found: Vec<Request> = Vec::new();
    for clause in &reading.clauses {
        let Some(top) = clause.reading.top() else { continue };
        let sure = top.confidence >= draft.policy.answer_at(&top.name);
        let small = flow::says_little(draft, &top.name) || top.name.is(Intent::GOODBYE);
        let request = Request::new(draft, top, clause, reading);
        if sure && !small && !found.iter().any(|known| known.is_as(&request)) {
            found.push(request);
        }
    }
    let names: Vec<_> = found.iter().map(|request| &request.intent.name).collect();
    let several = draft.rule("several_requests", json!({ "intents": names }), found.len() > 1);
    several.then_some(found)
}

/// Passages first, so that what a flow asks stands last. The first flow begins, the others follow when it ends.
pub(crate) fn answer_all(draft: &mut Draft<'_>, requests: &[Request], reading: &Reading) -> Action {
    let mut unanswered = false;
    for request in requests.iter().filter(|request| request.flow.is_none()) {
        match answer::choose(draft, &request.intent.name, &request.clause.reading.hits) {
            Some(hit) => {
                let answer = answer::from(hit);
                draft.conversation.progress.failures = 0;
                draft.conversation.progress.last_answer = Some(answer.key);
                draft.message(Sender::Bot, answer.text, Some(answer.source));
            }
            None => unanswered = true,
        }
    }
    // A person who takes the one does the others as well.
    if unanswered {
        return handoff::hand_off(draft, vec![Reason::NoAnswer], reading);
    }
    // Each begins in front of those begun before it: the first to be asked for begins last.
    for request in requests.iter().rev() {
        if let Some(flow) = &request.flow {
            flow::begin(draft, flow, request.intent.clone(), &request.said());
        }
    }
    if draft.conversation.progress.flow.is_some() {
        flow::go_on(draft, reading)
    } else {
        Action::Answer
    }
}
