//! Offers on the real server: made, not taken in time, made to the next, and accepted.

use std::fs;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};

use crate::support::server::{Server, client, get, post};
use crate::support::{copy_folder, repository};
use crate::webhooks::setup::wait_for;

struct House {
    server: Server,
    client: Client,
    _folder: tempfile::TempDir,
}

impl House {
    /// The sample business, where conversations are offered for two seconds.
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let knowledge = folder.path().join("knowledge");
        copy_folder(&repository().join("knowledge"), &knowledge);
        let policy = fs::read_to_string(knowledge.join("policy.yml")).unwrap();
        let policy = policy.replacen("mode: pull", "mode: offer", 1).replacen(
            "offer_seconds: 30",
            "offer_seconds: 2",
            1,
        );
        fs::write(knowledge.join("policy.yml"), policy).unwrap();
        let paths = [("FIRSTLINE_PATHS__KNOWLEDGE", knowledge.as_os_str())];
        Self {
            server: Server::start_with(&folder.path().join("data"), &paths),
            client: client(Duration::from_secs(10)),
            _folder: folder,
        }
    }

    async fn call(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let url = format!("{}{path}", self.server.url);
        let call = self.client.request(method, url).bearer_auth(&self.server.key);
        let call = call
            .header("content-type", "application/json")
            .body(body.to_string());
        let answer = call.send().await.unwrap();
        let status = answer.status().as_u16();
        let text = answer.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap())
    }

    async fn comes(&self, id: &str) {
        let profile = json!({ "name": id, "capacity": 1, "queues": ["care"] });
        let (status, body) = self
            .call(Method::PUT, &format!("/v1/agents/{id}"), &profile)
            .await;
        assert_eq!((status, &body["presence"]), (200, &json!("offline")), "{body}");
        let path = format!("/v1/agents/{id}/presence");
        let (status, body) = self
            .call(Method::POST, &path, &json!({ "presence": "online" }))
            .await;
        assert_eq!((status, &body["presence"]), (200, &json!("online")), "{body}");
    }

    async fn get(&self, path: &str) -> Value {
        get(&self.client, &self.server.url, path, &self.server.key).await
    }

    /// Waits until the only conversation in the queue is offered to somebody else; to whom.
    async fn offered_to_another_than(&self, agent: &str) -> String {
        wait_for("an offer", async || {
            let queue = self.get("/v1/queue").await;
            let offered = queue["data"][0]["offer"]["agent"]["id"]
                .as_str()
                .map(str::to_owned);
            offered.filter(|offered| offered != agent)
        })
        .await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_offer_goes_to_the_next_and_is_accepted() {
    let house = House::start();
    house.comes("ana").await;
    house.comes("ben").await;
    let opened = json!({ "message": { "text": "I want to talk to someone" } });
    let url = &house.server.url;
    let opened = post(
        &house.client,
        url,
        "/v1/conversations",
        &house.server.key,
        "open",
        &opened,
    )
    .await;
    let id = opened.unwrap()["id"].as_str().unwrap().to_owned();
    let path = |verb: &str| format!("/v1/conversations/{id}/{verb}");

    let first = house.offered_to_another_than("").await;
    let other = if first == "ana" { "ben" } else { "ana" };
    let acting = |who: &str| json!({ "agent": { "id": who } });
    let (status, refused) = house.call(Method::POST, &path("accept"), &acting(other)).await;
    assert_eq!(
        (status, &refused["code"]),
        (409, &json!("not_offered")),
        "{refused}"
    );
    assert_eq!(house.offered_to_another_than(&first).await, other);
    let (status, accepted) = house.call(Method::POST, &path("accept"), &acting(other)).await;
    assert_eq!(
        (status, &accepted["agent"]["id"]),
        (200, &json!(other)),
        "{accepted}"
    );

    let agents = house.get("/v1/agents").await;
    let loads: Vec<_> = agents["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|agent| (agent["id"].as_str().unwrap(), agent["load"].as_u64().unwrap()))
        .collect();
    let expected = |id: &str| u64::from(id == other);
    assert_eq!(loads, [("ana", expected("ana")), ("ben", expected("ben"))]);
    let trace = house.get(&path("trace")).await;
    let inputs: Vec<_> = trace["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| turn["input"].as_str().unwrap())
        .collect();
    assert_eq!(
        inputs[inputs.len() - 4..],
        ["offered", "timer_fired", "offered", "accept"],
        "{inputs:?}"
    );
}
