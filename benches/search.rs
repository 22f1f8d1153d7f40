//! How fast the knowledge base is built and searched: the sample business, and 100,000 passages made from it by
//! exchanging words, in memory and in a folder, by words alone and by words and vectors. The vectors of the large one are
//! random, as its texts mean nothing and embedding them takes many minutes: what is timed is the scan, which does not
//! care. How fast the shipped model embeds is measured on the sample.
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use firstline::classify::embed::OnnxEmbedder;
use firstline::classify::model::ModelFolder;
use firstline::classify::runtime::Runtime;
use firstline::domain::article::{Article, Audience};
use firstline::domain::intent::{Intent, ScoredIntent};
use firstline::domain::reading::Fault;
use firstline::knowledge::{Embeddings, Knowledge, KnowledgeIndex, Place};
use firstline::ports::{Embedder, KnowledgeBase, SearchQuery};

const PASSAGES: usize = 100_000;
const SEARCHES: usize = 5_000;
/// One word in so many of a made article is a made word.
const EXCHANGED: u64 = 3;
/// How many different words are made.
const MADE_WORDS: u64 = 30_000;

/// Numbers in a vector, as in the shipped model.
const LENGTH: usize = 384;

/// What was said before each question.
const SAID: [&str; 2] = [
    "hello, I ordered the Volt e-bike from you last week",
    "Hello! I'm the automated assistant. Ask me about an order, a delivery or a payment.",
];

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
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let sample =
        Knowledge::load(&repository.join("knowledge")).unwrap_or_else(|problems| panic!("{problems:#?}"));
    let large = enlarged(&sample);
    embedding(&sample, repository);
    println!(
        "{:<24}{:>10}{:>12}{:>14}{:>10}{:>12}{:>12}{:>12}",
        "index", "passages", "build ms", "passages/s", "MiB", "vectors MiB", "p50 µs", "p99 µs"
    );
    let random = RandomVectors;
    let made = Embeddings {
        embedder: &random,
        kept: None,
    };
    let vectors = Some(made);
    let disk = std::env::temp_dir().join(format!("firstline-bench-{}", std::process::id()));
    let kept = Some(Embeddings {
        kept: Some(&disk),
        ..made
    });
    measure("sample, words", &sample, Place::Memory, None);
    measure("sample", &sample, Place::Memory, vectors);
    measure("large, words", &large, Place::Memory, None);
    measure("large", &large, Place::Memory, vectors);
    measure("large, folder", &large, Place::Folder(&disk), kept);
    measure("large, folder, reused", &large, Place::Folder(&disk), kept);
    std::fs::remove_dir_all(&disk).expect("the folder was made above");
}

/// How many texts of the sample the shipped model embeds in a second, on all cores.
fn embedding(sample: &Knowledge, repository: &Path) {
    let folder =
        ModelFolder::open(&repository.join("models/support-en")).unwrap_or_else(|error| panic!("{error}"));
    let runtime = Runtime::load(&[library(repository)]).unwrap_or_else(|error| panic!("{error}"));
    let embedder = OnnxEmbedder::new(runtime, folder, || {});
    let passages = sample.articles.iter().flat_map(|article| &article.passages);
    let texts: Vec<&str> = passages.map(|passage| passage.text.as_str()).collect();
    let start = Instant::now();
    embedder.embed(&texts).expect("vectors");
    let seconds = start.elapsed().as_secs_f64();
    let rate = texts.len() as f64 / seconds;
    println!(
        "the shipped model embeds {rate:.0} passages/s ({} in {seconds:.2} s)\n",
        texts.len()
    );
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark is started by hand, with no configuration"
)]
fn library(repository: &Path) -> PathBuf {
    let fetched = repository.join(".cache/onnxruntime/libonnxruntime.so.1.31.1");
    std::env::var_os("ORT_DYLIB_PATH").map_or(fetched, PathBuf::from)
}

fn measure(name: &str, knowledge: &Knowledge, place: Place<'_>, embeddings: Option<Embeddings<'_>>) {
    let start = Instant::now();
    let index = KnowledgeIndex::build(knowledge, place, embeddings).expect("an index");
    let built = start.elapsed();
    let stats = index.stats();
    let asked = Random(7).vector();
    let embedding = embeddings.map(|_| asked.as_slice());
    let mut times: Vec<Duration> = (0..SEARCHES)
        .map(|number| search(&index, number, embedding))
        .collect();
    times.sort();
    println!(
        "{name:<24}{:>10}{:>12.1}{:>14.0}{:>10.2}{:>12.2}{:>12}{:>12}",
        stats.passages,
        built.as_secs_f64() * 1e3,
        stats.passages as f64 / built.as_secs_f64(),
        stats.bytes as f64 / f64::from(1 << 20),
        stats.vector_bytes as f64 / f64::from(1 << 20),
        times[SEARCHES / 2].as_micros(),
        times[SEARCHES * 99 / 100].as_micros(),
    );
}

fn search(index: &KnowledgeIndex, number: usize, embedding: Option<&[f32]>) -> Duration {
    let (text, intent) = QUESTIONS[number % QUESTIONS.len()];
    let intents = [ScoredIntent {
        name: Intent::new(intent),
        confidence: 0.8,
    }];
    let query = SearchQuery {
        text,
        embedding,
        context: &SAID,
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

/// In place of a model: vectors of its length that mean nothing.
#[derive(Debug)]
struct RandomVectors;

impl Embedder for RandomVectors {
    fn model(&self) -> &str {
        "random"
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Fault> {
        let seed = |text: &str| {
            text.bytes().fold(1_u64, |seed, byte| {
                seed.wrapping_mul(31).wrapping_add(byte.into())
            })
        };
        Ok(texts.iter().map(|text| Random(seed(text) | 1).vector()).collect())
    }
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
        hash: "large".to_owned(),
        ..Knowledge::default()
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

    /// Of unit length, in a random direction.
    fn vector(&mut self) -> Vec<f32> {
        let numbers: Vec<f32> = (0..LENGTH)
            .map(|_| (self.next() % 2_001) as f32 / 1_000.0 - 1.0)
            .collect();
        let length = numbers.iter().map(|number| number * number).sum::<f32>().sqrt();
        numbers.into_iter().map(|number| number / length).collect()
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
