//! The real binary, serving a temporary data folder on a port of its own.

use std::ffi::OsStr;
use std::fs::{self, DirBuilder};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::process::{Child, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::Client;
use serde_json::Value;

use crate::support::program::{program, terminate};
use crate::support::{copy_folder, repository};

/// A schedule that gives up only after minutes, and begins within milliseconds.
const RETRIES: &str = r#"["100ms","200ms","500ms","1s","2s","5s","10s","10s","10s","10s","10s","10s"]"#;

/// Killed without mercy when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: String,
    /// What it printed for the first administrator.
    pub(crate) setup: Option<String>,
    /// The commands to try that it printed.
    pub(crate) commands: Vec<String>,
}

impl Server {
    /// Starts `firstline serve` on the sample business and returns when it has said where it listens and what to try.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    pub(crate) fn start_with(data: &Path, environment: &[(&str, &OsStr)]) -> Self {
        Self::start_logging(data, environment, Stdio::inherit())
    }

    /// What it writes to standard error goes to `log`.
    pub(crate) fn start_logging(data: &Path, environment: &[(&str, &OsStr)], log: Stdio) -> Self {
        Self::start_in(repository(), data, environment, log)
    }

    /// On the business that `folder` holds.
    pub(crate) fn start_in(folder: &Path, data: &Path, environment: &[(&str, &OsStr)], log: Stdio) -> Self {
        let index = data.join("index");
        lend_vectors(data, &index);
        let mut child = program(folder)
            .args(["serve", "--bind", "127.0.0.1:0"])
            .env("FIRSTLINE_PATHS__DATA", data)
            .env("FIRSTLINE_WEBHOOKS__ALLOW_HTTP", "true")
            .env("FIRSTLINE_WEBHOOKS__PORTS", "[]")
            .env("FIRSTLINE_WEBHOOKS__NETWORKS", r#"["127.0.0.1/32"]"#)
            .env("FIRSTLINE_WEBHOOKS__RETRIES", RETRIES)
            .env("FIRSTLINE_HTTP__KEY_PER_SECOND", "0")
            .env("FIRSTLINE_HTTP__OPENS_PER_SECOND", "0")
            .env("FIRSTLINE_HTTP__VISITOR_PER_SECOND", "0")
            // Where many tests share few cores, what is slow is not broken.
            .env("FIRSTLINE_CLASSIFIER__DEADLINE", "30s")
            .env("FIRSTLINE_LOG__LEVEL", "warn")
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let first = lines.next().expect("the server ended before it was ready");
        let address: String = first.chars().skip_while(|c| !c.is_ascii_digit()).collect();
        let url = format!("http://{}", address.split(". ").next().unwrap());
        let mut setup = None;
        let told = lines.inspect(|line| {
            if line.starts_with("http") {
                setup = Some(line.clone());
            }
        });
        let commands = told.filter(|line| line.starts_with("curl ")).take(3).collect();
        keep_vectors(&index);
        let key = fs::read_to_string(data.join("admin.key"))
            .unwrap()
            .trim()
            .to_owned();
        Self {
            child,
            url,
            key,
            setup,
            commands,
        }
    }

    /// Of its process.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGKILL: no destructor, no flush.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        terminate(&mut self.child)
    }
}

/// Where the passages' vectors wait for the next server: making them takes an unoptimised program seconds, and a name says
/// by which model they are.
const VECTORS: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/vectors");

fn lend_vectors(data: &Path, index: &Path) {
    if Path::new(VECTORS).exists() && !index.exists() {
        let made = DirBuilder::new().recursive(true).mode(0o700).create(data);
        made.expect("the data folder can be made");
        copy_folder(Path::new(VECTORS), index);
    }
}

fn keep_vectors(index: &Path) {
    fs::create_dir_all(VECTORS).unwrap();
    for entry in fs::read_dir(index).into_iter().flatten().flatten() {
        let kept = Path::new(VECTORS).join(entry.file_name());
        if !kept.exists() {
            // Whole or not at all: another test may be reading.
            let copy = format!("{VECTORS}-{}", std::process::id());
            fs::copy(entry.path(), &copy).unwrap();
            fs::rename(&copy, &kept).unwrap();
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// The program brings no TLS of its own choice, so a client needs one before it is made.
pub(crate) fn client(timeout: Duration) -> Client {
    // Another test may have been first.
    rustls::crypto::ring::default_provider().install_default().ok();
    Client::builder().timeout(timeout).build().unwrap()
}

/// One request with the admin key; `None` when the server was not there or answered 5xx: not acknowledged.
pub(crate) async fn post(
    client: &Client,
    base: &str,
    path: &str,
    token: &str,
    key: &str,
    body: &Value,
) -> Option<Value> {
    let response = client
        .post(format!("{base}{path}"))
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", key)
        .header("content-type", "application/json")
        .body(body.to_string())
        .send()
        .await
        .ok()?;
    let status = response.status();
    let text = response.text().await.ok()?;
    assert!(!status.is_client_error(), "{path}: {status} {text}");
    if status.is_success() {
        Some(serde_json::from_str(&text).unwrap())
    } else {
        None
    }
}

pub(crate) async fn get(client: &Client, base: &str, path: &str, token: &str) -> Value {
    let url = format!("{base}{path}");
    let response = client
        .get(url)
        .header("authorization", format!("Bearer {token}"))
        .send()
        .await
        .unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}
