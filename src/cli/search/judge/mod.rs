//! `firstline search --judge`: how often the right passage is found, by every way of searching, and how far the chance
//! that the first one is right can be believed.

mod searched;
mod text;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::search::judge::searched::Searched;
use crate::config::Config;
use crate::domain::article::{Audience, Citation};
use crate::domain::reading::Classification;
use crate::domain::time::Timestamp;
use crate::eval::calibrate::{self, Case, Demand};
use crate::eval::compare::quantile;
use crate::eval::retrieval::{Believed, DEPTH, Method, Places};
use crate::labelled::questions::{Question, read_questions};
use crate::ports::{Classifier, KnowledgeBase, SearchQuery};
use crate::telemetry;

/// How many questions are under way at once, if the classifier's queue holds as many.
const AT_ONCE_MAX: usize = 64;

/// Of the resampling behind the intervals, and of the split of a calibration.
const SEED: u64 = 1;

/// How far away the question is that is asked before another, to see what a change of subject does.
const ANOTHER: usize = 7;

/// The ways of searching, in the order of the report; the first is what the others are held against.
const METHODS: [&str; 7] = [
    "plain BM25",
    "plain BM25, with the line before",
    "words alone",
    "meaning alone",
    "all, without what was said before",
    "all",
    "all, after another question and its answer",
];

#[derive(Debug, clap::Args)]
pub(super) struct Options {
    /// Measure the search instead: a folder with *queries.jsonl (`text`, `label`: a list of "article#passage" or of the
    /// ids of documents, perhaps `context`: [{"text"}]) and perhaps *documents.jsonl (`doc_id`, `title`, `text`, perhaps
    /// `entity`) and *distractors.jsonl to be searched in place of the knowledge base; .gz too
    #[arg(long, value_name = "FOLDER")]
    pub(super) judge: Option<PathBuf>,
    /// Only one half of the questions: the one that chose the weights of the shipped search, or the other
    #[arg(long, value_enum, requires = "judge")]
    half: Option<Half>,
    /// For the bar under `match` in policy.yml: the largest share of wrong passages among the answers
    #[arg(long, default_value_t = 0.1, value_name = "SHARE", requires = "judge")]
    max_wrong: f64,
    /// The chance that this holds
    #[arg(long, default_value_t = 0.95, value_name = "SHARE", requires = "judge")]
    confidence: f64,
    /// Write what speaks for each passage as JSON lines, for models/support-en/recipe/search.py
    #[arg(long, value_name = "FILE", requires = "judge")]
    evidence: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Half {
    Choosing,
    Other,
}

impl Half {
    /// By the hash of the text: the same question is always on the same side.
    fn of(question: &Question) -> Self {
        let hash = Sha256::digest(question.text.as_str());
        match hash.first() {
            Some(byte) if byte % 2 == 1 => Self::Other,
            Some(_) | None => Self::Choosing,
        }
    }
}

#[derive(Debug, Serialize)]
struct Report {
    model: String,
    passages: u64,
    /// With a passage that answers them; `methods` is about these.
    questions: usize,
    /// That no passage answers.
    unanswerable: usize,
    methods: Vec<Method>,
    /// About all questions.
    chance: Option<Believed>,
    #[serde(flatten)]
    demand: Demand,
    /// The bar under `match` at which at most `max_wrong` of the answers are wrong; null where these questions certify
    /// none.
    bar: Option<f32>,
    /// Of one search.
    p50_ms: f64,
    p99_ms: f64,
}

/// Questions, what the model says of them, and where they are asked.
struct Asked {
    questions: Vec<Question>,
    readings: Vec<Classification>,
    searched: Searched,
    now: Timestamp,
}

pub(super) async fn run(
    folder: &Path,
    options: &Options,
    json: bool,
    config: &Config,
    output: &Output,
) -> Result<Exit, CliError> {
    let mut labelled = read_questions(folder).map_err(|problems| CliError::Usage(problems.to_string()))?;
    labelled
        .questions
        .retain(|question| options.half.is_none_or(|half| half == Half::of(question)));
    let now = telemetry::now();
    let asked = Asked {
        searched: Searched::open(&labelled, config, now, output)?,
        readings: read(&labelled.questions, config).await?,
        questions: labelled.questions,
        now,
    };
    if let Some(path) = &options.evidence {
        asked
            .write_evidence(path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let demand = Demand {
        max_wrong: options.max_wrong,
        confidence: options.confidence,
        seed: SEED,
    };
    let report = asked.measure(demand)?;
    if json {
        output.json(&report)?;
    } else {
        output.line(text::of(&report))?;
    }
    Ok(Exit::Fine)
}

async fn read(questions: &[Question], config: &Config) -> Result<Vec<Classification>, CliError> {
    let classifier = assemble::classifier(config)?;
    let readings = stream::iter(questions)
        .map(|question| classifier.classify(question.text.as_str()))
        .buffered(config.classifier.capacity.clamp(1, AT_ONCE_MAX));
    readings
        .try_collect()
        .await
        .map_err(|fault| CliError::Fault(anyhow::Error::new(fault)))
}

impl Asked {
    fn all(&self) -> impl Iterator<Item = (usize, &Question, &Classification)> {
        let all = self.questions.iter().zip(&self.readings).enumerate();
        all.map(|(number, (question, reading))| (number, question, reading))
    }

    fn query<'a>(
        &'a self,
        question: &'a Question,
        reading: &'a Classification,
        said: &'a [&'a str],
    ) -> SearchQuery<'a> {
        SearchQuery {
            text: question.text.as_str(),
            embedding: Some(&reading.embedding),
            context: said,
            intents: &reading.intents,
            locale: &self.searched.locale,
            audience: Audience::Public,
            now: self.now,
            limit: DEPTH,
        }
    }

    /// Another question and its answer; nothing where none is answered.
    fn another(&self, number: usize) -> Vec<&str> {
        let answered: Vec<&Question> = self
            .questions
            .iter()
            .filter(|question| !question.right.is_empty())
            .collect();
        let another = answered.get((number + ANOTHER) % answered.len().max(1));
        another.map_or(Vec::new(), |another| {
            let answer = another
                .right
                .first()
                .map_or("", |label| self.searched.text(label));
            vec![another.text.as_str(), answer]
        })
    }

    fn measure(&self, demand: Demand) -> Result<Report, CliError> {
        let mut places: [Places; METHODS.len()] = Default::default();
        let (mut times, mut first) = (Vec::new(), Vec::new());
        for (number, question, reading) in self.all() {
            let said = said(question);
            let whole = self.query(question, reading, &said);
            let started = Instant::now();
            let hits = self.searched.index.search(&whole).map_err(anyhow::Error::new)?;
            times.push(started.elapsed().as_secs_f64() * 1e3);
            let right = |citation: &Citation| question.right.contains(&self.searched.label(citation));
            first.push(
                hits.first()
                    .map_or((0.0, false), |hit| (hit.score, right(&hit.citation))),
            );
            if question.right.is_empty() {
                continue;
            }
            let all = hits.into_iter().map(|hit| hit.citation).collect();
            let by_method = self.by_each_method(number, &whole, all)?;
            for (places, found) in places.iter_mut().zip(by_method) {
                places.extend(found.map(|found| found.iter().position(right)));
            }
        }
        times.sort_by(f64::total_cmp);
        let methods = METHODS.into_iter().zip(&places);
        let [baseline, ..] = &places;
        Ok(Report {
            model: self
                .readings
                .first()
                .map_or(String::new(), |reading| reading.model.clone()),
            passages: self.searched.index.stats().passages,
            questions: baseline.len(),
            unanswerable: self.questions.len() - baseline.len(),
            methods: methods
                .filter_map(|(name, places)| {
                    let against = (name != METHODS[0] && places.len() == baseline.len()).then_some(baseline);
                    Method::new(name, places, against, SEED)
                })
                .collect(),
            chance: Believed::new(&first),
            demand,
            bar: bar(&first, demand),
            p50_ms: quantile(&times, 0.5).unwrap_or_default(),
            p99_ms: quantile(&times, 0.99).unwrap_or_default(),
        })
    }

    /// In the order of [`METHODS`].
    fn by_each_method(
        &self,
        number: usize,
        whole: &SearchQuery<'_>,
        all: Vec<Citation>,
    ) -> Result<[Option<Vec<Citation>>; METHODS.len()], CliError> {
        let alone = SearchQuery {
            context: &[],
            ..whole.clone()
        };
        let words = SearchQuery {
            embedding: None,
            ..alone.clone()
        };
        let last = format!("{} {}", whole.context.last().unwrap_or(&""), whole.text);
        let another = self.another(number);
        let after_another = SearchQuery {
            context: &another,
            ..whole.clone()
        };
        let plain = |text: &str| {
            let found = self.searched.plain.search(text, DEPTH);
            found.map_err(anyhow::Error::new)
        };
        let nearest = self.searched.index.nearest(whole).map_err(anyhow::Error::new)?;
        // What leans on something that was said is not asked anew about something else.
        let after_another = if whole.context.is_empty() {
            Some(self.found(&after_another)?)
        } else {
            None
        };
        Ok([
            Some(plain(whole.text)?),
            Some(plain(&last)?),
            Some(self.found(&words)?),
            Some(nearest),
            Some(self.found(&alone)?),
            Some(all),
            after_another,
        ])
    }

    fn found(&self, query: &SearchQuery<'_>) -> Result<Vec<Citation>, CliError> {
        let hits = self.searched.index.search(query).map_err(anyhow::Error::new)?;
        Ok(hits.into_iter().map(|hit| hit.citation).collect())
    }

    /// Each question as it was asked, by its words alone, and after another one.
    fn write_evidence(&self, path: &Path) -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        for (number, question, reading) in self.all() {
            let (said, another) = (said(question), self.another(number));
            let whole = self.query(question, reading, &said);
            let after_another = SearchQuery {
                context: &another,
                ..whole.clone()
            };
            let words = SearchQuery {
                embedding: None,
                ..whole.clone()
            };
            // What leans on something that was said is not asked anew about something else.
            let leans = !question.said.is_empty();
            let ways = [
                ("whole", whole),
                ("words", words),
                ("after_another", after_another),
            ];
            for (way, query) in ways
                .into_iter()
                .filter(|(way, _)| !leans || *way != "after_another")
            {
                let passages: Vec<serde_json::Value> = self
                    .searched
                    .index
                    .evidence(&query)?
                    .into_iter()
                    .map(|(citation, evidence, standing)| {
                        let right = question.right.contains(&self.searched.label(&citation));
                        json!({ "article": citation.article, "right": right, "evidence": evidence, "standing": standing })
                    })
                    .collect();
                let line = json!({
                    "text": question.text, "half": Half::of(question) as u8, "way": way,
                    "answerable": !question.right.is_empty(), "said": query.context.len(), "passages": passages,
                });
                writeln!(file, "{line}")?;
            }
        }
        Ok(file.flush()?)
    }
}

fn said(question: &Question) -> Vec<&str> {
    question.said.iter().map(String::as_str).collect()
}

/// A bar under `match`, certified as those under `confidence` are.
fn bar(first: &[(f32, bool)], demand: Demand) -> Option<f32> {
    let case = |(chance, right): &(f32, bool)| Case {
        intent: 0,
        confidence: *chance,
        right: *right,
        answerable: true,
    };
    let cases: Vec<Case> = first.iter().map(case).collect();
    // Too few questions certify nothing, and that is all there is to say.
    let outcome = calibrate::calibrate(&cases, demand).ok()?;
    outcome.certified.map(|tested| tested.bars.answer)
}
