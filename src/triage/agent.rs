//! What agents do with a conversation: they write, to the customer or to each other, and each action is a takeover or an
//! end, told to the customer and logged.

use serde_json::{Value, json};

use crate::domain::agent::Agent;
use crate::domain::conversation::Owner;
use crate::domain::event::EventData;
use crate::domain::id::{QueueName, Resolution};
use crate::domain::message::{Sender, Text};
use crate::domain::note::Note;
use crate::domain::progress::Gathering;
use crate::domain::suggestion::{Outcome, Suggested};
use crate::domain::task::Work;
use crate::domain::time::Timestamp;
use crate::domain::turn::{AgentAction, Refusal};
use crate::triage::acceptance;
use crate::triage::draft::Draft;
use crate::triage::offer::{self, home_queue};
use crate::triage::policy::line;
use crate::triage::reply::Variables;
use crate::triage::suggest;

/// A message of whoever holds the conversation, and what it says of the suggestions that they were shown.
pub(crate) fn write(
    draft: &mut Draft<'_>,
    agent: &Agent,
    text: &Text,
    suggested: Option<&Suggested>,
) -> Result<(), Refusal> {
    draft.conversation.must_be_held_by(agent)?;
    let before = draft.conversation.clone();
    draft.message(Sender::Agent(agent.clone()), text.as_str().to_owned(), None);
    let Some(message) = draft.newest_message() else {
        return Ok(());
    };
    let feedback = suggest::feedback(&before, suggested, message)?;
    if suggested.is_some() {
        let became: Vec<Value> = feedback
            .outcomes
            .iter()
            .map(|outcome| json!({ "suggestion": outcome.key, "outcome": outcome.outcome.as_str() }))
            .collect();
        let taken = feedback
            .outcomes
            .iter()
            .any(|one| one.outcome != Outcome::Ignored);
        draft.rule("suggestion_taken", json!({ "suggestions": became }), taken);
    }
    draft.feedback = feedback;
    Ok(())
}

/// Between staff, whoever holds the conversation and whether it is open; a whisper needs somebody who hears it.
pub(crate) fn note(draft: &mut Draft<'_>, agent: &Agent, text: &Text, whisper: bool) -> Result<(), Refusal> {
    if whisper && draft.conversation.agent().is_none() {
        return Err(Refusal::NobodyHolds);
    }
    let version = draft.before().version + 1;
    draft.event(EventData::NoteCreated {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        note: Note {
            id: draft.conversation.id.note(version),
            agent: agent.clone(),
            text: text.as_str().to_owned(),
            at: draft.now,
            whisper,
        },
    });
    Ok(())
}

pub(crate) fn act(draft: &mut Draft<'_>, agent: &Agent, action: &AgentAction) -> Result<(), Refusal> {
    match action {
        AgentAction::Claim => claim(draft, agent),
        AgentAction::Release => {
            let queue = home_queue(draft);
            requeue(draft, agent, queue)
        }
        AgentAction::Transfer { queue } if draft.policy.has_queue(queue) => {
            requeue(draft, agent, queue.clone())
        }
        AgentAction::Transfer { queue } => Err(Refusal::UnknownQueue(queue.clone())),
        AgentAction::TransferToAgent { to } if to.id == agent.id => Err(Refusal::AlreadyYours),
        AgentAction::TransferToAgent { to } => {
            let queue = home_queue(draft);
            requeue(draft, agent, queue)?;
            offer::offer(draft, to)
        }
        AgentAction::Resolve => resolve(draft, agent, None),
        AgentAction::ResolveAs { resolution } if draft.policy.has_resolution(resolution) => {
            resolve(draft, agent, Some(resolution))
        }
        AgentAction::ResolveAs { resolution } => Err(Refusal::UnknownResolution(resolution.clone())),
        AgentAction::TakeOver => {
            let units = draft.policy.routing().weight(draft.conversation.priority());
            let holder = draft.conversation.take_from(agent, units, draft.now)?;
            taken(draft, agent, holder);
            Ok(())
        }
        AgentAction::HandBack => hand_back(draft, agent),
        AgentAction::Accept => {
            draft.conversation.accept(agent, draft.now)?;
            taken(draft, agent, None);
            Ok(())
        }
        AgentAction::Decline => offer::decline(draft, agent),
        AgentAction::Snooze { until } => offer::snooze(draft, agent, *until),
    }
}

/// Out of the queue or from the bot; what its holder has put off, they take up again.
fn claim(draft: &mut Draft<'_>, agent: &Agent) -> Result<(), Refusal> {
    if draft.conversation.must_be_held_by(agent).is_ok() && offer::wake(draft, "agent") {
        return Ok(());
    }
    let units = draft.policy.routing().weight(draft.conversation.priority());
    draft.conversation.claim(agent, units, draft.now)?;
    taken(draft, agent, None);
    Ok(())
}

fn taken(draft: &mut Draft<'_>, agent: &Agent, taken_from: Option<Agent>) {
    draft.event(EventData::HandoffAccepted {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
        taken_from,
    });
    announce(draft, agent, line::CLAIMED);
}

fn requeue(draft: &mut Draft<'_>, agent: &Agent, queue: QueueName) -> Result<(), Refusal> {
    let leaving = Leaving {
        agent,
        queue,
        since: draft.now,
        reason: "released",
        reply: line::REQUEUED,
    };
    leave(draft, leaving)
}

/// How a conversation leaves its holder for a queue.
pub(crate) struct Leaving<'a> {
    pub(crate) agent: &'a Agent,
    pub(crate) queue: QueueName,
    /// From when on its wait there counts.
    pub(crate) since: Timestamp,
    /// As `handoff.released` has it.
    pub(crate) reason: &'static str,
    /// What the customer is told.
    pub(crate) reply: &'static str,
}

pub(crate) fn leave(draft: &mut Draft<'_>, leaving: Leaving<'_>) -> Result<(), Refusal> {
    let Leaving {
        agent,
        queue,
        since,
        reason,
        reply,
    } = leaving;
    draft
        .conversation
        .requeue(agent, queue.clone(), since, draft.now)?;
    acceptance::watch(draft);
    draft.event(EventData::HandoffReleased {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
        queue,
        reason,
    });
    announce(draft, agent, reply);
    Ok(())
}

/// Whoever holds it may end it; what nobody holds, any agent may end.
fn resolve(draft: &mut Draft<'_>, agent: &Agent, resolution: Option<&Resolution>) -> Result<(), Refusal> {
    if matches!(draft.conversation.owner, Owner::Agent { .. }) {
        draft.conversation.must_be_held_by(agent)?;
    }
    draft.conversation.resolve()?;
    draft.conversation.resolution = resolution.cloned();
    draft.event(EventData::ConversationResolved {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        by: "agent",
        agent: Some(agent.clone()),
        resolution: resolution.cloned(),
    });
    announce(draft, agent, line::RESOLVED);
    Ok(())
}

/// What the customer has written and nobody answered the bot reads as soon as the turn is on disk, by a timer that is due.
fn hand_back(draft: &mut Draft<'_>, agent: &Agent) -> Result<(), Refusal> {
    let unanswered = draft.conversation.first_unanswered();
    draft.conversation.hand_back(agent, draft.now)?;
    if let Some(from) = unanswered {
        let timer = draft.task(Work::Timer, draft.now);
        draft.conversation.progress.gathering = Some(Gathering { timer, from });
    }
    draft.event(EventData::HandoffEnded {
        conversation_id: draft.conversation.id.clone(),
        workspace: draft.conversation.workspace.clone(),
        epoch: draft.conversation.epoch,
        agent: agent.clone(),
    });
    announce(draft, agent, line::HANDED_BACK);
    Ok(())
}

fn announce(draft: &mut Draft<'_>, agent: &Agent, reply: &str) {
    draft.say(
        Sender::System,
        reply,
        Variables {
            agent_name: &agent.name,
            ..Variables::default()
        },
    );
}
