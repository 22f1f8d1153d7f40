//! What a model folder is refused for, with the words that the operator reads.

use std::fs;
use std::path::Path;

use firstline::classify::model::{ModelError, ModelFolder};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/models/support-en");

/// The shipped model's small files, to be damaged; the graph is a few bytes of nothing with the right hash.
pub(crate) fn copy() -> TempDir {
    let folder = TempDir::new().expect("a temporary folder");
    for file in ["card.toml", "labels.json", "tokenizer.json"] {
        fs::copy(Path::new(SHIPPED).join(file), folder.path().join(file)).expect("copied");
    }
    rewrite(&folder, "model.onnx", "no graph");
    folder
}

/// Writes a file and its new hash, so that only the content can be at fault.
pub(crate) fn rewrite(folder: &TempDir, file: &str, text: &str) {
    fs::write(folder.path().join(file), text).expect("written");
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    edit_card(
        folder,
        &format!("\"{file}\" = "),
        &format!("\"{file}\" = \"{hash}\""),
    );
}

/// Replaces the line that starts with `start`.
pub(crate) fn edit_card(folder: &TempDir, start: &str, line: &str) {
    let path = folder.path().join("card.toml");
    let card = fs::read_to_string(&path).expect("the card");
    let lines: Vec<&str> = card
        .lines()
        .map(|old| if old.starts_with(start) { line } else { old })
        .collect();
    fs::write(&path, lines.join("\n")).expect("written");
}

/// The message of a folder that must not open, checked to hold each of `parts`.
fn refusal(folder: &Path, parts: &[&str]) -> ModelError {
    let error = ModelFolder::open(folder).expect_err("it must not open");
    let text = error.to_string();
    for part in parts {
        assert!(text.contains(part), "`{part}` is missing in: {text}");
    }
    error
}

/// Replaces the weights of the evidence in the card.
fn weigh(folder: &TempDir, tables: &str) {
    let path = folder.path().join("card.toml");
    let card = fs::read_to_string(&path).expect("the card");
    let (before, _) = card.split_once("[calibration.").expect("weights");
    let (_, after) = card.split_once("[base]").expect("a base");
    fs::write(&path, format!("{before}{tables}\n[base]{after}")).expect("written");
}

const WEIGHTS: &str = "bias = 0.5\nlog_odds = 0.5\nsimilarity = 0.0\ngap = 8.0\n";

#[test]
fn a_missing_folder_or_file_is_named() {
    let folder = copy();
    refusal(
        &folder.path().join("nowhere"),
        &["there is no model folder at", "nowhere", "--model"],
    );
    for file in ["model.onnx", "tokenizer.json", "labels.json", "card.toml"] {
        let folder = copy();
        fs::remove_file(folder.path().join(file)).expect("removed");
        refusal(folder.path(), &[file, "cannot be read", "No such file"]);
    }
}

#[test]
fn a_file_with_another_hash_is_named_with_both() {
    let folder = copy();
    fs::write(folder.path().join("labels.json"), "{}").expect("written");
    let error = refusal(
        folder.path(),
        &[
            "labels.json",
            "is not the file that the card lists",
            "restore the file",
        ],
    );
    let ModelError::Changed { expected, found, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(found, hex::encode(Sha256::digest(b"{}")));
    assert_eq!(
        ModelFolder::open(Path::new(SHIPPED))
            .expect("the shipped model opens")
            .card()
            .files
            .get("labels.json"),
        Some(&expected)
    );
}

#[test]
fn bad_labels_are_refused() {
    for (labels, problem) in [
        (r#"{"intents": ["a"]}"#, "missing field `sentiments`"),
        (
            r#"{"intents": ["a"], "sentiments": ["positive", "neutral", "negative"]}"#,
            "in this order",
        ),
        (
            r#"{"intents": [], "sentiments": ["negative", "neutral", "positive"]}"#,
            "is empty",
        ),
        (
            r#"{"intents": ["a", " "], "sentiments": ["negative", "neutral", "positive"]}"#,
            "intent 2",
        ),
        (
            r#"{"intents": ["a", "b", "a"], "sentiments": ["negative", "neutral", "positive"]}"#,
            "names \"a\" twice",
        ),
    ] {
        let folder = copy();
        rewrite(&folder, "labels.json", labels);
        refusal(folder.path(), &["labels.json", problem]);
    }
}

#[test]
fn a_bad_card_or_tokenizer_is_refused() {
    for (start, line, problem) in [
        ("version", "verzion = \"1\"", "verzion"),
        (
            "max_tokens",
            "max_tokens = 3",
            "max_tokens is 3; it must be 8 to 512",
        ),
        (
            "intent_temperature",
            "intent_temperature = 0.0",
            "calibration.intent_temperature is 0",
        ),
        (
            "sentiment_temperature",
            "sentiment_temperature = nan",
            "calibration.sentiment_temperature is NaN",
        ),
        ("\"model.onnx\"", "", "[files] lists no \"model.onnx\""),
    ] {
        let folder = copy();
        edit_card(&folder, start, line);
        refusal(folder.path(), &["card.toml", problem]);
    }
    let folder = copy();
    rewrite(&folder, "tokenizer.json", "{}");
    refusal(folder.path(), &["tokenizer.json", "is not a tokenizer"]);
}

#[test]
fn weights_of_the_scope_need_those_of_the_confidence_and_an_intent() {
    let both = format!("[calibration.confidence]\n{WEIGHTS}[calibration.scope]\n{WEIGHTS}");
    let folder = copy();
    weigh(&folder, &both);
    assert!(ModelFolder::open(folder.path()).is_ok());
    for (tables, problem) in [
        (
            format!("[calibration.scope]\n{WEIGHTS}"),
            "calibration.scope stands without calibration.confidence",
        ),
        (
            both.replace("bias = 0.5", "bias = inf"),
            "calibration.confidence holds something that is not a number",
        ),
        (
            format!("{both}[calibration.reach]\n{WEIGHTS}"),
            "unknown field `reach`",
        ),
    ] {
        let folder = copy();
        weigh(&folder, &tables);
        refusal(folder.path(), &["card.toml", problem]);
    }
    let folder = copy();
    weigh(&folder, &both);
    rewrite(
        &folder,
        "labels.json",
        r#"{"intents": ["a", "b"], "sentiments": ["negative", "neutral", "positive"]}"#,
    );
    refusal(
        folder.path(),
        &[
            "card.toml",
            "calibration.scope needs the intent \"out_of_scope\"",
            "labels.json",
        ],
    );
}
