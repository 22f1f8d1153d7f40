//! What is said of a new model: to people, to programs and in its card. Plain values.

use serde::Serialize;
use toml::{Table, Value};

use crate::classify::calibration::Logistic;
use crate::eval::report::IntentReport;
use crate::labelled::Source;
use crate::train::lint::{Finding, Kind};

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    pub name: String,
    /// Name, version and first digits of the hash of the model it stands on.
    pub base: String,
    pub examples: usize,
    pub intents: usize,
    pub sources: Vec<Source>,
    pub notes: Vec<String>,
    pub lint: Vec<Finding>,
    /// The C of the penalty that was chosen, for vectors of length 1.
    pub strength: f64,
    pub intent_temperature: f32,
    pub confidence: Logistic,
    /// `None` without examples that are out of scope.
    pub scope: Option<Logistic>,
    /// Each example read by a head that was fitted without its fold.
    pub cross_validated: IntentReport,
    pub test: Option<IntentReport>,
}

impl Report {
    /// The table `[scores]` of the card.
    pub(crate) fn scores(&self) -> Table {
        let mut table = Table::new();
        for (name, report) in [
            ("cross_validated", Some(&self.cross_validated)),
            ("test", self.test.as_ref()),
        ] {
            let Some(scores) = report.map(|report| &report.scores) else {
                continue;
            };
            table.insert(format!("{name}_rows"), whole(scores.rows));
            for (score, value) in scores.figures() {
                if let Some(value) = value {
                    // Four places are more than so few rows can tell.
                    let rounded = (value * 1e4).round() / 1e4;
                    table.insert(format!("{name}_{score}"), Value::Float(rounded));
                }
            }
        }
        for kind in Kind::ALL {
            let count = self.lint.iter().filter(|finding| finding.kind == kind).count();
            table.insert(format!("lint_{}", kind.as_str()), whole(count));
        }
        table
    }

    /// The tables `[[sources]]` of the card. Folders are left out: they say nothing elsewhere.
    pub(crate) fn sources(&self) -> Vec<Table> {
        let table = |source: &Source| {
            let name = source
                .file
                .rsplit(['/', '\\'])
                .next()
                .unwrap_or_default()
                .to_owned();
            Table::from_iter([
                ("name".to_owned(), Value::String(name)),
                ("rows".to_owned(), whole(source.rows)),
            ])
        };
        self.sources.iter().map(table).collect()
    }
}

fn whole(count: usize) -> Value {
    Value::Integer(count as i64)
}
