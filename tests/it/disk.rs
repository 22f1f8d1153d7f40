//! The disk is full, can only be read, is broken, or the database is locked, while customers write to the real server.
//! Nothing is acknowledged then, `/readyz` names the store, and when it is over the server goes on without a restart;
//! whatever was acknowledged before, in between or after is there.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::{Value, json};
use sqlx::ConnectOptions;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::task::JoinSet;

use crate::support::server::{Server, client, post};
use crate::support::shim;

const CUSTOMERS: usize = 6;

/// A server on a disk that can be made to fail.
struct Disk {
    folder: tempfile::TempDir,
    server: Server,
    client: Client,
}

impl Disk {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shim = shim::compiled("tests/it/disk/shim.c", folder.path());
        let flag = folder.path().join("fault");
        let environment = [
            ("LD_PRELOAD", shim.as_os_str()),
            ("DISK_FAULT", flag.as_os_str()),
            // One line for each failure is enough in a test that is made of them.
            ("FIRSTLINE_LOG__LEVEL", "off".as_ref()),
        ];
        let server = Server::start_with(&folder.path().join("data"), &environment);
        Self {
            folder,
            server,
            client: client(Duration::from_secs(20)),
        }
    }

    fn fails(&self, letter: &str) {
        fs::write(self.flag(), letter).unwrap();
    }

    fn works(&self) {
        fs::remove_file(self.flag()).unwrap();
    }

    fn flag(&self) -> PathBuf {
        self.folder.path().join("fault")
    }

    /// Starts customers who write until they are told to stop, and count what was acknowledged.
    fn customers(&self) -> (JoinSet<Vec<String>>, Arc<AtomicBool>) {
        let stop = Arc::new(AtomicBool::new(false));
        let mut customers = JoinSet::new();
        for number in 0..CUSTOMERS {
            let (client, url, key) = (
                self.client.clone(),
                self.server.url.clone(),
                self.server.key.clone(),
            );
            let stop = Arc::clone(&stop);
            customers.spawn(async move {
                let mut acknowledged = Vec::new();
                for step in 0.. {
                    if stop.load(Ordering::SeqCst) {
                        break;
                    }
                    let body = json!({ "message": { "text": format!("where's my parcel {number}-{step}") } });
                    let name = format!("{number}-{step}");
                    let opened = post(&client, &url, "/v1/conversations", &key, &name, &body).await;
                    match opened {
                        Some(opened) => acknowledged.push(opened["id"].as_str().unwrap().to_owned()),
                        None => tokio::time::sleep(Duration::from_millis(20)).await,
                    }
                }
                acknowledged
            });
        }
        (customers, stop)
    }

    /// What `/readyz` says, and with which status.
    async fn readiness(&self) -> (u16, Value) {
        let asked = self
            .client
            .get(format!("{}/readyz", self.server.url))
            .send()
            .await
            .unwrap();
        let status = asked.status().as_u16();
        (
            status,
            serde_json::from_str(&asked.text().await.unwrap()).unwrap(),
        )
    }

    /// A customer's message now is a problem with a time to come back, and nothing else.
    async fn takes_nothing(&self, name: &str) {
        let sent = self
            .client
            .post(format!("{}/v1/conversations", self.server.url))
            .bearer_auth(&self.server.key)
            .header("idempotency-key", name)
            .header("content-type", "application/json")
            .body(json!({ "message": { "text": "is anybody there?" } }).to_string());
        let answer = sent.send().await.unwrap();
        assert_eq!(answer.status(), 503, "{name}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json");
        assert_eq!(answer.headers()["retry-after"], "2");
        let problem: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(problem["code"], "unavailable", "{problem}");
        let (status, ready) = self.readiness().await;
        assert_eq!(
            (status, &ready["checks"][0]["name"]),
            (503, &json!("store")),
            "{ready}"
        );
        assert_eq!(ready["checks"][0]["ok"], false, "{ready}");
    }

    async fn is_ready_within(&self, limit: Duration) -> Duration {
        let started = Instant::now();
        while self.readiness().await.0 != 200 {
            assert!(
                started.elapsed() < limit,
                "not ready {limit:?} after the fault was over"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        started.elapsed()
    }

    /// Of these, how many are not there with the customer's message and the bot's.
    async fn lost(&self, acknowledged: &[String]) -> usize {
        let mut lost = 0;
        for conversation in acknowledged {
            let url = format!("{}/v1/conversations/{conversation}/messages", self.server.url);
            let asked = self
                .client
                .get(url)
                .bearer_auth(&self.server.key)
                .send()
                .await
                .unwrap();
            let found =
                asked.status().is_success() && asked.text().await.unwrap().matches("\"seq\":").count() == 2;
            lost += usize::from(!found);
        }
        lost
    }

    async fn metric(&self, name: &str) -> f64 {
        let asked = self
            .client
            .get(format!("{}/metrics", self.server.url))
            .send()
            .await
            .unwrap();
        let text = asked.text().await.unwrap();
        let line = text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or(" 0");
        line.trim().parse().unwrap()
    }

    /// Customers write all the while; a fault comes, and goes.
    async fn fault(mut self, name: &str, begin: impl AsyncFnOnce(&Self), end: impl AsyncFnOnce(&Self)) {
        let (customers, stop) = self.customers();
        tokio::time::sleep(Duration::from_millis(500)).await;
        begin(&self).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        self.takes_nothing(name).await;
        assert!(self.metric("firstline_store_failures_total").await > 0.0);
        end(&self).await;
        let took = self.is_ready_within(Duration::from_secs(3)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
        stop.store(true, Ordering::SeqCst);
        let acknowledged = customers.join_all().await;
        assert!(
            acknowledged.iter().all(|own| own.len() > 1),
            "too few to prove anything"
        );
        let acknowledged = acknowledged.concat();
        let lost = self.lost(&acknowledged).await;
        eprintln!(
            "{name}: ready again after {took:?}, {} acknowledged, {lost} lost",
            acknowledged.len()
        );
        assert_eq!(lost, 0, "of {} acknowledged", acknowledged.len());
        assert!(self.server.stop().success());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_of_the_disk_by_no_space_ends_when_there_is_some() {
    Disk::start()
        .fault(
            "no-space",
            async |disk| disk.fails("F"),
            async |disk| disk.works(),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_of_the_disk_by_reading_only_ends_when_it_can_be_written() {
    Disk::start()
        .fault(
            "read-only",
            async |disk| disk.fails("R"),
            async |disk| disk.works(),
        )
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_of_the_disk_by_errors_ends_when_it_works() {
    Disk::start()
        .fault("errors", async |disk| disk.fails("I"), async |disk| disk.works())
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_of_the_store_by_a_lock_ends_when_it_is_released() {
    let disk = Disk::start();
    let file = disk.folder.path().join("data/firstline.db");
    let rival = SqliteConnectOptions::new()
        .filename(file)
        .connect()
        .await
        .unwrap();
    let held = tokio::sync::Mutex::new(rival);
    let run = async |statement: &'static str| {
        sqlx::query(statement)
            .execute(&mut *held.lock().await)
            .await
            .unwrap();
    };
    disk.fault(
        "locked",
        async |_| run("BEGIN EXCLUSIVE").await,
        async |_| run("ROLLBACK").await,
    )
    .await;
}
