//! `firstline reload` on a real server: a good model takes over under load and nobody is refused; a bad one, or bad
//! knowledge, changes nothing and is said clearly.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use firstline::entropy;
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::model_folder::{edit_card, rewrite};
use crate::support::program::{Finished, program, run};
use crate::support::server::{Server, client, get, post};
use crate::support::{copy_folder, repository};

/// Customers who write while the model is exchanged.
const CUSTOMERS: usize = 8;

/// How often it is exchanged meanwhile.
const RELOADS: usize = 3;

/// A server on files of its own, which a test may change.
struct Place {
    folder: TempDir,
    server: Server,
}

impl Place {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        copy_folder(&repository().join("knowledge"), &folder.path().join("knowledge"));
        copy_folder(
            &repository().join("models/support-en"),
            &folder.path().join("first"),
        );
        let (knowledge, model) = (folder.path().join("knowledge"), folder.path().join("first"));
        let server = Server::start_with(
            &folder.path().join("data"),
            &[
                ("FIRSTLINE_PATHS__KNOWLEDGE", knowledge.as_os_str()),
                ("FIRSTLINE_PATHS__MODEL", model.as_os_str()),
                ("FIRSTLINE_CLASSIFIER__THREADS", "1".as_ref()),
            ],
        );
        Self { folder, server }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The shipped model under another version.
    fn model(&self, version: &str) -> TempDir {
        let model = tempfile::tempdir_in(self.folder.path()).unwrap();
        copy_folder(&repository().join("models/support-en"), model.path());
        edit_card(&model, "version = ", &format!("version = \"{version}\""));
        model
    }

    fn reload(&self, arguments: &[&str]) -> Finished {
        let mut command = program(self.folder.path());
        command
            .env("FIRSTLINE_PATHS__DATA", self.path("data"))
            .args(["reload", "--server", &self.server.url])
            .args(arguments);
        run(&mut command, b"")
    }

    fn reload_model(&self, model: &Path) -> Finished {
        self.reload(&["--model", model.to_str().unwrap()])
    }

    /// The reload must be refused for this, and leave everything as it was.
    async fn refused(&self, arguments: &[&str], says: &[&str]) {
        let before = self.reading().await;
        let refused = self.reload(arguments);
        assert_eq!(refused.code, Some(78), "{arguments:?}: {}", refused.stderr);
        assert!(
            refused
                .stderr
                .starts_with("error: the server goes on with what it had: "),
            "{}",
            refused.stderr
        );
        for part in says {
            assert!(
                refused.stderr.contains(part),
                "{part:?} is missing in {}",
                refused.stderr
            );
        }
        assert_eq!(self.reading().await, before, "{arguments:?}");
        let ready = get(&self.client(), &self.server.url, "/readyz", "").await;
        let note = ready["notes"][0].as_str().unwrap_or_default();
        assert!(
            ready["ready"] == true && note.contains("was refused, and what was in service before goes on"),
            "{ready}"
        );
    }

    fn client(&self) -> Client {
        client(Duration::from_secs(30))
    }

    /// Model and policy by which a message is answered now.
    async fn reading(&self) -> (String, String) {
        let (client, server) = (self.client(), &self.server);
        let body = json!({ "message": { "text": "where is my parcel?" } });
        let key = hex::encode(entropy::bytes::<16>());
        let turn = post(
            &client,
            &server.url,
            "/v1/conversations",
            &server.key,
            &key,
            &body,
        )
        .await
        .unwrap();
        let id = turn["id"].as_str().unwrap();
        let trace = get(
            &client,
            &server.url,
            &format!("/v1/conversations/{id}/trace"),
            &server.key,
        )
        .await;
        read_by(trace["data"].as_array().unwrap().last().unwrap())
    }
}

fn read_by(turn: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&turn["reading"]["model"]), text(&turn["policy"]))
}

/// Writes until told to stop, and returns how many messages were answered. Any other answer ends the test.
async fn customer(number: usize, url: String, key: String, stop: watch::Receiver<bool>) -> usize {
    let client = client(Duration::from_secs(30));
    for step in 0.. {
        if *stop.borrow() {
            return step;
        }
        let body = json!({ "message": { "text": "where is my parcel?" } });
        let once = format!("customer-{number}-{step}");
        let turn = post(&client, &url, "/v1/conversations", &key, &once, &body).await;
        let turn = turn.expect("no message is refused");
        assert_eq!(turn["action"], "ask", "{turn}");
    }
    0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_model_takes_over_under_load_and_nobody_is_refused() {
    let place = Place::start();
    let (stop, stopped) = watch::channel(false);
    let mut customers = JoinSet::new();
    for number in 0..CUSTOMERS {
        let (url, key) = (place.server.url.clone(), place.server.key.clone());
        customers.spawn(customer(number, url, key, stopped.clone()));
    }
    for number in 1..=RELOADS {
        let version = format!("2.0.{number}");
        let model = place.model(&version);
        let reloaded = place.reload_model(model.path());
        assert_eq!(reloaded.code, Some(0), "{}", reloaded.stderr);
        assert!(
            reloaded
                .stdout
                .starts_with(&format!("in service now: model support-en {version} ")),
            "{}",
            reloaded.stdout
        );
        let (model, _) = place.reading().await;
        assert!(model.starts_with(&format!("support-en {version} ")), "{model}");
    }
    stop.send(true).unwrap();
    let answered: usize = customers.join_all().await.iter().sum();
    assert!(
        answered >= CUSTOMERS * RELOADS,
        "only {answered} messages were sent"
    );
    let client = place.client();
    let metrics = client
        .get(format!("{}/metrics", place.server.url))
        .send()
        .await
        .unwrap();
    let metrics = metrics.text().await.unwrap();
    assert!(
        metrics.contains(&format!("firstline_reloads_total{{outcome=\"done\"}} {RELOADS}")),
        "{metrics}"
    );
    // Each ends when the last turn that holds its pool has.
    let one_left = async {
        while classifier_threads(&place.server) > 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(20), one_left).await;
    ended.expect("the old pools were not ended");
}

/// How many threads of the server read messages.
fn classifier_threads(server: &Server) -> usize {
    let tasks = fs::read_dir(format!("/proc/{}/task", server.id())).unwrap();
    let names = tasks
        .flatten()
        .map(|task| fs::read_to_string(task.path().join("comm")));
    names
        .flatten()
        .filter(|name| name.starts_with("classifier-"))
        .count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_model_changes_nothing_and_is_said_clearly() {
    let place = Place::start();
    place
        .refused(
            &["--model", "nowhere"],
            &["there is no model folder at", "nowhere"],
        )
        .await;
    let missing = place.model("9.0.0");
    fs::remove_file(missing.path().join("model.onnx")).unwrap();
    let folder = missing.path().to_str().unwrap();
    place
        .refused(
            &["--model", folder],
            &["model.onnx cannot be read", "restore the file"],
        )
        .await;
    let garbage = place.model("9.0.0");
    rewrite(&garbage, "model.onnx", "no graph");
    let folder = garbage.path().to_str().unwrap();
    place
        .refused(&["--model", folder], &["cannot be used as a classifier"])
        .await;
    // What is in service is read into memory: damage on the disk is no reason to stop.
    fs::write(place.path("first/labels.json"), "{}").unwrap();
    place
        .refused(&[], &["labels.json is not the file that the card lists"])
        .await;
    copy_folder(&repository().join("models/support-en"), &place.path("first"));
    let reloaded = place.reload(&["--json"]);
    assert_eq!(reloaded.code, Some(0), "{}", reloaded.stderr);
    let json: Value = serde_json::from_str(&reloaded.stdout).unwrap();
    assert!(
        json["model"].as_str().unwrap().starts_with("support-en 3."),
        "{json}"
    );
    let ready = get(&place.client(), &place.server.url, "/readyz", "").await;
    assert_eq!(
        ready.get("notes"),
        None,
        "what is mended is not spoken of any more"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_without_an_intent_that_the_knowledge_names_is_refused() {
    let place = Place::start();
    let labels = fs::read_to_string(place.path("first/labels.json")).unwrap();
    let model = place.model("9.0.0");
    rewrite(
        &model,
        "labels.json",
        &labels.replace("\"track_order\"", "\"where_is_it\""),
    );
    place
        .refused(
            &["--model", model.path().to_str().unwrap()],
            &[
                "the model support-en 9.0.0",
                "articles/track-your-order.md: intents: the model has no intent `track_order`; did you mean",
                "policy.yml: queues.orders.intents: the model has no intent `track_order`",
                "policy.yml: labels: the model has no intent `track_order`",
            ],
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_knowledge_is_taken_by_a_signal_and_a_mistake_in_it_is_not() {
    let place = Place::start();
    let (_, before) = place.reading().await;
    let policy = place.path("knowledge/policy.yml");
    let text = fs::read_to_string(&policy).unwrap();
    fs::write(&policy, text.replace("answer: 0.50", "answer: 50")).unwrap();
    place
        .refused(
            &[],
            &["policy.yml:15: confidence.answer: 50 is not between 0 and 1"],
        )
        .await;
    fs::write(&policy, text.replace("answer: 0.50", "answer: 0.51")).unwrap();
    let id = place.server.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-HUP", &id])
            .status()
            .unwrap()
            .success()
    );
    for _ in 0..100 {
        let (_, now) = place.reading().await;
        if now != before {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("SIGHUP changed nothing within ten seconds");
}

#[test]
fn without_a_server_or_a_fitting_key_it_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let reload = |arguments: &[&str], key: &str| {
        let mut command = program(folder.path());
        command
            .args(["reload"])
            .args(arguments)
            .env("FIRSTLINE_API_KEY", key);
        run(&mut command, b"")
    };
    let keyless = reload(&[], "");
    assert_eq!(keyless.code, Some(78));
    assert!(
        keyless.stderr.contains("FIRSTLINE_API_KEY is not set")
            && keyless.stderr.contains("admin.key is not there"),
        "{}",
        keyless.stderr
    );
    let nobody = reload(&["--server", "http://127.0.0.1:9"], "fl_x");
    assert_eq!(nobody.code, Some(70));
    assert!(
        nobody.stderr.contains("no server answers at http://127.0.0.1:9")
            && nobody.stderr.contains("--server"),
        "{}",
        nobody.stderr
    );
    let server = Server::start(&folder.path().join("data"));
    let stranger = reload(&["--server", &server.url], "fl_x");
    assert_eq!(stranger.code, Some(78));
    assert!(
        stranger.stderr.contains("the server refuses the key") && stranger.stderr.contains("role admin"),
        "{}",
        stranger.stderr
    );
}
