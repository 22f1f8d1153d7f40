//! Proof of identity by a one-time code: sending it, taking it, and ending in front of a person when it does not come
//! right. What may be said to somebody without a proof is the same whether or not the company knows them.

use serde_json::json;

use crate::domain::flow::{Call, Flow, FlowState, Wait};
use crate::domain::handoff::Reason;
use crate::domain::id::TaskId;
use crate::domain::identity::{
    CODE_DIGITS, CODE_LASTS, Challenge, CodeDigest, PROOF_LASTS, SENDS_MAX, TRIES_MAX,
};
use crate::domain::lookup::LookupResult;
use crate::domain::reading::Reading;
use crate::domain::task::Work;
use crate::domain::turn::Action;
use crate::triage::draft::Draft;
use crate::triage::flow::hear::{self, Said};
use crate::triage::flow::{lookup, run};
use crate::triage::handoff::hand_off;
use crate::triage::phrases::find;
use crate::triage::policy::line;
use crate::triage::switch;

/// How often the bot asks for the code where something else is written.
const CODE_ASKED_MAX: u32 = 3;

pub(super) fn send_code(
    draft: &mut Draft<'_>,
    flow: &Flow,
    state: &FlowState,
    call: &Call,
    reading: &Reading,
) -> Action {
    let sends = draft.conversation.identity.sends;
    let fired = draft.rule(
        "verification_failed",
        json!({ "sends": sends, "limit": SENDS_MAX }),
        sends >= SENDS_MAX,
    );
    if fired {
        return hand_off(draft, vec![Reason::VerificationFailed], reading);
    }
    match lookup::arguments(draft, flow, state, call) {
        Ok(request) => {
            draft.conversation.identity.sends += 1;
            draft.conversation.identity.challenge = None;
            lookup::wait_for_task(draft, Work::SendCode { request })
        }
        Err(problem) => run::broken(draft, &problem, reading),
    }
}

/// The code is on its way, if the company knows whom to send it to. The customer is told the same in either case.
pub(crate) fn take_in(
    draft: &mut Draft<'_>,
    task: &TaskId,
    result: &LookupResult,
    digest: &CodeDigest,
) -> Action {
    if !lookup::awaits(draft, task) {
        return Action::Record;
    }
    let reading = &Reading::default();
    if switch::silent(draft) {
        return switch::hand_off(draft, Vec::new(), reading);
    }
    let failed = result.outcome != lookup::OK;
    let inputs = json!({ "outcome": result.outcome, "problem": result.problem });
    if draft.rule("lookup_failed", inputs, failed) {
        return hand_off(draft, vec![Reason::LookupFailed], reading);
    }
    let again = draft.conversation.identity.sends > 1;
    draft.conversation.identity.challenge = Some(Challenge {
        task: task.clone(),
        digest: digest.clone(),
        customer: result.text("customer").unwrap_or_default().to_owned(),
        expires_at: draft.now + CODE_LASTS,
        tries_left: TRIES_MAX,
    });
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = Some(Wait::Code);
    }
    draft.bot_says(if again { line::CODE_NEW } else { line::CODE_SENT });
    Action::Ask
}

/// The code in a message: six digits, perhaps in groups, that are not part of a longer number.
pub(super) fn code_in(text: &str) -> Option<String> {
    let of_a_number = |c: char| c.is_ascii_digit() || matches!(c, ' ' | '-');
    let runs = text.split(|c: char| !of_a_number(c));
    let digits = runs.map(|run| run.chars().filter(char::is_ascii_digit).collect::<String>());
    let mut found = digits.filter(|digits| digits.len() == CODE_DIGITS);
    found.next()
}

pub(super) fn wants_another(draft: &Draft<'_>, said: &Said<'_>) -> bool {
    find(&draft.policy.phrases().resend_code, said.normal).is_some()
}

/// `None` when the message is neither a code nor about it.
pub(super) fn hear_code(draft: &mut Draft<'_>, said: &Said<'_>) -> Option<Action> {
    let Some(code) = code_in(said.text) else {
        return wants_another(draft, said).then(|| another(draft, said.reading));
    };
    let Some(challenge) = draft.conversation.identity.challenge.clone() else {
        return Some(another(draft, said.reading));
    };
    let expired = draft.now >= challenge.expires_at;
    if draft.rule(
        "code_expired",
        json!({ "expires_at": challenge.expires_at }),
        expired,
    ) {
        return Some(another(draft, said.reading));
    }
    let right =
        challenge.digest.matches(&CodeDigest::of(&challenge.task, &code)) && !challenge.customer.is_empty();
    if draft.rule("code_right", json!({ "tries_left": challenge.tries_left }), right) {
        let conversation = &mut draft.conversation;
        conversation.identity.challenge = None;
        conversation.identity.proven_until = Some(draft.now + PROOF_LASTS);
        let customer = &mut conversation.customer;
        // What was said of one customer's tier is not said of another's.
        if !customer.id.is_empty() && customer.id != challenge.customer {
            customer.tier = None;
        }
        customer.id = challenge.customer;
        customer.verified = true;
        if let Some(state) = &mut conversation.progress.flow {
            state.waits_for = None;
        }
        return Some(run::go_on(draft, said.reading));
    }
    let tries_left = challenge.tries_left.saturating_sub(1);
    if draft.rule(
        "verification_failed",
        json!({ "tries_left": tries_left }),
        tries_left == 0,
    ) {
        draft.conversation.identity.challenge = None;
        return Some(hand_off(draft, vec![Reason::VerificationFailed], said.reading));
    }
    draft.conversation.identity.challenge = Some(Challenge {
        tries_left,
        ..challenge
    });
    draft.bot_says(line::CODE_WRONG);
    Some(Action::Ask)
}

/// A new code takes the place of the old one; the step that sends codes counts them.
fn another(draft: &mut Draft<'_>, reading: &Reading) -> Action {
    if let Some(state) = &mut draft.conversation.progress.flow {
        state.waits_for = None;
    }
    run::go_on(draft, reading)
}

/// Asks for the code again; not for ever.
pub(super) fn ask_again(draft: &mut Draft<'_>, reading: &Reading) -> Action {
    if run::too_often(draft, "code", CODE_ASKED_MAX) {
        return hand_off(draft, vec![Reason::RepeatedFailure], reading);
    }
    draft.bot_says(line::CODE_ASK);
    Action::Ask
}

/// A proof by code ends after a while: whoever sits there now may be somebody else. What it had brought to light is
/// forgotten, and the flow begins again.
pub(crate) fn expire(draft: &mut Draft<'_>) {
    let until = draft.conversation.identity.proven_until;
    let over = until.is_some_and(|until| draft.now >= until);
    if over && draft.rule("proof_expired", json!({ "proven_until": until }), over) {
        draft.conversation.identity.proven_until = None;
        draft.conversation.customer.verified = false;
        hear::restart(draft);
    }
}

#[cfg(test)]
mod tests {
    use super::code_in;

    #[test]
    fn six_digits_are_a_code_and_other_numbers_are_not() {
        for (text, expected) in [
            ("482913", Some("482913")),
            ("it's 482 913, thanks", Some("482913")),
            ("482-913", Some("482913")),
            ("my order is FH-10423", None),
            ("4829135", None),
            ("07700 900123", None),
            ("no idea", None),
        ] {
            assert_eq!(code_in(text).as_deref(), expected, "{text}");
        }
    }
}
