//! How fast messages are read: one thread by length of text, tokenizer included, then the whole pool under load.
//! Needs the shipped model and ONNX Runtime (`make bench` fetches it).
#![expect(clippy::print_stdout, reason = "a benchmark prints its table")]

#[path = "support/classifier.rs"]
mod classifier;

use std::sync::Arc;
use std::time::{Duration, Instant};

use firstline::classify::entities::{EntityFinder, ORDER_NUMBER};
use firstline::classify::model::ModelFolder;
use firstline::classify::reader::Reader;
use firstline::classify::runtime::Runtime;
use firstline::classify::session::Session;
use firstline::classify::{OnnxClassifier, Options};
use firstline::ports::Classifier;
use futures_util::{StreamExt, stream};

const WARM_UPS: usize = 50;
const READINGS: usize = 1_000;
const POOLED: usize = 3_000;

/// Words are taken from here until the text has the tokens asked for.
const STORY: &str = "hello where is my order please it was due last monday and nobody at your shop can tell me when \
                     it will arrive so I would like to have my money back today";

fn main() {
    let runtime = classifier::runtime();
    println!("{}\n", classifier::model().model());
    one_thread(&runtime, classifier::model());
    pool(&runtime, classifier::model());
}

fn one_thread(runtime: &Runtime, folder: ModelFolder) {
    let session = Session::open(runtime, &folder).expect("a session");
    let entities = Arc::new(EntityFinder::new(ORDER_NUMBER).expect("a pattern"));
    let mut reader = Reader::new(runtime, &Arc::new(folder), &entities).expect("a reader");
    println!("one thread, everything included\ntokens    p50 ms    p99 ms");
    for tokens in [8, 16, 32] {
        let text = text_of(&session, tokens);
        for _ in 0..WARM_UPS {
            reader.read(&text).expect("a reading");
        }
        let mut times: Vec<Duration> = (0..READINGS)
            .map(|_| {
                let start = Instant::now();
                reader.read(&text).expect("a reading");
                start.elapsed()
            })
            .collect();
        println!(
            "{tokens:6}  {:8.2}  {:8.2}",
            percentile(&mut times, 50),
            percentile(&mut times, 99)
        );
    }
}

fn text_of(session: &Session, tokens: usize) -> String {
    let words: Vec<&str> = STORY.split(' ').collect();
    let texts = (1..=words.len()).map(|count| words[..count].join(" "));
    let mut fitting = texts.filter(|text| session.tokens(text).expect("tokens") >= tokens);
    fitting.next().expect("the story is long enough")
}

fn pool(runtime: &Runtime, folder: ModelFolder) {
    let options = Options::default();
    let session = Session::open(runtime, &folder).expect("a session");
    let texts: Vec<String> = [8, 12, 16, 20].map(|tokens| text_of(&session, tokens)).to_vec();
    let classifier = OnnxClassifier::start(runtime, folder, &options).expect("a classifier");
    let tokio = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    println!("\na thread per core, 8 to 20 tokens\ncallers   messages/s    p50 ms    p99 ms");
    for callers in [1, 16, 64] {
        let start = Instant::now();
        let mut times: Vec<Duration> = tokio.block_on(
            stream::iter(0..POOLED)
                .map(|number| timed(&classifier, &texts[number % texts.len()]))
                .buffer_unordered(callers)
                .collect(),
        );
        let rate = POOLED as f64 / start.elapsed().as_secs_f64();
        println!(
            "{callers:7}  {rate:11.0}  {:8.2}  {:8.2}",
            percentile(&mut times, 50),
            percentile(&mut times, 99)
        );
    }
}

async fn timed(classifier: &OnnxClassifier, text: &str) -> Duration {
    let start = Instant::now();
    classifier
        .classify(text)
        .await
        .expect("fewer callers than places");
    start.elapsed()
}

/// Milliseconds.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    times[(times.len() - 1) * percent / 100].as_secs_f64() * 1e3
}
