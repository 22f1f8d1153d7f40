//! The wire types: what the API shows of domain values. The two may change apart from each other, so domain types
//! are never serialised here. Must not know how requests are routed.

mod account;
mod agent;
mod card;
mod conversation;
mod handoff;
mod listing;
mod message;
mod note;
mod reply;
mod trace;
mod turn;
mod wall;
mod webhook;

use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use crate::http::views::account::{
    AccountView, AuditView, InvitationView, KeyView, ProviderView, SessionView, SignInView,
};
pub(crate) use crate::http::views::agent::AgentStateView;
pub(crate) use crate::http::views::card::SuggestionsView;
pub(crate) use crate::http::views::conversation::ConversationView;
pub(crate) use crate::http::views::handoff::{QueueItemView, views};
pub(crate) use crate::http::views::listing::{ConversationItemView, Newest};
pub(crate) use crate::http::views::message::{AgentView, MessageView};
pub(crate) use crate::http::views::note::NoteView;
pub(crate) use crate::http::views::reply::ReplyView;
pub(crate) use crate::http::views::trace::{HitView, RuleView, TraceView};
pub(crate) use crate::http::views::turn::TurnView;
pub(crate) use crate::http::views::wall::{AlertView, PresencesView, QueueLineView, QueueView, WallView};
pub(crate) use crate::http::views::webhook::{AttemptView, DeliveryView, EndpointView};

/// For whom a view is made. Customers see what is said and who speaks, not how they are judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    Customer,
    Staff,
}

/// A part of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PageView<T> {
    pub(crate) data: Vec<T>,
    /// To go on with; absent on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// A whole list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListView<T> {
    pub(crate) data: Vec<T>,
}
