//! Personal data is nowhere on disk, in the log, or in a webhook: secrets are planted in everything that can be written
//! to a real server, and every byte that it leaves behind is searched for them. With masking off all are found, so the
//! search can be trusted.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use firstline::domain::personal_data::Masking;
use firstline::knowledge::Knowledge;
use firstline::triage::policy::{Policy, PolicyProblem};
use reqwest::Client;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::support::server::{Server, client, get, post};
use crate::support::{copy_folder, repository, written};

/// What is written, with the secret between braces.
const PLANTED: [&str; 20] = [
    "my card is {4111 1111 1111 1111} and it was charged twice",
    "{5555-5555-5555-4444}",
    "take it from {378282246310005} please",
    "cc {6011000990139424}, thanks",
    "i paid with {2223 0031 2200 3222} exp 12/27",
    "{4012.8888.8888.1881} was declined, order FH-10423",
    "where is my parcel? paid by {30569309025904}",
    "refund to {GB29 NWBK 6016 1331 9268 19}",
    "iban {DE89370400440532013000}",
    "send it to {nl91abna0417164300}.",
    "{FR14 2004 1010 0505 0001 3M02 606} is my account",
    "my ssn is {054-28-6917}",
    "social security number: {219099998}",
    "NI number {AB 12 34 56 C}",
    "mi dni es {12345678Z}",
    "{RSSMRA85T10A562S}",
    "my bsn is {111222333}",
    "{2 55 08 14 168 025 38}",
    "my tax id is {86 095 742 719}",
    "aadhaar {2341 2341 2346}",
];

/// Where a text can come in.
#[derive(Debug, Clone, Copy)]
enum Way {
    Opening,
    Later,
    Agent,
    Note,
    HandedOff,
    Comment,
    Name,
}

const WAYS: [Way; 7] = [
    Way::Opening,
    Way::HandedOff,
    Way::Later,
    Way::Agent,
    Way::Note,
    Way::Comment,
    Way::Name,
];

fn secret(planted: &str) -> &str {
    planted.split(['{', '}']).nth(1).unwrap()
}

fn text(planted: &str) -> String {
    planted.replace(['{', '}'], "")
}

/// Everything that the server left, apart by where.
struct Left {
    files: Vec<u8>,
    bodies: Vec<u8>,
    /// A trace of the first conversation.
    trace: Value,
}

/// Which secrets are there, as they were written or without what stands between.
fn found(bytes: &[u8]) -> Vec<&'static str> {
    // What is no UTF-8 is replaced, and the secrets, which are ASCII, stay as they are.
    let bytes = String::from_utf8_lossy(bytes).to_ascii_lowercase();
    let has = |wanted: &str| bytes.contains(&wanted.to_ascii_lowercase());
    let compact = |secret: &str| secret.replace([' ', '-', '.'], "");
    let secrets = PLANTED.iter().map(|planted| secret(planted));
    secrets
        .filter(|secret| has(secret) || has(&compact(secret)))
        .collect()
}

fn collect(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, bytes);
        } else {
            // A file may go while the folder is read: the log of the database does when it is folded in.
            bytes.extend(fs::read(&path).unwrap_or_default());
        }
    }
}

type Bodies = Arc<Mutex<Vec<Bytes>>>;

async fn start_receiver() -> (String, Bodies, JoinSet<std::io::Result<()>>) {
    let bodies = Bodies::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let kept = Arc::clone(&bodies);
    let app = Router::new().fallback(async move |body: Bytes| {
        kept.lock().unwrap().push(body);
        StatusCode::NO_CONTENT
    });
    let mut running = JoinSet::new();
    running.spawn(async move { axum::serve(listener, app).await });
    (url, bodies, running)
}

/// Waits until no more webhooks come.
async fn settle(bodies: &Bodies) {
    let count = || bodies.lock().unwrap().len();
    let mut last = 0;
    while last == 0 || count() > last {
        last = count();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}

/// A caller with the admin's key, whose every request has an idempotency key.
struct Caller<'a> {
    client: Client,
    server: &'a Server,
    number: usize,
}

impl Caller<'_> {
    async fn post(&mut self, path: &str, body: Value) -> Value {
        self.number += 1;
        let key = format!("request-{}", self.number);
        let (url, token) = (&self.server.url, &self.server.key);
        post(&self.client, url, path, token, &key, &body).await.unwrap()
    }

    async fn open(&mut self, body: Value) -> String {
        let opened = self.post("/v1/conversations", body).await;
        format!("/v1/conversations/{}", opened["id"].as_str().unwrap())
    }

    /// Returns the path of the conversation it was planted in.
    async fn plant(&mut self, way: Way, text: &str) -> String {
        let agent = json!({ "id": "ana", "name": "Ana" });
        match way {
            Way::Opening => self.open(json!({ "message": { "text": text } })).await,
            Way::HandedOff => {
                let text = format!("I want to talk to a human. {text}");
                self.open(json!({ "message": { "text": text } })).await
            }
            Way::Name => {
                let customer = json!({ "id": "customer-7", "name": text });
                let text = "I want to talk to a human";
                self.open(json!({ "customer": customer, "message": { "text": text } }))
                    .await
            }
            Way::Later => {
                let path = self.open(json!({})).await;
                self.post(&format!("{path}/messages"), json!({ "text": text }))
                    .await;
                path
            }
            Way::Agent => {
                let path = self.open(json!({ "message": { "text": "hello" } })).await;
                self.post(&format!("{path}/claim"), json!({ "agent": agent }))
                    .await;
                let body = json!({ "from": "agent", "agent": agent, "text": text });
                self.post(&format!("{path}/messages"), body).await;
                path
            }
            Way::Note => {
                let path = self.open(json!({ "message": { "text": "hello" } })).await;
                let body = json!({ "agent": agent, "text": text });
                self.post(&format!("{path}/notes"), body).await;
                path
            }
            Way::Comment => {
                let path = self.open(json!({ "message": { "text": "hello" } })).await;
                self.post(&format!("{path}/csat"), json!({ "score": 2, "comment": text }))
                    .await;
                path
            }
        }
    }
}

/// Plants every secret on a server whose policy has `section` in place of its own, and gathers what is left of them.
async fn plant_all(section: &str) -> Left {
    let folder = tempfile::tempdir().unwrap();
    let (data, knowledge) = (folder.path().join("data"), folder.path().join("knowledge"));
    copy_folder(&repository().join("knowledge"), &knowledge);
    fs::write(knowledge.join("policy.yml"), sample_policy_with(section)).unwrap();
    let log = folder.path().join("log");
    let mut server = Server::start_logging(
        &data,
        &[
            ("FIRSTLINE_PATHS__KNOWLEDGE", knowledge.as_os_str()),
            ("FIRSTLINE_LOG__LEVEL", "trace".as_ref()),
        ],
        Stdio::from(fs::File::create(&log).unwrap()),
    );
    let (hook, bodies, _running) = start_receiver().await;
    let mut caller = Caller {
        client: client(Duration::from_secs(30)),
        server: &server,
        number: 0,
    };
    caller
        .post("/v1/webhooks", json!({ "url": hook, "events": [] }))
        .await;
    let mut paths = Vec::new();
    for (number, planted) in PLANTED.iter().enumerate() {
        let way = WAYS[number % WAYS.len()];
        paths.push(caller.plant(way, &text(planted)).await);
    }
    let trace = get(
        &caller.client,
        &server.url,
        &format!("{}/trace", paths[0]),
        &server.key,
    )
    .await;
    settle(&bodies).await;
    let mut files = Vec::new();
    // Once with the log of the database beside it, and once as it is left behind.
    collect(&data, &mut files);
    assert!(server.stop().success());
    collect(&data, &mut files);
    files.extend(fs::read(&log).unwrap());
    let bodies = bodies.lock().unwrap().concat();
    Left { files, bodies, trace }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_left_anywhere() {
    let left = plant_all("personal_data:\n  iban: mask\n").await;
    assert_eq!(found(&left.files), [""; 0], "in the data folder or the log");
    assert_eq!(found(&left.bodies), [""; 0], "in what webhooks brought");
    let files = String::from_utf8_lossy(&left.files);
    for kept in [
        "[card ending 1111]",
        "[card ending 4444]",
        "[IBAN ending 6819]",
        "[national id]",
        "FH-10423",
    ] {
        assert!(files.contains(kept), "{kept}");
    }
    // The classifier saw the number itself, or it would not have known it for a card.
    let entities = &left.trace["data"][0]["reading"]["entities"];
    assert_eq!(entities[0]["kind"], "card", "{entities}");
    assert_eq!(entities[0]["value"], "[card ending 1111]", "{entities}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_search_finds_every_secret_that_is_kept() {
    let left = plant_all("personal_data: {card: keep, iban: keep, national_id: keep}\n").await;
    let all: Vec<&str> = PLANTED.iter().map(|planted| secret(planted)).collect();
    assert_eq!(found(&left.files), all);
    assert_eq!(found(&left.bodies), all);
}

/// The shipped policy with another section on personal data. Nobody is asked for an address that might be masked.
fn sample_policy_with(section: &str) -> String {
    let text = fs::read_to_string(repository().join("knowledge/policy.yml")).unwrap();
    let text = text
        .replace("fallback: message", "fallback: wait")
        .replace("fallback: callback", "fallback: wait");
    let (before, rest) = text.split_once("personal_data:\n").unwrap();
    let own = rest.find("\n\n").unwrap();
    format!("{before}{section}{}", &rest[own..])
}

fn parsed(section: &str) -> Result<Masking, Vec<PolicyProblem>> {
    let knowledge = Knowledge::load(&repository().join("knowledge")).unwrap();
    let policy = Policy::parse(
        &sample_policy_with(section),
        &written(&knowledge),
        "",
        "test".into(),
    )?;
    Ok(*policy.masking())
}

#[test]
fn the_policy_says_what_is_masked() {
    assert_eq!(parsed("").unwrap(), Masking::default());
    let all = "personal_data:\n  email: mask\n  phone: mask\n";
    assert_eq!(parsed(all).unwrap(), Masking::ALL);
    for (section, says) in [
        ("personal_data:\n  cards: mask\n", "cards"),
        ("personal_data:\n  card: hide\n", "hide"),
        ("personal_data:\n  card: true\n", "mask"),
    ] {
        let problems = parsed(section).unwrap_err();
        let place = sample_policy_with(section);
        let line = place.lines().position(|line| line == "personal_data:").unwrap() as u64 + 2;
        assert_eq!(problems[0].line, Some(line), "{problems:?}");
        assert!(problems[0].message.contains(says), "{problems:?}");
    }
}
