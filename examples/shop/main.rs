//! The sample business's own systems, as a company would have them beside Firstline: orders, payments, the workshop's
//! diary, products, and a mail catcher, over HTTP with a SQLite file behind it. It is a program of its own and knows
//! nothing of conversations; from the engine's crate it takes only the clock, the log and randomness.
//! `README.md` at the top of the repository has a section on it; `router.rs` lists what it answers.

mod answer;
mod appointments;
mod calendar;
mod changes;
mod codes;
mod database;
mod delivery;
mod faults;
mod gate;
mod ledger;
mod mail;
mod money;
mod orders;
mod payments;
mod products;
mod request;
mod router;
mod seed;
mod state;
mod workshop;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Parser;
use firstline::telemetry::{self, Options};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::state::{Clock, Shop};

/// How long requests under way may take to end when the shop is stopped.
const REQUESTS_END: Duration = Duration::from_secs(2);

/// The sample shop: the company's systems that Firstline's lookups ask
#[derive(Debug, Parser)]
#[command(name = "shop")]
struct Arguments {
    /// Where to listen, on this machine only; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    bind: SocketAddr,

    /// The database file; made and filled when it is not there
    #[arg(long, value_name = "FILE", default_value = "data/shop.db")]
    data: PathBuf,

    /// What callers have to send as `Authorization: Bearer <token>`
    #[arg(
        long,
        env = "SHOP_TOKEN",
        default_value = "sample-shop",
        hide_env_values = true
    )]
    token: String,

    /// Forget all that happened and fill the database anew, with dates around today
    #[arg(long)]
    fresh: bool,

    /// What time it is in Bristol when the shop starts, such as 2026-12-01T10:00, instead of the real time
    #[arg(long, value_name = "TIME")]
    now: Option<DateTime>,
}

#[tokio::main]
async fn main() -> ExitCode {
    match run(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("shop: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: Arguments) -> anyhow::Result<()> {
    telemetry::start_logging(&Options::default())?;
    if !arguments.bind.ip().is_loopback() {
        bail!(
            "--bind {} can be reached from other machines, and the mail page shows every code to whoever opens it; \
             give an address such as 127.0.0.1:8090",
            arguments.bind
        );
    }
    if arguments.token.is_empty() {
        bail!("the token is empty; give one with --token or SHOP_TOKEN, or leave both out");
    }
    let (listener, url) = listen(arguments.bind).await?;
    let clock = clock(arguments.now)?;
    let (pool, seeded_on) = database::open(&arguments.data, arguments.fresh, &clock()).await?;
    let shop = Arc::new(Shop::new(pool.clone(), clock, &arguments.token));

    let stop = CancellationToken::new();
    let server =
        axum::serve(listener, router::router(shop)).with_graceful_shutdown(stop.clone().cancelled_owned());
    let mut server = Box::pin(server.into_future());
    // Before it is said that the shop is there: whoever hears that may stop it at once.
    let mut terminate = signal(SignalKind::terminate()).context("SIGTERM cannot be waited for")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("SIGINT cannot be waited for")?;
    say_ready(&url, &calendar::day_text(seeded_on));
    tokio::select! {
        ended = &mut server => ended.context("the server ended by itself")?,
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    stop.cancel();
    if tokio::time::timeout(REQUESTS_END, server).await.is_err() {
        tracing::warn!("requests under way did not end in time and are cut off");
    }
    pool.close().await;
    Ok(())
}

/// Binds, and says under which URL: with port 0 the port is known only now.
async fn listen(address: SocketAddr) -> anyhow::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address).await.with_context(|| {
        format!(
            "{address} cannot be listened on; stop what uses it, or choose another address: \
             --bind 127.0.0.1:8091, or with make: make run SHOP_BIND=127.0.0.1:8091"
        )
    })?;
    let address = listener.local_addr().context("the listener has no address")?;
    Ok((listener, format!("http://{address}")))
}

/// The time in Bristol. With `start` it begins there and goes on from it.
fn clock(start: Option<DateTime>) -> anyhow::Result<Clock> {
    let zone = TimeZone::get("Europe/London")
        .context("this system has no time zone Europe/London; install its time zone data (Debian: tzdata)")?;
    let shift = match start {
        None => SignedDuration::ZERO,
        Some(start) => {
            let start = start
                .to_zoned(zone.clone())
                .context("--now is no time of this calendar")?;
            start.timestamp().duration_since(telemetry::now())
        }
    };
    Ok(Arc::new(move || {
        // Only spans of calendar units can be refused; a duration ends at the end of time.
        let now = telemetry::now().saturating_add(shift).unwrap_or(Timestamp::MAX);
        now.to_zoned(zone.clone())
    }))
}

/// The only lines on standard output. Whoever started the shop may wait for them, and may not read them at all.
fn say_ready(url: &str, seeded_on: &str) {
    let text = format!(
        "The sample shop listens on {url}; its dates are as of {seeded_on} (--fresh renews them)\n\
         Its mails, with the codes in them, can be read at {url}/mail\n"
    );
    let mut out = std::io::stdout().lock();
    if let Err(error) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        tracing::warn!(%error, "nobody reads what is printed; serving all the same");
    }
}
