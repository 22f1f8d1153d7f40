//! The waiting line of the store in memory as facts: who stands before a place, and how long the newest have waited.

use crate::domain::conversation::{Conversation, Owner};
use crate::domain::standing::{Place, WAITS_KEPT, expected_wait};
use crate::domain::turn::Turn;
use crate::store::memory::{State, stands_in};
use crate::store::paging::QueuePlace;

impl State {
    pub(super) fn add_wait(&mut self, turn: &Turn) {
        let workspace = &turn.conversation.workspace;
        self.waits.extend(
            turn.waited
                .iter()
                .map(|waited| (workspace.clone(), waited.clone())),
        );
    }

    /// `None` for a conversation that waits for nobody.
    pub(super) fn place(&self, waiting: &Conversation) -> Option<Place> {
        let (Owner::Queue { queue, .. }, own) = (&waiting.owner, QueuePlace::of(waiting)?) else {
            return None;
        };
        let others = self.conversations.values().map(|history| &history.conversation);
        let ahead = others
            .filter(|other| other.workspace == waiting.workspace && stands_in(other, queue))
            .filter_map(QueuePlace::of)
            .filter(|place| *place < own)
            .count();
        let waits = self.waits.iter().rev();
        let newest = waits
            .filter(|(workspace, waited)| *workspace == waiting.workspace && waited.queue == *queue)
            .take(WAITS_KEPT)
            .map(|(_, waited)| waited.time);
        Some(Place {
            ahead: u32::try_from(ahead).unwrap_or(u32::MAX),
            expected_wait: expected_wait(newest.collect()),
        })
    }
}
