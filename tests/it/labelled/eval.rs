//! `firstline eval`: its figures, its report, and what it refuses.

use serde_json::json;

use super::{MESSAGES, RowsFile, all, keys, object, run};

#[test]
fn the_json_has_the_keys_of_the_contract() {
    let found = run("eval", "--test", &all(), &["--json"]);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    let report = object(&found);
    insta::assert_snapshot!(keys(&report), @"accuracy answered aurc baseline brier by_intent confused confusion ece in_scope_accuracy latency macro_f1 mistakes model out_of_scope reliability risk_coverage rows sentiment tests unknown_labels without");
    insta::assert_snapshot!(keys(&report["out_of_scope"]), @"recall recall_at_95_kept rows");
    insta::assert_snapshot!(keys(&report["answered"][0]), @"coverage error rightly threshold");
    insta::assert_snapshot!(keys(&report["by_intent"][0]), @"f1 intent precision predicted recall support");
    insta::assert_snapshot!(keys(&report["sentiment"]), @"accuracy classes macro_f1 negative_auroc negative_recall_at_90_precision rows");
    insta::assert_snapshot!(keys(&report["latency"]), @"messages p50_ms p99_ms");
}

#[test]
fn the_figures_agree_with_each_other_and_with_the_rows() {
    let report = object(&run("eval", "--test", &all(), &["--json"]));
    assert_eq!(report["rows"], MESSAGES.len());
    assert!(
        report["accuracy"].as_f64().unwrap() > 0.6,
        "{}",
        report["accuracy"]
    );
    assert!(report["sentiment"]["negative_auroc"].as_f64().unwrap() > 0.7);
    // The model has never heard of moon boats: they count as out of scope.
    assert_eq!(
        report["unknown_labels"],
        json!([{ "label": "moon_boats", "rows": 1 }])
    );
    assert_eq!(report["out_of_scope"]["rows"], 3);
    let labels = report["confusion"]["labels"].as_array().unwrap();
    let counts = report["confusion"]["counts"].as_array().unwrap();
    let cell = |gold: usize, predicted: usize| counts[gold][predicted].as_u64().unwrap();
    let right: u64 = (0..labels.len()).map(|place| cell(place, place)).sum();
    let all: u64 = (0..labels.len())
        .flat_map(|gold| (0..labels.len()).map(move |predicted| (gold, predicted)))
        .map(|(gold, predicted)| cell(gold, predicted))
        .sum();
    assert_eq!(all, MESSAGES.len() as u64);
    assert!((report["accuracy"].as_f64().unwrap() - right as f64 / all as f64).abs() < 1e-9);
    for answered in report["answered"].as_array().unwrap() {
        let (coverage, rightly) = (
            answered["coverage"].as_f64().unwrap(),
            answered["rightly"].as_f64().unwrap(),
        );
        assert!(
            coverage - rightly <= answered["error"].as_f64().unwrap() * coverage + 1e-9,
            "{answered}"
        );
    }
}

#[test]
fn rows_can_be_left_out() {
    let named = object(&run(
        "eval",
        "--test",
        &all(),
        &["--json", "--without", "hello,track_order,cancel_order"],
    ));
    assert_eq!(named["rows"], MESSAGES.len() - 5);
    let support = object(&run("eval", "--test", &all(), &["--json", "--support-only"]));
    // greeting, thanks, goodbye and two out of scope.
    assert_eq!(support["rows"], MESSAGES.len() - 5);
    assert!(
        support["without"]
            .as_array()
            .unwrap()
            .contains(&json!("greeting"))
    );
    let nothing = RowsFile::new("rows.jsonl", [json!({ "text": "hi", "label": "greeting" })]);
    let refused = run("eval", "--test", &nothing, &["--support-only"]);
    assert_eq!(refused.code, Some(2));
    assert!(refused.stderr.contains("no row is left"), "{}", refused.stderr);
}

#[test]
fn labels_that_are_moods_make_a_test_of_moods() {
    let moods = MESSAGES
        .iter()
        .map(|(text, _, mood)| json!({ "text": text, "label": mood }));
    let found = run(
        "eval",
        "--test",
        &RowsFile::new("moods.jsonl", moods),
        &["--json"],
    );
    let report = object(&found);
    assert_eq!(keys(&report), "baseline latency model sentiment tests without");
    let beside = object(&run("eval", "--test", &all(), &["--json", "--mood"]));
    assert_eq!(report["sentiment"], beside["sentiment"]);
    let table = run("eval", "--test", &all(), &["--mood"]).stdout;
    assert!(
        table.contains("negative_auroc") && !table.contains("in_scope_accuracy"),
        "{table}"
    );
}

#[test]
fn a_model_against_itself_differs_in_nothing() {
    let found = run(
        "eval",
        "--test",
        &all(),
        &["--json", "--baseline", "models/support-en"],
    );
    let baseline = &object(&found)["baseline"];
    for difference in baseline["differences"].as_array().unwrap() {
        assert_eq!(difference["difference"], 0.0, "{difference}");
        assert_eq!(difference["interval"], json!([0.0, 0.0]), "{difference}");
    }
    assert_eq!(baseline["mcnemar"]["p"], 1.0);
    let table = run("eval", "--test", &all(), &["--baseline", "models/support-en"]).stdout;
    assert!(table.contains("McNemar's exact p = 1.0000"), "{table}");
}

#[test]
fn the_report_is_one_page_and_its_json() {
    let file = RowsFile::new(
        "rows.jsonl",
        [
            json!({ "text": "<img src=x> where is my order", "label": "refund_status" }),
            json!({ "text": "hello", "label": "greeting" }),
        ],
    );
    let page = file.beside("page.html");
    let found = run("eval", "--test", &file, &["--report", &page, "--json"]);
    assert_eq!(found.code, Some(0), "{}", found.stderr);
    let html = std::fs::read_to_string(&page).unwrap();
    assert!(
        html.contains("&lt;img src=x&gt;") && !html.contains("<img"),
        "texts are escaped"
    );
    assert!(html.matches("<svg").count() == 3 && !html.contains("<script"));
    let json: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(file.beside("page.json")).unwrap()).unwrap();
    assert_eq!(json, object(&found));
    insta::assert_snapshot!(keys(&json["mistakes"][0]), @"confidence gold predicted text");
    insta::assert_snapshot!(keys(&json["confused"][0]), @"examples gold predicted rows");
    for (name, problem) in [
        ("page.pdf", "must end in .html"),
        ("nowhere/page.html", "there is no folder"),
    ] {
        let refused = run("eval", "--test", &file, &["--report", &file.beside(name)]);
        assert_eq!(refused.code, Some(2));
        assert!(refused.stderr.contains(problem), "{}", refused.stderr);
    }
}

#[test]
fn the_table_says_all_there_is() {
    let table = run("eval", "--test", &all(), &[]).stdout;
    for part in [
        "42 rows, 3 of them out of scope",
        "the model has no intent \"moon_boats\": 1 rows count as out of scope",
        "in_scope_accuracy",
        "answered at an error of at most",
        "password_reset",
        "negative_recall_at_90_precision",
        "one message on one thread:",
    ] {
        assert!(table.contains(part), "{part:?} is not in\n{table}");
    }
}

#[test]
fn bad_rows_are_refused_with_file_and_line() {
    let file = RowsFile::new(
        "rows.jsonl",
        [json!({ "text": "hi", "label": "a" }), json!({ "text": "hi" })],
    );
    let refused = run("eval", "--test", &file, &[]);
    assert_eq!((refused.code, refused.stdout.as_str()), (Some(2), ""));
    assert!(
        refused
            .stderr
            .contains("rows.jsonl:2: this is no row (missing field `label`"),
        "{}",
        refused.stderr
    );
    let nowhere = run("eval", "--test", &all(), &["--model", "models/nowhere"]);
    assert_eq!(nowhere.code, Some(78), "{}", nowhere.stderr);
}
