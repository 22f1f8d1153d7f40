//! Reloads: one at a time, a new set of parts is made beside the one in service, proved, and put in its place.
//! A set that is no good changes nothing. Knows nothing of HTTP or of the command that asks.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{mpsc, oneshot};

use crate::cli::assemble::{self, Content, Model};
use crate::cli::failure::CliError;
use crate::cli::fit::{self, NamedIntent};
use crate::config::Config;
use crate::engine::{InService, Parts};
use crate::http::state::{ReloadError, Reloaded};
use crate::tasks::{CancellationToken, Tasks};
use crate::telemetry;

/// Reloads that may wait for their turn; more callers than that wait for a place.
const WAITING: usize = 4;

/// How often to look whether the last turn on the old parts has ended.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// How many places a refusal names.
const TOLD: usize = 8;

/// What is asked of the worker; without a `reply` nobody waits.
#[derive(Debug, Default)]
struct Order {
    model: Option<PathBuf>,
    reply: Option<oneshot::Sender<Result<Reloaded, ReloadError>>>,
}

/// Says in `/readyz` that the last reload was refused.
type Note = Arc<Mutex<Option<String>>>;

/// Where reloads are asked for. Clones share one worker.
#[derive(Debug, Clone)]
pub(crate) struct Reloader {
    orders: mpsc::Sender<Order>,
    note: Note,
}

impl Reloader {
    /// Starts the worker, and listens for SIGHUP from now on. `unknown` are the intents that are named and not known
    /// from the start: they are no reason to refuse later what runs already.
    ///
    /// # Errors
    /// When signals cannot be listened for.
    pub(crate) fn start(
        config: &Config,
        public_url: &str,
        in_service: &InService,
        unknown: Vec<NamedIntent>,
        tasks: &Tasks,
    ) -> Result<Self, CliError> {
        let hangup = signal(SignalKind::hangup()).context("SIGHUP cannot be waited for")?;
        let (orders, waiting) = mpsc::channel(WAITING);
        let note = Note::default();
        let worker = Worker {
            config: config.clone(),
            public_url: public_url.to_owned(),
            in_service: in_service.clone(),
            unknown,
            note: Arc::clone(&note),
        };
        tasks.run("reloader", worker.run(waiting, hangup, tasks.stop().clone()));
        Ok(Self { orders, note })
    }

    /// `model` is the folder of another model. Whoever stops waiting does not stop the reload.
    pub(crate) async fn reload(&self, model: Option<PathBuf>) -> Result<Reloaded, ReloadError> {
        let (reply, outcome) = oneshot::channel();
        let order = Order {
            model,
            reply: Some(reply),
        };
        let sent = self.orders.send(order).await;
        sent.map_err(|_| ReloadError::Stopping)?;
        outcome.await.unwrap_or(Err(ReloadError::Stopping))
    }

    /// What `/readyz` should tell of the last reload, if anything.
    pub(crate) fn note(&self) -> Option<String> {
        self.note.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

struct Worker {
    /// `paths.model` is the folder that is in service now.
    config: Config,
    public_url: String,
    in_service: InService,
    /// Named by the files in service and not known to the model in service.
    unknown: Vec<NamedIntent>,
    note: Note,
}

impl Worker {
    async fn run(mut self, mut orders: mpsc::Receiver<Order>, mut hangup: Signal, stop: CancellationToken) {
        loop {
            let order = tokio::select! {
                () = stop.cancelled() => return,
                Some(order) = orders.recv() => order,
                Some(()) = hangup.recv() => Order::default(),
                else => return,
            };
            let outcome = self.reload(order.model).await;
            self.report(&outcome);
            let (answer, old) = match outcome {
                Ok((reloaded, old)) => (Ok(reloaded), Some(old)),
                Err(error) => (Err(error), None),
            };
            if let Some(reply) = order.reply {
                // Whoever asked may have gone meanwhile.
                reply.send(answer).ok();
            }
            if let Some(old) = old {
                stop.run_until_cancelled(retire(old)).await;
            }
        }
    }

    /// What is in service now, and what was before.
    async fn reload(&mut self, model: Option<PathBuf>) -> Result<(Reloaded, Arc<Parts>), ReloadError> {
        let mut config = self.config.clone();
        config.paths.model = model.unwrap_or(config.paths.model);
        let (wanted, public_url) = (config.clone(), self.public_url.clone());
        // It reads files and starts threads, and customers are answered meanwhile.
        let made = tokio::task::spawn_blocking(move || make(&wanted, &public_url)).await;
        let (content, model) = made
            .map_err(|panic| ReloadError::Refused(format!("it cannot be tried out: {panic}")))?
            .map_err(|error| ReloadError::Refused(format!("{error:#}")))?;
        let unknown = fit::unknown(&content.intents, &model.intents);
        self.refuse_newly_unknown(&unknown, &model)?;
        let reloaded = Reloaded {
            model: model.name,
            policy: content.policy.version.clone(),
        };
        let classifier = assemble::in_time(&config, model.classifier);
        let old = self.in_service.exchange(assemble::parts(content, classifier));
        (self.config, self.unknown) = (config, unknown);
        Ok((reloaded, old))
    }

    fn refuse_newly_unknown(&self, unknown: &[NamedIntent], model: &Model) -> Result<(), ReloadError> {
        let mut lines: Vec<String> = unknown
            .iter()
            .filter(|named| !self.unknown.contains(named))
            .map(|named| format!("\n  {}", named.problem(&model.intents)))
            .collect();
        if lines.is_empty() {
            return Ok(());
        }
        if lines.len() > TOLD {
            let more = lines.split_off(TOLD).len();
            let every = "`firstline check` with this model as paths.model tells every one";
            lines.push(format!("\n  and {more} more such places; {every}"));
        }
        Err(ReloadError::Refused(format!(
            "the model {} does not fit the knowledge:{}",
            model.name,
            lines.concat()
        )))
    }

    fn report(&self, outcome: &Result<(Reloaded, Arc<Parts>), ReloadError>) {
        let (name, note) = match outcome {
            Ok((reloaded, _)) => {
                tracing::info!(model = reloaded.model, policy = reloaded.policy, "reloaded");
                ("done", None)
            }
            Err(problem) => {
                tracing::error!(%problem, "a reload was refused; what was in service before goes on");
                let note = format!(
                    "the reload of {:.0} was refused, and what was in service before goes on; the log says why",
                    telemetry::now()
                );
                ("refused", Some(note))
            }
        };
        metrics::counter!("firstline_reloads_total", "outcome" => name).increment(1);
        *self.note.lock().unwrap_or_else(PoisonError::into_inner) = note;
    }
}

/// Everything that a reload exchanges, checked and tried out.
fn make(config: &Config, public_url: &str) -> Result<(Content, Model), CliError> {
    let content = assemble::content(config, public_url)?;
    Ok((content, assemble::model(config)?))
}

/// Waits until no turn holds the old parts any more, and then ends their threads where that may take its time.
async fn retire(old: Arc<Parts>) {
    // Nobody can get hold of them anew, so that the count only falls.
    while Arc::strong_count(&old) > 1 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    if let Err(panic) = tokio::task::spawn_blocking(move || drop(old)).await {
        tracing::error!(%panic, "the parts that were in service before did not end in good order");
    }
}
