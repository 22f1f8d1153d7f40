//! Logs, metrics and the clock of the process. Knows nothing of what is logged or counted.

pub mod steady;

use std::io::IsTerminal;
use std::sync::OnceLock;
use std::time::Duration;

use jiff::Timestamp;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use serde::Deserialize;
use thiserror::Error;
use tracing_subscriber::EnvFilter;

/// Upper bounds of the histograms, in seconds: from a model's answer to a slow webhook.
const BUCKETS_SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Options {
    /// `error`, `warn`, `info`, `debug`, `trace`, or directives such as `info,firstline::outbox=debug`.
    pub level: String,
    pub format: LogFormat,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            level: "info".to_owned(),
            format: LogFormat::Auto,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    #[default]
    Auto,
    Text,
    /// One object a line.
    Json,
}

#[derive(Debug, Error)]
pub enum TelemetryError {
    #[error(
        "the log level {level:?} cannot be read: {problem}; give `info`, or `info,firstline::outbox=debug`"
    )]
    Level { level: String, problem: String },
    #[error("logging cannot be set up: {0}; start it once in a process")]
    Logging(String),
}

/// Sends the logs of the process to standard error. To be called once, before anything is logged.
pub fn start_logging(options: &Options) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(&options.level).map_err(|error| TelemetryError::Level {
        level: options.level.clone(),
        problem: error.to_string(),
    })?;
    let terminal = std::io::stderr().is_terminal();
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal);
    let text = match options.format {
        LogFormat::Auto => terminal,
        LogFormat::Text => true,
        LogFormat::Json => false,
    };
    let started = if text {
        subscriber.try_init()
    } else {
        subscriber.json().flatten_event(true).try_init()
    };
    started.map_err(|error| TelemetryError::Logging(error.to_string()))
}

/// What the process has counted. Clones share it.
#[derive(Debug, Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// The one recorder of the process, installed by the first call.
    pub fn of_process() -> Self {
        static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();
        Self(RECORDER.get_or_init(install_recorder).clone())
    }

    /// All metrics in Prometheus' text format.
    pub fn render(&self) -> String {
        self.0.render()
    }

    /// Never ends: folds what histograms have gathered, so that they do not grow while nobody reads them.
    pub async fn keep_small(self) {
        let mut interval = tokio::time::interval(Duration::from_secs(5));
        loop {
            interval.tick().await;
            self.0.run_upkeep();
        }
    }
}

fn install_recorder() -> PrometheusHandle {
    let builder = PrometheusBuilder::new();
    // Refused only without any bucket, and then summaries are what is left.
    let builder = builder
        .set_buckets(&BUCKETS_SECONDS)
        .unwrap_or_else(|_| PrometheusBuilder::new());
    let recorder = builder.build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another metrics recorder was installed first: /metrics stays empty");
    }
    handle
}

/// The one clock: everyone else is handed `now`.
#[expect(clippy::disallowed_methods, reason = "the one clock")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_one_recorder() {
        let first = Metrics::of_process();
        metrics::counter!("firstline_test_total").increment(2);
        metrics::histogram!("firstline_test_seconds").record(0.003);
        let text = Metrics::of_process().render();
        assert_eq!(first.render(), text);
        assert!(text.contains("firstline_test_total 2"), "{text}");
        assert!(
            text.contains("firstline_test_seconds_bucket{le=\"0.005\"} 1"),
            "{text}"
        );
    }

    #[test]
    fn a_bad_level_says_how_to_write_one() {
        let options = Options {
            level: "loud=very".to_owned(),
            ..Options::default()
        };
        let error = start_logging(&options).unwrap_err().to_string();
        assert!(
            error.starts_with("the log level \"loud=very\" cannot be read: "),
            "{error}"
        );
    }
}
