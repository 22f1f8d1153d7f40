//! The order of steps for one input, and nothing else: read, mask, load, decide, commit. What each step means is
//! decided elsewhere; what must happen outside is in the committed turn, and done by the outbox.

mod in_service;
mod inbox;
mod replies;
mod suggestions;
mod what_if;

use std::sync::Arc;

use thiserror::Error;

use crate::domain::article::Audience;
use crate::domain::clauses::requests;
use crate::domain::conversation::{Conversation, Customer, Owner};
use crate::domain::entity::Entity;
use crate::domain::id::{ConversationId, WorkspaceId};
use crate::domain::message::{Message, Sender, Text};
use crate::domain::reading::{Classification, Clause, Fault, Reading};
use crate::domain::standing::Standing;
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, Input, Refusal, Turn, TurnRecord};
use crate::ports::{Clock, Committed, Idempotency, Sealer, SearchQuery, Store, StoreError};
use crate::triage::circumstances::Circumstances;
use crate::triage::decide::decide_under;
use crate::triage::policy::{Mode, Policy};

pub use crate::engine::in_service::{InService, Parts};
pub use crate::engine::replies::ReplyQuery;
pub use crate::engine::suggestions::Suggestions;
pub use crate::engine::what_if::{Thresholds, WhatIf, replies};

use crate::engine::suggestions::REPLIES_MAX;

/// How often a turn is decided anew when the conversation moved meanwhile.
const ATTEMPTS_MAX: u32 = 3;

/// How many passages a reading carries.
const HITS_MAX: usize = 8;

#[derive(Debug, Error)]
pub enum EngineError {
    #[error("there is no such conversation")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Several inputs at once, each retried in vain; sending it again is right.
    #[error("the conversation is changing too fast; send the request again")]
    Contended,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the engine joins.
#[derive(Clone)]
pub struct Engine {
    pub workspace: WorkspaceId,
    pub in_service: InService,
    pub store: Arc<dyn Store>,
    pub clock: Clock,
    /// For personal data that is masked and that a flow has asked for: the company's system has to get it.
    pub sealer: Sealer,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

/// What a reading is made of.
#[derive(Debug, Clone, Default)]
pub struct Said {
    /// What the bot is to answer; `None` where the input is not for it to read.
    pub text: Option<Text>,
    /// Oldest first.
    pub before: Vec<Message>,
}

impl Said {
    /// A message itself, or the messages whose pause the input ends.
    pub fn new(input: &Input, conversation: Option<&Conversation>) -> Self {
        let gathered = || conversation.and_then(Conversation::gathered);
        Self {
            text: match input {
                Input::CustomerMessage { text } => Some(text.clone()),
                Input::TimerFired { .. } => gathered(),
                Input::Opened
                | Input::AgentMessage { .. }
                | Input::AgentAction { .. }
                | Input::Note { .. }
                | Input::Rated { .. }
                | Input::Offered { .. }
                | Input::AgentGone { .. }
                | Input::LookupDone { .. }
                | Input::CodeSent { .. } => None,
            },
            before: conversation.map_or(Vec::new(), |conversation| conversation.messages.clone()),
        }
    }
}

/// A text as it is searched for.
struct Question<'a> {
    text: &'a str,
    embedding: &'a [f32],
    /// What was said before it, oldest first.
    before: &'a [Message],
}

/// Which conversation an input is for.
#[derive(Debug, Clone)]
pub enum Target {
    /// One that the input opens.
    New {
        id: ConversationId,
        customer: Customer,
    },
    Existing(ConversationId),
}

impl Engine {
    /// One input, one turn: on disk when this returns. With a key, a repeated request gets the first one's turn.
    pub async fn receive(
        &self,
        target: &Target,
        input: &Input,
        key: Option<&Idempotency>,
    ) -> Result<TurnRecord, EngineError> {
        if let Some(key) = key
            && let Some(record) = self.store.recall(key).await?
        {
            return Ok(record);
        }
        let parts = self.in_service.parts();
        let input = &self.with_shown(target, input).await?;
        let mut known = self.before_reading(target, input).await?;
        let said = Said::new(input, known.as_ref());
        let (input, reading) = self.prepare(input, &said, &parts).await;
        for _ in 0..ATTEMPTS_MAX {
            let now = (self.clock)();
            let conversation = match known.take() {
                Some(conversation) => conversation,
                None => self.conversation(target, &parts, now).await?,
            };
            // Read anew each time: a turn that was decided before somebody set the switch is not written.
            let switch = self.store.bot(&self.workspace).await?.switch;
            let circumstances = Circumstances {
                standing: None,
                switch: &switch,
                now,
            };
            let mut turn = self
                .decided(conversation, &input, &reading, &parts.policy, circumstances)
                .await?;
            turn.drop_unused_seals();
            match self.store.commit(&turn, key).await {
                Ok(Committed::Fresh) => return Ok(TurnRecord::from(turn)),
                Ok(Committed::Repeated(record)) => return Ok(*record),
                Err(StoreError::Conflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(EngineError::Contended)
    }

    /// Where the turn leaves a customer waiting, it is decided with how the line stands for them: which line that is, only
    /// the decision says. What else the customer has had with the business is looked up for a handoff alone.
    async fn decided(
        &self,
        mut conversation: Conversation,
        input: &Input,
        reading: &Reading,
        policy: &Policy,
        circumstances: Circumstances<'_>,
    ) -> Result<Turn, EngineError> {
        let turn = decide_under(&conversation, input, reading, policy, &circumstances)?;
        let Some(standing) = self.standing(&turn, policy, circumstances.now).await? else {
            return Ok(turn);
        };
        if matches!(turn.action, Action::Handoff(_)) {
            conversation.earlier = self.earlier(&conversation).await?;
        }
        let circumstances = Circumstances {
            standing: Some(&standing),
            ..circumstances
        };
        Ok(decide_under(
            &conversation,
            input,
            reading,
            policy,
            &circumstances,
        )?)
    }

    async fn standing(
        &self,
        turn: &Turn,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Option<Standing>, StoreError> {
        let (Action::Handoff(_) | Action::Relay, Owner::Queue { queue, .. }) =
            (turn.action, &turn.conversation.owner)
        else {
            return Ok(None);
        };
        let place = self.store.place(&turn.conversation).await?;
        // Who pulls from the queue need not say that they are there.
        let agents = match policy.routing().mode {
            Mode::Offer => self.store.agents(&self.workspace).await?,
            Mode::Pull => Vec::new(),
        };
        Ok(place.map(|place| policy.standing(queue, place, &agents, now)))
    }

    /// Where the input has the bot read something, the conversation as it was ahead of that: what is read may lean on what
    /// was said ("and how long does that take?"), or be what was said. The turn is decided on it, too; when it has moved
    /// meanwhile, the commit says so, and the next attempt loads it anew with the same reading.
    async fn before_reading(
        &self,
        target: &Target,
        input: &Input,
    ) -> Result<Option<Conversation>, StoreError> {
        match (target, input) {
            (Target::Existing(id), Input::CustomerMessage { .. } | Input::TimerFired { .. }) => {
                self.store.load(&self.workspace, id).await
            }
            (Target::Existing(_) | Target::New { .. }, _) => Ok(None),
        }
    }

    /// The input as it is kept, and what was read of it, after what was said before. Only the classifier and the search
    /// see what was written: whatever is decided, stored or sent is made of what comes out here.
    pub async fn prepare(&self, input: &Input, said: &Said, parts: &Parts) -> (Input, Reading) {
        let masking = parts.policy.masking();
        let reading = match &said.text {
            Some(text) => {
                let mut reading = self.read(text, &said.before, parts).await;
                let flows = &parts.policy.flows;
                let seal = |entity: &Entity| {
                    let wanted = flows.asks_for(&entity.kind);
                    wanted.then(|| (self.sealer)(&entity.value)).flatten()
                };
                masking.mask_reading(text.as_str(), &mut reading, &seal);
                reading
            }
            None => Reading::default(),
        };
        (input.masked(masking), reading)
    }

    /// All that the model and the search say of a text, and of each thing that it asks for. A part that fails leaves its
    /// fault in the reading, and the decision hands off.
    pub async fn read(&self, text: &Text, before: &[Message], parts: &Parts) -> Reading {
        let clauses = requests(text.as_str());
        let texts: Vec<&str> = std::iter::once(text.as_str())
            .chain(clauses.iter().copied())
            .collect();
        let mut read = match parts.classifier.classify_all(&texts).await {
            Ok(read) => read.into_iter(),
            Err(fault) => return Reading::failed(fault),
        };
        let Some(whole) = read.next() else {
            return Reading::failed(Fault::Stopped);
        };
        let mut reading = self.found(text.as_str(), whole, before, parts);
        if reading.fault.is_some() {
            // The rest is not looked for: a person takes over.
            return reading;
        }
        for (clause, classification) in clauses.into_iter().zip(read) {
            let part = self.found(clause, classification, before, parts);
            reading.fault = reading.fault.or(part.fault);
            reading.clauses.push(Clause {
                text: clause.to_owned(),
                reading: Reading {
                    intents: part.intents,
                    entities: part.entities,
                    hits: part.hits,
                    ..Reading::default()
                },
            });
        }
        reading
    }

    /// What the model has read, and what the search finds with it.
    fn found(
        &self,
        text: &str,
        mut classification: Classification,
        before: &[Message],
        parts: &Parts,
    ) -> Reading {
        let embedding = std::mem::take(&mut classification.embedding);
        let mut reading = Reading::new(classification, Vec::new());
        let business = parts.policy.business();
        let on_the_wall = business.time_zone.to_datetime((self.clock)());
        reading.resolve_moments(text, on_the_wall, business.date_order);
        let question = Question {
            text,
            embedding: &embedding,
            before,
        };
        if let Err(fault) = self.look_for(&question, REPLIES_MAX, parts, &mut reading) {
            reading.fault = Some(fault);
        }
        reading
    }

    /// What the business has written about a text that the model has read: passages, and as many canned responses as said.
    fn look_for(
        &self,
        question: &Question<'_>,
        replies: usize,
        parts: &Parts,
        reading: &mut Reading,
    ) -> Result<(), Fault> {
        let said = question
            .before
            .iter()
            .filter(|message| message.from != Sender::System);
        let context: Vec<&str> = said.map(|message| message.text.as_str()).collect();
        let query = SearchQuery {
            text: question.text,
            embedding: Some(question.embedding),
            context: &context,
            intents: &reading.intents,
            locale: &parts.policy.business().locale,
            audience: Audience::Public,
            now: (self.clock)(),
            limit: HITS_MAX,
        };
        let hits = parts.knowledge.search(&query)?;
        let near = SearchQuery {
            limit: replies,
            ..query
        };
        (reading.hits, reading.replies) = (hits, parts.knowledge.replies(&near)?);
        Ok(())
    }

    async fn conversation(
        &self,
        target: &Target,
        parts: &Parts,
        now: Timestamp,
    ) -> Result<Conversation, EngineError> {
        match target {
            Target::New { id, customer } => Ok(Conversation::new(
                self.workspace.clone(),
                id.clone(),
                customer.masked(parts.policy.masking()),
                now,
            )),
            Target::Existing(id) => self
                .store
                .load(&self.workspace, id)
                .await?
                .ok_or(EngineError::NotFound),
        }
    }
}
