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
    /// In the order of their names, and of a model's output.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// The mood of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mood| mood.as_str() == name)
    }

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

/// How much the newest message weighs in the mood of now, and in the mood of the conversation.
const NOW_WEIGHT: f32 = 0.8;
const LONG_WEIGHT: f32 = 0.3;

/// How far the two may be apart before the mood counts as moving: wording alone moves single probabilities by 0.1.
/// Of two messages, the second must be 0.3 above or below the first.
const DEAD_BAND: f32 = 0.15;

/// `negatives` are the probabilities of `negative`, 0 to 1, oldest first. Two exponentially weighted means (Roberts
/// 1959, "Control Chart Tests Based on Geometric Moving Averages") are held against each other, one that follows the
/// newest message and one that remembers: so an outburst now is `falling` however calm it was before, one that has
/// passed is forgotten, a slow slide is noticed, and an even mood, good or bad, is `steady`. Steady for fewer than two.
pub fn trend(negatives: &[f32]) -> Trend {
    let apart = weighted_mean(negatives, NOW_WEIGHT) - weighted_mean(negatives, LONG_WEIGHT);
    if apart >= DEAD_BAND {
        Trend::Falling
    } else if apart <= -DEAD_BAND {
        Trend::Rising
    } else {
        Trend::Steady
    }
}

/// Starts at the oldest value, and moves towards each next one by `weight` of the way; 0 for none.
fn weighted_mean(values: &[f32], weight: f32) -> f32 {
    let mean = values
        .iter()
        .copied()
        .reduce(|mean, value| mean + weight * (value - mean));
    mean.unwrap_or_default()
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
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn trends_of_conversations() {
        let table: [(&[f32], Trend); 18] = [
            (&[], Trend::Steady),
            (&[0.9], Trend::Steady),
            (&[0.1, 0.8], Trend::Falling),
            (&[0.8, 0.1], Trend::Rising),
            (&[0.3, 0.5], Trend::Steady),
            (&[0.1, 0.1, 0.8], Trend::Falling),
            (&[0.9, 0.8, 0.1], Trend::Rising),
            (&[0.3, 0.4, 0.35], Trend::Steady),
            // An outburst now, after much calm.
            (&[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.8], Trend::Falling),
            // One that has passed: a single odd reading moves nothing.
            (&[0.1, 0.8, 0.1], Trend::Steady),
            (&[0.1, 0.1, 0.8, 0.1, 0.1], Trend::Steady),
            // A slow slide, and a slow recovery.
            (&[0.1, 0.25, 0.4, 0.55], Trend::Falling),
            (&[0.9, 0.75, 0.6, 0.45], Trend::Rising),
            // Back and forth.
            (&[0.3, 0.5, 0.3, 0.5, 0.3], Trend::Steady),
            // Angry from the beginning to the end is bad, and steady.
            (&[0.9, 0.95, 0.9, 0.97], Trend::Steady),
            (&[0.0, 0.0, 0.0], Trend::Steady),
            // Angry since long is steady too, angry since the last but one is not.
            (&[0.1, 0.8, 0.8, 0.8, 0.8, 0.8, 0.8], Trend::Steady),
            (&[0.1, 0.1, 0.8, 0.8], Trend::Falling),
        ];
        for (negatives, expected) in table {
            assert_eq!(trend(negatives), expected, "{negatives:?}");
        }
    }

    fn opposite(trend: Trend) -> Trend {
        match trend {
            Trend::Falling => Trend::Rising,
            Trend::Steady => Trend::Steady,
            Trend::Rising => Trend::Falling,
        }
    }

    proptest! {
        #[test]
        fn the_mirrored_mood_has_the_opposite_trend(negatives in prop::collection::vec(0.0_f32..=1.0, 0..9)) {
            let apart = weighted_mean(&negatives, NOW_WEIGHT) - weighted_mean(&negatives, LONG_WEIGHT);
            // On the very edge of the dead band rounding decides.
            prop_assume!((apart.abs() - DEAD_BAND).abs() > 1e-5);
            let mirrored: Vec<f32> = negatives.iter().map(|negative| 1.0 - negative).collect();
            prop_assert_eq!(trend(&mirrored), opposite(trend(&negatives)));
        }

        #[test]
        fn noise_has_no_trend(level in 0.1_f32..0.9, noise in prop::collection::vec(-0.07_f32..0.07, 0..9)) {
            let negatives: Vec<f32> = noise.iter().map(|noise| level + noise).collect();
            prop_assert_eq!(trend(&negatives), Trend::Steady);
        }

        #[test]
        fn a_mood_that_only_worsens_never_rises(mut negatives in prop::collection::vec(0.0_f32..=1.0, 0..9)) {
            negatives.sort_by(f32::total_cmp);
            prop_assert_ne!(trend(&negatives), Trend::Rising);
            negatives.reverse();
            prop_assert_ne!(trend(&negatives), Trend::Falling);
        }

        #[test]
        fn a_leap_from_an_even_mood_is_seen(even in 0.0_f32..0.5, times in 1_usize..9, leap in 0.31_f32..0.5) {
            let mut negatives = vec![even; times];
            negatives.push(even + leap);
            prop_assert_eq!(trend(&negatives), Trend::Falling);
        }
    }

    #[test]
    fn the_largest_probability_names_the_label() {
        assert_eq!(Sentiment::new(0.5, 0.3, 0.2).label, SentimentLabel::Negative);
        assert_eq!(Sentiment::new(0.2, 0.5, 0.3).label, SentimentLabel::Neutral);
        assert_eq!(Sentiment::new(0.1, 0.3, 0.6).label, SentimentLabel::Positive);
    }
}
