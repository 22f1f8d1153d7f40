//! Sentiment: the mood of a message towards the company, and how it moves over a conversation.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SentimentLabel {
    Negative,
    Neutral,
    Positive,
}

impl SentimentLabel {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }
}

/// Three probabilities that add up to 1, and the largest of them as a label.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sentiment {
    pub label: SentimentLabel,
    pub negative: f32,
    pub neutral: f32,
    pub positive: f32,
}

impl Sentiment {
    pub fn new(negative: f32, neutral: f32, positive: f32) -> Self {
        let label = if negative >= neutral && negative >= positive {
            SentimentLabel::Negative
        } else if positive > neutral {
            SentimentLabel::Positive
        } else {
            SentimentLabel::Neutral
        };
        Self {
            label,
            negative,
            neutral,
            positive,
        }
    }
}

/// Where the mood is going: `falling` means the customer is getting unhappier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trend {
    Falling,
    Steady,
    Rising,
}

impl Trend {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Falling => "falling",
            Self::Steady => "steady",
            Self::Rising => "rising",
        }
    }
}

/// Below this change the mood counts as steady: single probabilities move by as much from wording alone.
const TREND_STEP: f32 = 0.2;

/// `negatives` are the probabilities of `negative`, oldest first. The newest message is held against the mean
/// of those before it, so one message has no trend and one outburst in a calm conversation is `falling`.
pub fn trend(negatives: &[f32]) -> Trend {
    let Some((newest, before)) = negatives.split_last() else {
        return Trend::Steady;
    };
    if before.is_empty() {
        return Trend::Steady;
    }
    let change = newest - mean(before);
    if change >= TREND_STEP {
        Trend::Falling
    } else if change <= -TREND_STEP {
        Trend::Rising
    } else {
        Trend::Steady
    }
}

/// 0 for an empty slice: nobody has complained yet.
pub fn mean(values: &[f32]) -> f32 {
    if values.is_empty() {
        0.0
    } else {
        values.iter().sum::<f32>() / values.len() as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trend_follows_the_newest_message() {
        assert_eq!(trend(&[]), Trend::Steady);
        assert_eq!(trend(&[0.9]), Trend::Steady);
        assert_eq!(trend(&[0.1, 0.1, 0.8]), Trend::Falling);
        assert_eq!(trend(&[0.9, 0.8, 0.1]), Trend::Rising);
        assert_eq!(trend(&[0.3, 0.4, 0.35]), Trend::Steady);
    }

    #[test]
    fn the_largest_probability_names_the_label() {
        assert_eq!(Sentiment::new(0.5, 0.3, 0.2).label, SentimentLabel::Negative);
        assert_eq!(Sentiment::new(0.2, 0.5, 0.3).label, SentimentLabel::Neutral);
        assert_eq!(Sentiment::new(0.1, 0.3, 0.6).label, SentimentLabel::Positive);
    }
}
