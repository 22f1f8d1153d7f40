//! Canned responses for an agent who looks for one: filled in for the conversation, as far as that is known.

use crate::domain::canned_response::ReadyReply;
use crate::domain::id::ConversationId;
use crate::engine::{Engine, EngineError};
use crate::triage::reply::Variables;

/// What an agent looks for.
#[derive(Debug, Clone, Default)]
pub struct ReplyQuery<'a> {
    /// Words of the id or the text; empty: all there are.
    pub text: &'a str,
    /// Whose customer is to read it.
    pub conversation: Option<&'a ConversationId>,
    /// Who is to send it.
    pub agent_name: Option<&'a str>,
    pub limit: usize,
}

impl Engine {
    /// Those that agents may send: first those whose id fits, each kind by id. Of a customer who has not said their name it
    /// is known that there is none: the business's own words go without it.
    pub async fn replies(&self, query: &ReplyQuery<'_>) -> Result<Vec<ReadyReply>, EngineError> {
        let parts = self.in_service.parts();
        let conversation = match query.conversation {
            Some(id) => Some(
                self.store
                    .load(&self.workspace, id)
                    .await?
                    .ok_or(EngineError::NotFound)?,
            ),
            None => None,
        };
        let unfilled = Variables::UNFILLED;
        let handoff = conversation.as_ref().and_then(|of| of.handoff.as_ref());
        let customer = conversation.as_ref().map(|of| of.customer.name.as_str());
        let business = parts.policy.business();
        let variables = Variables {
            customer_name: customer.unwrap_or(unfilled.customer_name),
            business_name: &business.name,
            agent_name: query.agent_name.unwrap_or(unfilled.agent_name),
            queue_name: handoff.map_or(unfilled.queue_name, |handoff| handoff.queue.as_str()),
            ..unfilled
        };
        let replies = parts.policy.replies.for_agents(&variables);
        let ready = replies.map(|(id, text, for_agents)| ReadyReply {
            id: id.to_owned(),
            text,
            locale: business.locale.clone(),
            for_agents,
        });
        let mut found: Vec<(u8, ReadyReply)> = ready
            .filter_map(|reply| Some((reply.fits(query.text)?, reply)))
            .collect();
        // Stable: they are by id already.
        found.sort_by_key(|(fits, _)| *fits);
        let found = found.into_iter().map(|(_, reply)| reply);
        Ok(found.take(query.limit).collect())
    }
}
