//! The dispatcher: looks at who waits and who is there, has `triage::routing` match them, and brings each offer in as the
//! next input of its conversation. It knows the store and the way in through their ports only, and decides nothing.
//!
//! ```text
//! a commit, or time ─▶ agents + waiting line ─▶ route ─▶ Input::Offered ─▶ a turn, and the offer's timer with it
//! ```
//!
//! It keeps nothing between two looks: what it was about to do when it died, it does again from what is stored. An offer
//! whose conversation has moved on meanwhile is left; the next look sees how things stand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::domain::id::WorkspaceId;
use crate::domain::presence::Presence;
use crate::domain::turn::Input;
use crate::ports::{Clock, Inbox, Store, StoreError};
use crate::tasks::Tasks;
use crate::triage::policy::{Mode, Policy, PolicyInService};
use crate::triage::routing::{Proposal, Waiting, route};

/// How often to look for what time alone changes: a wrap-up ends, somebody may be asked again.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Between two looks, so that a hundred commits in a row are one look.
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// Before the store is tried again after a failure.
const STORE_PAUSE: Duration = Duration::from_secs(1);

/// How much of the waiting line is read at once.
const PAGE: usize = 200;

pub struct Dispatcher {
    pub workspace: WorkspaceId,
    pub store: Arc<dyn Store>,
    pub inbox: Arc<dyn Inbox>,
    pub policy: PolicyInService,
    pub clock: Clock,
    pub tasks: Tasks,
}

impl fmt::Debug for Dispatcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dispatcher")
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

impl Dispatcher {
    /// Runs until the server drains.
    pub async fn run(self) {
        let mut position = self.store.position();
        let stop = self.tasks.stop().clone();
        let mut store_works = true;
        while !stop.is_cancelled() {
            match self.look().await {
                Ok(_) => store_works = true,
                Err(error) => {
                    if store_works {
                        tracing::error!(%error, "conversations wait unoffered: the store does not answer");
                    }
                    store_works = false;
                    let _ = tokio::time::timeout(STORE_PAUSE, stop.cancelled()).await;
                    continue;
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Ok(()) = position.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let _ = tokio::time::timeout(LOOK_PAUSE, stop.cancelled()).await;
        }
    }

    /// One look at everything; how many offers came of it.
    pub async fn look(&self) -> Result<usize, StoreError> {
        let policy = (self.policy)();
        let rules = policy.routing();
        if rules.mode == Mode::Pull {
            return Ok(0);
        }
        let now = (self.clock)();
        let agents = self.store.agents(&self.workspace).await?;
        let is_free = |presence| presence == Presence::Online;
        // Without anybody who could take something there is no need to read a line that may be long.
        if !agents
            .iter()
            .any(|agent| agent.room() > 0 && is_free(agent.presence_at(now, rules.presence())))
        {
            return Ok(0);
        }
        let waiting = self.waiting(&policy).await?;
        let proposals = route(&waiting, &agents, rules, now);
        let offers = join_all(proposals.iter().map(|proposal| self.offer(proposal))).await;
        let mut made = 0;
        for offered in offers {
            made += usize::from(offered?);
        }
        metrics::counter!("firstline_offers_total").increment(made as u64);
        Ok(made)
    }

    /// Everybody who waits unoffered, whichever page they stand on.
    async fn waiting(&self, policy: &Policy) -> Result<Vec<Waiting>, StoreError> {
        let mut waiting = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let page = self
                .store
                .queue(&self.workspace, None, cursor.as_deref(), PAGE)
                .await?;
            let items = page.items.iter();
            waiting.extend(items.filter_map(|conversation| Waiting::of(conversation, policy)));
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(waiting),
            }
        }
    }

    /// False when the conversation had moved on.
    async fn offer(&self, proposal: &Proposal) -> Result<bool, StoreError> {
        let input = Input::Offered {
            agent: proposal.agent.clone(),
        };
        match self
            .inbox
            .deliver(&self.workspace, &proposal.conversation, &input)
            .await
        {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict | StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
