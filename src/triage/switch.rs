//! The bot switched off, whole or for some intents: whatever it would have said goes to people.

use serde_json::json;

use crate::domain::handoff::Reason;
use crate::domain::intent::Intent;
use crate::domain::reading::Reading;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::handoff;

/// The rule, by which the card knows it as well.
pub(crate) const RULE: &str = "bot_switched_off";

/// Whether the bot may say nothing here: it is off, or off for something that it is in the middle of.
pub(crate) fn silent(draft: &mut Draft<'_>) -> bool {
    let progress = &draft.conversation.progress;
    let begun = progress.flow.iter().chain(&progress.paused);
    let off = begun
        .map(|state| state.intent.name.clone())
        .filter(|intent| draft.switch.is_off_for(intent));
    let off: Vec<Intent> = off.collect();
    let enabled = draft.switch.enabled;
    let inputs = json!({ "enabled": enabled, "intents": off });
    draft.rule(RULE, inputs, !enabled || !off.is_empty())
}

/// Whether one of these, which the bot is about to act on, is left to people.
pub(crate) fn silent_about<'i>(draft: &mut Draft<'_>, intents: impl Iterator<Item = &'i Intent>) -> bool {
    let off: Vec<&Intent> = intents.filter(|intent| draft.switch.is_off_for(intent)).collect();
    if off.is_empty() {
        return false;
    }
    let inputs = json!({ "enabled": draft.switch.enabled, "intents": off });
    draft.rule(RULE, inputs, true)
}

/// To people, with all that was found beside it, weightiest first.
pub(crate) fn hand_off(draft: &mut Draft<'_>, mut reasons: Vec<Reason>, reading: &Reading) -> Action {
    reasons.push(Reason::Policy);
    let in_order = Reason::ALL.into_iter().filter(|reason| reasons.contains(reason));
    handoff::hand_off(draft, in_order.collect(), reading)
}
