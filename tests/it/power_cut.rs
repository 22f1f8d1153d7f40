//! Power cuts: the server runs on a disk that keeps only what was synced. What was acknowledged must be there after
//! the cut; and the same test on a disk that forgets the syncs of the log must find losses, or it proves nothing.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use reqwest::Client;
use serde_json::json;
use tokio::task::JoinSet;

use crate::crash::storm::{Plan, storm};
use crate::support::server::{Server, client, post};
use crate::support::{proof, shim};

const CUSTOMERS: usize = 8;

/// A server's folder, and what a disk would hold of it.
struct Disk {
    folder: tempfile::TempDir,
    shim: PathBuf,
    /// Files whose syncs are forgotten, by the end of their names.
    blind: &'static str,
}

impl Disk {
    fn new(blind: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shim = shim::compiled("tests/it/power_cut/shim.c", folder.path());
        fs::create_dir(folder.path().join("shadow")).unwrap();
        Self { folder, shim, blind }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn start(&self) -> Server {
        let shadow = self.folder.path().join("shadow");
        let mut environment = vec![
            ("LD_PRELOAD", self.shim.as_os_str()),
            ("SHADOW", shadow.as_os_str()),
        ];
        if !self.blind.is_empty() {
            environment.push(("SHADOW_BLIND", self.blind.as_ref()));
        }
        Server::start_with(&self.data(), &environment)
    }

    /// The database becomes what was synced of it; what never was is gone.
    fn cut(&self, server: &mut Server) {
        server.kill();
        for file in ["firstline.db", "firstline.db-wal", "firstline.db-shm"] {
            let (real, kept) = (
                self.data().join(file),
                self.folder.path().join("shadow").join(file),
            );
            fs::remove_file(&real).ok();
            if kept.exists() {
                fs::copy(kept, real).unwrap();
            }
        }
    }
}

/// Opens conversations with a first message until the time is up; which were acknowledged.
async fn customer(client: Client, url: String, token: String, name: String, until: Instant) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for step in 0.. {
        if Instant::now() >= until {
            break;
        }
        let body = json!({ "message": { "text": format!("where's my parcel {name}-{step}") } });
        let key = format!("{name}-{step}");
        if let Some(opened) = post(&client, &url, "/v1/conversations", &token, &key, &body).await {
            acknowledged.push(opened["id"].as_str().unwrap().to_owned());
        }
    }
    acknowledged
}

async fn found(client: &Client, server: &Server, conversation: &str) -> bool {
    let url = format!("{}/v1/conversations/{conversation}/messages", server.url);
    let response = client.get(url).bearer_auth(&server.key).send().await.unwrap();
    // The customer's message and the bot's, or nothing at all.
    response.status().is_success() && response.text().await.unwrap().matches("\"seq\":").count() == 2
}

/// How many conversations were acknowledged before a cut, and how many of them were gone after it.
async fn acknowledged_and_lost(disk: &Disk) -> (usize, usize) {
    let client = client(Duration::from_secs(10));
    let mut server = disk.start();
    let until = Instant::now() + Duration::from_millis(300);
    let mut customers = JoinSet::new();
    for number in 0..CUSTOMERS {
        let (url, key) = (server.url.clone(), server.key.clone());
        customers.spawn(customer(client.clone(), url, key, number.to_string(), until));
    }
    tokio::time::sleep_until(until.into()).await;
    disk.cut(&mut server);
    let acknowledged = customers.join_all().await.concat();
    server = disk.start();
    let mut lost = 0;
    for conversation in &acknowledged {
        lost += usize::from(!found(&client, &server, conversation).await);
    }
    (acknowledged.len(), lost)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_by_power_cut_keeps_what_was_acknowledged() {
    let plan = Plan {
        name: "power cut",
        customers: if proof::is_long() { 50 } else { 8 },
        interruptions: proof::points(10, 200),
        seed: proof::seed().unwrap_or(20_260_106),
    };
    let disk = Disk::new("");
    let (start, cut) = (|| disk.start(), |server: &mut Server| disk.cut(server));
    storm(&plan, &disk.data(), start, cut).await.check(&plan);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_by_power_cut_is_noticed_where_syncs_are_forgotten() {
    let (acknowledged, lost) = acknowledged_and_lost(&Disk::new("-wal")).await;
    proof::print(
        &json!({ "proof": "power cut, syncs of the log forgotten", "acknowledged": acknowledged, "lost": lost }),
    );
    assert!(
        lost > 0,
        "none of {acknowledged} lost: the test would miss a server that does not sync"
    );
}
