//! The sample shop, the real program, on a port and a database of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::Value;

use crate::support::program::{Finished, run, terminate};
use crate::support::server::client;

pub(crate) const TOKEN: &str = "token-of-a-test";

/// Killed without mercy when dropped.
#[derive(Debug)]
pub(crate) struct Shop {
    child: Child,
    pub(crate) url: String,
    client: Client,
}

/// Cargo builds the examples beside the programs when it builds the tests.
pub(crate) fn programs() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_firstline"));
    let folder = program.parent().unwrap().to_owned();
    let shop = folder.join("examples/shop");
    assert!(
        shop.is_file(),
        "{shop:?} is missing; run `cargo build --example shop`"
    );
    folder
}

/// With its database in `folder`, a free port and a token, unless the arguments say otherwise.
fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(programs().join("examples/shop"));
    let database = folder.join("shop.db");
    let usual = [
        ("--data", database.to_str().unwrap()),
        ("--bind", "127.0.0.1:0"),
        ("--token", TOKEN),
    ];
    for (name, value) in usual {
        if !arguments.contains(&name) {
            command.args([name, value]);
        }
    }
    command.args(arguments);
    command
}

impl Shop {
    /// Returns when it has said where it listens.
    pub(crate) fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut child = command(folder, arguments).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let first = lines.next().expect("the shop ended before it was ready");
        let rest = first.split("listens on ").nth(1).unwrap();
        let url = rest.split(';').next().unwrap().to_owned();
        Self {
            child,
            url,
            client: client(Duration::from_secs(10)),
        }
    }

    /// The shop at ten o'clock on a Tuesday, 1 December 2026.
    pub(crate) fn on_a_tuesday(folder: &Path) -> Self {
        Self::start(folder, &["--now", "2026-12-01T10:00"])
    }

    /// For arguments with which it is to end by itself.
    pub(crate) fn end(folder: &Path, arguments: &[&str]) -> Finished {
        run(&mut command(folder, arguments), b"")
    }

    /// Status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        answer(self.request(self.client.get(format!("{}{path}", self.url)))).await
    }

    /// Status and body. No key is sent where it is empty.
    pub(crate) async fn post(&self, path: &str, key: &str, body: &Value) -> (u16, Value) {
        answer(self.posting(&self.client, path, key, body)).await
    }

    pub(crate) fn posting(&self, client: &Client, path: &str, key: &str, body: &Value) -> RequestBuilder {
        let request = self.request(client.post(format!("{}{path}", self.url)));
        let request = request
            .header("content-type", "application/json")
            .body(body.to_string());
        if key.is_empty() {
            request
        } else {
            request.header("idempotency-key", key)
        }
    }

    /// With the token, and nothing else.
    pub(crate) fn request(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("authorization", format!("Bearer {TOKEN}"))
    }

    /// The mails to an address, newest first.
    pub(crate) async fn mails(&self, to: &str) -> Vec<Value> {
        let (status, mails) = self.get(&format!("/v1/mail?to={to}")).await;
        assert_eq!(status, 200, "{mails}");
        mails.as_array().unwrap().clone()
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(&mut self) -> ExitStatus {
        terminate(&mut self.child)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Status and body of what must be JSON.
pub(crate) async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}: {error}: {text}"));
    (status, body)
}
