//! The business of the simulated world: its policy with two flows, a reader and a shelf of articles that go by words, and
//! the company's own systems, which are slow, silent or wrong as chance has it.

use std::collections::BTreeMap;
use std::fs;
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use firstline::domain::article::{ArticleHit, Audience, Citation};
use firstline::domain::entity::{Entity, EntityKind};
use firstline::domain::flow::Flow;
use firstline::domain::id::TaskId;
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::domain::lookup::{LookupRequest, LookupResult, LookupSpec};
use firstline::domain::reading::{Classification, Fault};
use firstline::domain::sentiment::Sentiment;
use firstline::engine::Parts;
use firstline::knowledge::Knowledge;
use firstline::ports::{Classifier, KnowledgeBase, Lookup, SearchQuery};
use firstline::triage::policy::{Policy, Written};

use crate::simulation::World;
use crate::support::{copy_folder, repository};

/// What a word in a message makes of it.
const WORDS: [(&str, &str, f32); 8] = [
    ("parcel", "track_order", 0.95),
    ("cancel", "cancel_order", 0.95),
    ("password", "password_reset", 0.95),
    ("returns", "return_exchange", 0.9),
    ("hello", "greeting", 0.9),
    ("yes", "affirm", 0.9),
    ("bye", "goodbye", 0.9),
    ("hm", "help_general", 0.3),
];

/// The sample business with two flows, one that reads and one that writes after a yes. With `pauses`, short messages in a
/// row are answered as one.
fn policy(pauses: bool) -> Arc<Policy> {
    static AT_ONCE: LazyLock<Arc<Policy>> = LazyLock::new(|| make_policy(0));
    static AFTER_A_PAUSE: LazyLock<Arc<Policy>> = LazyLock::new(|| make_policy(400));
    Arc::clone(if pauses { &AFTER_A_PAUSE } else { &AT_ONCE })
}

fn make_policy(pause_ms: u32) -> Arc<Policy> {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&repository().join("knowledge"), folder.path());
    let flows = folder.path().join("flows");
    fs::remove_dir_all(&flows).unwrap();
    fs::create_dir(&flows).unwrap();
    for (name, text) in [
        ("track.yml", include_str!("../lookup_crash/track.yml")),
        ("cancel.yml", include_str!("../lookup_crash/cancel.yml")),
    ] {
        fs::write(flows.join(name), text).unwrap();
    }
    let knowledge = Knowledge::load(folder.path()).unwrap();
    let flows: Vec<Flow> = knowledge.flows.into_iter().map(|(_, flow)| flow).collect();
    let written = Written {
        replies: &knowledge.replies,
        flows: &flows,
        lookups: &[
            spec("shop.order", "status", false),
            spec("shop.cancel", "refund", true),
        ],
    };
    let text = fs::read_to_string(folder.path().join("policy.yml")).unwrap();
    let paused = text.replace("pause_ms: 0", &format!("pause_ms: {pause_ms}"));
    let paused = hurried(&paused).replace("gone_minutes: 10", "gone_minutes: 1");
    Arc::new(Policy::parse(&paused, &written, "http://127.0.0.1:8080", "simulated".into()).unwrap())
}

/// With targets that are missed within the minutes that a world lasts.
fn hurried(policy: &str) -> String {
    let (before, sla) = policy.split_once("\nsla:").unwrap();
    let (sla, after) = sla.split_once("\n\n").unwrap();
    let seconds = |line: &str| match line.trim().split_once(": ") {
        Some((priority @ ("urgent" | "high" | "normal"), _)) => format!("    {priority}: 0.2"),
        Some(("clock", _)) => "  clock: calendar".to_owned(),
        Some(_) | None => line.to_owned(),
    };
    let sla: Vec<String> = sla.lines().map(seconds).collect();
    format!("{before}\nsla:{}\n\n{after}", sla.join("\n"))
}

fn spec(name: &str, field: &str, writes: bool) -> LookupSpec {
    let one = |name: &str| std::iter::once(name.to_owned()).collect();
    LookupSpec {
        name: name.to_owned(),
        arguments: one("order_number"),
        fields: one(field),
        outcomes: one("ok"),
        private: false,
        writes,
        sends_code: false,
    }
}

/// A business whose model takes as long, and fails as often, as `pace` says.
pub(crate) fn parts(pauses: bool, pace: impl Pace) -> Parts {
    Parts {
        classifier: Arc::new(Reader(pace)),
        knowledge: Arc::new(Shelf),
        policy: policy(pauses),
    }
}

/// How long the reader takes; false: it fails.
#[async_trait]
pub(crate) trait Pace: Send + Sync + std::fmt::Debug + 'static {
    async fn read(&self) -> bool;
}

/// The pace of a simulated world.
pub(crate) struct Simulated(pub(crate) Weak<World>);

impl std::fmt::Debug for Simulated {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Simulated").finish_non_exhaustive()
    }
}

#[async_trait]
impl Pace for Simulated {
    async fn read(&self) -> bool {
        let Some(world) = self.0.upgrade() else {
            return false;
        };
        world.pass(15).await;
        !world.fails(world.faults.store)
    }
}

/// Reads by the words in the text.
#[derive(Debug)]
struct Reader<P>(P);

#[async_trait]
impl<P: Pace> Classifier for Reader<P> {
    async fn classify(&self, text: &str) -> Result<Classification, Fault> {
        if !self.0.read().await {
            return Err(Fault::Overloaded);
        }
        let known = WORDS.iter().find(|(word, ..)| text.contains(word));
        let (intent, confidence) = known.map_or(("out_of_scope", 0.1), |(_, intent, sure)| (*intent, *sure));
        let negative = if text.contains("terrible") { 0.96 } else { 0.04 };
        let scored = |name: &str, confidence| ScoredIntent {
            name: Intent::new(name),
            confidence,
        };
        let orders = text.split_whitespace().filter(|word| word.starts_with("FH-"));
        Ok(Classification {
            intents: vec![scored(intent, confidence), scored("place_order", 0.01)],
            sentiment: Sentiment::new(negative, 1.0 - negative, 0.0),
            embedding: vec![1.0],
            language: None,
            entities: orders
                .map(|order| Entity::new(EntityKind::OrderNumber, order))
                .collect(),
            model: "simulated 1".to_owned(),
        })
    }
}

/// One article for each of two words.
#[derive(Debug)]
struct Shelf;

impl KnowledgeBase for Shelf {
    fn search(&self, query: &SearchQuery<'_>) -> Result<Vec<ArticleHit>, Fault> {
        let articles = [
            ("password", "password_reset", "Use the reset link."),
            ("returns", "return_exchange", "Send it back within 30 days."),
        ];
        let found = articles
            .into_iter()
            .filter(|(word, ..)| query.text.contains(word));
        let hit = |(word, intent, text): (&str, &str, &str)| ArticleHit {
            citation: Citation {
                article: word.to_owned(),
                passage: "intro".to_owned(),
            },
            title: word.to_owned(),
            heading: String::new(),
            text: text.to_owned(),
            audience: Audience::Public,
            intents: vec![Intent::new(intent)],
            score: 0.9,
        };
        Ok(found.map(hit).take(query.limit).collect())
    }
}

/// What came to the company under each key.
#[derive(Debug, Default)]
pub(crate) struct Company {
    pub(crate) asked: Mutex<BTreeMap<TaskId, Vec<LookupRequest>>>,
}

impl Company {
    fn keep(&self, request: &LookupRequest, key: &TaskId) {
        let mut asked = self.asked.lock().unwrap();
        asked.entry(key.clone()).or_default().push(request.clone());
    }
}

/// The company's systems as the lookup worker of a world reaches them.
pub(crate) struct Systems(pub(crate) Arc<World>);

impl std::fmt::Debug for Systems {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Systems").finish_non_exhaustive()
    }
}

#[async_trait]
impl Lookup for Systems {
    async fn look_up(&self, request: &LookupRequest, key: &TaskId) -> LookupResult {
        let world = &self.0;
        world.pass(30).await;
        if world.fails(world.faults.outside) {
            // Lost on the way there.
            return LookupResult::unavailable("no route");
        }
        world.company.keep(request, key);
        world.note(format!("asked {} {key}", request.lookup));
        if world.fails(world.faults.outside / 4) {
            // Done, and never answered.
            tokio::time::sleep(Duration::from_secs(3_600)).await;
        }
        world
            .pass(if world.fails(world.faults.stalled) {
                60_000
            } else {
                60
            })
            .await;
        let fields = [("status", "on its way"), ("refund", "45.00")];
        LookupResult {
            outcome: "ok".to_owned(),
            fields: fields.map(|(name, value)| (name.to_owned(), value.into())).into(),
            problem: String::new(),
        }
    }
}
