//! The dispatcher: looks at who waits and who is there, has `triage::routing` match them and say who is gone, and brings what
//! comes of it in as the next input of each conversation. It knows the store and the way in through their ports only, and
//! decides nothing.
//!
//! ```text
//! a commit, or time ─▶ agents ─▶ gone_since ─▶ Input::AgentGone ─▶ a turn: back in its queue
//!                      agents + waiting line ─▶ route ─▶ Input::Offered ─▶ a turn, and the offer's timer with it
//! ```
//!
//! It keeps nothing between two looks: what it was about to do when it died, it does again from what is stored. What has moved
//! on meanwhile is left; the next look sees how things stand.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;

use crate::domain::agent::Agent;
use crate::domain::id::{AgentId, ConversationId, WorkspaceId};
use crate::domain::presence::{AgentState, Presence};
use crate::domain::time::Timestamp;
use crate::domain::turn::Input;
use crate::ports::{Clock, Inbox, Store, StoreError};
use crate::tasks::Tasks;
use crate::triage::policy::{Mode, Policy, PolicyInService, Routing};
use crate::triage::routing::{Waiting, gone_since, route};

/// How often to look for what time alone changes: a wrap-up ends, somebody may be asked again, somebody is gone.
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
            // Where nothing is offered, only time brings anything to do.
            let offers = (self.policy)().routing().mode == Mode::Offer;
            tokio::select! {
                () = stop.cancelled() => {}
                Ok(()) = position.changed(), if offers => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let _ = tokio::time::timeout(LOOK_PAUSE, stop.cancelled()).await;
        }
    }

    /// One look at everything; how many offers came of it.
    pub async fn look(&self) -> Result<usize, StoreError> {
        let policy = (self.policy)();
        let rules = policy.routing();
        if rules.mode == Mode::Pull && rules.gone().is_none() {
            return Ok(0);
        }
        let now = (self.clock)();
        let agents = self.store.agents(&self.workspace).await?;
        self.bring_back(&agents, rules, now).await?;
        if rules.mode == Mode::Pull {
            return Ok(0);
        }
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
        let offers = proposals.into_iter().map(|proposal| {
            let agent = proposal.agent;
            (proposal.conversation, Input::Offered { agent })
        });
        let offers: Vec<_> = offers.collect();
        let made = self.deliver_all(&offers).await?;
        metrics::counter!("firstline_offers_total").increment(made as u64);
        Ok(made)
    }

    /// Conversations whose customers wait for an agent who is gone go back to their queues. Who holds nothing is not asked
    /// about.
    async fn bring_back(
        &self,
        agents: &[AgentState],
        rules: &Routing,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let loaded = agents.iter().filter(|state| state.load > 0);
        let gone: Vec<(&Agent, Timestamp)> = loaded
            .filter_map(|state| Some((&state.profile.agent, gone_since(state, rules, now)?)))
            .collect();
        if gone.is_empty() {
            return Ok(());
        }
        let holders: Vec<AgentId> = gone.iter().map(|(agent, _)| agent.id.clone()).collect();
        let left = self.store.unanswered(&self.workspace, &holders).await?;
        let inputs = left.into_iter().filter_map(|(conversation, holder)| {
            let (agent, since) = gone.iter().find(|(agent, _)| agent.id == holder)?;
            let (agent, since) = (Agent::clone(agent), *since);
            Some((conversation, Input::AgentGone { agent, since }))
        });
        let inputs: Vec<_> = inputs.collect();
        self.deliver_all(&inputs).await.map(drop)
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

    /// All at once; how many became turns.
    async fn deliver_all(&self, inputs: &[(ConversationId, Input)]) -> Result<usize, StoreError> {
        let delivered = inputs
            .iter()
            .map(|(conversation, input)| self.deliver(conversation, input));
        let mut turns = 0;
        for became in join_all(delivered).await {
            turns += usize::from(became?);
        }
        Ok(turns)
    }

    /// False when the conversation had moved on.
    async fn deliver(&self, conversation: &ConversationId, input: &Input) -> Result<bool, StoreError> {
        match self.inbox.deliver(&self.workspace, conversation, input).await {
            Ok(()) => Ok(true),
            Err(StoreError::Conflict | StoreError::NotFound(_)) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
