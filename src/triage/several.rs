//! Two requests in one message: both are answered, or what can be is and a person takes the rest.

use serde_json::json;

use crate::domain::handoff::Reason;
use crate::domain::intent::{Intent, ScoredIntent};
use crate::domain::message::Sender;
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
}

impl Request {
    fn new(draft: &Draft<'_>, intent: &ScoredIntent, clause: &Clause, whole: &Reading) -> Self {
        let mut request = Self {
            intent: intent.clone(),
            clause: clause.clone(),
            normal: phrases::normalise(&clause.text),
            flow: None,
        };
        // "Where is my order and can I have the invoice, it's FH-10423": what one clause names the others mean as well.
        if clause.reading.entities.is_empty() {
            request.clause.reading.entities.clone_from(&whole.entities);
        }
        let flow = draft.policy.flows.starting(&intent.name, &request.said());
        request.flow = flow.map(|flow| flow.id.clone());
        request
    }

    fn said(&self) -> Said<'_> {
        Said {
            text: &self.clause.text,
            normal: &self.normal,
            reading: &self.clause.reading,
            sure: Some(&self.intent.name),
        }
    }

    /// One flow or one intent: then it is one request, said twice.
    fn is_as(&self, other: &Self) -> bool {
        self.intent.name == other.intent.name || (self.flow.is_some() && self.flow == other.flow)
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
