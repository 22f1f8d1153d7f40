//! What a flow has found so far, in the lines that the business wrote for it: an agent who takes over can say them.

use crate::domain::flow::Deed;
use crate::domain::handoff::SuggestedReply;
use crate::domain::message::Source;
use crate::triage::draft::Draft;
use crate::triage::flow::run::passes;

/// For each lookup that is done the line to its outcome, and every other line that tells of a result and could be said
/// now. Scores are 0: how well they fit is not for a flow to know.
pub(crate) fn found(draft: &Draft<'_>) -> Vec<SuggestedReply> {
    let flows = &draft.policy.flows;
    let Some(state) = &draft.conversation.progress.flow else {
        return Vec::new();
    };
    let Some(flow) = flows
        .get(&state.flow)
        .filter(|flow| flow.version == state.version)
    else {
        return Vec::new();
    };
    let tells = |reply: &str| {
        let variables = flows.lines.variables(&format!("{}.{reply}", flow.id));
        let known = |variable: &String| {
            let name = variable.split('.').next().unwrap_or_default();
            state.results.contains_key(name)
        };
        variables.iter().any(known)
    };
    let replies = flow.steps.iter().filter_map(|step| {
        let reply = match &step.deed {
            Deed::Lookup { name, on, .. } => on.get(&state.results.get(name)?.outcome)?.say.as_ref()?,
            Deed::Say { reply, .. } if tells(reply) => reply,
            Deed::Say { .. }
            | Deed::Ask { .. }
            | Deed::Verify { .. }
            | Deed::Confirm { .. }
            | Deed::HandOff { .. }
            | Deed::End => return None,
        };
        passes(draft, flow, state, step).ok()?.then_some(reply)
    });
    let context = flows.context(flow, state, draft);
    let said = replies.filter_map(|reply| {
        let id = format!("{}.{reply}", flow.id);
        let text = flows.lines.render(&id, &context).ok()?;
        Some(SuggestedReply {
            id: id.clone(),
            text,
            score: 0.0,
            source: Source::Flow { reply: id },
        })
    });
    said.collect()
}
