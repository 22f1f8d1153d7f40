//! What is read of a message, as the tables of the flows write it.

use firstline::domain::entity::{Entity, EntityKind};
use firstline::domain::moment::Moment;
use firstline::domain::reading::Reading;

use crate::decision::reading;

/// `date 2026-01-06`, `date 2026-01-06T10:00`, `day friday` (which one is left open) and `email a@b.example` are parts of
/// the reading that the decision's table has no words for.
fn ours(read: &str) -> Vec<Entity> {
    read.split(';').filter_map(entity).collect()
}

fn entity(part: &str) -> Option<Entity> {
    match part.trim().split_once(' ')? {
        ("date", when) => {
            let kind = if when.contains('T') {
                EntityKind::DateTime
            } else {
                EntityKind::Date
            };
            Some(Entity {
                resolved: Some(when.to_owned()),
                ..Entity::new(kind, "then")
            })
        }
        ("day" | "time", words) => Some(Entity::new(Moment::parse(words)?.kind(), words)),
        ("email", address) => Some(Entity::new(EntityKind::Email, address)),
        _ => None,
    }
}

pub(super) fn read_part(read: &str) -> Reading {
    let mut reading = reading(&without_ours(read));
    reading.entities.extend(ours(read));
    reading
}

fn without_ours(read: &str) -> String {
    let parts = read.split(';').filter(|part| entity(part).is_none());
    parts.collect::<Vec<_>>().join(";")
}
