//! How much personal data is found in a labelled set of sentences, and how much of what is found is any. The set lies
//! beside the checkout and is not part of it; where it is missing the test says so.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::ops::Range;
use std::path::PathBuf;

use firstline::domain::personal_data::{Masking, PersonalData};
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::support::repository;

#[derive(Debug, Deserialize)]
struct Row {
    text: String,
    spans: Vec<Span>,
}

/// A place in characters.
#[derive(Debug, Deserialize)]
struct Span {
    #[serde(rename = "type")]
    kind: String,
    start: usize,
    end: usize,
}

/// What is there, what of it is found, what is found, and what of that is there.
#[derive(Debug, Default, Clone, Copy)]
struct Count {
    there: usize,
    recalled: usize,
    found: usize,
    right: usize,
}

impl Count {
    fn add(&mut self, other: &Self) {
        self.there += other.there;
        self.recalled += other.recalled;
        self.found += other.found;
        self.right += other.right;
    }

    fn recall(&self) -> f64 {
        self.recalled as f64 / self.there.max(1) as f64
    }

    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "where the set lies is for whoever runs the tests to say"
)]
fn rows() -> Option<Vec<Row>> {
    let folder = std::env::var_os("FIRSTLINE_DATA").map(PathBuf::from);
    let folder = folder.unwrap_or_else(|| repository().join("../shared/data"));
    let path = folder.join("pii/spans.jsonl.gz");
    let Ok(file) = File::open(&path) else {
        eprintln!(
            "skipped: there is no {}; FIRSTLINE_DATA names its folder",
            path.display()
        );
        return None;
    };
    let lines = BufReader::new(GzDecoder::new(file)).lines();
    let row = |line: std::io::Result<String>| serde_json::from_str(&line.unwrap()).unwrap();
    Some(lines.map(row).collect())
}

fn kind_of(name: &str) -> Option<PersonalData> {
    match name {
        "CREDIT_CARD" => Some(PersonalData::Card),
        "IBAN_CODE" => Some(PersonalData::Iban),
        "EMAIL_ADDRESS" => Some(PersonalData::Email),
        "PHONE_NUMBER" => Some(PersonalData::Phone),
        "US_SSN" => Some(PersonalData::NationalId),
        _ => None,
    }
}

fn byte_at(text: &str, character: usize) -> usize {
    text.char_indices()
        .nth(character)
        .map_or(text.len(), |(at, _)| at)
}

fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[test]
fn most_of_a_labelled_set_is_found_and_little_else() {
    let Some(rows) = rows() else { return };
    let mut counts: BTreeMap<String, Count> = BTreeMap::new();
    for row in &rows {
        let labelled: Vec<(PersonalData, Range<usize>)> = row
            .spans
            .iter()
            .filter_map(|span| {
                let range = byte_at(&row.text, span.start)..byte_at(&row.text, span.end);
                Some((kind_of(&span.kind)?, range))
            })
            .collect();
        let found = Masking::ALL.find(&row.text);
        for (kind, range) in &labelled {
            let hit = found
                .iter()
                .any(|found| found.kind == *kind && overlap(&found.range, range));
            let count = counts.entry(format!("{kind:?}")).or_default();
            count.there += 1;
            count.recalled += usize::from(hit);
            if !hit {
                eprintln!(
                    "missed: {kind:?} {:?} in {:?}",
                    &row.text[range.clone()],
                    row.text
                );
            }
        }
        for found in &found {
            let hit = labelled
                .iter()
                .any(|(kind, range)| found.kind == *kind && overlap(&found.range, range));
            let count = counts.entry(format!("{:?}", found.kind)).or_default();
            count.found += 1;
            count.right += usize::from(hit);
            if !hit {
                eprintln!(
                    "wrong: {:?} {:?} in {:?}",
                    found.kind,
                    &row.text[found.range.clone()],
                    row.text
                );
            }
        }
    }
    let mut all = Count::default();
    for (kind, count) in &counts {
        all.add(count);
        eprintln!(
            "{kind}: recall {:.3}, precision {:.3}, {count:?}",
            count.recall(),
            count.precision()
        );
    }
    eprintln!(
        "all: recall {:.3}, precision {:.3}, {all:?}",
        all.recall(),
        all.precision()
    );
    assert!(all.recall() >= 0.98 && all.precision() >= 0.95, "{all:?}");
}
