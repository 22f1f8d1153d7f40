//! The first administrator of a real server, and one who is locked out: the printed link, and `firstline account`.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::support::program::{Finished, program, run};
use crate::support::repository;
use crate::support::server::{Server, client};

const PASSWORD: &str = "four words that do not fit";

fn account(data: &Path, arguments: &[&str]) -> Finished {
    let mut command = program(repository());
    command
        .env("FIRSTLINE_PATHS__DATA", data)
        .arg("account")
        .args(arguments);
    run(&mut command, b"")
}

struct Desk<'a> {
    client: Client,
    server: &'a Server,
}

impl Desk<'_> {
    async fn post(&self, path: &str, body: &Value) -> Response {
        let request = self.client.post(format!("{}{path}", self.server.url));
        let request = request.header("content-type", "application/json");
        request.body(body.to_string()).send().await.unwrap()
    }

    /// The link's token, used.
    async fn redeem(&self, link: &str, login: &str) -> (u16, Value) {
        let token = link.trim().split_once("token=").unwrap().1;
        let body = json!({ "token": token, "login": login, "password": PASSWORD });
        let answer = self.post("/v1/setup", &body).await;
        (
            answer.status().as_u16(),
            serde_json::from_str(&answer.text().await.unwrap()).unwrap(),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_comes_in_first_and_comes_back() {
    let data = tempfile::tempdir().unwrap();
    let mut server = Server::start(data.path());
    let void = server.setup.clone().unwrap();
    server.stop();
    // Nobody came: the next start has a link of its own.
    let mut server = Server::start(data.path());
    let link = server.setup.clone().unwrap();
    assert!(
        link.starts_with(&format!("{}/console#/setup?token=", server.url)),
        "{link}"
    );
    let desk = Desk {
        client: client(Duration::from_secs(30)),
        server: &server,
    };
    assert_eq!(desk.redeem(&void, "root").await.0, 403);
    let (status, session) = desk.redeem(&link, "root").await;
    assert_eq!((status, &session["role"]), (200, &json!("admin")), "{session}");
    assert_eq!(desk.redeem(&link, "root").await.0, 403);

    // Locked out: a link from the server's own machine, while the server runs.
    let invited = account(data.path(), &["invite", "root", "--role", "admin"]);
    assert_eq!(invited.code, Some(0), "{}", invited.stderr);
    assert_eq!(desk.redeem(&invited.stdout, "root").await.0, 200);
    let refused = account(data.path(), &["invite", "root", "--role", "agent"]);
    assert_ne!(refused.code, Some(0));
    assert!(
        refused.stderr.contains("nobody would be left"),
        "{}",
        refused.stderr
    );
    let invited = account(data.path(), &["invite", "Ana", "--name", "Ana A.", "--json"]);
    assert_eq!(
        serde_json::from_str::<Value>(&invited.stdout).unwrap()["login"],
        "ana"
    );
    let listed = account(data.path(), &["list"]).stdout;
    let states: Vec<_> = listed
        .lines()
        .map(|line| line.split_whitespace().take(3).collect::<Vec<_>>())
        .collect();
    assert_eq!(states, [["ana", "agent", "invited"], ["root", "admin", "active"]]);

    let login = json!({ "login": "root", "password": PASSWORD });
    assert_eq!(desk.post("/v1/session", &login).await.status(), 200);
    server.stop();
    assert_eq!(Server::start(data.path()).setup, None);
}
