//! All that an evaluation found, as one value: printed as JSON, drawn as a page that needs nothing else.

use minijinja::value::Serde;
use minijinja::{Environment, Error, Value};
use serde::Serialize;

use crate::eval::chart::{self, HeatMap, Reliability, RiskCoverage};
use crate::eval::compare::{Difference, Figures, McNemar};
use crate::eval::confusion::{Confusion, LabelScores};
use crate::eval::judged::{Judged, Judgement, UnknownLabel};
use crate::eval::mood::MoodScores;
use crate::eval::reading::Latency;
use crate::eval::risk::{self, Step};
use crate::eval::scores::{Bin, Scores, bins};
use crate::labelled::{Place, Row};

/// Mistakes shown with their texts, and confused pairs listed.
const WORST: usize = 20;
const CONFUSED: usize = 20;

/// Messages shown of each confused pair.
const EXAMPLES: usize = 4;

/// Points of a drawn curve: more than a screen has.
const POINTS_MAX: usize = 400;

/// The keys of its JSON are a contract.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Name, version and first digits of the hash.
    pub model: String,
    pub tests: Vec<String>,
    /// Rows with these gold labels were left out.
    pub without: Vec<String>,
    /// `None` for a test of moods.
    #[serde(flatten)]
    pub intents: Option<IntentReport>,
    /// `None` for rows without sentiment.
    pub sentiment: Option<MoodScores>,
    pub latency: Latency,
    pub baseline: Option<Baseline>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentReport {
    #[serde(flatten)]
    pub scores: Scores,
    pub unknown_labels: Vec<UnknownLabel>,
    /// Those that are gold or predicted somewhere, by name.
    pub by_intent: Vec<IntentScores>,
    /// The most frequent first, 20 at most.
    pub confused: Vec<Confused>,
    pub confusion: Matrix,
    pub reliability: Vec<Bin>,
    /// From strict to lax thresholds.
    pub risk_coverage: Vec<Point>,
    /// The most confident first, 20 at most.
    pub mistakes: Vec<Mistake>,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct IntentScores {
    pub intent: String,
    #[serde(flatten)]
    pub scores: LabelScores,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Confused {
    pub gold: String,
    pub predicted: String,
    pub rows: usize,
    /// The first of them, 4 at most.
    pub examples: Vec<Example>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Example {
    pub text: String,
    pub place: Place,
}

/// `counts[gold][predicted]`, both in the order of `labels`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Matrix {
    pub labels: Vec<String>,
    pub counts: Vec<Vec<usize>>,
}

/// Share of all rows answered, and share of wrong ones among them; 0 to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Point {
    pub coverage: f64,
    pub risk: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Mistake {
    pub text: String,
    pub gold: String,
    pub predicted: String,
    pub confidence: f32,
}

/// Another model on the same rows.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Baseline {
    pub model: String,
    pub differences: Vec<Difference>,
    /// Of the intents; of the moods in a test of moods.
    pub mcnemar: McNemar,
    pub risk_coverage: Vec<Point>,
}

impl IntentReport {
    /// `labelled` in the order of the judged rows.
    pub fn new(judgement: &Judgement, labelled: &[Row]) -> Self {
        let rows = &judgement.rows;
        let confusion = Confusion::new(judgement.labels.len(), rows.iter().map(|row| (row.gold, row.top)));
        let name = |place: usize| judgement.label(place).to_owned();
        let by_intent = confusion.by_label().into_iter().enumerate();
        let by_intent: Vec<(usize, LabelScores)> =
            by_intent.filter(|(_, scores)| scores.f1.is_some()).collect();
        let seen: Vec<usize> = by_intent.iter().map(|(place, _)| *place).collect();
        let counts = |gold: &usize| {
            seen.iter()
                .map(|predicted| confusion.count(*gold, *predicted))
                .collect()
        };
        Self {
            scores: Scores::new(rows, judgement.labels.len(), judgement.out_of_scope),
            unknown_labels: judgement.unknown.clone(),
            confused: confusion
                .confused()
                .into_iter()
                .take(CONFUSED)
                .map(|(gold, predicted, rows)| Confused {
                    gold: name(gold),
                    predicted: name(predicted),
                    rows,
                    examples: examples(judgement, labelled, gold, predicted),
                })
                .collect(),
            confusion: Matrix {
                labels: seen.iter().copied().map(name).collect(),
                counts: seen.iter().map(counts).collect(),
            },
            by_intent: by_intent
                .into_iter()
                .map(|(place, scores)| IntentScores {
                    intent: name(place),
                    scores,
                })
                .collect(),
            reliability: bins(rows),
            risk_coverage: curve(judgement),
            mistakes: mistakes(judgement, labelled),
        }
    }
}

/// The risk-coverage curve, thinned to what can be seen.
pub fn curve(judgement: &Judgement) -> Vec<Point> {
    let steps = risk::steps(&judgement.rows, judgement.out_of_scope);
    let apart = steps.len().div_ceil(POINTS_MAX).max(1);
    let point = |step: &Step| Point {
        coverage: step.answered as f64 / judgement.rows.len().max(1) as f64,
        risk: step.risk(),
    };
    // Counted from the end, so that the last, which answers most, is among them.
    let mut points: Vec<Point> = steps.iter().rev().step_by(apart).map(point).collect();
    points.reverse();
    points
}

/// The first messages of `gold` that were taken for `predicted`.
fn examples(judgement: &Judgement, labelled: &[Row], gold: usize, predicted: usize) -> Vec<Example> {
    let rows = judgement.rows.iter().zip(labelled);
    rows.filter(|(row, _)| (row.gold, row.top) == (gold, predicted))
        .take(EXAMPLES)
        .map(|(_, row)| Example {
            text: row.text.as_str().to_owned(),
            place: row.place.clone(),
        })
        .collect()
}

fn mistakes(judgement: &Judgement, labelled: &[Row]) -> Vec<Mistake> {
    let mut wrong: Vec<(&Judged, &Row)> = judgement.rows.iter().zip(labelled).collect();
    wrong.retain(|(row, _)| !row.right());
    wrong.sort_by(|(a, _), (b, _)| b.confidence.total_cmp(&a.confidence));
    let mistake = |(row, labelled): (&Judged, &Row)| Mistake {
        text: labelled.text.as_str().to_owned(),
        gold: judgement.label(row.gold).to_owned(),
        predicted: judgement.label(row.top).to_owned(),
        confidence: row.confidence,
    };
    wrong.into_iter().take(WORST).map(mistake).collect()
}

impl Report {
    /// A page without scripts and without anything to fetch. What customers wrote is escaped.
    ///
    /// # Errors
    /// A fault of ours in the template.
    pub fn page(&self) -> Result<String, Error> {
        let mut environment = Environment::new();
        environment.add_filter("percent", percent);
        environment.add_filter("signed", signed);
        // The ending `.html` turns escaping on.
        environment.add_template("report.html", include_str!("report.html"))?;
        let charts = self.intents.as_ref().map(|intents| {
            let mut curves = vec![(self.model.as_str(), intents.risk_coverage.as_slice())];
            let baseline = self.baseline.as_ref();
            curves.extend(baseline.map(|other| (other.model.as_str(), other.risk_coverage.as_slice())));
            Charts {
                reliability: chart::reliability(&intents.reliability),
                risk_coverage: chart::risk_coverage(&curves),
                heat_map: chart::heat_map(&intents.confusion),
            }
        });
        let page = Page {
            report: self,
            charts,
            figures: self.intents.as_ref().map(|intents| intents.scores.figures()),
            mood_figures: self.sentiment.as_ref().map(MoodScores::figures),
        };
        environment.get_template("report.html")?.render(Serde(page))
    }
}

/// What the template sees.
#[derive(Serialize)]
struct Page<'a> {
    report: &'a Report,
    charts: Option<Charts>,
    figures: Option<Figures>,
    mood_figures: Option<Figures>,
}

#[derive(Serialize)]
struct Charts {
    reliability: Reliability,
    risk_coverage: RiskCoverage,
    heat_map: HeatMap,
}

/// `0.7534` as `75.3`; a dash for nothing.
fn percent(value: Value) -> String {
    f64::try_from(value).map_or("–".to_owned(), |value| format!("{:.1}", value * 100.0))
}

/// `0.0123` as `+1.2`, in percentage points.
fn signed(value: Value) -> String {
    f64::try_from(value).map_or("–".to_owned(), |value| format!("{:+.1}", value * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::intent::Intent;
    use crate::domain::message::Text;
    use crate::eval::compare::mcnemar;
    use crate::eval::judged::Answer;

    fn report() -> Report {
        let intents = ["a", "b"].map(Intent::new);
        let answer = |(top, confidence): (&str, f32)| Answer {
            top: Intent::new(top),
            confidence,
            in_scope: confidence,
        };
        let answers = [("a", 0.9), ("b", 0.8), ("a", 0.7)].map(answer);
        let judgement = Judgement::new(&intents, ["a", "a", "other"], &answers);
        let texts = ["fine", "<script>alert(1)</script> & more", "beyond"];
        let rows = texts.map(|text| Row {
            text: Text::parse(text).unwrap(),
            label: String::new(),
            sentiment: None,
            place: Place {
                file: "rows.jsonl".to_owned(),
                line: 1,
            },
        });
        Report {
            model: "m 1 <x>".into(),
            tests: vec!["rows.jsonl".into()],
            without: Vec::new(),
            intents: Some(IntentReport::new(&judgement, &rows)),
            sentiment: None,
            latency: Latency {
                messages: 3,
                p50_ms: 2.04,
                p99_ms: 3.0,
            },
            baseline: None,
        }
    }

    #[test]
    fn mistakes_come_most_confident_first_and_curves_end_at_all_that_is_answered() {
        let intents = report().intents.unwrap();
        let found: Vec<_> = intents
            .mistakes
            .iter()
            .map(|mistake| mistake.predicted.as_str())
            .collect();
        assert_eq!(found, ["b", "a"]);
        assert_eq!(
            intents.risk_coverage.last(),
            Some(&Point {
                coverage: 1.0,
                risk: 2.0 / 3.0
            })
        );
        assert_eq!(intents.confusion.counts, [[1, 1, 0], [0, 0, 0], [1, 0, 0]]);
    }

    #[test]
    fn a_long_curve_is_thinned_and_keeps_its_end() {
        let answer = |n: u16| Answer {
            top: Intent::new("a"),
            confidence: 1.0 - f32::from(n) / 2_000.0,
            in_scope: 0.0,
        };
        let answers: Vec<Answer> = (0..1_500).map(answer).collect();
        let judgement = Judgement::new(&[Intent::new("a")], vec!["a"; 1_500], &answers);
        let points = curve(&judgement);
        assert!(points.len() <= POINTS_MAX);
        assert_eq!(points.last().map(|point| point.coverage), Some(1.0));
    }

    #[test]
    fn the_page_escapes_what_customers_wrote_and_fetches_nothing() {
        let mut report = report();
        let page = report.page().unwrap();
        assert!(
            page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt; &amp; more"),
            "{page}"
        );
        for banned in ["<script", "http:", "https:", "src=", "url(", "@import"] {
            assert!(!page.contains(banned), "{banned}");
        }
        assert!(page.contains("other (1)") && page.matches("<svg").count() == 3);
        assert!(page.contains("prefers-color-scheme: dark"));
        report.baseline = Some(Baseline {
            model: "older".into(),
            differences: vec![Difference {
                figure: "accuracy".into(),
                model: Some(0.5),
                baseline: Some(0.4),
                difference: Some(0.1),
                interval: Some([-0.02, 0.22]),
            }],
            mcnemar: mcnemar([(true, false)]),
            risk_coverage: Vec::new(),
        });
        let page = report.page().unwrap();
        assert!(
            page.contains("Against older") && page.contains("-2.0 to +22.0"),
            "{page}"
        );
    }

    #[test]
    fn a_test_of_moods_has_no_pictures_of_intents() {
        let moods = Report {
            intents: None,
            sentiment: Some(MoodScores::new(&[])),
            ..report()
        };
        let page = moods.page().unwrap();
        assert!(page.contains("Moods") && !page.contains("<svg"));
        let json = serde_json::to_value(&moods).unwrap();
        assert_eq!(json.get("accuracy"), None);
    }
}
