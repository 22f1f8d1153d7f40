//! Plays one transcript on the real engine with a store of its own, in time that stands still between lines.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use serde_json::Value;

use crate::cli::replay::line::{self, Line as Waiting};
use crate::cli::replay::reading;
use crate::cli::replay::shown::{rung, show};
use crate::cli::replay::transcript::{Ended, Line, Step};
use crate::domain::bot::Changed;
use crate::domain::conversation::Customer;
use crate::domain::id::ConversationId;
use crate::domain::identity::CodeDigest;
use crate::domain::intent::Intent;
use crate::domain::lookup::{LookupRequest, LookupResult};
use crate::domain::reading::{Classification, Fault};
use crate::domain::task::{Task, Work};
use crate::domain::time::Timestamp;
use crate::domain::turn::{Action, AgentAction, Input, TurnRecord};
use crate::engine::{Engine, EngineError, InService, Parts, Said, Target};
use crate::ports::{Classifier, StoreError};
use crate::triage::decide::decide;

/// Monday 2026-01-05, 09:00 UTC: when every transcript begins.
const START_SECONDS: i64 = 1_767_603_600;

/// The one-time code of every transcript.
const CODE: &str = "123456";

/// The model, unless the transcript says what is read.
#[derive(Debug)]
struct Scripted {
    model: Arc<dyn Classifier>,
    next: Mutex<Option<Result<Classification, Fault>>>,
}

impl Scripted {
    fn set(&self, reading: Result<Classification, Fault>) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(reading);
    }

    fn take(&self) -> Option<Result<Classification, Fault>> {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

#[async_trait]
impl Classifier for Scripted {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        let Some(scripted) = self.take() else {
            return self.model.classify(text).await;
        };
        // A transcript says what is read of the words, not what they mean: that the search takes from the model.
        Ok(Classification {
            embedding: self.model.classify(text).await?.embedding,
            ..scripted?
        })
    }
}

pub(super) struct Player {
    engine: Engine,
    classifier: Arc<Scripted>,
    /// Seconds since 1970.
    time: Arc<AtomicI64>,
    target: Target,
    /// All that were asked for, oldest first.
    tasks: Vec<Task>,
    /// Those of them that are timers and have not fired.
    timers: Vec<Task>,
    meanwhile: Option<Input>,
    pinned: Option<String>,
}

impl Player {
    /// `engine` with a fresh store: the player puts its own clock and classifier in front.
    pub(super) fn new(mut engine: Engine) -> Self {
        let mut parts = Parts::clone(&engine.in_service.parts());
        let classifier = Arc::new(Scripted {
            model: parts.classifier,
            next: Mutex::new(None),
        });
        let time = Arc::new(AtomicI64::new(START_SECONDS));
        let clock = Arc::clone(&time);
        engine.clock = Arc::new(move || {
            Timestamp::from_second(clock.load(Ordering::Relaxed)).unwrap_or(Timestamp::UNIX_EPOCH)
        });
        parts.classifier = classifier.clone();
        engine.in_service = InService::new(parts);
        let target = Target::New {
            id: ConversationId::from_random([0; 16]),
            customer: Customer::default(),
        };
        Self {
            engine,
            classifier,
            time,
            target,
            tasks: Vec::new(),
            timers: Vec::new(),
            meanwhile: None,
            pinned: None,
        }
    }

    /// What the engine did, one list for each line.
    pub(super) async fn play(mut self, lines: &[Line]) -> Result<Vec<Vec<String>>, StoreError> {
        let mut outputs = Vec::with_capacity(lines.len());
        for line in lines {
            outputs.push(match &line.step {
                None => Vec::new(),
                Some(step) => self.step(step).await?,
            });
        }
        Ok(outputs)
    }

    async fn step(&mut self, step: &Step) -> Result<Vec<String>, StoreError> {
        match step {
            Step::Reading(spec) => {
                self.pinned = Some(spec.clone());
                Ok(Vec::new())
            }
            Step::Meanwhile(input) => {
                self.meanwhile = Some(input.clone());
                Ok(Vec::new())
            }
            Step::Wait(minutes) => self.pass(minutes * 60).await,
            Step::Standing(waiting) => self.stand(*waiting).await,
            Step::SignedIn(customer) => Ok(self.signed_in(customer)),
            Step::Bot { enabled, intents_off } => self.switch(*enabled, intents_off).await,
            Step::Input(input) => {
                let seconds = if answers_an_offer(input) { 10 } else { 60 };
                self.time.fetch_add(seconds, Ordering::Relaxed);
                self.input(input).await
            }
            Step::Gone(agent) => {
                let since = (self.engine.clock)();
                self.time.fetch_add(60, Ordering::Relaxed);
                let agent = agent.clone();
                self.input(&Input::AgentGone { agent, since }).await
            }
            Step::Ended(ended) => {
                self.time.fetch_add(1, Ordering::Relaxed);
                match self.end(ended) {
                    Ok(input) => self.receive(&input).await,
                    Err(mistake) => Ok(vec![format!("mistake: {mistake}")]),
                }
            }
        }
    }

    /// Time passes, and the timers that fall due in it fire, each in its second.
    async fn pass(&mut self, seconds: i64) -> Result<Vec<String>, StoreError> {
        let until = self.time.load(Ordering::Relaxed) + seconds;
        let mut output = Vec::new();
        while let Some(at) = self.next_timer(until) {
            let timer = self.timers.remove(at);
            self.time.fetch_max(second(&timer), Ordering::Relaxed);
            let input = Input::TimerFired { task: timer.id };
            let record = match self.engine.receive(&self.target, &input, None).await {
                Ok(record) => record,
                Err(EngineError::Store(error)) => return Err(error),
                Err(error @ (EngineError::Refused(_) | EngineError::NotFound | EngineError::Contended)) => {
                    output.push(format!("refused: {error}"));
                    continue;
                }
            };
            self.remember(&record);
            // One that finds nothing to do is nothing to see.
            if record.action == Action::Record {
                output.extend(rung(&record));
            } else {
                output.extend(show(&record));
            }
        }
        self.time.store(until, Ordering::Relaxed);
        Ok(output)
    }

    /// The place of the one that is due first, and by then.
    fn next_timer(&self, until: i64) -> Option<usize> {
        let timers = self
            .timers
            .iter()
            .enumerate()
            .filter(|(_, task)| second(task) <= until);
        let (at, _) = timers.min_by_key(|(_, task)| task.due_at)?;
        Some(at)
    }

    async fn stand(&self, waiting: Waiting) -> Result<Vec<String>, StoreError> {
        let parts = self.engine.in_service.parts();
        let (store, workspace) = (self.engine.store.as_ref(), &self.engine.workspace);
        let now = (self.engine.clock)();
        match line::form(store, workspace, parts.policy.queue_names(), waiting, now).await {
            Ok(()) => Ok(Vec::new()),
            Err(StoreError::Conflict) => Ok(vec!["mistake: `standing` is said once".to_owned()]),
            Err(error) => Err(error),
        }
    }

    /// A supervisor sets the bot's switch.
    async fn switch(&self, enabled: bool, intents_off: &[Intent]) -> Result<Vec<String>, StoreError> {
        let changed = Changed {
            at: (self.engine.clock)(),
            by: "replay".to_owned(),
        };
        let (store, workspace) = (&self.engine.store, &self.engine.workspace);
        store.set_bot(workspace, enabled, intents_off, &changed).await?;
        Ok(Vec::new())
    }

    fn remember(&mut self, record: &TurnRecord) {
        self.target = Target::Existing(record.conversation.id.clone());
        self.tasks.extend_from_slice(&record.tasks);
        let timers = record.tasks.iter().filter(|task| task.work == Work::Timer);
        self.timers.extend(timers.cloned());
        let ended = record.input.task();
        self.timers.retain(|timer| Some(&timer.id) != ended);
    }

    fn signed_in(&mut self, who: &Customer) -> Vec<String> {
        match &mut self.target {
            Target::New { customer, .. } => {
                customer.clone_from(who);
                Vec::new()
            }
            Target::Existing(_) => vec!["mistake: `signed in` stands before all that is said".to_owned()],
        }
    }

    /// The end of the newest task that it can be the end of; also once more of one that has ended.
    fn end(&self, ended: &Ended) -> Result<Input, String> {
        let mut newest_first = self.tasks.iter().rev();
        let found = newest_first.find_map(|task| match (&task.work, ended) {
            (Work::Lookup { request } | Work::SendCode { request }, Ended::Lookup { lookup, result })
                if request.lookup == *lookup =>
            {
                Some((task, Some((request, result))))
            }
            (Work::SendCode { request }, Ended::Code { result }) => Some((task, Some((request, result)))),
            (Work::Timer, Ended::Timer) => Some((task, None)),
            (Work::Lookup { .. } | Work::SendCode { .. } | Work::Timer, _) => None,
        });
        let (task, answered) = found.ok_or("nobody has asked for this")?;
        let id = task.id.clone();
        let Some((request, result)) = answered else {
            return Ok(Input::TimerFired { task: id });
        };
        let result = self.declared(request, result)?;
        Ok(if matches!(task.work, Work::SendCode { .. }) {
            Input::CodeSent {
                digest: CodeDigest::of(&id, CODE),
                result,
                task: id,
            }
        } else {
            Input::LookupDone { task: id, result }
        })
    }

    /// As a connector gives it: fields that an answer lacks are null, and outcomes and fields that are not declared do
    /// not happen.
    fn declared(&self, request: &LookupRequest, result: &LookupResult) -> Result<LookupResult, String> {
        let parts = self.engine.in_service.parts();
        let mut result = result.clone();
        let Some(spec) = parts
            .policy
            .flows
            .spec(&request.lookup)
            .filter(|_| !result.is_unavailable())
        else {
            return Ok(result);
        };
        let known = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
        if !spec.outcomes.contains(&result.outcome) {
            let (name, outcomes) = (&spec.name, known(&spec.outcomes));
            return Err(format!(
                "{name} has no outcome `{}`; it has {outcomes}",
                result.outcome
            ));
        }
        if let Some(field) = result.fields.keys().find(|field| !spec.fields.contains(*field)) {
            let (name, fields) = (&spec.name, known(&spec.fields));
            return Err(format!("{name} has no field `{field}`; it has {fields}"));
        }
        for field in &spec.fields {
            result.fields.entry(field.clone()).or_insert(Value::Null);
        }
        Ok(result)
    }

    async fn input(&mut self, input: &Input) -> Result<Vec<String>, StoreError> {
        let pinned = self.pinned.take();
        let mut output = Vec::new();
        if let Some(meanwhile) = self.meanwhile.take() {
            self.pin(pinned.as_deref(), &mut output);
            output.extend(self.overtaken(input, &meanwhile).await?);
        }
        self.pin(pinned.as_deref(), &mut output);
        output.extend(self.receive(input).await?);
        Ok(output)
    }

    fn pin(&self, spec: Option<&str>, output: &mut Vec<String>) {
        match spec.map(reading::parse) {
            Some(Ok(reading)) => self.classifier.set(reading),
            Some(Err(problem)) => output.push(format!("mistake in the reading: {problem}")),
            None => {}
        }
    }

    async fn receive(&mut self, input: &Input) -> Result<Vec<String>, StoreError> {
        match self.engine.receive(&self.target, input, None).await {
            Ok(record) => {
                self.remember(&record);
                Ok(show(&record))
            }
            Err(EngineError::Store(error)) => Err(error),
            Err(error @ (EngineError::Refused(_) | EngineError::NotFound | EngineError::Contended)) => {
                Ok(vec![format!("refused: {error}")])
            }
        }
    }

    /// Decides on `input`, lets `meanwhile` happen, and then tries to commit what was decided before it.
    async fn overtaken(&mut self, input: &Input, meanwhile: &Input) -> Result<Vec<String>, StoreError> {
        let (Target::Existing(id), Input::CustomerMessage { .. }) = (&self.target, input) else {
            return Ok(vec![
                "mistake: `meanwhile` needs a conversation and a customer line".to_owned(),
            ]);
        };
        let parts = self.engine.in_service.parts();
        let workspace = &self.engine.workspace;
        let conversation = self
            .engine
            .store
            .load(workspace, id)
            .await?
            .ok_or(StoreError::NotFound("conversation"))?;
        let (input, reading) = self
            .engine
            .prepare(input, &Said::new(input, Some(&conversation)), &parts)
            .await;
        let stale = decide(
            &conversation,
            &input,
            &reading,
            &parts.policy,
            (self.engine.clock)(),
        );
        let mut output = self.receive(meanwhile).await?;
        match stale {
            Ok(turn) => match self.engine.store.commit(&turn, None).await {
                Err(StoreError::Conflict) => output.push(format!("stale {} refused", turn.action.as_str())),
                Err(error) => return Err(error),
                Ok(_) => output.push(format!("stale {} WRITTEN", turn.action.as_str())),
            },
            Err(refusal) => output.push(format!("refused: {refusal}")),
        }
        Ok(output)
    }
}

/// The first whole second in which the task is due.
fn second(task: &Task) -> i64 {
    task.due_at.as_second() + i64::from(task.due_at.subsec_nanosecond() > 0)
}

/// An offer stands for less than the minute between other lines.
fn answers_an_offer(input: &Input) -> bool {
    matches!(
        input,
        Input::AgentAction {
            action: AgentAction::Accept | AgentAction::Decline,
            ..
        }
    )
}
