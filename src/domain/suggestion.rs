//! Suggested replies around their text: what an agent was shown and what became of it, and what agents answered before.
//! How they are found and ranked, `triage::suggest` knows.

use serde::{Deserialize, Serialize};

use crate::domain::id::{ConversationId, MessageId};
use crate::domain::intent::Intent;
use crate::domain::personal_data::Masking;
use crate::domain::time::Timestamp;

/// What became of a suggestion that an agent was shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Sent as it was.
    Sent,
    /// Sent in other words.
    Edited,
    /// Another was sent, or none of them.
    Ignored,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Edited => "edited",
            Self::Ignored => "ignored",
        }
    }
}

/// How often a suggestion came to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Uses {
    pub sent: u32,
    pub edited: u32,
    pub ignored: u32,
}

impl Uses {
    pub fn add(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Sent => self.sent += 1,
            Outcome::Edited => self.edited += 1,
            Outcome::Ignored => self.ignored += 1,
        }
    }

    pub fn add_all(&mut self, uses: Self) {
        self.sent = self.sent.saturating_add(uses.sent);
        self.edited = self.edited.saturating_add(uses.edited);
        self.ignored = self.ignored.saturating_add(uses.ignored);
    }
}

/// The uses of one suggestion where customers wanted one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// [`crate::domain::message::Source::key`] of the suggestion.
    pub key: String,
    /// `None`: nothing that the model has a name for.
    pub intent: Option<Intent>,
    pub uses: Uses,
}

/// What became of one suggestion, with one message of an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuggestionOutcome {
    pub key: String,
    pub intent: Option<Intent>,
    pub outcome: Outcome,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShownReply {
    /// [`crate::domain::message::Source::key`] of the suggestion.
    pub id: String,
    pub text: String,
}

/// The suggestions that agents were shown since one of them last wrote, the newest list first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shown {
    /// What the customer wanted, as far as it was read.
    pub intent: Option<Intent>,
    pub replies: Vec<ShownReply>,
}

/// What an agent's message has to do with suggestions.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Suggested {
    /// The suggestion that the agent made the message of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taken: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shown: Option<Shown>,
}

impl Suggested {
    /// As it may be kept, and so that it can be compared with a message that is masked.
    pub fn masked(&self, masking: &Masking) -> Self {
        let mut masked = self.clone();
        for reply in masked.shown.iter_mut().flat_map(|shown| &mut shown.replies) {
            reply.text = masking.mask(&reply.text);
        }
        masked
    }
}

/// What an agent's message leaves for later suggestions.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feedback {
    pub outcomes: Vec<SuggestionOutcome>,
    /// `None` where the message answers nothing that the customer wrote.
    pub answer: Option<Answer>,
}

/// What an agent answered to a customer, without the names and numbers of that customer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    pub conversation: ConversationId,
    pub message: MessageId,
    /// What the customer had written, as far as it says anything.
    pub question: String,
    pub text: String,
    pub intent: Option<Intent>,
    /// The suggestion that was sent as it was.
    pub suggestion: Option<String>,
    pub at: Timestamp,
    /// Of the question. `None` until somebody has asked for suggestions since.
    #[serde(skip)]
    pub meaning: Option<Meaning>,
}

/// The largest number of a [`Meaning`].
const NUMBER_MAX: f32 = 127.0;

/// Where a model's embedding points, in a byte for each number. How long it is says nothing, so that a cosine needs no
/// more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meaning {
    /// Of which model; what another one makes cannot be compared.
    pub model: String,
    pub numbers: Vec<i8>,
}

impl Meaning {
    pub fn of(model: &str, embedding: &[f32]) -> Self {
        let largest = embedding
            .iter()
            .fold(0.0_f32, |most, number| most.max(number.abs()));
        let factor = if largest > f32::EPSILON {
            NUMBER_MAX / largest
        } else {
            0.0
        };
        Self {
            model: model.to_owned(),
            // A cast of a float stops at the ends of the byte, and makes 0 of what is no number.
            numbers: embedding
                .iter()
                .map(|number| (number * factor).round() as i8)
                .collect(),
        }
    }

    /// The cosine to an embedding of the same model, -1 to 1; 0 where one of them points nowhere.
    pub fn likeness(&self, embedding: &[f32]) -> f32 {
        if self.numbers.len() != embedding.len() {
            return 0.0;
        }
        let (mut product, mut own, mut other) = (0.0_f32, 0.0_f32, 0.0_f32);
        for (number, theirs) in self.numbers.iter().zip(embedding) {
            let number = f32::from(*number);
            product += number * theirs;
            own += number * number;
            other += theirs * theirs;
        }
        let lengths = (own * other).sqrt();
        if lengths > f32::EPSILON {
            (product / lengths).clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, proptest};

    use super::*;

    proptest! {
        #[test]
        fn a_byte_for_each_number_is_enough(one in proptest::array::uniform32(-1.0_f32..1.0), other in proptest::array::uniform32(-1.0_f32..1.0)) {
            let exact = Meaning::of("m", &one).likeness(&one);
            prop_assert!(exact > 0.999, "{exact}");
            let length = |vector: &[f32]| vector.iter().map(|number| number * number).sum::<f32>().sqrt();
            let product: f32 = one.iter().zip(&other).map(|(a, b)| a * b).sum();
            let cosine = product / (length(&one) * length(&other)).max(f32::EPSILON);
            prop_assert!((Meaning::of("m", &one).likeness(&other) - cosine).abs() < 0.02);
        }
    }

    #[test]
    fn what_points_nowhere_or_is_of_another_length_is_like_nothing() {
        let cases: [(&[f32], &[f32]); 4] = [
            (&[0.0, 0.0], &[1.0, 0.0]),
            (&[1.0, 0.0], &[0.0, 0.0]),
            (&[1.0], &[1.0, 0.0]),
            (&[f32::NAN, 0.0], &[1.0, 0.0]),
        ];
        for (one, other) in cases {
            assert_eq!(Meaning::of("m", one).likeness(other), 0.0, "{one:?} {other:?}");
        }
    }
}
