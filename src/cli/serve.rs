//! `firstline serve`: opens everything, starts the background work, listens, and ends in good order.

mod reloader;
mod vitals;

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use crate::cli::failure::{CliError, Exit};
use crate::cli::output::Output;
use crate::cli::serve::reloader::Reloader;
use crate::cli::serve::vitals::Vitals;
use crate::cli::{account, assemble, fit, secrets};
use crate::config::{Config, ConfigError, Flag};
use crate::connect::Unsealed;
use crate::dispatch::Dispatcher;
use crate::egress::guard::check_url;
use crate::engine::Engine;
use crate::http::identity::IdentitySecret;
use crate::http::pages::embedded;
use crate::http::router::router;
use crate::http::sign_in::SignIn;
use crate::http::state::AppState;
use crate::live::Live;
use crate::oidc::Provider;
use crate::outbox::lookups::LookupWorker;
use crate::outbox::worker::Worker;
use crate::ports::{Clock, IdentityProvider, Lookup};
use crate::tasks::{CancellationToken, Tasks};
use crate::telemetry::steady::SteadyClock;
use crate::telemetry::{self, Metrics};
use crate::watch::Watch;

/// How long requests under way, and then background work, may take to end: together under ten seconds.
const REQUESTS_END: Duration = Duration::from_secs(5);
const TASKS_END: Duration = Duration::from_secs(4);

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<SocketAddr>,
}

impl Arguments {
    /// What was given here instead of in a file.
    pub(crate) fn flags(&self) -> Vec<Flag> {
        self.bind
            .iter()
            .map(|bind| ("--bind", "server", "bind", bind.to_string()))
            .collect()
    }
}

pub(crate) async fn run(config: &Config, output: &Output) -> Result<Exit, CliError> {
    telemetry::start_logging(&config.log).map_err(|error| CliError::Unusable(error.into()))?;
    // From here on what is counted is kept.
    let metrics = Metrics::of_process();
    let (listener, url) = listen(config.server.bind).await?;
    let public_url = if config.server.public_url.is_empty() {
        &url
    } else {
        &config.server.public_url
    };
    // Refused here and now, not with the first customer.
    let connectors = assemble::connectors(config)?;
    let identity = config.identity_secret();
    let identity = identity.map_err(|problem| ConfigError::Problems(vec![problem]))?;
    let provider = provider(config)?;
    // Before anything is kept in its folder.
    let (store, writer) = assemble::store(config).await?;
    let content = assemble::content(config, public_url)?;
    let model = assemble::model(config)?;

    let tasks = Tasks::default();
    tasks.run("store writer", writer.run());
    let visitor_secret = secrets::visitor_secret(&config.paths.data)?;
    let seal = secrets::seal(&config.paths.data)?;
    let systems = Arc::new(Unsealed::new(connectors, seal.clone()));
    let key_file = secrets::admin_key(config, &store).await?;
    let setup = account::first_link(config, &store, public_url).await?;
    let headline = format!("{} listens on {url}", content.policy.business().name);
    let unknown = fit::unknown(&content.intents, &model.intents);
    for named in &unknown {
        tracing::warn!("{}", named.problem(&model.intents));
    }
    let classifier = assemble::in_time(config, model.classifier);
    let clock = Arc::new(SteadyClock::start());
    let engine = Engine {
        clock: steady(&clock),
        ..assemble::engine(config, content, classifier, Arc::new(store), seal)
    };
    start_lookups(config, &engine, systems, &tasks)?;
    start_dispatcher(&engine, &tasks);
    start_watch(&engine, &tasks);
    let beside = Beside {
        reloader: Reloader::start(config, public_url, &engine.in_service, unknown, &tasks)?,
        vitals: Vitals::start(&engine, clock, &tasks),
        metrics,
    };
    let known = Known {
        visitor_secret,
        identity,
        sign_in: SignIn::new(public_url, &config.http).with(provider),
    };
    let state = state(config, engine, beside, &tasks, known)?;
    let draining = state.draining.clone();

    let app = router(state).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, app).with_graceful_shutdown(tasks.stop().clone().cancelled_owned());
    let mut server = Box::pin(server.into_future());
    // Heard from before "ready" is printed, as whoever reads that may stop the server at once.
    let stop = stop_signal()?;
    if let Err(error) = output.line(ready(&headline, &url, &key_file, setup.as_deref())) {
        tracing::warn!(%error, "nobody reads what is printed; serving all the same");
    }
    tokio::select! {
        ended = &mut server => ended.context("the server ended by itself")?,
        name = stop => tracing::info!("{name} received: draining"),
    }
    draining.cancel();
    wind_down(server, config.server.drain_notice.unsigned_abs(), &tasks).await;
    Ok(Exit::Fine)
}

/// Serves for as long as the notice lasts, for those whom a balancer that has not looked yet still sends here; then ends
/// what is under way.
async fn wind_down(
    mut server: impl Future<Output = io::Result<()>> + Unpin,
    notice: Duration,
    tasks: &Tasks,
) {
    let ended = tokio::time::timeout(notice, &mut server).await.is_ok();
    tasks.stop().cancel();
    if !ended && tokio::time::timeout(REQUESTS_END, &mut server).await.is_err() {
        tracing::warn!("requests under way did not end in time and are cut off");
    }
    // It holds the store, and the store's writer ends with its last holder.
    drop(server);
    tasks.drain(TASKS_END).await;
}

/// What runs beside the API and is asked by it.
struct Beside {
    reloader: Reloader,
    vitals: Vitals,
    metrics: Metrics,
}

/// The company's own identity provider, if there is one; it is asked for the first time when somebody signs in.
fn provider(config: &Config) -> Result<Option<Arc<dyn IdentityProvider>>, CliError> {
    if config.oidc.issuer.is_empty() {
        return Ok(None);
    }
    let problems = config.oidc_problems();
    if !problems.is_empty() {
        return Err(ConfigError::Problems(problems).into());
    }
    let secret = config.oidc_secret();
    let secret = secret.map_err(|problem| ConfigError::Problems(vec![problem]))?;
    let provider = Provider::new(&config.oidc, secret);
    Ok(Some(Arc::new(
        provider.context("the identity provider cannot be asked")?,
    )))
}

/// By what callers are known.
struct Known {
    visitor_secret: [u8; 32],
    identity: Option<IdentitySecret>,
    sign_in: SignIn,
}

fn steady(clock: &Arc<SteadyClock>) -> Clock {
    let clock = Arc::clone(clock);
    Arc::new(move || clock.now())
}

/// Binds, and says under which URL: with port 0 the port is known only now.
async fn listen(address: SocketAddr) -> Result<(TcpListener, String), CliError> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "{address} cannot be listened on; stop what uses it, or give another with --bind or server.bind"
        )
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    Ok((listener, format!("http://{address}")))
}

/// Starts what does the tasks of conversations, and brings back what came of them.
fn start_lookups(
    config: &Config,
    engine: &Engine,
    lookup: Arc<dyn Lookup>,
    tasks: &Tasks,
) -> Result<(), CliError> {
    let worker = LookupWorker::new(
        Arc::clone(&engine.store),
        lookup,
        Arc::new(engine.clone()),
        Arc::clone(&engine.clock),
        tasks.clone(),
        secrets::code_secret(&config.paths.data)?,
        &config.lookups,
    );
    tasks.run("lookup worker", worker.run());
    Ok(())
}

/// Starts what offers waiting conversations to agents, under the policy that is in service.
fn start_dispatcher(engine: &Engine, tasks: &Tasks) {
    let dispatcher = Dispatcher {
        workspace: engine.workspace.clone(),
        store: Arc::clone(&engine.store),
        inbox: Arc::new(engine.clone()),
        policy: engine.in_service.policy(),
        clock: Arc::clone(&engine.clock),
        tasks: tasks.clone(),
    };
    tasks.run("dispatcher", dispatcher.run());
}

/// Starts what raises and clears alerts, under the policy that is in service.
fn start_watch(engine: &Engine, tasks: &Tasks) {
    let watch = Watch {
        workspace: engine.workspace.clone(),
        store: Arc::clone(&engine.store),
        policy: engine.in_service.policy(),
        clock: Arc::clone(&engine.clock),
        tasks: tasks.clone(),
    };
    tasks.run("watch", watch.run());
}

/// Starts what runs beside the API, and hands it what it needs.
fn state(
    config: &Config,
    engine: Engine,
    beside: Beside,
    tasks: &Tasks,
    known: Known,
) -> Result<AppState, CliError> {
    let store = Arc::clone(&engine.store);
    let worker = Worker::new(
        Arc::clone(&store),
        Arc::clone(&engine.clock),
        tasks.clone(),
        config.webhooks.clone(),
    );
    let worker = worker.context("the webhook worker cannot be started")?;
    tasks.run("webhook worker", worker.run());
    let live = Live::new(store, tasks.stop().clone());
    tasks.run("live tail", live.clone().run());
    let Beside {
        reloader,
        vitals,
        metrics,
    } = beside;
    let (upkeep, stop) = (metrics.clone().keep_small(), tasks.stop().clone());
    tasks.run("metrics upkeep", async move {
        stop.run_until_cancelled(upkeep).await;
    });
    let (guard, watched) = (config.webhooks.guard.clone(), tasks.clone());
    let in_service = engine.in_service.clone();
    let (reload, noted) = (reloader.clone(), reloader);
    Ok(AppState {
        engine,
        live,
        options: config.http.clone(),
        visitor_secret: known.visitor_secret,
        identity: known.identity,
        sign_in: known.sign_in,
        wall_clock: Arc::new(telemetry::now),
        check_url: Arc::new(move |url| {
            check_url(url, &guard)
                .map(drop)
                .map_err(|error| error.to_string())
        }),
        health: Arc::new(move || {
            let alive = if in_service.parts().classifier.alive() {
                Ok(())
            } else {
                Err("every classifier thread has ended or hangs".to_owned())
            };
            vec![
                ("classifier", alive),
                ("tasks", watched.failed().map_or(Ok(()), Err)),
            ]
        }),
        notes: Arc::new(move || noted.note().into_iter().chain(vitals.notes()).collect()),
        reload: Arc::new(move |model| {
            let reload = reload.clone();
            Box::pin(async move { reload.reload(model).await })
        }),
        pages: Arc::new(embedded),
        metrics: Arc::new(move || metrics.render()),
        draining: CancellationToken::new(),
        shutdown: tasks.stop().clone(),
    })
}

/// What is printed when the server is ready. README shows the same three lines. As long as nobody can sign in, also the
/// link by which the first administrator does.
fn ready(headline: &str, url: &str, key_file: &Path, setup: Option<&str>) -> String {
    let open = format!("curl -s -X POST {url}/v1/conversations -H 'content-type: application/json' -d");
    let key_file = key_file.display();
    let first = setup.map_or_else(String::new, |link| {
        format!("Be the first to sign in, within 24 hours:\n\n{link}\n\n")
    });
    format!(
        r#"{headline}. {first}Try it in another terminal:

{open} '{{"message":{{"text":"where is my parcel?"}}}}'
{open} '{{"message":{{"text":"I want to talk to someone"}}}}'
curl -s {url}/v1/queue -H "authorization: Bearer $(cat {key_file})"

In a browser, {url}/demo is the page of a shop with its chat, and {url}/console is where agents work.
"#
    )
}

/// Listens for SIGTERM and SIGINT from the call on, and ends with the name of the one that came.
fn stop_signal() -> Result<impl Future<Output = &'static str>, CliError> {
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be waited for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be waited for")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => "SIGTERM",
            _ = interrupt.recv() => "SIGINT",
        }
    })
}
