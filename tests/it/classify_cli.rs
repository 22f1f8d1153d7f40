//! `firstline classify` on a pipe: in order, nothing lost, and a broken line is named and passed over.

use serde_json::{Value, json};

use crate::support::program::firstline;

fn verdicts(stdout: &str) -> Vec<Value> {
    stdout
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn many_lines_come_out_in_order() {
    const LINES: usize = 2_000;
    let input: String = (0..LINES).map(|number| format!("order {number}\n")).collect();
    let classified = firstline(&["classify", "--json"], input.as_bytes());
    assert_eq!(classified.code, Some(0), "{}", classified.stderr);
    let verdicts = verdicts(&classified.stdout);
    assert_eq!(verdicts.len(), LINES);
    for (number, verdict) in verdicts.iter().enumerate() {
        assert_eq!(verdict["text"], format!("order {number}"));
    }
    assert!(
        classified.stderr.contains("2000 messages in "),
        "{}",
        classified.stderr
    );
    assert!(classified.stderr.contains(" messages/s"), "{}", classified.stderr);
}

#[test]
fn a_verdict_has_the_keys_of_the_contract() {
    let classified = firstline(
        &["classify", "--json"],
        b"{\"text\": \"how do i reset my password\", \"id\": 7}\n",
    );
    let verdict = verdicts(&classified.stdout).remove(0);
    assert!(
        classified
            .stdout
            .starts_with(r#"{"text":"how do i reset my password","intent":"password_reset","confidence":0."#)
    );
    let keys: Vec<_> = verdict.as_object().unwrap().keys().map(String::as_str).collect();
    let mut expected = [
        "text",
        "intent",
        "confidence",
        "intents",
        "sentiment",
        "language",
        "action",
    ];
    expected.sort_unstable();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, expected);
    assert_eq!(verdict["intents"][0]["name"], "password_reset");
    assert_eq!(verdict["intents"][0]["confidence"], verdict["confidence"]);
    assert_eq!(verdict["sentiment"]["label"], "neutral");
    let moods = ["negative", "neutral", "positive"].map(|mood| verdict["sentiment"][mood].as_f64().unwrap());
    assert!((moods.iter().sum::<f64>() - 1.0).abs() < 1e-4, "{moods:?}");
    assert_eq!(verdict["language"], "en");
    assert_eq!(verdict["action"], "answer");
}

#[test]
fn broken_lines_are_named_and_the_others_come_out() {
    let mut input = b"hello\n{\"text\": 7}\n\nbye now\nwhat \xff is this\n".to_vec();
    input.extend(vec![b'x'; 300 * 1024]);
    input.extend(b"\ntab\x07bell\nthanks so much");
    let classified = firstline(&["classify", "--json"], &input);
    assert_eq!(classified.code, Some(1), "{}", classified.stderr);
    let texts: Vec<_> = verdicts(&classified.stdout)
        .iter()
        .map(|verdict| verdict["text"].clone())
        .collect();
    assert_eq!(texts, [json!("hello"), json!("bye now"), json!("thanks so much")]);
    for part in [
        "line 2 begins like JSON and is no object with a string `text`",
        "line 5 is not UTF-8",
        "line 6 has more than",
        "line 7 cannot be a message: the text holds the control character U+0007",
        "4 lines could not be read",
    ] {
        assert!(classified.stderr.contains(part), "{part}\n{}", classified.stderr);
    }
}

#[test]
fn nothing_in_is_nothing_out() {
    for input in ["", "\n\n"] {
        let classified = firstline(&["classify", "--json"], input.as_bytes());
        assert_eq!(
            (classified.code, classified.stdout.as_str()),
            (Some(0), ""),
            "{}",
            classified.stderr
        );
    }
}

#[test]
fn a_file_is_read_and_a_table_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("messages.txt");
    std::fs::write(&file, "are you a robot\n").unwrap();
    let classified = firstline(&["classify", file.to_str().unwrap()], b"");
    let words: Vec<_> = classified.stdout.split_whitespace().collect();
    assert_eq!(
        (words[0], &words[2..]),
        (
            "chitchat",
            &["neutral", "en", "answer", "are", "you", "a", "robot"][..]
        )
    );
    let nowhere = firstline(&["classify", "nowhere.txt"], b"");
    assert_eq!(nowhere.code, Some(2));
    assert!(
        nowhere.stderr.contains("nowhere.txt cannot be read"),
        "{}",
        nowhere.stderr
    );
}

#[test]
fn another_model_is_named_by_its_folder() {
    let classified = firstline(&["classify", "--model", "models/nowhere"], b"hello\n");
    assert_eq!(classified.code, Some(78));
    assert!(
        classified.stderr.contains("models/nowhere"),
        "{}",
        classified.stderr
    );
}
