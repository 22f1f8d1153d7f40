//! Who else waits: others in every queue, and waits that have ended, so that a transcript can say how the line stands.
//! Written into the store as turns, like all that happens.

use crate::domain::bot::BotSwitch;
use crate::domain::conversation::{Conversation, Customer, Owner};
use crate::domain::id::{ConversationId, QueueName, WorkspaceId};
use crate::domain::queue::Priority;
use crate::domain::standing::{WAITS_KEPT, Waited};
use crate::domain::suggestion::Feedback;
use crate::domain::time::{Duration, Timestamp};
use crate::domain::turn::{Action, Input, Trace, Turn};
use crate::ports::{Store, StoreError};

/// The line as a transcript wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Line {
    /// How many wait before anybody who comes, in each queue.
    pub(super) ahead: u8,
    /// How long all of the newest have waited; `None`: nobody knows.
    pub(super) wait: Option<Duration>,
}

pub(super) async fn form(
    store: &dyn Store,
    workspace: &WorkspaceId,
    queues: impl Iterator<Item = &QueueName>,
    line: Line,
    now: Timestamp,
) -> Result<(), StoreError> {
    // The conversation that is played has the number 0.
    let mut number: u32 = 0;
    let mut other = || {
        number += 1;
        let id = ConversationId::from_random(u128::from(number).to_be_bytes());
        Conversation::new(workspace.clone(), id, Customer::default(), now)
    };
    for queue in queues {
        for _ in 0..line.ahead {
            let owner = Owner::waiting(queue.clone(), Priority::Urgent, now);
            let waiting = Conversation { owner, ..other() };
            store.commit(&turn(waiting, None), None).await?;
        }
        for _ in 0..line.wait.map_or(0, |_| WAITS_KEPT) {
            let waited = line.wait.map(|time| Waited {
                queue: queue.clone(),
                time,
            });
            store.commit(&turn(other(), waited), None).await?;
        }
    }
    Ok(())
}

fn turn(conversation: Conversation, waited: Option<Waited>) -> Turn {
    Turn {
        action: Action::Record,
        before: 0,
        epoch_before: 0,
        conversation: Conversation {
            version: 1,
            ..conversation
        },
        messages: Vec::new(),
        events: Vec::new(),
        tasks: Vec::new(),
        input: Input::Opened,
        reading: None,
        standing: None,
        switch: BotSwitch::default(),
        waited,
        feedback: Feedback::default(),
        trace: Trace::default(),
    }
}
