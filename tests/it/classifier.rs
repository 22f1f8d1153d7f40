//! The classifier on the shipped model and the real ONNX Runtime: `make test` fetches the latter first.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use firstline::classify::entities::{EntityFinder, ORDER_NUMBER};
use firstline::classify::model::ModelFolder;
use firstline::classify::reader::Reader;
use firstline::classify::runtime::{Runtime, RuntimeError};
use firstline::classify::session::Session;
use firstline::classify::{OnnxClassifier, Options, StartError};
use firstline::domain::entity::EntityKind;
use firstline::domain::reading::Fault;
use firstline::domain::sentiment::SentimentLabel;
use firstline::ports::Classifier;
use futures_util::{StreamExt, stream};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use crate::model_folder::{copy, edit_card, rewrite};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");
const MODEL: &str = "models/support-en";

#[expect(
    clippy::disallowed_methods,
    reason = "a test is started by make or by hand, with no configuration"
)]
fn runtime() -> Runtime {
    let fetched = Path::new(REPOSITORY).join(".cache/onnxruntime/libonnxruntime.so.1.31.1");
    let named = std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from);
    Runtime::load(&[named.unwrap_or(fetched)]).unwrap_or_else(|error| panic!("{error}"))
}

fn shipped() -> ModelFolder {
    ModelFolder::open(&Path::new(REPOSITORY).join(MODEL)).expect("the shipped model opens")
}

fn start(options: &Options) -> OnnxClassifier {
    OnnxClassifier::start(&runtime(), shipped(), options).expect("the shipped model starts")
}

fn two_threads() -> OnnxClassifier {
    start(&Options {
        threads: 2,
        ..Options::default()
    })
}

#[tokio::test]
async fn known_lines_get_sensible_readings() {
    let classifier = two_threads();
    assert!(classifier.alive());
    for (text, intent) in [
        ("where is my order", "track_order"),
        ("I forgot my password", "password_reset"),
        ("I want to talk to a real person", "human_agent"),
        ("when is my appointment", "appointment_time"),
        ("how do I return these shoes", "return_exchange"),
        ("hello", "greeting"),
        ("what will the weather be like in Paris", "out_of_scope"),
    ] {
        let read = classifier.classify(text).await.expect("a reading");
        assert_eq!(
            read.intents[0].name.as_str(),
            intent,
            "{text}: {:?}",
            &read.intents[..3]
        );
    }
    let angry = classifier
        .classify("this is the third time I am asking, you people are useless")
        .await
        .unwrap();
    assert_eq!(angry.sentiment.label, SentimentLabel::Negative);
    let found = classifier.classify("wo ist mein Paket FH-10423").await.unwrap();
    assert_eq!(found.language.expect("a language").code, "de");
    assert_eq!(
        (&found.entities[0].kind, found.entities[0].value.as_str()),
        (&EntityKind::OrderNumber, "FH-10423")
    );
    assert!(found.model.starts_with("support-en 3."), "{}", found.model);
}

#[tokio::test]
async fn a_reading_is_complete_whatever_the_text() {
    let classifier = two_threads();
    let folder = shipped();
    let long = "my parcel is late and nobody answers. ".repeat(500);
    for text in [
        "",
        " ",
        "?",
        "👍",
        "\u{0}\u{7f}",
        "我的订单在哪里",
        "where is my order",
        &long,
    ] {
        let read = classifier.classify(text).await.expect("a reading");
        assert_eq!(read.intents.len(), folder.intents().len());
        assert!(read.intents.is_sorted_by(|a, b| a.confidence >= b.confidence));
        let total: f32 = read.intents.iter().map(|intent| intent.confidence).sum();
        // What the nearest examples take from the first goes to none of the others.
        assert!(total > 0.0 && total < 1.0 + 1e-4, "{total}");
        let moods = read.sentiment.negative + read.sentiment.neutral + read.sentiment.positive;
        assert!((moods - 1.0).abs() < 1e-4, "{moods}");
        let length: f32 = read
            .embedding
            .iter()
            .map(|value| value * value)
            .sum::<f32>()
            .sqrt();
        assert!((length - 1.0).abs() < 1e-3, "{length}");
    }
}

#[test]
fn a_long_text_is_cut_at_the_cards_limit() {
    let session = Session::open(&runtime(), &shipped()).expect("a session");
    assert_eq!(session.tokens("where is my order").unwrap(), 6);
    assert_eq!(
        session.tokens(&"order ".repeat(1_000)).unwrap(),
        shipped().card().max_tokens
    );
}

#[tokio::test]
async fn the_same_text_gives_the_same_numbers_in_any_company() {
    let runtime = runtime();
    let entities = Arc::new(EntityFinder::new(ORDER_NUMBER).unwrap());
    let mut alone = Reader::new(&runtime, &Arc::new(shipped()), &entities).expect("a reader");
    let classifier = two_threads();
    let texts: Vec<String> = (0..60)
        .map(|number| format!("where is order {number} {}", "please ".repeat(number % 7)))
        .collect();
    let together: Vec<_> = stream::iter(&texts)
        .map(|text| classifier.classify(text))
        .buffered(32)
        .collect()
        .await;
    for (text, read) in texts.iter().zip(together) {
        assert_eq!(
            read.expect("a reading"),
            alone.read(text).expect("a reading"),
            "{text}"
        );
    }
}

#[tokio::test]
async fn more_callers_than_places_are_turned_away_and_nobody_else() {
    let classifier = start(&Options {
        threads: 1,
        capacity: 4,
        ..Options::default()
    });
    let crowd: Vec<_> = stream::iter(0..100)
        .map(|_| classifier.classify("where is my order"))
        .buffered(100)
        .collect()
        .await;
    assert!(crowd.contains(&Err(Fault::Overloaded)));
    assert!(crowd.iter().filter(|read| read.is_ok()).count() >= 4);
    assert!(
        crowd
            .iter()
            .all(|read| matches!(read, Ok(_) | Err(Fault::Overloaded)))
    );
    let orderly: Vec<_> = stream::iter(0..100)
        .map(|_| classifier.classify("where is my order"))
        .buffered(4)
        .collect()
        .await;
    assert!(orderly.iter().all(Result::is_ok));
}

#[test]
fn a_graph_that_does_not_fit_is_refused_at_the_start() {
    let garbage = copy();
    let labels = copy();
    let graph = fs::read(Path::new(REPOSITORY).join(MODEL).join("model.onnx")).expect("the graph");
    fs::write(labels.path().join("model.onnx"), &graph).expect("written");
    edit_card(
        &labels,
        "\"model.onnx\"",
        &format!("\"model.onnx\" = \"{}\"", hex::encode(Sha256::digest(&graph))),
    );
    rewrite(
        &labels,
        "labels.json",
        r#"{"intents": ["a", "out_of_scope"], "sentiments": ["negative", "neutral", "positive"]}"#,
    );
    for (folder, problem) in [
        (&garbage, "cannot be used as a classifier"),
        (&labels, "the labels name 2"),
    ] {
        let folder = ModelFolder::open(folder.path()).expect("the files are in order");
        let error =
            OnnxClassifier::start(&runtime(), folder, &Options::default()).expect_err("it must not start");
        let text = error.to_string();
        assert!(text.contains("model.onnx") && text.contains(problem), "{text}");
    }
}

#[test]
fn an_order_number_that_is_no_pattern_is_refused() {
    let options = Options {
        order_number: "(".to_owned(),
        ..Options::default()
    };
    let error = OnnxClassifier::start(&runtime(), shipped(), &options).expect_err("it must not start");
    assert!(matches!(error, StartError::Pattern(_)) && error.to_string().contains("classifier.order_number"));
}

#[test]
fn a_missing_library_is_an_error_that_says_where_to_get_it() {
    let error = Runtime::load(&["/nowhere/libonnxruntime.so".into(), "/nor/here.so".into()]).unwrap_err();
    let text = error.to_string();
    for part in [
        "missing",
        "/nowhere/libonnxruntime.so, /nor/here.so",
        "make run",
        ".ci/onnxruntime",
        "ORT_DYLIB_PATH",
    ] {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
}

/// Under plain `cargo test` all tests share one process, and another one may have loaded the right library before.
#[test]
fn a_library_that_is_none_is_an_error_and_not_the_end() {
    let folder = TempDir::new().unwrap();
    let garbage = folder.path().join("libonnxruntime.so");
    fs::write(&garbage, b"this is no library").unwrap();
    let refused = Runtime::load(std::slice::from_ref(&garbage)).unwrap_err();
    match refused {
        RuntimeError::AnotherIsLoaded { asked, .. } => assert!(asked.ends_with("libonnxruntime.so")),
        RuntimeError::Unloadable { .. } => {
            let text = refused.to_string();
            assert!(
                text.contains("libonnxruntime.so cannot be loaded") && text.contains("make run"),
                "{text}"
            );
            let other = another_library();
            let refused = Runtime::load(&[other]).unwrap_err();
            assert!(
                matches!(refused, RuntimeError::NotOnnxRuntime { .. }),
                "{refused}"
            );
        }
        RuntimeError::Missing { .. }
        | RuntimeError::NotOnnxRuntime { .. }
        | RuntimeError::TooOld { .. }
        | RuntimeError::Start { .. } => panic!("{refused}"),
    }
    assert!(
        runtime().path().is_file(),
        "the right library can still be loaded"
    );
}

/// A shared library that every Linux process has mapped: the C library itself.
fn another_library() -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").expect("Linux");
    let paths = maps.lines().filter_map(|line| line.split_whitespace().nth(5));
    paths
        .map(PathBuf::from)
        .find(|path| path.to_string_lossy().contains("libc.so"))
        .expect("libc is loaded")
}
