//! A holder who is gone: the conversation in which a customer waits for them goes back to its queue, as if they had let it
//! go, with the whole of that wait behind it. Who counts as gone is decided in `routing`.

use serde_json::json;

use crate::domain::agent::Agent;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, Refusal};
use crate::triage::agent::{self, Leaving};
use crate::triage::draft::Draft;
use crate::triage::offer::home_queue;
use crate::triage::policy::line;
use crate::triage::{card, waiting};

/// `gone_since` is when the agent went offline. Refused where that leaves nobody waiting, or where they have taken the
/// conversation after it.
pub(crate) fn bring_back(
    draft: &mut Draft<'_>,
    agent: &Agent,
    gone_since: Timestamp,
) -> Result<Action, Refusal> {
    let waiting_since = draft.conversation.left_waiting(agent, gone_since)?;
    let inputs = json!({ "agent": agent.id, "gone_since": gone_since, "waiting_since": waiting_since });
    draft.rule("agent_gone", inputs, true);
    let queue = home_queue(draft);
    let leaving = Leaving {
        agent,
        queue: queue.clone(),
        since: waiting_since,
        reason: "gone",
        reply: line::AGENT_GONE,
    };
    agent::leave(draft, leaving)?;
    let mut reasons = Vec::new();
    if let Some(handoff) = &mut draft.conversation.handoff {
        card::left_by(&mut handoff.summary, agent);
        reasons.clone_from(&handoff.reasons);
    }
    waiting::tell(draft, &queue, &reasons);
    Ok(Action::Relay)
}
