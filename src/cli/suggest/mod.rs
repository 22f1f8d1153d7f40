//! `firstline suggest --judge`: how often the reply that an agent sent is among the suggested ones, on conversations
//! that the ranking has not seen, against plain BM25.

mod chats;
mod plain;
mod text;

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use futures_util::{StreamExt, TryStreamExt, stream};
use serde::Serialize;
use serde_json::json;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::suggest::chats::{Chat, Half};
use crate::config::Config;
use crate::domain::article::Audience;
use crate::domain::reading::{Classification, Reading};
use crate::domain::suggestion::{Answer, Meaning};
use crate::domain::time::Timestamp;
use crate::eval::compare::{Difference, Figures, differences};
use crate::eval::retrieval::{Believed, Places};
use crate::knowledge::{Knowledge, KnowledgeIndex};
use crate::ports::{Classifier, KnowledgeBase, SearchQuery};
use crate::telemetry;
use crate::triage::policy::Policy;
use crate::triage::suggest::{self, Candidate, Case, Remembered, SUGGESTIONS_MAX};

/// How far down a right reply still counts as found.
const DEPTH: usize = 50;

/// As an agent's request has it.
const HITS_MAX: usize = 8;
const REPLIES_MAX: usize = 24;

const AT_ONCE_MAX: usize = 64;

/// Of the resampling behind the intervals.
const SEED: u64 = 1;

/// In the order of the report; the first is what the others are held against.
const METHODS: [&str; 5] = [
    "BM25 on the replies",
    "BM25 on replies and the messages they answered",
    "nearest message answered before",
    "all, without what was answered before",
    "all",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// JSON lines of `conversation`, `text` (what the customer wrote), `same` (what was sent: the id of a canned response, `article#passage`,
    /// or any name that equal replies share) and, where it was sent in other words, `reply`
    #[arg(long, value_name = "FILE")]
    judge: PathBuf,
    /// Which half of the conversations is measured: `other` has had no part in the choice of the weights
    #[arg(long, value_enum, default_value = "other")]
    half: Half,
    /// Write what speaks for each candidate as JSON lines, of both halves, for models/support-en/recipe/suggest.py
    #[arg(long, value_name = "FILE")]
    evidence: Option<PathBuf>,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Shares are 0 to 1.
#[derive(Debug, Serialize)]
struct Method {
    name: &'static str,
    /// Of recall at 1, 3 and 5: the figure, the baseline's, and the paired difference with its 95 % interval.
    recall: Vec<Difference>,
}

#[derive(Debug, Serialize)]
struct Report {
    model: String,
    /// Measured, and those whose answers are remembered meanwhile.
    messages: usize,
    remembered: usize,
    methods: Vec<Method>,
    /// How far the scores of the suggestions that an agent sees can be believed.
    score: Option<Believed>,
}

/// Chats, what the model says of them, and what the business wrote.
struct Judged {
    chats: Vec<Chat>,
    readings: Vec<Classification>,
    answers: Vec<Answer>,
    policy: Policy,
    index: KnowledgeIndex,
    /// Of what the business wrote, by its key.
    texts: HashMap<String, String>,
    now: Timestamp,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let chats = chats::read(&arguments.judge).map_err(CliError::Usage)?;
    let content = assemble::content(config, "")?;
    let knowledge = Knowledge::load(&config.paths.knowledge).unwrap_or_default();
    let readings = read(&chats, config).await?;
    let now = telemetry::now();
    let texts = plain::texts(&knowledge, &content.policy);
    let answered = chats.iter().zip(&readings);
    let judged = Judged {
        answers: answered
            .map(|(chat, read)| answer(chat, read, &texts, now))
            .collect(),
        chats,
        readings,
        policy: content.policy,
        index: content.index,
        texts,
        now,
    };
    if let Some(path) = &arguments.evidence {
        judged
            .write_evidence(path)
            .with_context(|| format!("{} cannot be written", path.display()))?;
    }
    let report = judged.measure(arguments.half)?;
    if arguments.json {
        output.json(&report)?;
    } else {
        output.line(text::of(&report))?;
    }
    Ok(Exit::Fine)
}

async fn read(chats: &[Chat], config: &Config) -> Result<Vec<Classification>, CliError> {
    let classifier = assemble::classifier(config)?;
    let readings = stream::iter(chats)
        .map(|chat| classifier.classify(&chat.text))
        .buffered(config.classifier.capacity.clamp(1, AT_ONCE_MAX));
    readings
        .try_collect()
        .await
        .map_err(|fault| CliError::Fault(anyhow::Error::new(fault)))
}

/// The chat's reply as the store would have it.
fn answer(chat: &Chat, read: &Classification, texts: &HashMap<String, String>, now: Timestamp) -> Answer {
    let own = || texts.get(&chat.same).cloned().unwrap_or_default();
    Answer {
        conversation: chat.id.clone(),
        message: chat.message.clone(),
        question: chat.text.clone(),
        text: chat.reply.clone().unwrap_or_else(own),
        intent: read.intents.first().map(|top| top.name.clone()),
        suggestion: chat.reply.is_none().then(|| chat.same.clone()),
        at: now,
        meaning: Some(Meaning::of(&read.model, &read.embedding)),
    }
}

impl Judged {
    /// The answers of the choosing half, but for those of the chat's own conversation.
    fn remembered(&self, number: usize) -> Vec<(usize, Remembered<'_>)> {
        let (Some(chat), Some(reading)) = (self.chats.get(number), self.readings.get(number)) else {
            return Vec::new();
        };
        let others = self.chats.iter().zip(&self.answers).enumerate();
        others
            .filter(|(_, (other, _))| other.half == Half::Choosing && other.id != chat.id)
            .map(|(place, (_, answer))| {
                let meaning = answer.meaning.as_ref();
                let likeness = meaning.map_or(0.0, |meaning| meaning.likeness(&reading.embedding));
                (place, Remembered { answer, likeness })
            })
            .collect()
    }

    /// The group of each candidate, by its key.
    fn groups(&self) -> HashMap<&str, &str> {
        let answers = self.chats.iter();
        answers
            .map(|chat| (chat.message.as_str(), chat.same.as_str()))
            .collect()
    }

    fn is_right(&self, groups: &HashMap<&str, &str>, key: &str, chat: &Chat) -> bool {
        groups.get(key).copied().unwrap_or(key) == chat.same
    }

    fn pool(
        &self,
        number: usize,
        remembered: &[Remembered<'_>],
    ) -> Result<(Vec<Candidate>, Reading), CliError> {
        let (chat, read) = (&self.chats[number], &self.readings[number]);
        let mut reading = Reading::new(read.clone(), Vec::new());
        let query = SearchQuery {
            text: &chat.text,
            embedding: Some(&read.embedding),
            context: &[],
            intents: &reading.intents,
            locale: &self.policy.business().locale,
            audience: Audience::Public,
            now: self.now,
            limit: HITS_MAX,
        };
        let hits = self.index.search(&query).map_err(anyhow::Error::new)?;
        let near = SearchQuery {
            limit: REPLIES_MAX,
            ..query
        };
        let replies = self.index.replies(&near).map_err(anyhow::Error::new)?;
        (reading.hits, reading.replies) = (hits, replies);
        let case = Case {
            conversation: &chat.id,
            customer_name: "",
            agent_name: "",
            reading: &reading,
            lines: &[],
            remembered,
        };
        Ok((suggest::pool(&case, &self.policy), reading))
    }

    /// Keys and scores, the best first.
    fn ranked(&self, number: usize, remembered: &[Remembered<'_>]) -> Result<Vec<(String, f32)>, CliError> {
        let (pool, reading) = self.pool(number, remembered)?;
        let intent = reading.top().map(|top| &top.name);
        let text = &self.chats[number].text;
        let ranked = suggest::rank(text, intent, &pool, &[], self.now, DEPTH);
        Ok(ranked.into_iter().map(|reply| (reply.id, reply.score)).collect())
    }

    fn measure(&self, half: Half) -> Result<Report, CliError> {
        let groups = self.groups();
        let mut places: [Places; METHODS.len()] = Default::default();
        let (mut seen, mut known) = (Vec::new(), 0);
        for (number, chat) in self
            .chats
            .iter()
            .enumerate()
            .filter(|(_, chat)| chat.half == half)
        {
            let remembered = self.remembered(number);
            known = known.max(remembered.len());
            let all = {
                let remembered: Vec<Remembered<'_>> = remembered.iter().map(|(_, one)| *one).collect();
                self.ranked(number, &remembered)?
            };
            let right = |key: &String| self.is_right(&groups, key, chat);
            let shown = all.iter().take(SUGGESTIONS_MAX);
            seen.extend(shown.map(|(key, score)| (*score, right(key))));
            let by_method = [
                self.plain(number, &remembered, false)?,
                self.plain(number, &remembered, true)?,
                nearest(&remembered),
                keys(self.ranked(number, &[])?),
                keys(all),
            ];
            for (places, found) in places.iter_mut().zip(by_method) {
                places.push(found.iter().position(right));
            }
        }
        let [baseline, ..] = &places;
        let methods = METHODS.into_iter().zip(&places).map(|(name, places)| Method {
            name,
            recall: differences(places.len(), SEED, |rows| {
                (recalls(places, rows), recalls(baseline, rows))
            }),
        });
        Ok(Report {
            model: self
                .readings
                .first()
                .map_or(String::new(), |read| read.model.clone()),
            messages: baseline.len(),
            remembered: known,
            methods: methods.collect(),
            score: Believed::new(&seen),
        })
    }

    fn plain(
        &self,
        number: usize,
        remembered: &[(usize, Remembered<'_>)],
        with_messages: bool,
    ) -> Result<Vec<String>, CliError> {
        let text = &self.chats[number].text;
        let found = plain::ranked(text, self.texts.clone(), remembered, with_messages);
        Ok(found.map_err(anyhow::Error::new)?)
    }

    fn write_evidence(&self, path: &Path) -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(path)?);
        let groups = self.groups();
        for (number, chat) in self.chats.iter().enumerate() {
            let remembered: Vec<Remembered<'_>> =
                self.remembered(number).into_iter().map(|(_, one)| one).collect();
            let (pool, reading) = self
                .pool(number, &remembered)
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            let intent = reading.top().map(|top| &top.name);
            let evidence = suggest::evidence(&chat.text, intent, &pool, &[], self.now);
            let candidates: Vec<serde_json::Value> = pool
                .iter()
                .zip(evidence)
                .map(|(candidate, evidence)| {
                    let key = candidate.source.key();
                    json!({ "key": key, "right": self.is_right(&groups, &key, chat), "evidence": evidence })
                })
                .collect();
            let line = json!({ "text": chat.text, "half": chat.half as u8, "candidates": candidates });
            writeln!(file, "{line}")?;
        }
        Ok(file.flush()?)
    }
}

fn keys(ranked: Vec<(String, f32)>) -> Vec<String> {
    ranked.into_iter().map(|(key, _)| key).collect()
}

/// The replies to the nearest messages, each once.
fn nearest(remembered: &[(usize, Remembered<'_>)]) -> Vec<String> {
    let mut order: Vec<&Remembered<'_>> = remembered.iter().map(|(_, one)| one).collect();
    order.sort_by(|one, other| other.likeness.total_cmp(&one.likeness));
    let mut keys: Vec<String> = Vec::new();
    for Remembered { answer, .. } in order {
        let key = answer
            .suggestion
            .clone()
            .unwrap_or_else(|| answer.message.to_string());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys.truncate(DEPTH);
    keys
}

fn recalls(places: &Places, rows: &[usize]) -> Figures {
    let recall = |depth: usize| {
        let found = rows.iter().filter(|row| {
            places
                .get(**row)
                .copied()
                .flatten()
                .is_some_and(|place| place < depth)
        });
        let share = found.count() as f64 / rows.len().max(1) as f64;
        (format!("recall@{depth}"), Some(share))
    };
    [1, 3, 5].map(recall).into()
}
