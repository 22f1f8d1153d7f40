//! Pages of lists and their cursors: opaque text to callers, the sort key of the last item inside.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::domain::audit::LoggedAudit;
use crate::domain::conversation::{Conversation, Owner, Status};
use crate::domain::id::ConversationId;
use crate::domain::webhook::Delivery;
use crate::ports::{Page, StoreError};

/// Makes a page of what was found when asked for one more than `limit`.
pub(super) fn page<T>(mut found: Vec<T>, limit: usize, cursor: impl Fn(&T) -> Option<String>) -> Page<T> {
    let more = found.len() > limit;
    found.truncate(limit);
    let next = found.last().filter(|_| more).and_then(cursor);
    Page { items: found, next }
}

/// Of found items with their numbers, the largest first, one more than `limit` where there are more.
pub(super) fn numbered_page<T>(found: Vec<(u64, T)>, limit: usize) -> Page<T> {
    let numbered = page(found, limit, |(number, _)| Some(number_cursor(*number)));
    Page {
        items: numbered.items.into_iter().map(|(_, item)| item).collect(),
        next: numbered.next,
    }
}

/// Where a waiting conversation stands in the line; the smallest is served first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct QueuePlace {
    /// The negative of the priority's rank.
    pub(super) order: i64,
    /// Microseconds since 1970, UTC.
    pub(super) since: i64,
    pub(super) id: String,
}

impl QueuePlace {
    /// Before everyone.
    const FRONT: Self = Self {
        order: i64::MIN,
        since: i64::MIN,
        id: String::new(),
    };

    /// `None` for a conversation that waits for nobody.
    pub(super) fn of(conversation: &Conversation) -> Option<Self> {
        match (&conversation.owner, conversation.status) {
            (Owner::Queue { priority, since, .. }, Status::Open) => Some(Self {
                order: -priority.rank(),
                since: since.as_microsecond(),
                id: conversation.id.as_str().to_owned(),
            }),
            (Owner::Queue { .. }, Status::Resolved) | (Owner::Bot | Owner::Agent { .. }, _) => None,
        }
    }

    pub(super) fn cursor(conversation: &Conversation) -> Option<String> {
        Self::of(conversation).map(|place| encode(&format!("{}.{}.{}", place.order, place.since, place.id)))
    }

    /// The place to go on behind.
    pub(super) fn parse(cursor: Option<&str>) -> Result<Self, StoreError> {
        let Some(cursor) = cursor else {
            return Ok(Self::FRONT);
        };
        let text = decode(cursor)?;
        let mut parts = text.splitn(3, '.');
        let (order, since) = (number(parts.next())?, number(parts.next())?);
        let id = parts
            .next()
            .and_then(|id| ConversationId::parse(id).ok())
            .ok_or_else(bad_cursor)?;
        Ok(Self {
            order,
            since,
            id: id.as_str().to_owned(),
        })
    }
}

/// Where a conversation stands in a list by the time of its newest change; the largest comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ListPlace {
    /// Microseconds since 1970, UTC.
    pub(super) at: i64,
    pub(super) id: String,
}

impl ListPlace {
    pub(super) fn of(conversation: &Conversation) -> Self {
        Self {
            at: conversation.updated_at.as_microsecond(),
            id: conversation.id.as_str().to_owned(),
        }
    }

    pub(super) fn cursor(conversation: &Conversation) -> Option<String> {
        let place = Self::of(conversation);
        Some(encode(&format!("{}.{}", place.at, place.id)))
    }

    /// The place to go on below; without a cursor, above all.
    pub(super) fn parse(cursor: Option<&str>) -> Result<Self, StoreError> {
        let Some(cursor) = cursor else {
            return Ok(Self {
                at: i64::MAX,
                id: String::new(),
            });
        };
        let text = decode(cursor)?;
        let (at, id) = text.split_once('.').ok_or_else(bad_cursor)?;
        let id = ConversationId::parse(id).map_err(|_| bad_cursor())?;
        Ok(Self {
            at: number(Some(at))?,
            id: id.as_str().to_owned(),
        })
    }
}

/// The audit log is sorted by its positions.
pub(super) fn audit_cursor(logged: &LoggedAudit) -> Option<String> {
    Some(number_cursor(logged.position))
}

/// Of a list whose items are numbered, newest first.
fn number_cursor(number: u64) -> String {
    encode(&number.to_string())
}

/// The number to go on below.
pub(super) fn parse_number_cursor(cursor: Option<&str>) -> Result<u64, StoreError> {
    cursor.map_or(Ok(u64::MAX), |cursor| {
        decode(cursor)?.parse().map_err(|_| bad_cursor())
    })
}

/// Deliveries of one endpoint are sorted by the position of their event, and an event is delivered once.
pub(super) fn delivery_cursor(delivery: &Delivery) -> Option<String> {
    Some(number_cursor(delivery.event.position))
}

fn encode(text: &str) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

fn decode(cursor: &str) -> Result<String, StoreError> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| bad_cursor())?;
    String::from_utf8(bytes).map_err(|_| bad_cursor())
}

fn number(text: Option<&str>) -> Result<i64, StoreError> {
    text.and_then(|text| text.parse().ok()).ok_or_else(bad_cursor)
}

fn bad_cursor() -> StoreError {
    StoreError::NotFound("cursor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_cut_list_has_a_cursor() {
        let cursor = |item: &u32| Some(item.to_string());
        assert_eq!(
            page(vec![1, 2, 3], 2, cursor),
            Page {
                items: vec![1, 2],
                next: Some("2".to_owned())
            }
        );
        assert_eq!(
            page(vec![1, 2], 2, cursor),
            Page {
                items: vec![1, 2],
                next: None
            }
        );
        assert_eq!(
            page(vec![1], 0, cursor),
            Page {
                items: vec![],
                next: None
            }
        );
    }

    #[test]
    fn what_is_no_cursor_is_refused() {
        for bad in [
            "",
            "%%",
            "bm8",
            &encode("1"),
            &encode("1.2."),
            &encode("1.x.conv_1"),
            &encode("1.2.a b"),
        ] {
            assert!(
                matches!(QueuePlace::parse(Some(bad)), Err(StoreError::NotFound("cursor"))),
                "{bad}"
            );
        }
        let place = QueuePlace {
            order: -2,
            since: 5,
            id: "conv_1".to_owned(),
        };
        assert_eq!(QueuePlace::parse(Some(&encode("-2.5.conv_1"))).unwrap(), place);
        assert!(parse_number_cursor(Some(&encode("seven"))).is_err());
        assert_eq!(parse_number_cursor(Some(&encode("7"))).unwrap(), 7);
    }
}
