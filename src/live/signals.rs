//! Signals: who is writing, and who has read how far. They are told to those who listen at that moment and kept nowhere:
//! bounded, and lost where nobody listens or somebody is slow. Must not know who may hear what.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::stream::{self, Stream};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::domain::agent::Agent;
use crate::domain::id::{ConversationId, WorkspaceId};

/// How many signals wait for a listener, of one conversation and of a whole workspace; then the oldest are lost.
const OF_CONVERSATION: usize = 8;
const OF_WORKSPACE: usize = 256;

/// Who gives a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Side {
    Customer,
    /// `holds`: the conversation is theirs, so that its customer may know of them.
    Agent {
        agent: Agent,
        holds: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Begins to write, or stops.
    Typing(bool),
    /// Has seen all messages up to this `seq`.
    Read(u64),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signal {
    pub conversation: ConversationId,
    pub from: Side,
    pub doing: Doing,
}

/// One conversation, or (`None`) all of the workspace.
type Topic = (WorkspaceId, Option<ConversationId>);

type Topics = HashMap<Topic, broadcast::Sender<Signal>>;

/// Clones share the listeners. Only what somebody listens to is in here.
#[derive(Debug, Clone, Default)]
pub(super) struct Signals(Arc<Mutex<Topics>>);

impl Signals {
    pub(super) fn send(&self, workspace: &WorkspaceId, signal: &Signal) {
        let topics = self.topics();
        for conversation in [Some(signal.conversation.clone()), None] {
            if let Some(listeners) = topics.get(&(workspace.clone(), conversation)) {
                // Refused where the last listener is just leaving.
                let _ = listeners.send(signal.clone());
            }
        }
    }

    pub(super) fn listen(
        &self,
        workspace: WorkspaceId,
        conversation: Option<ConversationId>,
    ) -> impl Stream<Item = Signal> + Send + use<> {
        let room = if conversation.is_some() {
            OF_CONVERSATION
        } else {
            OF_WORKSPACE
        };
        let topic = (workspace, conversation);
        let mut topics = self.topics();
        let listeners = topics.entry(topic.clone());
        let receiver = listeners
            .or_insert_with(|| broadcast::Sender::new(room))
            .subscribe();
        let listener = Listener {
            signals: self.clone(),
            topic,
            receiver: Some(receiver),
        };
        stream::unfold(listener, async |mut listener| {
            listener.next().await.map(|signal| (signal, listener))
        })
    }

    fn topics(&self) -> MutexGuard<'_, Topics> {
        // Each change of the map is a single call, so what a panic left behind is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Listener {
    signals: Signals,
    topic: Topic,
    receiver: Option<broadcast::Receiver<Signal>>,
}

impl Listener {
    async fn next(&mut self) -> Option<Signal> {
        let receiver = self.receiver.as_mut()?;
        loop {
            match receiver.recv().await {
                Ok(signal) => return Some(signal),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl Drop for Listener {
    /// The last listener of a topic takes it along.
    fn drop(&mut self) {
        let mut topics = self.signals.topics();
        // Let go under the lock, so that of two that leave together the second sees that it is the last.
        self.receiver = None;
        if topics
            .get(&self.topic)
            .is_some_and(|listeners| listeners.receiver_count() == 0)
        {
            topics.remove(&self.topic);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::StreamExt;

    use super::*;

    fn typing(number: u64) -> Signal {
        Signal {
            conversation: ConversationId::from_random([1; 16]),
            from: Side::Customer,
            doing: Doing::Read(number),
        }
    }

    #[tokio::test]
    async fn a_slow_listener_misses_the_oldest_and_the_last_leaves_nothing_behind() {
        let signals = Signals::default();
        let workspace = WorkspaceId::parse("acme").unwrap();
        let conversation = typing(0).conversation;
        signals.send(&workspace, &typing(0));
        let mut slow = Box::pin(signals.listen(workspace.clone(), Some(conversation)));
        let mut whole = Box::pin(signals.listen(workspace.clone(), None));
        let other = ConversationId::from_random([2; 16]);
        let elsewhere = Box::pin(signals.listen(workspace.clone(), Some(other)));
        for number in 1..=20 {
            signals.send(&workspace, &typing(number));
        }
        let newest = OF_CONVERSATION as u64;
        assert_eq!(slow.next().await, Some(typing(20 - newest + 1)));
        assert_eq!(whole.next().await, Some(typing(1)));
        assert_eq!(signals.topics().len(), 3);
        drop((slow, whole, elsewhere));
        assert!(signals.topics().is_empty());
        signals.send(&workspace, &typing(21));
    }
}
