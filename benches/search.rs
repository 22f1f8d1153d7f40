//! How fast the knowledge base is built and searched: the sample business, and 100,000 passages made from it by
//! exchanging words, in memory and in a folder.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::path::Path;
use std::time::{Duration, Instant};

use firstline::domain::article::{Article, Audience};
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::knowledge::{Knowledge, KnowledgeIndex, Place};
use firstline::ports::{KnowledgeBase, SearchQuery};

const PASSAGES: usize = 100_000;
const SEARCHES: usize = 5_000;
/// One word in so many of a made article is a made word.
const EXCHANGED: u64 = 3;
/// How many different words are made.
const MADE_WORDS: u64 = 30_000;

/// What customers ask, and the intent that goes with it.
const QUESTIONS: [(&str, &str); 8] = [
    ("where is my order FH-10423, it was due on Monday?", "track_order"),
    ("has my payment gone through", "payment_status"),
    (
        "I've forgotten my password and the e-mail never comes",
        "password_reset",
    ),
    (
        "can you move my bike service to next week please",
        "appointment_change",
    ),
    ("how far does the Volt go on one charge", "product_info"),
    (
        "this is ridiculous, two weeks late and nobody answers, I want my money back",
        "refund_request",
    ),
    ("do you ship to Ireland and who pays customs", "shipping_options"),
    ("help", "help_general"),
];

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    let sample = Knowledge::load(&folder).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let large = enlarged(&sample);
    println!(
        "{:<24}{:>10}{:>12}{:>14}{:>10}{:>12}{:>12}",
        "index", "passages", "build ms", "passages/s", "MiB", "p50 µs", "p99 µs"
    );
    let disk = std::env::temp_dir().join(format!("firstline-bench-{}", std::process::id()));
    measure("sample, memory", &sample, Place::Memory);
    measure("large, memory", &large, Place::Memory);
    measure("large, folder", &large, Place::Folder(&disk));
    measure("large, folder, reused", &large, Place::Folder(&disk));
    std::fs::remove_dir_all(&disk).expect("the folder was made above");
}

fn measure(name: &str, knowledge: &Knowledge, place: Place<'_>) {
    let start = Instant::now();
    let index = KnowledgeIndex::build(knowledge, place).expect("an index");
    let built = start.elapsed();
    let stats = index.stats();
    let mut times: Vec<Duration> = (0..SEARCHES).map(|number| search(&index, number)).collect();
    times.sort();
    println!(
        "{name:<24}{:>10}{:>12.1}{:>14.0}{:>10.2}{:>12}{:>12}",
        stats.passages,
        built.as_secs_f64() * 1e3,
        stats.passages as f64 / built.as_secs_f64(),
        stats.bytes as f64 / f64::from(1 << 20),
        times[SEARCHES / 2].as_micros(),
        times[SEARCHES * 99 / 100].as_micros(),
    );
}

fn search(index: &KnowledgeIndex, number: usize) -> Duration {
    let (text, intent) = QUESTIONS[number % QUESTIONS.len()];
    let intents = [ScoredIntent {
        name: Intent::new(intent),
        confidence: 0.8,
    }];
    let query = SearchQuery {
        text,
        intents: &intents,
        locale: "en",
        audience: Audience::Public,
        now: "2026-11-22T10:00:00Z".parse().expect("a moment"),
        limit: 5,
    };
    let start = Instant::now();
    index.search(&query).expect("the index can be read");
    start.elapsed()
}

/// The sample's articles again and again under new ids, each time with other words exchanged.
fn enlarged(sample: &Knowledge) -> Knowledge {
    let mut random = Random(1);
    let mut articles = Vec::new();
    let mut passages = 0;
    for (number, article) in sample.articles.iter().cycle().enumerate() {
        if passages >= PASSAGES {
            break;
        }
        passages += article.passages.len();
        articles.push(varied(article, number, &mut random));
    }
    Knowledge {
        articles,
        replies: Vec::new(),
        flows: Vec::new(),
        hash: "large".to_owned(),
    }
}

fn varied(article: &Article, number: usize, random: &mut Random) -> Article {
    let mut varied = article.clone();
    varied.id = format!("{}-{number}", article.id);
    varied.title = random.exchange(&article.title);
    for question in &mut varied.questions {
        *question = random.exchange(question);
    }
    for passage in &mut varied.passages {
        passage.heading = random.exchange(&passage.heading);
        passage.text = random.exchange(&passage.text);
    }
    varied
}

/// Marsaglia's xorshift64: the same articles in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn exchange(&mut self, text: &str) -> String {
        let words = text.split(' ').map(|word| {
            if self.next().is_multiple_of(EXCHANGED) {
                format!("w{}", self.next() % MADE_WORDS)
            } else {
                word.to_owned()
            }
        });
        words.collect::<Vec<_>>().join(" ")
    }
}
