//! Canned responses on the wire, as agents send them.

use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::canned_response::ReadyReply;

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReplyView {
    id: String,
    /// What is not known yet stands as a placeholder: `{{customer.name}}`.
    text: String,
    locale: String,
    /// True for those that agents alone may send, false for those that the bot says too.
    for_agents: bool,
}

impl From<&ReadyReply> for ReplyView {
    fn from(reply: &ReadyReply) -> Self {
        Self {
            id: reply.id.clone(),
            text: reply.text.clone(),
            locale: reply.locale.clone(),
            for_agents: reply.for_agents,
        }
    }
}
