//! kill -9 between a turn that wants a lookup and the turn that its result becomes: whatever had happened by then, the
//! company's system does each thing once, the customer gets one reply, and the conversation goes on.

pub(crate) mod backend;

use std::fs;
use std::process::Stdio;
use std::time::Duration;

use backend::{Backend, Hold};
use reqwest::Client;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::program::firstline;
use crate::support::proof::{self, Random};
use crate::support::server::{Server, client, get, post};
use crate::webhooks::setup::wait_for;

const SEED: u64 = 20_261_128;

/// Each kind of conversation is killed so often at each point: in the short form, and in the long one.
const TIMES: (usize, usize) = (3, 17);

/// Where the server dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Point {
    /// The task is on disk, and nobody has asked for anything yet.
    Committed,
    /// The company's system has the request and has not done it.
    Requested,
    /// It has done it and not answered.
    Done,
    /// It has done it and answers: the result is on its way to the disk, or there.
    Answered,
}

const POINTS: [Point; 4] = [Point::Committed, Point::Requested, Point::Done, Point::Answered];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Only reads.
    Track,
    /// Writes, after a yes.
    Cancel,
    /// Has a one-time code sent.
    Pay,
}

const KINDS: [Kind; 3] = [Kind::Track, Kind::Cancel, Kind::Pay];

/// One conversation about one order.
struct Chat {
    kind: Kind,
    order: String,
    id: String,
    /// What the customer has said, oldest first.
    said: Vec<String>,
}

struct Place {
    folder: TempDir,
    backend: Backend,
    server: Server,
    client: Client,
}

impl Place {
    /// The workspace that `firstline init` writes, with three flows and one connector.
    async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let made = firstline(&["init", folder.path().to_str().unwrap()], b"");
        assert_eq!(made.code, Some(0), "{}", made.stderr);
        let flows = folder.path().join("knowledge/flows");
        fs::create_dir_all(&flows).unwrap();
        for (name, text) in [
            ("track.yml", include_str!("lookup_crash/track.yml")),
            ("cancel.yml", include_str!("lookup_crash/cancel.yml")),
            ("payment.yml", include_str!("lookup_crash/payment.yml")),
        ] {
            fs::write(flows.join(name), text).unwrap();
        }
        let backend = Backend::start().await;
        let file = folder.path().join("firstline.toml");
        let connectors = include_str!("lookup_crash/connectors.toml").replace("BACKEND", &backend.url);
        fs::write(&file, fs::read_to_string(&file).unwrap() + &connectors).unwrap();
        Self {
            server: serve(&folder),
            client: client(Duration::from_secs(10)),
            folder,
            backend,
        }
    }

    fn crash(&mut self) {
        self.server.kill();
        self.backend.shop.hold(Hold::Nowhere);
        self.server = serve(&self.folder);
    }

    async fn open(&self, kind: Kind, order: String) -> Chat {
        let body = json!({});
        let key = format!("open-{order}");
        let opened = self.post("/v1/conversations", &key, &body).await;
        Chat {
            kind,
            order,
            id: opened["id"].as_str().unwrap().to_owned(),
            said: Vec::new(),
        }
    }

    async fn post(&self, path: &str, key: &str, body: &Value) -> Value {
        let (url, token) = (&self.server.url, &self.server.key);
        let answer = post(&self.client, url, path, token, key, body).await;
        answer.unwrap_or_else(|| panic!("{path} is not answered"))
    }

    /// What the turn did; nobody waits for a lookup that it wants.
    async fn say(&self, chat: &mut Chat, text: &str) -> String {
        let path = format!("/v1/conversations/{}/messages?wait=0", chat.id);
        let key = format!("{}-{}", chat.order, chat.said.len());
        chat.said.push(text.to_owned());
        let turn = self.post(&path, &key, &json!({ "text": text })).await;
        turn["action"].as_str().unwrap().to_owned()
    }

    /// Up to the message whose turn wants the lookup, which is left to be said.
    async fn begin(&self, chat: &mut Chat) -> String {
        let order = chat.order.clone();
        match chat.kind {
            Kind::Track => format!("where is my order {order}?"),
            Kind::Pay => format!("has my payment for order {order} gone through?"),
            Kind::Cancel => {
                let action = self
                    .say(chat, &format!("I want to cancel my order {order}"))
                    .await;
                assert_eq!(action, "ask", "{order}: a confirmation");
                "yes".to_owned()
            }
        }
    }

    /// All messages, once there are as many.
    async fn messages(&self, chat: &Chat, count: usize) -> Vec<Value> {
        let path = format!("/v1/conversations/{}/messages?limit=200", chat.id);
        let what = format!("reply in {} ({:?})", chat.order, chat.kind);
        wait_for(&what, async || {
            let page = get(&self.client, &self.server.url, &path, &self.server.key).await;
            let messages = page["data"].as_array().unwrap().clone();
            (messages.len() >= count).then_some(messages)
        })
        .await
    }

    /// To its end: one reply to each message, one deed for each that there should be.
    async fn finish(&self, mut chat: Chat) {
        let messages = self.messages(&chat, chat.said.len() * 2).await;
        let deeds = self.backend.shop.deeds(&chat.order);
        let wanted = usize::from(chat.kind != Kind::Track);
        assert_eq!(deeds.len(), wanted, "{}: {deeds:?}", chat.order);
        let result = match chat.kind {
            Kind::Track => format!("Order {} is on its way.", chat.order),
            Kind::Cancel => format!("Order {} is cancelled, and 45.00 comes back.", chat.order),
            Kind::Pay => {
                let sent: Value = serde_json::from_slice(&deeds[0].1).unwrap();
                let action = self.say(&mut chat, sent["code"].as_str().unwrap()).await;
                // Nothing holds the backend any more: it may be quicker than the reply to the request.
                assert!(["wait", "answer"].contains(&action.as_str()), "{action}");
                self.messages(&chat, messages.len() + 2).await;
                format!("The payment for {} is paid.", chat.order)
            }
        };
        assert_eq!(self.say(&mut chat, "thanks").await, "answer");
        let messages = self.messages(&chat, chat.said.len() * 2).await;
        let texts = |from: &str| -> Vec<&str> {
            let messages = messages.iter().filter(|message| message["from"] == from);
            messages
                .map(|message| message["text"].as_str().unwrap())
                .collect()
        };
        assert_eq!(texts("customer"), chat.said);
        let bots = texts("bot");
        assert_eq!(bots.len(), chat.said.len(), "{bots:?}");
        assert_eq!(bots.iter().filter(|text| **text == result).count(), 1, "{bots:?}");
        assert_eq!(bots[bots.len() - 2], result);
        self.check_turns(&chat).await;
    }

    /// A result that came in twice would have been written down a second time.
    async fn check_turns(&self, chat: &Chat) {
        let path = format!("/v1/conversations/{}/trace", chat.id);
        let trace = get(&self.client, &self.server.url, &path, &self.server.key).await;
        let actions: Vec<&str> = trace["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|turn| turn["action"].as_str().unwrap())
            .collect();
        let expected: &[&str] = match chat.kind {
            Kind::Track => &["record", "wait", "answer", "answer"],
            Kind::Cancel => &["record", "ask", "wait", "answer", "answer"],
            Kind::Pay => &["record", "wait", "ask", "wait", "answer", "answer"],
        };
        assert_eq!(actions, expected, "{}", chat.order);
    }

    async fn tasks_left(&self) -> i64 {
        let file = self.folder.path().join("data/firstline.db");
        let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display()))
            .await
            .unwrap();
        sqlx::query_scalar("SELECT COUNT(*) FROM tasks")
            .fetch_one(&pool)
            .await
            .unwrap()
    }
}

fn serve(folder: &TempDir) -> Server {
    let data = folder.path().join("data");
    Server::start_in(folder.path(), &data, &[], Stdio::inherit())
}

/// One conversation up to the point, the crash, and its end.
async fn round(place: &mut Place, kind: Kind, point: Point, number: u64, pause: Duration) {
    let mut chats = vec![place.open(kind, format!("FH-{}", 10_000 + number)).await];
    if point == Point::Committed {
        // The one hand that there is stays with this one's lookup.
        chats.insert(
            0,
            place.open(Kind::Track, format!("FH-{}", 50_000 + number)).await,
        );
    }
    let mut last = Vec::new();
    for chat in &mut chats {
        last.push(place.begin(chat).await);
    }
    place.backend.shop.hold(match point {
        Point::Committed | Point::Requested => Hold::BeforeTheDeed,
        Point::Done | Point::Answered => Hold::AfterTheDeed,
    });
    let mut arrivals = place.backend.shop.arrivals();
    for (place_in_line, (chat, text)) in chats.iter_mut().zip(&last).enumerate() {
        let action = place.say(chat, text).await;
        assert_eq!(action, "wait", "{kind:?} {point:?}: {text}");
        if place_in_line == 0 {
            tokio::time::timeout(Duration::from_secs(10), arrivals.changed())
                .await
                .unwrap_or_else(|_| panic!("{kind:?} {point:?}: no request came"))
                .unwrap();
        }
    }
    if let [_, waiting] = chats.as_slice() {
        assert_eq!(
            place.backend.shop.deeds(&waiting.order),
            [],
            "nothing is asked for yet"
        );
    }
    if point == Point::Answered {
        place.backend.shop.hold(Hold::Nowhere);
    }
    // The runtime's own sleep is no finer than a millisecond, and this thread has nothing else to do.
    std::thread::sleep(pause);
    place.crash();
    for chat in chats {
        place.finish(chat).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn crash_around_a_lookup_does_everything_once() {
    let mut place = Place::start().await;
    let mut random = Random(SEED);
    let mut number = 0;
    let times = if proof::is_long() { TIMES.1 } else { TIMES.0 };
    for _ in 0..times {
        for kind in KINDS {
            for point in POINTS {
                number += 1;
                // Long enough for an answer to become a turn on disk, short enough that it often does not.
                let pause = Duration::from_micros(random.below(1_000));
                round(&mut place, kind, point, number, pause).await;
            }
        }
    }
    let repetitions = place.backend.shop.repetitions();
    proof::print(
        &json!({ "proof": "kill -9 around a lookup", "kills": number, "requests_repeated": repetitions }),
    );
    // Each killed after the deed and before the answer is on disk is asked for again: otherwise nothing is proven.
    assert!(repetitions >= times * 2, "{repetitions}");
    place.server.kill();
    assert_eq!(place.tasks_left().await, 0);
}
