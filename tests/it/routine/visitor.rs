//! A visitor of the company's page: the real server over HTTP, the first message with the conversation, the others with
//! the visitor's token, and each waited for until its answer is there.

use std::path::Path;
use std::time::Duration;

use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use super::play::{Reply, Talk};
use super::table::Scene;
use crate::http::app::IDENTITY_SECRET;
use crate::http::identity::signed;
use crate::support::server::{Server, client, get};
use crate::support::shop::{TOKEN, answer};

/// Longer than a request waits.
const PATIENCE: Duration = Duration::from_secs(40);

/// The server's environment variable with the secret under which the company's page signs.
const SECRET: &str = "PAGE_SECRET";

#[derive(Debug)]
pub(super) struct Visitor {
    server: Server,
    client: Client,
    customer: Value,
    /// Path and token of the conversation, once it is open.
    open: Option<(String, String)>,
}

impl Talk for Visitor {
    fn begin(scene: &Scene, shop: &str, data: &Path) -> Self {
        let environment = [
            ("SHOP_URL", shop.as_ref()),
            ("SHOP_TOKEN", TOKEN.as_ref()),
            ("FIRSTLINE_IDENTITY__SECRET_ENV", SECRET.as_ref()),
            (SECRET, IDENTITY_SECRET.as_ref()),
        ];
        let now = firstline::telemetry::now().as_second();
        let customer = scene.signed_in.as_ref().map(|(id, name)| signed(id, name, now));
        Self {
            server: Server::start_with(data, &environment),
            client: client(PATIENCE),
            customer: customer.unwrap_or_else(|| json!({})),
            open: None,
        }
    }

    async fn say(&mut self, text: &str) -> Vec<Reply> {
        let turn = match &self.open {
            None => {
                let body = json!({ "customer": self.customer, "message": { "text": text } });
                let turn = created(self.posting("/v1/conversations", &body)).await;
                let part = |key: &str| turn[key].as_str().expect("a text").to_owned();
                self.open = Some((format!("/v1/conversations/{}", part("id")), part("token")));
                turn
            }
            Some((path, token)) => {
                let request = self.posting(&format!("{path}/messages"), &json!({ "text": text }));
                created(request.header("authorization", format!("Bearer {token}"))).await
            }
        };
        assert_ne!(turn["action"], "wait", "no answer has come: {turn}");
        let replies = turn["replies"].as_array().expect("a list");
        replies.iter().map(reply).collect()
    }

    async fn handoff(&mut self) -> Option<String> {
        let (path, _) = self.open.as_ref()?;
        let conversation = get(&self.client, &self.server.url, path, &self.server.key).await;
        let handoff = &conversation["handoff"];
        let reason = handoff["reason"].as_str().unwrap_or("no reason");
        let queue = conversation["queue"].as_str().unwrap_or("no queue");
        (conversation["owner"] != "bot").then(|| format!("{reason} {queue}"))
    }
}

impl Visitor {
    fn posting(&self, path: &str, body: &Value) -> RequestBuilder {
        self.client
            .post(format!("{}{path}?wait=20", self.server.url))
            .header("content-type", "application/json")
            .body(body.to_string())
    }
}

async fn created(request: RequestBuilder) -> Value {
    let (status, body) = answer(request).await;
    assert_eq!(status, 201, "{body}");
    body
}

fn reply(message: &Value) -> Reply {
    let buttons = message["buttons"].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Reply {
        text: text(&message["text"]),
        buttons: buttons.iter().map(text).collect(),
    }
}
