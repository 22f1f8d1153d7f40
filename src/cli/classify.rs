//! `firstline classify`: what the model reads in each message, and what would be done with it as the first of a
//! conversation. Streams: answers come in the order of the lines, and only a bounded number of lines is held.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use futures_util::StreamExt;
use serde::Serialize;

use crate::cli::assemble;
use crate::cli::failure::{CliError, Exit};
use crate::cli::lines::{self, BrokenLine, Line};
use crate::cli::model_flag;
use crate::cli::output::Output;
use crate::config::{Config, Flag};
use crate::domain::conversation::{Conversation, Customer};
use crate::domain::id::ConversationId;
use crate::domain::intent::ScoredIntent;
use crate::domain::message::Text;
use crate::domain::reading::{Fault, Reading};
use crate::domain::sentiment::Sentiment;
use crate::domain::turn::{Action, Input, Turn};
use crate::engine::{Engine, Parts};
use crate::ports::Classifier;
use crate::store::memory::MemoryStore;
use crate::triage::decide::decide;

/// How many messages are under way at once, if the classifier's queue holds as many: enough for every thread.
const AT_ONCE_MAX: usize = 64;

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// One message on each line, as it is or as a JSON object with a `text`; standard input when not given
    file: Option<PathBuf>,

    /// The folder of another model
    #[arg(long, value_name = "DIR")]
    model: Option<PathBuf>,

    /// One JSON object for each message
    #[arg(long)]
    json: bool,
}

impl Arguments {
    pub(crate) fn flags(&self) -> Vec<Flag> {
        model_flag("--model", self.model.as_deref()).into_iter().collect()
    }
}

/// What is printed of one message. The keys are a contract.
#[derive(Debug, Serialize)]
struct Verdict {
    text: String,
    intent: String,
    /// Calibrated: the probability that `intent` is right and in scope.
    confidence: f32,
    /// The most probable, best first.
    intents: Vec<ScoredIntent>,
    sentiment: Sentiment,
    /// ISO 639-1; null when it cannot be told.
    language: Option<String>,
    /// What the bot would do with this as the first message, `answer` where it begins a flow; null without a knowledge folder to decide by.
    action: Option<&'static str>,
}

pub(crate) async fn run(arguments: &Arguments, config: &Config, output: &Output) -> Result<Exit, CliError> {
    let source = lines::open(arguments.file.as_deref(), output)?;
    let classifier = assemble::classifier(config)?;
    let engine = if config.paths.knowledge.is_dir() {
        let content = assemble::content(config, "")?;
        let store = Arc::new(MemoryStore::default());
        let seal = assemble::fleeting_seal();
        Some(assemble::engine(config, content, classifier.clone(), store, seal))
    } else {
        output.note(format!(
            "There is no {}: `action` stays null.",
            config.paths.knowledge.display()
        ));
        None
    };
    let examiner = Examiner { classifier, engine };
    let progress = output.progress("messages");
    let started = Instant::now();
    let (mut messages, mut broken) = (0_u64, 0_u64);
    let mut verdicts = lines::of(source)?
        .map(|line| examiner.examine(line))
        .buffered(config.classifier.capacity.clamp(1, AT_ONCE_MAX));
    while let Some((number, verdict)) = verdicts.next().await {
        match verdict {
            Ok(verdict) if arguments.json => output.json(&verdict)?,
            Ok(verdict) => output.line(table_row(&verdict))?,
            Err(problem) => {
                broken += 1;
                let problem = CliError::Usage(format!("line {number} {problem}"));
                progress.suspend(|| output.error(&problem));
                continue;
            }
        }
        messages += 1;
        progress.inc(1);
    }
    progress.finish_and_clear();
    let seconds = started.elapsed().as_secs_f64();
    let rate = messages as f64 / seconds;
    output.note(format!(
        "{messages} messages in {seconds:.1} s, {rate:.0} messages/s"
    ));
    if broken == 0 {
        return Ok(Exit::Fine);
    }
    output.note(format!("{broken} lines could not be read"));
    Ok(Exit::Findings)
}

/// Without an engine there is nothing to decide by, and the model alone speaks.
#[derive(Debug)]
struct Examiner {
    classifier: Arc<dyn Classifier>,
    engine: Option<Engine>,
}

impl Examiner {
    /// The number of the line goes with its verdict.
    async fn examine(&self, line: Line) -> (u64, Result<Verdict, BrokenLine>) {
        (line.number, self.verdict(line.text).await)
    }

    async fn verdict(&self, text: Result<String, BrokenLine>) -> Result<Verdict, BrokenLine> {
        let text = text?;
        let message = Text::parse(&text)?;
        let (reading, action) = match &self.engine {
            Some(engine) => {
                let parts = engine.in_service.parts();
                let reading = engine.read(&message, &[], &parts).await;
                let action = first_action(engine, &parts, message, &reading);
                (reading, action)
            }
            None => {
                let classification = self.classifier.classify(message.as_str()).await?;
                (Reading::new(classification, Vec::new()), None)
            }
        };
        let (Some(top), Some(sentiment)) = (reading.top().cloned(), reading.sentiment) else {
            return Err(reading.fault.unwrap_or(Fault::Stopped).into());
        };
        Ok(Verdict {
            text,
            intent: top.name.as_str().to_owned(),
            confidence: top.confidence,
            intents: reading.intents,
            sentiment,
            language: reading.language.map(|language| language.code),
            action,
        })
    }
}

/// A customer's message is never refused, so there always is one.
fn first_action(engine: &Engine, parts: &Parts, text: Text, reading: &Reading) -> Option<&'static str> {
    let now = (engine.clock)();
    let id = ConversationId::from_random([0; 16]);
    let conversation = Conversation::new(engine.workspace.clone(), id, Customer::default(), now);
    let input = Input::CustomerMessage { text };
    let turn = decide(&conversation, &input, reading, &parts.policy, now);
    turn.ok().map(|turn| action(&turn))
}

/// A flow that begins with a question, or a lookup, is how the bot answers a routine request.
fn action(turn: &Turn) -> &'static str {
    let begins =
        matches!(turn.action, Action::Ask | Action::Wait) && turn.conversation.progress.flow.is_some();
    let action = if begins { Action::Answer } else { turn.action };
    action.as_str()
}

fn table_row(verdict: &Verdict) -> String {
    format!(
        "{:<22} {:.2}  {:<8}  {:<2}  {:<8}  {}",
        verdict.intent,
        verdict.confidence,
        verdict.sentiment.label.as_str(),
        verdict.language.as_deref().unwrap_or("-"),
        verdict.action.unwrap_or("-"),
        verdict.text.split_whitespace().collect::<Vec<_>>().join(" "),
    )
}
