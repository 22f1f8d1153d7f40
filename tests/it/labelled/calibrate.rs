//! `firstline calibrate`: a block that the policy reads, with exactly the effect that was certified.

use firstline::domain::intent::Intent;
use firstline::knowledge::Knowledge;
use firstline::triage::policy::Policy;
use serde_json::{Value, json};

use super::{MESSAGES, RowsFile, keys, object, run};
use crate::support::program::firstline;
use crate::support::{repository, written};

/// Few rows promise little: with 42 messages in four wordings, a fifth wrong.
const LAX: [&str; 2] = ["--max-wrong", "0.2"];

fn many() -> RowsFile {
    let row = |text: String, label: &str| json!({ "text": text, "label": label });
    let wordings = ["", "hi, ", "quick question: ", "hello there. "];
    let rows = MESSAGES
        .iter()
        .flat_map(|(text, label, _)| wordings.map(|wording| row(format!("{wording}{text}"), label)));
    RowsFile::new("rows.jsonl", rows.collect::<Vec<_>>())
}

/// The sample policy with its `confidence` block replaced.
fn policy_with(block: &str) -> Policy {
    let folder = repository().join("knowledge");
    let text = std::fs::read_to_string(folder.join("policy.yml")).unwrap();
    let (before, rest) = text.split_once("confidence:\n").unwrap();
    let (_, after) = rest.split_once("\n# The calibrated chance").unwrap();
    let text = format!("{before}{block}\n# The calibrated chance{after}");
    let knowledge = Knowledge::load(&folder).unwrap();
    Policy::parse(&text, &written(&knowledge), "", "test".into()).unwrap()
}

#[test]
fn the_json_has_the_keys_of_the_contract() {
    let found = run(
        "calibrate",
        "--labelled",
        &many(),
        &[&LAX[..], &["--json"]].concat(),
    );
    assert_eq!(found.code, Some(0), "{} {}", found.stdout, found.stderr);
    let report = object(&found);
    insta::assert_snapshot!(keys(&report), @"certified certifying choosing confidence max_wrong model needed policy rows seed unknown_labels");
    insta::assert_snapshot!(keys(&report["certified"]), @"answered answered_share upper_bound wrong wrong_share");
    insta::assert_snapshot!(keys(&report["policy"]), @"answer clarify intents");
    assert!(report["certified"]["upper_bound"].as_f64().unwrap() <= 0.2);
    assert_eq!(
        (&report["choosing"], &report["certifying"]),
        (&json!(56), &json!(112))
    );
}

#[test]
fn the_block_fits_the_policy_and_leaves_alone_what_the_bot_never_answers() {
    let file = many();
    let out = file.beside("confidence.yml");
    let found = run(
        "calibrate",
        "--labelled",
        &file,
        &[&LAX[..], &["--out", &out]].concat(),
    );
    assert_eq!(found.code, Some(0), "{} {}", found.stdout, found.stderr);
    let block = std::fs::read_to_string(&out).unwrap();
    assert!(found.stdout.ends_with(&format!("{block}\n")), "{}", found.stdout);
    assert!(
        block.starts_with("# Made by `firstline calibrate` on 168 labelled rows with "),
        "{block}"
    );
    let policy = policy_with(&block);
    assert_eq!(policy.clarify_at(), 0.20);
    assert_eq!(policy.answer_at(&Intent::new("human_agent")), 0.40);
    assert_eq!(policy.answer_at(&Intent::new("out_of_scope")), 0.45);
}

#[test]
fn the_policy_answers_what_was_certified() {
    let file = many();
    let out = file.beside("confidence.yml");
    let more = [&LAX[..], &["--out", &out, "--json"]].concat();
    let report = object(&run("calibrate", "--labelled", &file, &more));
    let policy = policy_with(&std::fs::read_to_string(&out).unwrap());
    let verdicts = firstline(&["classify", "--json", &file.path.display().to_string()], b"");
    let verdicts: Vec<Value> = verdicts
        .stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    // The rule `low_confidence` of the decision, under the new policy.
    let acted_on = |verdict: &&Value| {
        let intent = verdict["intent"].as_str().unwrap();
        let confidence = verdict["confidence"].as_f64().unwrap() as f32;
        !["out_of_scope", "human_agent"].contains(&intent)
            && confidence >= policy.answer_at(&Intent::new(intent))
    };
    let answered = verdicts.iter().filter(acted_on).count();
    // The file holds the 56 rows that chose too.
    let certified = report["certified"]["answered"].as_u64().unwrap() as usize;
    assert!(
        answered >= certified && answered <= certified + 56,
        "{answered} of all, {certified} certified"
    );
    // Each bar in the block is one the JSON has, to the last digit.
    for (intent, bar) in report["policy"]["intents"].as_object().unwrap() {
        assert_eq!(
            policy.answer_at(&Intent::new(intent.as_str())),
            bar.as_f64().unwrap() as f32
        );
    }
}

#[test]
fn what_cannot_be_certified_is_a_finding_with_advice() {
    let file = many();
    let out = file.beside("confidence.yml");
    let found = run(
        "calibrate",
        "--labelled",
        &file,
        &["--max-wrong", "0.01", "--out", &out],
    );
    assert_eq!(found.code, Some(1), "{}", found.stderr);
    assert!(
        found
            .stdout
            .contains("not certified: no threshold keeps the wrong answers to 1 % at 95 %"),
        "{}",
        found.stdout
    );
    assert!(found.stdout.contains("more"), "{}", found.stdout);
    assert!(!std::fs::exists(&out).unwrap(), "nothing is written");
    let report = object(&run(
        "calibrate",
        "--labelled",
        &file,
        &["--max-wrong", "0.01", "--json"],
    ));
    assert_eq!(
        (&report["certified"], &report["policy"]),
        (&Value::Null, &Value::Null)
    );
    // What it offers instead can be had.
    let share = report["needed"]["certifiable_max_wrong"]
        .as_f64()
        .unwrap()
        .to_string();
    let again = run("calibrate", "--labelled", &file, &["--max-wrong", &share]);
    assert_eq!(again.code, Some(0), "{share}: {}", again.stdout);
}

#[test]
fn trials_say_how_often_the_promise_was_broken() {
    let more = [&LAX[..], &["--trials", "20", "--json"]].concat();
    // 168 rows are too few for halves of halves.
    let few = run("calibrate", "--labelled", &many(), &more);
    assert_eq!(few.code, Some(2));
    assert!(few.stderr.contains("at least 200 are needed"), "{}", few.stderr);
    let files = [many(), many()];
    let [one, other] = files.each_ref().map(|file| file.path.display().to_string());
    // A file that is named twice is read once, or its rows would choose and certify.
    let found = firstline(
        &[&["calibrate", "--labelled", &one, &other, &one], &more[..]].concat(),
        b"",
    );
    let report = object(&found);
    insta::assert_snapshot!(keys(&report["trials"]), @"above answered certified expected_above significantly_above trials wrong");
    assert_eq!(report["trials"]["trials"], 20);
    assert_eq!(report["kept"], found.code == Some(0));
}

#[test]
fn demands_that_are_none_are_refused() {
    for (more, problem) in [
        (["--max-wrong", "0"], "cannot be promised"),
        (["--confidence", "1"], "at least 0.5 and below 1"),
    ] {
        let refused = run("calibrate", "--labelled", &many(), &more);
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
    }
    let few = RowsFile::new("rows.jsonl", [json!({ "text": "hi", "label": "greeting" })]);
    let refused = run("calibrate", "--labelled", &few, &[]);
    assert!(
        refused.stderr.contains("at least 100 are needed"),
        "{}",
        refused.stderr
    );
}
