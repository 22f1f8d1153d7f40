//! Customer satisfaction: one rating of 1 (bad) to 5 (good) for a conversation.

use serde::{Deserialize, Serialize};
use thiserror::Error;

pub const COMMENT_CHARS_MAX: usize = 2_000;

#[derive(Debug, Error, PartialEq, Eq)]
pub enum InvalidRating {
    #[error("a rating is a whole number from 1 (bad) to 5 (good), not {0}")]
    Score(u8),
    #[error("the comment has {0} characters; at most {COMMENT_CHARS_MAX} are kept")]
    Comment(usize),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rating {
    pub score: u8,
    pub comment: String,
}

impl Rating {
    pub fn new(score: u8, comment: String) -> Result<Self, InvalidRating> {
        let length = comment.chars().count();
        match score {
            1..=5 if length <= COMMENT_CHARS_MAX => Ok(Self { score, comment }),
            1..=5 => Err(InvalidRating::Comment(length)),
            _ => Err(InvalidRating::Score(score)),
        }
    }
}
