//! The order of steps for the suggestions that an agent asks for: what the customer wrote, what was answered before,
//! how often it was taken; ranked elsewhere, and written down as shown. Nothing of this stands in a customer's way.

use std::borrow::Cow;

use futures_util::{StreamExt, stream};

use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::handoff::{ArticleReference, EarlierConversation, SuggestedReply};
use crate::domain::id::MessageId;
use crate::domain::intent::Intent;
use crate::domain::message::Source;
use crate::domain::reading::{Fault, Reading};
use crate::domain::suggestion::{Answer, Meaning, Shown, ShownReply, Suggested, Used};
use crate::domain::turn::Input;
use crate::engine::{Engine, Parts, Question, Target};
use crate::ports::StoreError;
use crate::triage::suggest::{self, Case, Remembered, SUGGESTIONS_MAX};

/// How many earlier answers are looked through, the newest: some 2 ms.
const ANSWERS_MAX: usize = 2_000;

/// How many questions are embedded for one request at most, and how many at once. What is left over is for the next.
const EMBEDDED_MAX: usize = 64;
const AT_ONCE: usize = 4;

/// How many of the replies that were shown for a conversation are remembered until an agent writes.
const SHOWN_MAX: usize = 20;

/// How many of a customer's other conversations an agent sees.
const EARLIER_MAX: usize = 5;

/// How many canned responses a reading carries.
pub(super) const REPLIES_MAX: usize = 8;

/// How many are held against each other where an agent asks.
const REPLIES_RANKED: usize = 24;

/// What an agent is offered for a conversation; empty where none waits for one.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Suggestions {
    /// The best first.
    pub replies: Vec<SuggestedReply>,
    pub articles: Vec<ArticleReference>,
    /// What became of these replies before, here and elsewhere.
    pub used: Vec<Used>,
}

/// What the model and the search say of a text.
struct Understood {
    reading: Reading,
    embedding: Vec<f32>,
    model: String,
}

impl Engine {
    /// Of the open handoff. Where nothing can be read now, those of the handoff itself, as they are.
    pub async fn suggestions(&self, conversation: &Conversation) -> Result<Suggestions, StoreError> {
        let open = conversation.status == Status::Open;
        let Some(handoff) = conversation.handoff.as_ref().filter(|_| open) else {
            return Ok(Suggestions::default());
        };
        let parts = self.in_service.parts();
        let text = suggest::asked(conversation);
        let understood = match &text {
            Some(text) => self.understand(text, conversation, &parts).await.ok(),
            None => None,
        };
        let (replies, intent) = match (&text, &understood) {
            (Some(text), Some(understood)) => {
                let intent = understood.reading.top().map(|top| top.name.clone());
                let replies = self.ranked(text, conversation, understood, &parts).await?;
                (replies, intent)
            }
            (None, _) | (_, None) => {
                let intent = handoff.intents.first().map(|scored| scored.name.clone());
                (handoff.suggested_replies.clone(), intent)
            }
        };
        // A disk that is full keeps nobody from being helped; what was shown is not counted then.
        if let Err(error) = self.note_shown(conversation, intent, &replies).await {
            tracing::warn!(%error, "what an agent was shown could not be written down");
        }
        let keys: Vec<String> = replies.iter().map(|reply| reply.id.clone()).collect();
        Ok(Suggestions {
            used: self.store.uses(&self.workspace, &keys).await?,
            articles: handoff.articles.clone(),
            replies,
        })
    }

    async fn ranked(
        &self,
        text: &str,
        conversation: &Conversation,
        understood: &Understood,
        parts: &Parts,
    ) -> Result<Vec<SuggestedReply>, StoreError> {
        let answers = self.answers(&understood.model, parts).await?;
        let likeness = |answer: &Answer| match &answer.meaning {
            Some(meaning) if meaning.model == understood.model => meaning.likeness(&understood.embedding),
            Some(_) | None => 0.0,
        };
        let remembered: Vec<Remembered<'_>> = answers
            .iter()
            .map(|answer| Remembered {
                answer,
                likeness: likeness(answer),
            })
            .collect();
        let of_flows = |reply: &&SuggestedReply| matches!(reply.source, Source::Flow { .. });
        let handoff = conversation.handoff.iter();
        let lines = handoff.flat_map(|handoff| handoff.suggested_replies.iter().filter(of_flows));
        let agent_name = match &conversation.owner {
            Owner::Agent { agent, .. } => agent.name.as_str(),
            Owner::Bot | Owner::Queue { .. } => "",
        };
        let case = Case {
            conversation: &conversation.id,
            customer_name: &conversation.customer.name,
            agent_name,
            reading: &understood.reading,
            lines: &lines.cloned().collect::<Vec<_>>(),
            remembered: &remembered,
        };
        let pool = suggest::pool(&case, &parts.policy);
        let keys: Vec<String> = pool.iter().map(|candidate| candidate.source.key()).collect();
        let used = self.store.uses(&self.workspace, &keys).await?;
        let intent = understood.reading.top().map(|top| &top.name);
        let now = (self.clock)();
        Ok(suggest::rank(text, intent, &pool, &used, now, SUGGESTIONS_MAX))
    }

    async fn understand(
        &self,
        text: &str,
        conversation: &Conversation,
        parts: &Parts,
    ) -> Result<Understood, Fault> {
        let mut classification = parts.classifier.classify(text).await?;
        let embedding = std::mem::take(&mut classification.embedding);
        let model = classification.model.clone();
        let mut reading = Reading::new(classification, Vec::new());
        let question = Question {
            text,
            embedding: &embedding,
            before: &conversation.messages,
        };
        self.look_for(&question, REPLIES_RANKED, parts, &mut reading)?;
        Ok(Understood {
            reading,
            embedding,
            model,
        })
    }

    /// With the meanings of their questions. Those that have none of this model yet are embedded now, and kept.
    async fn answers(&self, model: &str, parts: &Parts) -> Result<Vec<Answer>, StoreError> {
        let mut answers = self.store.answers(&self.workspace, ANSWERS_MAX).await?;
        let is_new = |answer: &&mut Answer| answer.meaning.as_ref().is_none_or(|known| known.model != model);
        let mut new: Vec<&mut Answer> = answers.iter_mut().filter(is_new).take(EMBEDDED_MAX).collect();
        let questions: Vec<String> = new.iter().map(|answer| answer.question.clone()).collect();
        let reads: Vec<_> = questions
            .iter()
            .map(|question| parts.classifier.classify(question))
            .collect();
        let embedded: Vec<_> = stream::iter(reads).buffered(AT_ONCE).collect().await;
        let mut made: Vec<(MessageId, Meaning)> = Vec::new();
        for (answer, read) in new.iter_mut().zip(embedded) {
            // One that cannot be read now is found by its words, and read another time.
            if let Ok(read) = read {
                let meaning = Meaning::of(&read.model, &read.embedding);
                answer.meaning = Some(meaning.clone());
                made.push((answer.message.clone(), meaning));
            }
        }
        if !made.is_empty()
            && let Err(error) = self.store.understand(&self.workspace, &made).await
        {
            tracing::warn!(%error, "what earlier questions mean could not be kept, and is found out again");
        }
        Ok(answers)
    }

    /// Whatever was shown since an agent last wrote can be taken, also where the list has changed meanwhile. Asked for
    /// again without news, nothing is written.
    async fn note_shown(
        &self,
        conversation: &Conversation,
        intent: Option<Intent>,
        replies: &[SuggestedReply],
    ) -> Result<(), StoreError> {
        let (workspace, id) = (&self.workspace, &conversation.id);
        let before = self.store.shown(workspace, id).await?;
        let now = replies.iter().map(|reply| ShownReply {
            id: reply.id.clone(),
            text: reply.text.clone(),
        });
        let mut replies: Vec<ShownReply> = now.collect();
        for earlier in before.iter().flat_map(|shown| &shown.replies) {
            if replies.iter().all(|reply| reply.id != earlier.id) {
                replies.push(earlier.clone());
            }
        }
        replies.truncate(SHOWN_MAX);
        let shown = Shown { intent, replies };
        if before.as_ref() == Some(&shown) {
            return Ok(());
        }
        self.store.show(workspace, id, &shown).await
    }

    /// An agent's message with what the agent had been shown; any other input as it is.
    pub(super) async fn with_shown<'i>(
        &self,
        target: &Target,
        input: &'i Input,
    ) -> Result<Cow<'i, Input>, StoreError> {
        let (
            Input::AgentMessage {
                agent,
                text,
                suggested,
            },
            Target::Existing(id),
        ) = (input, target)
        else {
            return Ok(Cow::Borrowed(input));
        };
        let shown = self.store.shown(&self.workspace, id).await?;
        let taken = suggested.as_ref().and_then(|suggested| suggested.taken.clone());
        let suggested = (taken.is_some() || shown.is_some()).then_some(Suggested { taken, shown });
        Ok(Cow::Owned(Input::AgentMessage {
            agent: agent.clone(),
            text: text.clone(),
            suggested,
        }))
    }

    /// The customer's other conversations; none of an unknown visitor.
    pub async fn earlier(&self, conversation: &Conversation) -> Result<Vec<EarlierConversation>, StoreError> {
        self.store.earlier(conversation, EARLIER_MAX).await
    }
}
