//! Proof of identity by a one-time code: what is asked, how often it may be tried, and what it proves.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::domain::id::TaskId;
use crate::domain::time::{Duration, Timestamp};

/// Digits of a code: a million of them, of which [`TRIES_MAX`] times [`SENDS_MAX`] can be tried in a conversation.
pub const CODE_DIGITS: usize = 6;
/// How long a code is good.
pub const CODE_LASTS: Duration = Duration::from_mins(10);
/// How often one code may be mistyped; with the last mistake a person takes over.
pub const TRIES_MAX: u32 = 3;
/// How many codes a conversation may have sent.
pub const SENDS_MAX: u32 = 3;
/// How long a proof by code is good. One by a signed identity is good for the conversation: the company's page vouches.
pub const PROOF_LASTS: Duration = Duration::from_mins(30);

/// SHA-256 over the id of the task that sent a code, and the code. Whoever reads it from the database can find the
/// code by trying a million; whoever reads the database needs no code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CodeDigest(String);

impl CodeDigest {
    pub fn of(task: &TaskId, code: &str) -> Self {
        let mut hash = Sha256::new_with_prefix(task.as_str());
        hash.update([0]);
        hash.update(code);
        Self(hex::encode(hash.finalize()))
    }

    /// In a time that does not tell how much of it was right.
    pub fn matches(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

/// A code is on its way, and the customer is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// Which task sent it.
    pub task: TaskId,
    pub digest: CodeDigest,
    /// The company's id of whoever gets the code; empty where it knows nobody, and then no code is right.
    pub customer: String,
    pub expires_at: Timestamp,
    pub tries_left: u32,
}

/// Where a conversation stands with the proof of who writes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Identity {
    /// Codes sent in this conversation.
    pub sends: u32,
    pub challenge: Option<Challenge>,
    /// When the proof by code ends; `None` without one.
    pub proven_until: Option<Timestamp>,
}
