//! A desk of the company's own holds a conversation from the handoff to its end, by the very commands of docs/DESK.md.

use std::fs;
use std::process::Command;
use std::time::Duration;

use firstline::tasks::Tasks;
use serde_json::{Value, json};

use crate::support::program::{program, run};
use crate::support::repository;
use crate::support::server::{Server, client, post};
use crate::webhooks::setup::{Receiver, wait_for};

/// The walk-through's commands, with what it says is set.
struct Walk {
    page: String,
    variables: Vec<(&'static str, String)>,
}

impl Walk {
    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    /// Runs the block that begins with this comment; its answer.
    fn run(&self, block: &str) -> Value {
        let begin = format!("```sh\n# {block}\n");
        let (_, rest) = self
            .page
            .split_once(&begin)
            .unwrap_or_else(|| panic!("no block {block}"));
        let commands = rest.split("```").next().unwrap();
        let output = Command::new("sh")
            .args(["-c", commands])
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{block}: {error}: {text}"))
    }

    /// The block has to leave the conversation with this owner.
    fn leaves(&self, block: &str, owner: &str) -> Value {
        let turn = self.run(block);
        assert_eq!(turn["owner"], owner, "{block}: {turn}");
        turn
    }
}

/// Type and data of everything that came, oldest first.
fn events(receiver: &Receiver) -> Vec<(String, Value)> {
    let bodies = receiver.hits();
    let mut events: Vec<Value> = bodies
        .iter()
        .map(|hit| serde_json::from_slice(&hit.body).unwrap())
        .collect();
    events.sort_by_key(|event| event["timestamp"].as_str().unwrap_or_default().to_owned());
    let parts = |event: Value| (event["type"].as_str().unwrap().to_owned(), event["data"].clone());
    events.into_iter().map(parts).collect()
}

async fn wait_for_event(receiver: &Receiver, kind: &str) -> Value {
    wait_for(kind, async || {
        let found = events(receiver).into_iter().rev().find(|(of, _)| of == kind);
        found.map(|(_, data)| data)
    })
    .await
}

/// A server, the desk's listener, and the walk-through with all set that comes before its first command.
struct Desk {
    _data: tempfile::TempDir,
    server: Server,
    receiver: Receiver,
    walk: Walk,
    client: reqwest::Client,
}

impl Desk {
    async fn new(tasks: &Tasks) -> Self {
        let data = tempfile::tempdir().unwrap();
        let server = Server::start(data.path());
        let receiver = Receiver::with_status(tasks, 204).await;
        let mut add_key = program(repository());
        add_key.env("FIRSTLINE_PATHS__DATA", data.path());
        let added = run(add_key.args(["key", "add", "desk", "--role", "integrator"]), b"");
        assert_eq!(added.code, Some(0), "{}", added.stderr);
        let mut walk = Walk {
            page: fs::read_to_string(repository().join("docs/DESK.md")).unwrap(),
            variables: Vec::new(),
        };
        walk.set("FIRSTLINE", server.url.as_str());
        walk.set("ADMIN", server.key.as_str());
        walk.set("DESK", added.stdout.trim());
        walk.set("HOOK", receiver.url.as_str());
        Self {
            _data: data,
            server,
            receiver,
            walk,
            client: client(Duration::from_secs(10)),
        }
    }

    /// As the customer's side of the company sends it.
    async fn say(&self, path: &str, key: &str, body: Value) -> Value {
        let Server { url, key: admin, .. } = &self.server;
        post(&self.client, url, path, admin, key, &body).await.unwrap()
    }

    async fn heard(&self, text: &str) -> (String, Value) {
        wait_for("what the customer wrote", async || {
            let mut events = events(&self.receiver).into_iter();
            events.find(|(_, data)| data["message"]["text"] == text)
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_holds_a_conversation_by_the_commands_of_the_walk_through() {
    let tasks = Tasks::default();
    let mut desk = Desk::new(&tasks).await;
    let endpoint = desk.walk.run("register");
    desk.walk.set("ENDPOINT", endpoint["id"].as_str().unwrap());
    assert_eq!(desk.walk.run("test")["event_type"], "webhook.test");
    let tried = wait_for_event(&desk.receiver, "webhook.test").await;
    assert_eq!(tried["endpoint_id"], endpoint["id"]);

    let open = json!({ "message": { "text": "I want to talk to someone" } });
    desk.say("/v1/conversations", "first", open).await;
    let handoff = wait_for_event(&desk.receiver, "handoff.requested").await;
    let id = handoff["conversation_id"].as_str().unwrap();
    let link = format!("{}/v1/conversations/{id}/claim", desk.server.url);
    assert_eq!(handoff["links"]["claim"], link);
    desk.walk.set("CONVERSATION", id);
    accepts_and_talks(&desk, &format!("/v1/conversations/{id}/messages")).await;
    lets_go(&desk, &format!("/v1/conversations/{id}/messages")).await;
    assert_eq!(
        desk.walk.run("replay"),
        json!({ "replayed": 0 }),
        "nothing was lost on the way"
    );
}

async fn accepts_and_talks(desk: &Desk, messages: &str) {
    let claimed = desk.walk.leaves("claim", "agent");
    assert_eq!(claimed["agent"], json!({ "id": "desk-7", "name": "Nadia" }));
    assert_eq!(desk.walk.run("claim")["code"], "already_yours");
    desk.walk.leaves("write", "agent");
    let asked = json!({ "text": "where is my order?" });
    let relayed = desk.say(messages, "second", asked).await;
    assert_eq!(relayed["replies"], json!([]), "the bot says nothing");
    let (kind, data) = desk.heard("where is my order?").await;
    assert_eq!(
        (kind.as_str(), &data["message"]["from"]["kind"]),
        ("message.created", &json!("customer"))
    );
    let read = desk.walk.run("read");
    let messages = read["data"].as_array().unwrap().iter();
    let numbers: Vec<Value> = messages.map(|message| message["seq"].clone()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5, 6].map(Value::from));
}

async fn lets_go(desk: &Desk, messages: &str) {
    desk.walk.leaves("release", "queue");
    desk.walk.leaves("claim", "agent");
    assert_eq!(desk.walk.leaves("transfer", "queue")["queue"], "billing");
    desk.walk.leaves("claim", "agent");
    desk.walk.leaves("hand back", "bot");
    let ended = wait_for_event(&desk.receiver, "handoff.ended").await;
    assert_eq!(ended["agent"]["id"], "desk-7");
    let asked = json!({ "text": "no, I want to talk to someone" });
    let again = desk.say(messages, "third", asked).await;
    assert_eq!(again["action"], "handoff", "{again}");
    desk.walk.leaves("claim", "agent");
    assert_eq!(desk.walk.leaves("resolve", "agent")["status"], "resolved");
    let resolved = wait_for_event(&desk.receiver, "conversation.resolved").await;
    assert_eq!(
        (&resolved["by"], &resolved["agent"]["id"]),
        (&json!("agent"), &json!("desk-7"))
    );
}
