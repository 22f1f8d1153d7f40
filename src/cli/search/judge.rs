//! `firstline search --judge`: how often the right passage is found, by every way of searching, and how far the chance
//! that the first one is right can be believed.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::time::Instant;

use anyhow::anyhow;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::config::Config;
use crate::domain::article::{Article, Audience, Citation, Passage};
use crate::domain::reading::Classification;
use crate::eval::compare::quantile;
use crate::eval::retrieval::{DEPTH, Method, Places};
use crate::knowledge::plain::PlainIndex;
use crate::knowledge::{Embeddings, Knowledge, KnowledgeIndex, Place, Synonyms};
use crate::labelled::questions::{Document, Question, Questions, read_questions};
use crate::ports::{Classifier, KnowledgeBase, SearchQuery};
use crate::telemetry;

/// How many questions are under way at once, if the classifier's queue holds as many.
const AT_ONCE_MAX: usize = 64;

/// Of the resampling behind the intervals.
const SEED: u64 = 1;

/// What is searched, and how the labels name its passages.
struct Searched {
    index: KnowledgeIndex,
    plain: PlainIndex,
    locale: String,
    /// The label of a passage.
    named: fn(&Citation) -> String,
}

#[derive(Debug, Serialize)]
struct Report {
    passages: u64,
    /// With a passage that answers them; the figures are over these.
    questions: usize,
    methods: Vec<Method>,
    p50_ms: f64,
    p99_ms: f64,
}

pub(super) async fn run(
    folder: &Path,
    json: bool,
    config: &Config,
    output: &Output,
) -> Result<Exit, CliError> {
    let labelled = read_questions(folder).map_err(|problems| CliError::Usage(problems.to_string()))?;
    let searched = searched(&labelled, config, output)?;
    let readings = read(&labelled.questions, config).await?;
    if let Some(file) = std::env::var_os("FL_EVIDENCE") {
        dump(&searched, &labelled.questions, &readings, Path::new(&file))?;
    }
    let report = measure(&searched, &labelled.questions, &readings)?;
    if json {
        output.json(&report)?;
    } else {
        output.line(serde_json::to_string_pretty(&report).unwrap_or_default())?;
    }
    Ok(Exit::Fine)
}

fn dump(
    searched: &Searched,
    questions: &[Question],
    readings: &[Classification],
    file: &Path,
) -> Result<(), CliError> {
    use std::io::Write;
    let mut out = std::io::BufWriter::new(std::fs::File::create(file)?);
    for (question, reading) in questions.iter().zip(readings) {
        let said: Vec<&str> = question.said.iter().map(String::as_str).collect();
        let found = searched
            .index
            .evidence(&query(searched, question, reading, &said))
            .map_err(anyhow::Error::new)?;
        let rows: Vec<serde_json::Value> = found
            .iter()
            .map(|(citation, evidence)| {
                let name = (searched.named)(citation);
                serde_json::json!({"id": name, "right": question.right.contains(&name), "e": evidence})
            })
            .collect();
        writeln!(
            out,
            "{}",
            serde_json::json!({"text": question.text.as_str(), "right": question.right, "said": question.said.len(), "rows": rows})
        )?;
    }
    Ok(())
}

fn searched(labelled: &Questions, config: &Config, output: &Output) -> Result<Searched, CliError> {
    let knowledge = if labelled.documents.is_empty() {
        let (knowledge, _) = assemble::written(
            &config.paths.knowledge,
            &assemble::connectors(config)?.specs(),
            "",
        )
        .map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(|problem| format!("\n  {problem}")).collect();
            CliError::Unusable(anyhow!("the knowledge cannot be used:{}", lines.concat()))
        })?;
        check_labels(&knowledge, &labelled.questions)?;
        knowledge
    } else {
        Knowledge {
            articles: articles(labelled),
            replies: Vec::new(),
            flows: Vec::new(),
            synonyms: Synonyms::default(),
            hash: String::new(),
        }
    };
    let progress = output.progress("texts embedded");
    let counted = progress.clone();
    let embedder = assemble::embedder(config, move || counted.inc(1))?;
    let kept = config.paths.data.join("judge");
    let embeddings = Embeddings {
        embedder: &embedder,
        kept: Some(&kept),
    };
    let index =
        KnowledgeIndex::build(&knowledge, Place::Memory, Some(embeddings)).map_err(anyhow::Error::new)?;
    progress.finish_and_clear();
    Ok(Searched {
        index,
        plain: PlainIndex::build(&knowledge.articles).map_err(anyhow::Error::new)?,
        locale: LOCALE.to_owned(),
        named: if labelled.documents.is_empty() {
            |citation| format!("{}#{}", citation.article, citation.passage)
        } else {
            |citation| citation.passage.clone()
        },
    })
}

/// Of documents that come without one.
const LOCALE: &str = "en";

fn check_labels(knowledge: &Knowledge, questions: &[Question]) -> Result<(), CliError> {
    let passages: HashSet<String> = knowledge
        .articles
        .iter()
        .flat_map(|article| {
            let passages = article.passages.iter();
            passages.map(|passage| format!("{}#{}", article.id, passage.id))
        })
        .collect();
    let unknown: Vec<String> = questions
        .iter()
        .flat_map(|question| question.right.iter().map(move |label| (question, label)))
        .filter(|(_, label)| !passages.contains(*label))
        .map(|(question, label)| format!("\n  {}: no article has the passage {label}", question.place))
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(CliError::Usage(format!(
        "these labels name no passage; write article#passage:{}",
        unknown.concat()
    )))
}

/// One article for each subject, and a passage under its heading for each document.
fn articles(labelled: &Questions) -> Vec<Article> {
    let mut subjects: BTreeMap<&str, Vec<&Document>> = BTreeMap::new();
    for document in labelled.documents.iter().chain(&labelled.distractors) {
        subjects.entry(&document.subject).or_default().push(document);
    }
    let passage = |document: &&Document| Passage {
        id: document.id.clone(),
        heading: document.title.clone(),
        text: document.text.clone(),
    };
    subjects
        .into_iter()
        .map(|(subject, documents)| Article {
            id: subject.to_owned(),
            title: subject.to_owned(),
            locale: LOCALE.to_owned(),
            audience: Audience::Public,
            intents: Vec::new(),
            questions: Vec::new(),
            valid_from: None,
            valid_to: None,
            passages: documents.iter().map(passage).collect(),
        })
        .collect()
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

fn query<'a>(
    searched: &'a Searched,
    question: &'a Question,
    reading: &'a Classification,
    said: &'a [&'a str],
) -> SearchQuery<'a> {
    SearchQuery {
        text: question.text.as_str(),
        embedding: Some(&reading.embedding),
        context: said,
        intents: &reading.intents,
        locale: &searched.locale,
        audience: Audience::Public,
        now: telemetry::now(),
        limit: DEPTH,
    }
}

fn measure(
    searched: &Searched,
    questions: &[Question],
    readings: &[Classification],
) -> Result<Report, CliError> {
    let mut places: [Places; 6] = Default::default();
    let mut times = Vec::new();
    let mut count = 0;
    for (question, reading) in questions.iter().zip(readings) {
        if question.right.is_empty() {
            continue;
        }
        count += 1;
        let said: Vec<&str> = question.said.iter().map(String::as_str).collect();
        let whole = query(searched, question, reading, &said);
        let last = format!("{} {}", said.last().unwrap_or(&""), whole.text);
        let started = Instant::now();
        let fused = found(searched, &whole)?;
        times.push(started.elapsed().as_secs_f64() * 1e3);
        let by_method = [
            searched
                .plain
                .search(whole.text, DEPTH)
                .map_err(anyhow::Error::new)?,
            searched.plain.search(&last, DEPTH).map_err(anyhow::Error::new)?,
            found(
                searched,
                &SearchQuery {
                    embedding: None,
                    context: &[],
                    ..whole.clone()
                },
            )?,
            searched.index.nearest(&whole).map_err(anyhow::Error::new)?,
            found(
                searched,
                &SearchQuery {
                    context: &[],
                    ..whole.clone()
                },
            )?,
            fused,
        ];
        for (places, found) in places.iter_mut().zip(by_method) {
            places.push(
                found
                    .iter()
                    .position(|passage| question.right.contains(&(searched.named)(passage))),
            );
        }
    }
    times.sort_by(f64::total_cmp);
    let names = [
        "plain BM25",
        "plain BM25, with the line before",
        "words alone",
        "meaning alone",
        "fused, without what was said",
        "fused",
    ];
    let methods = names
        .into_iter()
        .enumerate()
        .filter_map(|(at, name)| Method::new(name, &places[at], (at > 0).then_some(&places[0]), SEED))
        .collect();
    Ok(Report {
        passages: searched.index.stats().passages,
        questions: count,
        methods,
        p50_ms: quantile(&times, 0.5).unwrap_or_default(),
        p99_ms: quantile(&times, 0.99).unwrap_or_default(),
    })
}

fn found(searched: &Searched, query: &SearchQuery<'_>) -> Result<Vec<Citation>, CliError> {
    let hits = searched.index.search(query).map_err(anyhow::Error::new)?;
    Ok(hits.into_iter().map(|hit| hit.citation).collect())
}
