//! The table of routine requests: `requests.yml`, whose head says what each key means. Knows nothing of how it is played.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde::Deserialize;
use serde_json::Value;

use crate::support::repository;

const FILE: &str = "tests/it/routine/requests.yml";

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    requests: Vec<Keys>,
    cases: Vec<Keys>,
}

/// An entry, or one of its conversations: most keys may stand in either.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Keys {
    name: String,
    conversations: Vec<Keys>,
    says: Vec<String>,
    signed_in: Option<String>,
    mailbox: Option<String>,
    last: Vec<String>,
    never: Vec<String>,
    proof_first: Vec<String>,
    handoff: Option<String>,
    mails: Option<Vec<Mail>>,
    codes: Option<usize>,
    no_mail_to: Option<Vec<String>>,
    shop: Option<Holds>,
}

/// A mail that must be there in the end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mail {
    pub(super) to: String,
    pub(super) has: Vec<String>,
}

/// What the shop must answer in the end.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Holds {
    pub(super) path: String,
    pub(super) holds: BTreeMap<String, Value>,
}

/// One conversation, with all that is expected of it.
#[derive(Debug, Clone)]
pub(super) struct Scene {
    pub(super) name: String,
    /// Id and name of whom the company's page vouches for.
    pub(super) signed_in: Option<(String, String)>,
    pub(super) says: Vec<String>,
    pub(super) mailbox: Option<String>,
    pub(super) last: Vec<String>,
    pub(super) never: Vec<String>,
    pub(super) proof_first: Vec<String>,
    /// Reason and queue.
    pub(super) handoff: Option<String>,
    pub(super) mails: Vec<Mail>,
    pub(super) codes: Option<usize>,
    pub(super) no_mail_to: Vec<String>,
    pub(super) shop: Option<Holds>,
}

impl Scene {
    fn new(entry: &Keys, own: &Keys, number: usize) -> Self {
        let name = format!("{}, {number}", entry.name);
        assert!(
            !own.says.is_empty() && own.name.is_empty() && own.conversations.is_empty(),
            "{name}: a conversation has `says`, and what is expected"
        );
        let both = |of: fn(&Keys) -> &Vec<String>| [of(entry).clone(), of(own).clone()].concat();
        let entry = entry.clone();
        let own = own.clone();
        let signed_in = own.signed_in.or(entry.signed_in).map(|customer| {
            let (id, name) = customer.split_once(' ').expect("an id and a name");
            (id.to_owned(), name.to_owned())
        });
        Self {
            last: both(|keys| &keys.last),
            never: both(|keys| &keys.never),
            proof_first: both(|keys| &keys.proof_first),
            name,
            signed_in,
            says: own.says,
            mailbox: own.mailbox.or(entry.mailbox),
            handoff: own.handoff.or(entry.handoff),
            mails: own.mails.or(entry.mails).unwrap_or_default(),
            codes: own.codes.or(entry.codes),
            no_mail_to: own.no_mail_to.or(entry.no_mail_to).unwrap_or_default(),
            shop: own.shop.or(entry.shop),
        }
    }
}

fn table() -> Table {
    let text = fs::read_to_string(repository().join(FILE)).expect("the table is there");
    serde_saphyr::from_str(&text).unwrap_or_else(|problem| panic!("{FILE}: {problem}"))
}

fn scenes(entries: &[Keys]) -> Vec<Scene> {
    let names: BTreeSet<&str> = entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names.len(), entries.len(), "every name once: {names:?}");
    let of = |entry: &Keys| {
        let scenes: Vec<Scene> = (1..)
            .zip(&entry.conversations)
            .map(|(number, own)| Scene::new(entry, own, number))
            .collect();
        assert!(!scenes.is_empty(), "{}: no conversation", entry.name);
        scenes
    };
    entries.iter().flat_map(of).collect()
}

/// The ten requests that the product promises, in three wordings each.
pub(super) fn requests() -> Vec<Scene> {
    let entries = table().requests;
    assert_eq!(entries.len(), 10, "the product promises ten");
    for entry in &entries {
        assert_eq!(entry.conversations.len(), 3, "{}: three wordings", entry.name);
    }
    scenes(&entries)
}

/// What must go right beside them.
pub(super) fn cases() -> Vec<Scene> {
    scenes(&table().cases)
}
