//! The real binary, serving a temporary data folder on a port of its own.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use reqwest::Client;
use serde_json::Value;

use crate::support::repository;

/// A schedule that gives up only after minutes, and begins within milliseconds.
const RETRIES: &str = r#"["100ms","200ms","500ms","1s","2s","5s","10s","10s","10s","10s","10s","10s"]"#;

/// Killed without mercy when dropped.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    pub(crate) url: String,
    pub(crate) key: String,
}

impl Server {
    /// Starts `firstline serve` on the sample business and returns when it says where it listens.
    pub(crate) fn start(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_firstline"))
            .current_dir(repository())
            .args(["serve", "--bind", "127.0.0.1:0"])
            .env("FIRSTLINE_PATHS__DATA", data)
            .env("FIRSTLINE_WEBHOOKS__NETWORKS", "[\"127.0.0.1\"]")
            .env("FIRSTLINE_WEBHOOKS__PORTS", "[]")
            .env("FIRSTLINE_WEBHOOKS__ALLOW_HTTP", "true")
            .env("FIRSTLINE_WEBHOOKS__RETRIES", RETRIES)
            .env("FIRSTLINE_HTTP__KEY_PER_SECOND", "0")
            .env("FIRSTLINE_HTTP__OPENS_PER_SECOND", "0")
            .env("FIRSTLINE_HTTP__VISITOR_PER_SECOND", "0")
            .env("FIRSTLINE_LOG__LEVEL", "warn")
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .map_while(Result::ok)
            .find_map(|line| {
                let start = line.find("http://127.0.0.1:")?;
                let rest = &line[start..];
                let port = rest["http://127.0.0.1:".len()..].chars().take_while(char::is_ascii_digit).count();
                Some(rest[.."http://127.0.0.1:".len() + port].to_owned())
            })
            .expect("the server printed no address before it ended");
        let key = std::fs::read_to_string(data.join("admin.key")).unwrap().trim().to_owned();
        Self { child, url, key }
    }

    /// SIGKILL: no destructor, no flush.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One request with the admin key; `None` when the server was not there or answered 5xx: not acknowledged.
pub(crate) async fn post(client: &Client, base: &str, path: &str, token: &str, key: &str, body: &Value) -> Option<Value> {
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
    if status.is_success() { Some(serde_json::from_str(&text).unwrap()) } else { None }
}

pub(crate) async fn get(client: &Client, base: &str, path: &str, token: &str) -> Value {
    let url = format!("{base}{path}");
    let response = client.get(url).header("authorization", format!("Bearer {token}")).send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    assert!(status.is_success(), "{path}: {status} {text}");
    serde_json::from_str(&text).unwrap()
}
