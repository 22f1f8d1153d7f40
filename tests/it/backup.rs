//! `firstline backup` beside a server that customers write to, and `firstline restore`: what was acknowledged before is
//! there, what was not delivered is, and whatever cannot be restored changes nothing.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstline::tasks::Tasks;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tokio::task::JoinSet;

use crate::support::program::{Finished, program, run};
use crate::support::repository;
use crate::support::server::{Server, client, get, post};
use crate::webhooks::setup::{Hit, Receiver, status_only, wait_for};

const CUSTOMERS: usize = 8;

fn firstline_on(data: &Path, arguments: &[&str]) -> Finished {
    let mut command = program(repository());
    run(command.env("FIRSTLINE_PATHS__DATA", data).args(arguments), b"")
}

/// What was acknowledged: the conversation, and whether it ended with a person.
type Acknowledged = Arc<Mutex<Vec<(String, bool)>>>;

/// Each opens conversations until told to stop; every second one wants a person.
fn customers(server: &Server, stop: &Arc<AtomicBool>) -> (JoinSet<()>, Acknowledged) {
    let (mut customers, acknowledged) = (JoinSet::new(), Acknowledged::default());
    for number in 0..CUSTOMERS {
        let (url, key) = (server.url.clone(), server.key.clone());
        let (stop, acknowledged) = (Arc::clone(stop), Arc::clone(&acknowledged));
        customers.spawn(async move {
            let client = client(Duration::from_secs(10));
            for step in 0.. {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let wants_person = step % 2 == 1;
                let text = if wants_person {
                    "I want to talk to someone"
                } else {
                    "where's my parcel"
                };
                let (name, body) = (format!("{number}-{step}"), json!({ "message": { "text": text } }));
                let opened = post(&client, &url, "/v1/conversations", &key, &name, &body).await;
                let id = opened.unwrap()["id"].as_str().unwrap().to_owned();
                acknowledged.lock().unwrap().push((id, wants_person));
            }
        });
    }
    (customers, acknowledged)
}

/// A receiver that refuses everything until it is told to accept.
async fn receiver(tasks: &Tasks) -> (Receiver, Arc<AtomicBool>) {
    let accepts = Arc::new(AtomicBool::new(false));
    let answers = Arc::clone(&accepts);
    let receiver = Receiver::start(tasks, move |_| {
        let status = if answers.load(Ordering::SeqCst) { 204 } else { 503 };
        std::future::ready(status_only(status))
    })
    .await;
    (receiver, accepts)
}

/// Customers write to a server on `data` until it is backed up into `file`; who was acknowledged before that began, and
/// what the command said. The server is killed after it.
async fn backed_up_under_load(data: &Path, file: &Path, hook: &str) -> (Vec<(String, bool)>, Value) {
    let mut server = Server::start(data);
    let endpoint = json!({ "url": hook, "events": ["handoff.requested"] });
    let client = client(Duration::from_secs(10));
    post(
        &client,
        &server.url,
        "/v1/webhooks",
        &server.key,
        "hook",
        &endpoint,
    )
    .await
    .unwrap();
    let stop = Arc::new(AtomicBool::new(false));
    let (writing, acknowledged) = customers(&server, &stop);
    wait_for("conversations", async || {
        (acknowledged.lock().unwrap().len() >= 100).then_some(())
    })
    .await;

    let before = acknowledged.lock().unwrap().clone();
    let (data, to) = (data.to_owned(), file.to_str().unwrap().to_owned());
    let made = tokio::task::spawn_blocking(move || firstline_on(&data, &["backup", &to, "--json"]));
    let made = made.await.unwrap();
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    stop.store(true, Ordering::SeqCst);
    writing.join_all().await;
    server.kill();
    let told: Value = serde_json::from_str(&made.stdout).unwrap();
    eprintln!(
        "{} acknowledged before the backup, {} in it, {} when it was done",
        before.len(),
        told["conversations"],
        acknowledged.lock().unwrap().len()
    );
    (before, told)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_under_load_holds_what_was_acknowledged_and_delivers_what_was_not() {
    let (folder, tasks) = (tempfile::tempdir().unwrap(), Tasks::default());
    let (first, second) = (folder.path().join("first"), folder.path().join("second"));
    let file = folder.path().join("all.backup");
    let (receiver, accepts) = receiver(&tasks).await;
    let (before, told) = backed_up_under_load(&first, &file, &receiver.url).await;
    let made = fs::metadata(&file).unwrap();
    assert_eq!(told["bytes"], made.len(), "{told}");
    assert_eq!(made.permissions().mode() & 0o777, 0o600);

    let restored = firstline_on(&second, &["restore", file.to_str().unwrap(), "--json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    let holds: Value = serde_json::from_str(&restored.stdout).unwrap();
    assert_eq!(
        (&holds["conversations"], &holds["aside"]),
        (&told["conversations"], &Value::Null)
    );
    for name in ["admin.key", "visitor.secret", "code.secret", "seal.secret"] {
        let read = |data: &Path| fs::read(data.join(name)).unwrap();
        assert_eq!(read(&first), read(&second), "{name}");
    }
    let hits = receiver.hits().len();
    accepts.store(true, Ordering::SeqCst);
    let server = Server::start(&second);
    let client = client(Duration::from_secs(10));
    for (conversation, _) in &before {
        let path = format!("/v1/conversations/{conversation}/messages");
        let messages = get(&client, &server.url, &path, &server.key).await;
        // The customer's, and the bot's answer to it: a line, or two where a person takes over.
        let from: Vec<&Value> = messages["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| &one["from"])
            .collect();
        let whole = from.len() >= 2 && from[0] == "customer" && from[1..].iter().all(|one| *one == "bot");
        assert!(whole, "{conversation}: {messages}");
    }
    let wants = before.iter().filter(|(_, wants_person)| *wants_person);
    let wanted: BTreeSet<String> = wants.map(|(conversation, _)| conversation.clone()).collect();
    assert!(wanted.len() > 20, "too few handoffs to prove anything");
    wait_for("every handoff", async || {
        let told: BTreeSet<String> = receiver.hits()[hits..].iter().map(conversation).collect();
        told.is_superset(&wanted).then_some(())
    })
    .await;
}

/// Which one a webhook is about.
fn conversation(hit: &Hit) -> String {
    let body: Value = serde_json::from_slice(&hit.body).unwrap();
    body["data"]["conversation_id"].as_str().unwrap().to_owned()
}

/// The names and the contents of all that lies in a folder.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.is_file());
    let mut contents: Vec<_> = files
        .map(|path| (path.clone(), fs::read(path).unwrap()))
        .collect();
    contents.sort();
    contents
}

/// A data folder with one conversation, and a backup of it.
async fn saved(folder: &Path) -> (PathBuf, PathBuf) {
    let (data, file) = (folder.join("data"), folder.join("a.backup"));
    let mut server = Server::start(&data);
    let body = json!({ "message": { "text": "where is my parcel?" } });
    post(
        &client(Duration::from_secs(10)),
        &server.url,
        "/v1/conversations",
        &server.key,
        "k",
        &body,
    )
    .await
    .unwrap();
    assert!(server.stop().success());
    let made = firstline_on(&data, &["backup", file.to_str().unwrap()]);
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    assert!(
        made.stdout.contains("1 conversations, 2 messages, in "),
        "{}",
        made.stdout
    );
    (data, file)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_overwrites_nothing_and_leaves_nothing_half_done() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = saved(folder.path()).await;
    let before = contents(folder.path());
    let again = firstline_on(&data, &["backup", file.to_str().unwrap()]);
    assert_eq!(again.code, Some(2), "{}", again.stderr);
    assert!(
        again
            .stderr
            .contains("is there already, and nothing is overwritten"),
        "{}",
        again.stderr
    );
    let nowhere = folder.path().join("none");
    let missing = firstline_on(&nowhere, &["backup", folder.path().join("b").to_str().unwrap()]);
    assert_eq!(missing.code, Some(70), "{}", missing.stderr);
    assert!(
        missing.stderr.contains("there is no database at"),
        "{}",
        missing.stderr
    );
    let into_nothing = firstline_on(&data, &["backup", "/proc/firstline.backup"]);
    assert_eq!(into_nothing.code, Some(70), "{}", into_nothing.stderr);
    assert!(contents(folder.path()) == before, "something was left behind");

    let named = firstline_on(&data, &["backup", folder.path().to_str().unwrap()]);
    assert_eq!(named.code, Some(0), "{}", named.stderr);
    assert_eq!(contents(folder.path()).len(), before.len() + 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_there_before_a_restore_is_kept_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = saved(folder.path()).await;
    // Killed, so that what was there lies in the log still.
    let mut server = Server::start(&data);
    let client = client(Duration::from_secs(10));
    let body = json!({ "message": { "text": "where is my parcel now?" } });
    let later = post(
        &client,
        &server.url,
        "/v1/conversations",
        &server.key,
        "later",
        &body,
    )
    .await;
    let later = later.unwrap()["id"].as_str().unwrap().to_owned();
    server.kill();
    let restored = firstline_on(&data, &["restore", file.to_str().unwrap(), "--json"]);
    assert_eq!(restored.code, Some(0), "{}", restored.stderr);
    let told: Value = serde_json::from_str(&restored.stdout).unwrap();
    assert_eq!(told["conversations"], 1);
    let explain = |data: &Path| firstline_on(data, &["explain", &later]).code;
    assert_eq!(explain(&data), Some(1), "it came after the backup");
    let aside = PathBuf::from(told["aside"].as_str().unwrap());
    assert_eq!(explain(&aside), Some(0), "it is kept beside it");
    assert!(aside.join("visitor.secret").is_file());
    assert_eq!(fs::metadata(&aside).unwrap().permissions().mode() & 0o777, 0o700);
    // As far as the restored one knows, this request never came.
    let server = Server::start(&data);
    let again = post(
        &client,
        &server.url,
        "/v1/conversations",
        &server.key,
        "later",
        &body,
    );
    assert_ne!(again.await.unwrap()["id"], later.as_str());
}

async fn changed(backup: &Path, to: &Path, statement: &'static str) {
    fs::copy(backup, to).unwrap();
    let settings = SqliteConnectOptions::new().filename(to);
    let mut connection = settings.connect().await.unwrap();
    sqlx::query(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_restored_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (data, file) = saved(folder.path()).await;
    let at = |name: &str| folder.path().join(name);
    fs::write(
        at("text"),
        "no database at all, however long it may be ".repeat(50),
    )
    .unwrap();
    changed(&file, &at("raw"), "DROP TABLE backup").await;
    changed(
        &file,
        &at("newer"),
        "INSERT INTO _sqlx_migrations VALUES (9999, 'later', CURRENT_TIMESTAMP, TRUE, x'00', 0)",
    )
    .await;
    let mut damaged = fs::read(&file).unwrap();
    let (page, pages) = (4096, damaged.len() / 4096);
    damaged[page * (pages / 2)..page * (pages / 2 + 4)].fill(0xA5);
    fs::write(at("damaged"), damaged).unwrap();
    let mut cut = fs::read(&file).unwrap();
    cut.truncate(cut.len() / 2);
    fs::write(at("cut"), cut).unwrap();

    let before = contents(&data);
    for (name, code, says) in [
        ("text", 78, "is not a database"),
        (
            "raw",
            78,
            "is a database, but no backup; `firstline backup` makes one",
        ),
        ("newer", 78, "was made by a newer Firstline (schema 9999)"),
        ("damaged", 78, "is damaged"),
        ("cut", 78, "is damaged"),
        ("none", 70, "cannot be read"),
    ] {
        let refused = firstline_on(&data, &["restore", at(name).to_str().unwrap()]);
        assert_eq!(refused.code, Some(code), "{name}: {}", refused.stderr);
        assert!(refused.stderr.contains(says), "{name}: {}", refused.stderr);
        assert!(contents(&data) == before, "{name} changed something");
        let entries = fs::read_dir(&data).unwrap();
        let mut names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        assert!(!names.any(|entry| entry.starts_with("before-restore")), "{name}");
    }

    let server = Server::start(&data);
    let refused = firstline_on(&data, &["restore", file.to_str().unwrap()]);
    assert_eq!(refused.code, Some(70), "{}", refused.stderr);
    assert!(
        refused.stderr.contains("another process serves the folder"),
        "{}",
        refused.stderr
    );
    assert!(server.url.starts_with("http://127.0.0.1:"));
}
