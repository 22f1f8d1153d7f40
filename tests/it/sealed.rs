//! Masked personal data that a flow needs: the real shop gets the address and sends its mail, and nothing that the server
//! keeps, logs or says has it.

use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::server::{Server, client, post};
use crate::support::shop::{Shop, TOKEN};
use crate::support::{copy_folder, repository};

const ADDRESS: &str = "priya@example.com";

/// The sample business's, with e-mail addresses masked or not.
fn knowledge_with(email: &str, folder: &Path) {
    copy_folder(&repository().join("knowledge"), folder);
    let policy = folder.join("policy.yml");
    let text = fs::read_to_string(&policy).unwrap();
    assert!(text.contains("  email: keep "));
    fs::write(
        policy,
        text.replace("  email: keep ", &format!("  email: {email} ")),
    )
    .unwrap();
}

fn bytes_in(folder: &Path) -> Vec<u8> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                bytes_in(&path)
            } else {
                fs::read(path).unwrap_or_default()
            }
        })
        .collect()
}

/// What the bot said, how many mails came, and all that was left behind.
async fn reset_a_password(email: &str) -> (String, usize, String) {
    let folder = tempfile::tempdir().unwrap();
    let (data, knowledge) = (folder.path().join("data"), folder.path().join("knowledge"));
    knowledge_with(email, &knowledge);
    let shop = Shop::on_a_tuesday(folder.path());
    let log = folder.path().join("log");
    let mut server = Server::start_logging(
        &data,
        &[
            ("FIRSTLINE_PATHS__KNOWLEDGE", knowledge.as_os_str()),
            ("FIRSTLINE_LOG__LEVEL", "trace".as_ref()),
            ("SHOP_URL", shop.url.as_ref()),
            ("SHOP_TOKEN", TOKEN.as_ref()),
        ],
        Stdio::from(fs::File::create(&log).unwrap()),
    );
    let client = client(Duration::from_secs(30));
    let mut said = String::new();
    let mut path = "/v1/conversations".to_owned();
    for (number, text) in ["forgot my pasword", ADDRESS, "yes"].into_iter().enumerate() {
        let (to, body) = match number {
            0 => (format!("{path}?wait=10"), json!({ "message": { "text": text } })),
            _ => (format!("{path}/messages?wait=10"), json!({ "text": text })),
        };
        let key = format!("request-{number}");
        let turn = post(&client, &server.url, &to, &server.key, &key, &body)
            .await
            .unwrap();
        if number == 0 {
            path = format!("{path}/{}", turn["id"].as_str().unwrap());
        }
        said.push_str(&replies(&turn));
    }
    assert!(server.stop().success());
    let mails = shop.mails(ADDRESS).await.len();
    let left = [bytes_in(&data), fs::read(&log).unwrap()].concat();
    (said, mails, String::from_utf8_lossy(&left).into_owned())
}

fn replies(turn: &Value) -> String {
    let replies = turn["replies"].as_array().unwrap_or_else(|| panic!("{turn}"));
    replies
        .iter()
        .map(|message| format!("{}\n", message["text"].as_str().unwrap()))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_shop_gets_what_nobody_else_may_read() {
    let (said, mails, left) = reset_a_password("mask").await;
    assert!(said.contains("Shall I send a link to [email]?"), "{said}");
    assert_eq!(mails, 1, "{said}");
    assert!(!said.contains(ADDRESS), "{said}");
    assert!(!left.contains(ADDRESS), "in the data folder or the log");
    // The same search finds it where nothing is masked.
    let (said, mails, left) = reset_a_password("keep").await;
    assert_eq!(mails, 1, "{said}");
    assert!(said.contains(ADDRESS) && left.contains(ADDRESS), "{said}");
}
