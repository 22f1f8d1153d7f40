//! One evaluation: labelled rows and the readings of one model, or of two, to a report.

use crate::domain::sentiment::SentimentLabel;
use crate::eval::compare::{Figures, McNemar, differences, mcnemar};
use crate::eval::judged::{Judged, Judgement};
use crate::eval::mood::{JudgedMood, MoodScores};
use crate::eval::reading::{Latency, Readings};
use crate::eval::report::{Baseline, IntentReport, Report, curve};
use crate::eval::scores::Scores;
use crate::labelled::Row;

/// What the labels of a test are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// Intents, with a sentiment beside them or not.
    Intents,
    /// Moods alone.
    Moods,
}

impl Subject {
    /// Moods, if every label is the name of one.
    pub fn of(rows: &[Row]) -> Self {
        let moods = rows.iter().all(|row| SentimentLabel::named(&row.label).is_some());
        if moods { Self::Moods } else { Self::Intents }
    }

    /// The mood that people read in a row, if its file says so.
    pub fn mood(self, row: &Row) -> Option<SentimentLabel> {
        match self {
            Self::Intents => row.sentiment,
            Self::Moods => row.sentiment.or_else(|| SentimentLabel::named(&row.label)),
        }
    }
}

/// One model on all rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    model: String,
    /// `None` for a test of moods.
    judgement: Option<Judgement>,
    /// One for each row; `None` where its file says no mood.
    moods: Vec<Option<JudgedMood>>,
}

impl Measured {
    /// `readings` of the rows, in their order.
    pub fn new(rows: &[Row], readings: &Readings, subject: Subject) -> Self {
        let gold = rows.iter().map(|row| row.label.as_str());
        let judged = || Judgement::new(&readings.intents, gold, &readings.answers);
        let both = rows.iter().zip(&readings.sentiments);
        Self {
            model: readings.model.clone(),
            judgement: (subject == Subject::Intents).then(judged),
            moods: both
                .map(|(row, read)| {
                    let gold = subject.mood(row)?;
                    Some(JudgedMood { gold, read: *read })
                })
                .collect(),
        }
    }

    /// The figures of some of the rows, a row as often as it is named.
    fn figures(&self, rows: &[usize]) -> Figures {
        let mut figures = Vec::new();
        if let Some(judgement) = &self.judgement {
            let drawn: Vec<Judged> = rows
                .iter()
                .filter_map(|row| judgement.rows.get(*row))
                .copied()
                .collect();
            figures.extend(Scores::new(&drawn, judgement.labels.len(), judgement.out_of_scope).figures());
        }
        if self.moods.iter().any(Option::is_some) {
            let drawn: Vec<JudgedMood> = rows.iter().filter_map(|row| *self.moods.get(*row)?).collect();
            figures.extend(MoodScores::new(&drawn).figures());
        }
        figures
    }

    /// Whether each row was read rightly; by its mood in a test of moods.
    fn right(&self) -> Vec<bool> {
        match &self.judgement {
            Some(judgement) => judgement.rows.iter().map(Judged::right).collect(),
            None => self
                .moods
                .iter()
                .flatten()
                .map(|mood| mood.gold == mood.read.label)
                .collect(),
        }
    }

    /// Holds this model against another on the same rows.
    fn against(&self, other: &Self, seed: u64) -> Baseline {
        let measure = |rows: &[usize]| (self.figures(rows), other.figures(rows));
        let mcnemar: McNemar = mcnemar(self.right().into_iter().zip(other.right()));
        Baseline {
            model: other.model.clone(),
            differences: differences(self.moods.len(), seed, measure),
            mcnemar,
            risk_coverage: other.judgement.as_ref().map(curve).unwrap_or_default(),
        }
    }

    /// All that there is to say. `seed` is that of the resampling behind the intervals.
    pub fn report(&self, rows: &[Row], latency: Latency, baseline: Option<&Self>, seed: u64) -> Report {
        let moods: Vec<JudgedMood> = self.moods.iter().copied().flatten().collect();
        Report {
            model: self.model.clone(),
            tests: Vec::new(),
            without: Vec::new(),
            intents: self
                .judgement
                .as_ref()
                .map(|judgement| IntentReport::new(judgement, rows)),
            sentiment: (!moods.is_empty()).then(|| MoodScores::new(&moods)),
            latency,
            baseline: baseline.map(|other| self.against(other, seed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::Intent;
    use crate::domain::message::Text;
    use crate::domain::sentiment::Sentiment;
    use crate::eval::judged::Answer;
    use crate::labelled::Place;

    fn row(label: &str, sentiment: Option<SentimentLabel>) -> Row {
        Row {
            text: Text::parse("some words").unwrap(),
            label: label.to_owned(),
            sentiment,
            place: Place {
                file: "a.csv".to_owned(),
                line: 2,
            },
        }
    }

    fn readings(model: &str, tops: &[&str]) -> Readings {
        let answer = |top: &&str| Answer {
            top: Intent::new(*top),
            confidence: 0.5,
            in_scope: 0.5,
        };
        Readings {
            model: model.to_owned(),
            intents: ["a", "b"].map(Intent::new).into(),
            answers: tops.iter().map(answer).collect(),
            sentiments: vec![Sentiment::new(1.0, 0.0, 0.0); tops.len()],
        }
    }

    const LATENCY: Latency = Latency {
        messages: 1,
        p50_ms: 1.0,
        p99_ms: 1.0,
    };

    #[test]
    fn labels_say_what_a_test_is_about() {
        assert_eq!(
            Subject::of(&[row("negative", None), row("neutral", None)]),
            Subject::Moods
        );
        assert_eq!(
            Subject::of(&[row("negative", None), row("a", None)]),
            Subject::Intents
        );
    }

    #[test]
    fn a_test_of_moods_has_moods_only() {
        let rows = [row("negative", None), row("neutral", None)];
        let measured = Measured::new(&rows, &readings("m", &["a", "a"]), Subject::Moods);
        let report = measured.report(&rows, LATENCY, None, 1);
        assert_eq!(report.intents, None);
        assert_eq!(report.sentiment.unwrap().accuracy, Some(0.5));
    }

    #[test]
    fn two_models_are_compared_on_all_that_both_say() {
        let angry = Some(SentimentLabel::Negative);
        let rows = [row("a", angry), row("a", None), row("b", angry), row("b", angry)];
        let this = Measured::new(&rows, &readings("m", &["a", "a", "b", "a"]), Subject::Intents);
        let other = Measured::new(&rows, &readings("o", &["b", "b", "b", "b"]), Subject::Intents);
        let baseline = this.report(&rows, LATENCY, Some(&other), 1).baseline.unwrap();
        let named = |name: &str| {
            baseline
                .differences
                .iter()
                .find(|found| found.figure == name)
                .unwrap()
        };
        assert_eq!(named("accuracy").difference, Some(0.25));
        let [low, high] = named("accuracy").interval.unwrap();
        assert!(low < 0.25 && high > 0.25);
        assert_eq!(named("sentiment_accuracy").difference, Some(0.0));
        assert_eq!(
            (
                baseline.mcnemar.only_model_right,
                baseline.mcnemar.only_baseline_right
            ),
            (2, 1)
        );
    }
}
