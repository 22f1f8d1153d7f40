//! `firstline train` on sixty messages of an invented plant nursery: what it writes, what it says, what it refuses.

use std::fs;
use std::path::Path;

use firstline::classify::model::ModelFolder;
use firstline::classify::runtime::Runtime;
use firstline::classify::session::Session;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::program::{Finished, firstline};
use crate::support::repository;

const EXAMPLES: &str = "tests/it/train/nursery.csv";

fn train(out: &Path, more: &[&str]) -> Finished {
    let mut arguments = vec!["train", "--out", out.to_str().unwrap()];
    arguments.extend(more);
    firstline(&arguments, b"")
}

fn trained(out: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["--json", "--examples", EXAMPLES];
    arguments.extend(more);
    let finished = train(out, &arguments);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    serde_json::from_str(&finished.stdout).unwrap()
}

fn session(folder: &Path) -> Session {
    let library = repository().join(".cache/onnxruntime/libonnxruntime.so.1.31.1");
    let runtime = Runtime::load(&[library]).unwrap();
    Session::open(&runtime, &ModelFolder::open(folder).unwrap()).unwrap()
}

#[test]
fn a_model_of_own_intents_reads_messages() {
    let place = TempDir::new().unwrap();
    let out = place.path().join("nursery");
    let test = place.path().join("test.jsonl");
    fs::write(
        &test,
        "{\"text\": \"When are you open?\", \"label\": \"opening_hours\"}\n\
         {\"text\": \"the rose was snapped in two in its box\", \"label\": \"arrived_damaged\"}\n\
         {\"text\": \"can you mend my bicycle\", \"label\": \"repairs\"}\n",
    )
    .unwrap();
    let report = trained(&out, &["--test", test.to_str().unwrap()]);
    assert_eq!((&report["examples"], &report["intents"]), (&60.into(), &6.into()));
    assert_eq!(report["name"], "nursery");
    assert!(
        report["cross_validated"]["accuracy"].as_f64().unwrap() > 0.75,
        "{report}"
    );
    assert_eq!(report["cross_validated"]["rows"], 60);
    assert_eq!(
        (&report["test"]["rows"], &report["test"]["in_scope_accuracy"]),
        (&3.into(), &1.0.into())
    );
    assert_eq!(report["test"]["unknown_labels"][0]["label"], "repairs");
    let leaks = report["lint"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["kind"] == "leak");
    let leaks: Vec<_> = leaks
        .map(|finding| finding["places"][1]["line"].clone())
        .collect();
    assert_eq!(leaks, [42], "{report}");
    assert!(
        report["notes"][0].as_str().unwrap().contains("repairs"),
        "{report}"
    );

    let model = out.to_str().unwrap();
    let classified = firstline(
        &["classify", "--json", "--model", model],
        b"is the shop open on new year's day\nmy exam results came today\n",
    );
    assert_eq!(classified.code, Some(0), "{}", classified.stderr);
    let mut verdicts = classified
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let (near, far) = (verdicts.next().unwrap(), verdicts.next().unwrap());
    assert_eq!(near["intent"], "opening_hours");
    let confidence = |verdict: &Value| verdict["confidence"].as_f64().unwrap();
    assert!(confidence(&near) > 0.5 && confidence(&far) < 0.5, "{near} {far}");
    let hidden: Vec<_> = fs::read_dir(place.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(hidden.len(), 2, "{hidden:?}");
}

/// With examples of what is out of scope, the model says how likely that is, apart from which intent is right.
#[test]
fn examples_out_of_scope_teach_what_is_in_scope() {
    let place = TempDir::new().unwrap();
    let (out, plain) = (place.path().join("nursery"), place.path().join("plain"));
    let strange = place.path().join("strange.csv");
    fs::write(
        &strange,
        "text,label\nwho won the match last night,out_of_scope\ntell me a joke,out_of_scope\n\
         what is the capital of peru,out_of_scope\nmy exam results came today,out_of_scope\n\
         translate good evening into greek,out_of_scope\nset an alarm for six,out_of_scope\n\
         how tall is the eiffel tower,out_of_scope\nwill it snow tomorrow,out_of_scope\n\
         i need a new phone contract,out_of_scope\nplay some jazz,out_of_scope\n",
    )
    .unwrap();
    let report = trained(&out, &[strange.to_str().unwrap()]);
    assert_eq!(report["examples"], 70);
    assert!(report["scope"]["log_odds"].as_f64().unwrap() > 0.0, "{report}");
    assert_eq!(report["cross_validated"]["out_of_scope"]["rows"], 10);
    let card = fs::read_to_string(out.join("card.toml")).unwrap();
    assert!(card.contains("[calibration.scope]"), "{card}");
    let classified = firstline(
        &["classify", "--json", "--model", out.to_str().unwrap()],
        b"what is the capital of spain\nis the shop open on sunday\n",
    );
    assert_eq!(classified.code, Some(0), "{}", classified.stderr);
    let intents = classified
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["intent"].clone());
    assert_eq!(intents.collect::<Vec<_>>(), ["out_of_scope", "opening_hours"]);

    assert_eq!(trained(&plain, &[])["scope"], Value::Null);
    let card = fs::read_to_string(plain.join("card.toml")).unwrap();
    assert!(!card.contains("[calibration.scope]"), "{card}");
}

#[test]
fn everything_but_the_intents_stays_to_the_bit() {
    let place = TempDir::new().unwrap();
    let out = place.path().join("nursery");
    trained(&out, &[]);
    let (mut base, mut own) = (session(&repository().join("models/support-en")), session(&out));
    for text in [
        "Where is my order?",
        "you people are useless",
        "ok",
        "a lemon tree, £12 — on Friday",
    ] {
        let (before, after) = (base.run(text).unwrap(), own.run(text).unwrap());
        assert_eq!(before.embedding, after.embedding, "{text}");
        assert_eq!(before.sentiment_logits, after.sentiment_logits, "{text}");
        assert_eq!((after.intent_logits.len(), after.similarity.len()), (6, 6));
    }
}

/// The similarity that the graph computes is the cosine to the nearest example of each intent.
#[test]
fn similarity_is_that_to_the_nearest_example() {
    let place = TempDir::new().unwrap();
    let out = place.path().join("nursery");
    trained(&out, &[]);
    let mut own = session(&out);
    let labels: Value = serde_json::from_slice(&fs::read(out.join("labels.json")).unwrap()).unwrap();
    let examples: Vec<(String, Vec<f32>)> = csv::Reader::from_path(repository().join(EXAMPLES))
        .unwrap()
        .into_deserialize::<(String, String)>()
        .map(Result::unwrap)
        .map(|(text, label)| (label, own.run(&text).unwrap().embedding))
        .collect();
    let read = own.run("does the lavender survive a frost").unwrap();
    let cosine = |vector: &[f32]| -> f32 { vector.iter().zip(&read.embedding).map(|(a, b)| a * b).sum() };
    for (label, found) in labels["intents"].as_array().unwrap().iter().zip(&read.similarity) {
        let of_label = examples.iter().filter(|(of, _)| of == label);
        let nearest = of_label.map(|(_, vector)| cosine(vector)).fold(-1.0, f32::max);
        // But for what int8 loses.
        assert!(
            (nearest - found).abs() < 0.01,
            "{label}: {found} and not {nearest}"
        );
    }
}

#[test]
fn the_same_examples_and_seed_give_the_same_bytes() {
    let place = TempDir::new().unwrap();
    let folders = ["one/nursery", "two/nursery", "three/nursery"].map(|name| place.path().join(name));
    for (out, seed) in folders.iter().zip(["7", "7", "8"]) {
        fs::create_dir(out.parent().unwrap()).unwrap();
        trained(out, &["--seed", seed]);
    }
    for file in ["model.onnx", "tokenizer.json", "labels.json", "card.toml"] {
        let [one, two, _] = folders
            .each_ref()
            .map(|folder| fs::read(folder.join(file)).unwrap());
        assert!(one == two, "{file} differs");
    }
    let [one, _, three] = folders.map(|folder| fs::read(folder.join("card.toml")).unwrap());
    assert!(one != three, "the seed deals the folds");
}

#[test]
fn a_trained_model_can_be_a_base_and_be_replaced() {
    let place = TempDir::new().unwrap();
    let (first, second) = (place.path().join("first"), place.path().join("second"));
    trained(&first, &[]);
    trained(&second, &["--base", first.to_str().unwrap()]);
    let graphs = [&first, &second].map(|folder| fs::read(folder.join("model.onnx")).unwrap());
    assert!(graphs[0] == graphs[1], "the same end on the same encoder");
    let again = train(&second, &["--examples", EXAMPLES]);
    assert_eq!(again.code, Some(2));
    assert!(
        again.stderr.contains("is there already") && again.stderr.contains("--force"),
        "{}",
        again.stderr
    );
    fs::write(second.join("labels.json"), "{}").unwrap();
    trained(&second, &["--force"]);
    assert!(ModelFolder::open(&second).is_ok());
    let itself = train(
        &second,
        &[
            "--examples",
            EXAMPLES,
            "--force",
            "--base",
            second.to_str().unwrap(),
        ],
    );
    assert_eq!(itself.code, Some(2));
    assert!(
        itself.stderr.contains("is the base model itself"),
        "{}",
        itself.stderr
    );
    let precious = train(place.path(), &["--examples", EXAMPLES, "--force"]);
    assert_eq!(precious.code, Some(2));
    assert!(precious.stderr.contains("is no model"), "{}", precious.stderr);
}

#[test]
fn examples_that_cannot_be_used_are_all_named() {
    let place = TempDir::new().unwrap();
    let folder = place.path().join("examples");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &[u8]| fs::write(folder.join(name), text).unwrap();
    write("a.csv", b"text,label\nhello,greet\n,greet\nbye,\n");
    write(
        "b.jsonl",
        b"{\"text\": \"hi\", \"label\": \"greet\"}\n{\"text\": 7}\n",
    );
    write(
        "c.yml",
        b"nlu:\n- intent: greet\n  examples: |\n    - hey\n    hello\n",
    );
    write("d.csv", b"text,label\nsch\xf6n,greet\n");
    write("ignored.md", b"nothing of ours");
    let out = place.path().join("out");
    let finished = train(
        &out,
        &[
            "--examples",
            folder.to_str().unwrap(),
            "nowhere.csv",
            "tests/it/main.rs",
        ],
    );
    assert_eq!(finished.code, Some(78));
    for part in [
        "a.csv:3: the text is empty",
        "a.csv:4: the label is empty",
        "b.jsonl:2: this is no row",
        "c.yml:5: the line is no item",
        "d.csv:2: the text is not UTF-8",
        "nowhere.csv: the file cannot be read",
        "tests/it/main.rs: the format is not known",
    ] {
        assert!(finished.stderr.contains(part), "{part}\n{}", finished.stderr);
    }
    assert!(!out.exists() && !finished.stderr.contains("ignored.md"));
}

#[test]
fn too_little_to_learn_from_is_refused() {
    let place = TempDir::new().unwrap();
    let (file, out) = (place.path().join("few.csv"), place.path().join("out"));
    for (text, problem) in [
        (
            "text,label\nhello,greet\nhi,greet\n",
            "have 1 intents; two at least",
        ),
        ("text,label\n", "there is no row"),
        (
            "text,label\nhello,greet\nhi,greet\nbye,part\nso long,stay\nwait,stay\n",
            "write more for part (",
        ),
        // The same row twice is one example.
        (
            "text,label\nhello,greet\nhello,greet\nbye,part\nciao,part\n",
            "write more for greet (",
        ),
    ] {
        fs::write(&file, text).unwrap();
        let finished = train(&out, &["--examples", file.to_str().unwrap()]);
        assert_eq!(finished.code, Some(78), "{}", finished.stderr);
        assert!(
            finished.stderr.contains(problem),
            "{problem}\n{}",
            finished.stderr
        );
        assert!(!out.exists());
    }
}

#[test]
fn the_report_is_for_people_too_and_two_intents_are_enough() {
    let place = TempDir::new().unwrap();
    let (file, out) = (place.path().join("nlu.yml"), place.path().join("two"));
    fs::write(
        &file,
        "version: \"3.1\"\nnlu:\n- intent: greet\n  examples: |\n    - hello\n    - hi there\n    - good morning\n\
         - intent: faq/price\n  examples: |\n    - how much is [it](thing)\n    - what does it cost\n    - Hello!\n",
    )
    .unwrap();
    let finished = train(&out, &["--examples", file.to_str().unwrap(), "--folds", "20"]);
    assert_eq!(finished.code, Some(0), "{}", finished.stderr);
    for part in [
        "two: 6 examples of 2 intents, on support-en",
        "same_text: \"hello\" stands under faq/price, greet",
        "nlu.yml:5, ",
        "starved: greet has 3 examples",
        "cross-validated: accuracy",
        "rows read as another intent:",
    ] {
        assert!(finished.stdout.contains(part), "{part}\n{}", finished.stdout);
    }
    assert!(finished.stderr.contains("fewer than 3 intents") && finished.stderr.contains("is ready"));
}
