//! "And the other one?": the flow that has just ended, about another thing.

use serde_json::json;

use crate::domain::flow::{Fill, Flow};
use crate::domain::intent::ScoredIntent;
use crate::triage::draft::Draft;
use crate::triage::flow::hear::{Said, says_little};
use crate::triage::flow::slots;
use crate::triage::phrases::find;

/// "And the other one?" after a flow has ended: the same flow, about what is named now or asked for anew.
pub(crate) fn follow_up<'d>(draft: &mut Draft<'d>, said: &Said<'_>) -> Option<(&'d Flow, ScoredIntent)> {
    let last = draft.conversation.progress.last_flow.clone();
    let flow = last.as_ref().and_then(|last| draft.policy.flows.get(&last.flow));
    let fired = flow.filter(|flow| {
        let known = &draft.conversation.progress.remembered;
        let new_value = flow
            .slots
            .iter()
            .filter(|slot| matches!(slot.fill, Fill::Entity(_)))
            .any(|slot| {
                let value = slots::find(slot, said, false, &[], &mut Vec::new());
                value.is_some_and(|value| known.get(&slot.name) != Some(&value))
            });
        let phrase = find(&draft.policy.phrases().follow_up, said.normal).is_some();
        let about_it = said
            .sure
            .is_none_or(|sure| flow.intents.contains(sure) || says_little(draft, sure));
        about_it && (new_value || phrase)
    });
    draft.rule(
        "follow_up",
        json!({ "last_flow": last.as_ref().map(|last| &last.flow) }),
        fired.is_some(),
    );
    let flow = fired?;
    // "The other one" is another order: what was remembered of this one would answer the wrong question.
    for slot in &flow.slots {
        draft.conversation.progress.remembered.remove(&slot.name);
    }
    Some((flow, last?.intent))
}
