//! Own intents: a head and examples on a base model's embeddings, learnt from a business's messages in seconds,
//! without Python. Same examples and seed, same bytes. Knows the classifier's model folders, and no server.

mod confidence;
mod embed;
mod fit;
pub mod folder;
mod graph;
mod lbfgs;
mod learn;
pub mod lint;
mod neighbours;
mod onnx;
pub mod report;
mod validate;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use ndarray::Axis;
use sha2::{Digest, Sha256};
use thiserror::Error;
use toml::{Table, Value};

use crate::classify::model::{Calibration, Card, GRAPH, ModelError, ModelFolder};
use crate::classify::runtime::Runtime;
use crate::classify::session::SessionError;
use crate::domain::intent::Intent;
use crate::eval::judged::{Answer, Judgement};
use crate::eval::report::IntentReport;
use crate::labelled::{Labelled, Row};
use crate::train::embed::{Vectors, embed};
use crate::train::folder::{FolderError, NewModel};
use crate::train::graph::{GraphError, NewEnd, with_new_end};
use crate::train::learn::{Learned, Material, learn};
use crate::train::lint::{Corpus, counts, lint};
use crate::train::report::Report;

/// Groups in which intents are left out in turn, and how many intents it takes for that: two remain at least.
const GROUPS: usize = 5;
const INTENTS_FOR_GROUPS: usize = 3;

#[derive(Debug, Error)]
pub enum TrainError {
    #[error("the examples have {0} intents; two at least are needed to choose from")]
    TooFewIntents(usize),
    #[error("with one example an intent cannot be learnt; write more for {}, or remove them", .0.join(", "))]
    Lonely(Vec<String>),
    #[error(transparent)]
    Base(#[from] ModelError),
    #[error(transparent)]
    Read(#[from] SessionError),
    #[error("own intents cannot stand on this base model: {0}")]
    Graph(#[from] GraphError),
    #[error(transparent)]
    Folder(#[from] FolderError),
}

/// What to learn from, and how.
#[derive(Debug)]
pub struct Task {
    /// Of the new model.
    pub name: String,
    /// Each text once for each label that it has.
    pub examples: Labelled,
    /// Rows to try the new model on; it does not learn from them. One at least.
    pub test: Option<Labelled>,
    /// Another seed deals other folds.
    pub seed: u64,
    /// Parts of the examples for cross-validation, 2 at least.
    pub folds: usize,
}

/// A model that is not on disk yet.
#[derive(Debug)]
pub struct Trained {
    pub report: Report,
    model: NewModel,
}

impl Trained {
    /// Puts the model at `out`, in place of a model that may be there; ask [`folder::check`] first.
    ///
    /// # Errors
    /// Those of [`FolderError`]; `out` is then as it was.
    pub fn write(&self, out: &Path, runtime: &Runtime) -> Result<(), FolderError> {
        folder::write(&self.model, out, runtime)
    }
}

/// Learns the intents of the task's examples. `on_read` is called once for each text that the base model has read:
/// those of the examples and of the test, in any order, from several threads.
///
/// # Errors
/// Too little to learn from, or a base model that own intents cannot stand on.
pub fn train(
    runtime: &Runtime,
    base: &ModelFolder,
    task: &Task,
    on_read: &(dyn Fn() + Sync),
) -> Result<Trained, TrainError> {
    let rows = task.examples.rows.as_slice();
    let names = intents(rows)?;
    let number: BTreeMap<&str, usize> = names.iter().map(String::as_str).zip(0..).collect();
    let labels: Vec<usize> = rows.iter().map(|row| number[row.label.as_str()]).collect();
    let vectors_of = |rows: &[Row]| {
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        embed(runtime, base, &texts, on_read)
    };
    let test = task.test.as_ref().map(|test| test.rows.as_slice());
    let vectors = vectors_of(rows)?;
    let test_vectors = test.map(vectors_of).transpose()?;

    let out_of_scope = number.get(Intent::OUT_OF_SCOPE).copied();
    let learned = learn(&Material {
        vectors: &vectors,
        labels: &labels,
        intents: names.len(),
        out_of_scope,
        folds: &folds(rows, &labels, names.len(), task),
        fold_count: task.folds,
        groups: &groups(&names, task.seed),
    });

    let test = test.zip(test_vectors.as_ref());
    let findings = lint(
        corpus(rows, &vectors),
        test.map(|(rows, vectors)| corpus(rows, vectors)),
    );
    let report = Report {
        name: task.name.clone(),
        base: base.model(),
        examples: rows.len(),
        intents: names.len(),
        sources: task.examples.sources.clone(),
        notes: notes(task, &names),
        lint: findings,
        strength: learned.strength,
        intent_temperature: learned.temperature,
        confidence: learned.confidence.right,
        scope: learned.confidence.scope.map(|scope| scope.weights),
        cross_validated: judge(rows, &learned.unseen, &names),
        test: test.map(|(rows, texts)| judge(rows, &learned.read(&vectors, texts), &names)),
    };
    let model = NewModel {
        graph: new_graph(base, &learned, &vectors)?,
        tokenizer: base.read_tokenizer_file()?,
        card: card(base, &report),
        intents: names,
    };
    Ok(Trained { report, model })
}

fn corpus<'a>(rows: &'a [Row], vectors: &'a Vectors) -> Corpus<'a> {
    Corpus {
        rows,
        vectors: &vectors.embeddings,
    }
}

/// The names of the intents, sorted.
fn intents(rows: &[Row]) -> Result<Vec<String>, TrainError> {
    let counts = counts(rows);
    if counts.len() < 2 {
        return Err(TrainError::TooFewIntents(counts.len()));
    }
    let lonely = rows.iter().filter(|row| counts[row.label.as_str()] < 2);
    let lonely: Vec<String> = lonely
        .map(|row| format!("{} ({})", row.label, row.place))
        .collect();
    if !lonely.is_empty() {
        return Err(TrainError::Lonely(lonely));
    }
    Ok(counts.into_keys().map(str::to_owned).collect())
}

/// The fold of each row: the rows of each intent are dealt out in an order drawn from the seed, so that every fold
/// has its share of every intent.
fn folds(rows: &[Row], labels: &[usize], intents: usize, task: &Task) -> Vec<usize> {
    let mut folds = vec![0; rows.len()];
    let mut dealt = 0;
    for intent in 0..intents {
        let mut of_intent: Vec<usize> = (0..rows.len()).filter(|row| labels[*row] == intent).collect();
        of_intent.sort_by_cached_key(|row| draw(task.seed, rows[*row].text.as_str()));
        for row in of_intent {
            folds[row] = dealt % task.folds;
            dealt += 1;
        }
    }
    folds
}

/// Intents that are left out together, for their rows to stand for what is out of scope. Where examples show that, they
/// say it better: rows of a left-out intent are much nearer to what is in scope.
fn groups(names: &[String], seed: u64) -> Vec<Vec<usize>> {
    let shown = names.iter().any(|name| name == Intent::OUT_OF_SCOPE);
    let mut drawn: Vec<usize> = (0..names.len()).collect();
    if shown || drawn.len() < INTENTS_FOR_GROUPS {
        return Vec::new();
    }
    drawn.sort_by_cached_key(|intent| draw(seed, &names[*intent]));
    let count = GROUPS.min(drawn.len());
    (0..count)
        .map(|group| drawn.iter().skip(group).step_by(count).copied().collect())
        .collect()
}

/// A number that chance could have drawn, the same one every time.
fn draw(seed: u64, text: &str) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(seed.to_le_bytes());
    hash.update(text);
    hash.finalize().into()
}

/// The figures of some rows and the probabilities read for each, as `firstline eval` has them.
fn judge(rows: &[Row], read: &[Vec<f32>], names: &[String]) -> IntentReport {
    let intents: Vec<Intent> = names.iter().map(Intent::new).collect();
    // There are two intents at least, so each row has an answer.
    let answers = read.iter().filter_map(|found| {
        let scored = intents.iter().cloned().zip(found.iter().copied());
        Answer::of(scored)
    });
    let answers: Vec<Answer> = answers.collect();
    let gold = rows.iter().map(|row| row.label.as_str());
    IntentReport::new(&Judgement::new(&intents, gold, &answers), rows)
}

fn notes(task: &Task, names: &[String]) -> Vec<String> {
    let mut notes = task.examples.notes.clone();
    if let Some(test) = &task.test {
        notes.extend(test.notes.iter().cloned());
        let labels: BTreeSet<&str> = test.rows.iter().map(|row| row.label.as_str()).collect();
        let known = |label: &&str| names.iter().any(|name| name == label);
        let strange: Vec<&str> = labels.into_iter().filter(|label| !known(label)).collect();
        if !strange.is_empty() {
            notes.push(format!(
                "the test has labels that no example has, and their rows count as out of scope: {}",
                strange.join(", ")
            ));
        }
    }
    let shown = names.iter().any(|name| name == Intent::OUT_OF_SCOPE);
    if !shown && names.len() < INTENTS_FOR_GROUPS {
        notes.push(format!(
            "with fewer than {INTENTS_FOR_GROUPS} intents none can be left out, so the confidence knows nothing of \
             messages that are out of scope; examples labelled {} would teach it",
            Intent::OUT_OF_SCOPE
        ));
    }
    notes
}

fn new_graph(base: &ModelFolder, learned: &Learned, vectors: &Vectors) -> Result<Vec<u8>, TrainError> {
    let examples = vectors.embeddings.select(Axis(0), &learned.kept);
    let end = NewEnd {
        input: vectors.input_name(),
        weights: learned.head.weights(),
        bias: learned.head.bias(),
        examples: &examples,
        counts: &learned.counts,
    };
    Ok(with_new_end(&base.read_graph()?, &end)?)
}

/// Without the hashes, which are those of the files as they are written.
fn card(base: &ModelFolder, report: &Report) -> Card {
    let of_base = base.card();
    let mut origin = Table::new();
    origin.insert("name".to_owned(), Value::String(of_base.name.clone()));
    origin.insert("version".to_owned(), Value::String(of_base.version.clone()));
    if let Some(hash) = of_base.files.get(GRAPH) {
        origin.insert("sha256".to_owned(), Value::String(hash.clone()));
    }
    Card {
        name: report.name.clone(),
        version: "1.0.0".to_owned(),
        language: of_base.language.clone(),
        description: format!(
            "{} own intents, learnt from {} examples on {}; moods and embedding are those of the base.",
            report.intents, report.examples, of_base.name
        ),
        max_tokens: of_base.max_tokens,
        files: BTreeMap::new(),
        calibration: Calibration {
            intent_temperature: report.intent_temperature,
            sentiment_temperature: of_base.calibration.sentiment_temperature,
            confidence: Some(report.confidence),
            scope: report.scope,
        },
        base: origin,
        sources: report.sources(),
        scores: report.scores(),
    }
}
