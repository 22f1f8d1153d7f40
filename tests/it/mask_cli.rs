//! `firstline mask` on a pipe: each line without personal data, and where it stood.

use std::fs;

use serde_json::{Value, json};

use crate::support::program::{firstline, program, run};

const INPUT: &[u8] = b"my card is 4111 1111 1111 1111, mail a@b.co\n\n{\"text\": \"IBAN DE89370400440532013000\\nthanks\", \"id\": 7}\norder FH-10423 for \xc2\xa312.50\n";

#[test]
fn each_line_is_printed_without_what_the_policy_masks() {
    let masked = firstline(&["mask"], INPUT);
    assert_eq!(masked.code, Some(0), "{}", masked.stderr);
    assert_eq!(
        masked.stdout,
        "my card is [card ending 1111], mail a@b.co\nIBAN [IBAN ending 3000] thanks\norder FH-10423 for £12.50\n"
    );
}

#[test]
fn places_are_bytes_of_the_message_as_it_was() {
    let text = "héllo 4111 1111 1111 1111, mail a@b.co";
    let masked = firstline(&["mask", "--all", "--json"], text.as_bytes());
    assert_eq!(masked.code, Some(0), "{}", masked.stderr);
    let line: Value = serde_json::from_str(&masked.stdout).unwrap();
    assert_eq!(
        line,
        json!({ "text": "héllo [card ending 1111], mail [email]", "found": [
            { "kind": "card", "start": 7, "end": 26 }, { "kind": "email", "start": 33, "end": 39 }] })
    );
    assert_eq!(&text[7..26], "4111 1111 1111 1111");
    assert_eq!(&text[33..39], "a@b.co");
}

#[test]
fn a_broken_line_is_named_and_passed_over() {
    let masked = firstline(&["mask", "--all"], b"{oops\n07700 900123\n\xff\n");
    assert_eq!(masked.code, Some(1));
    assert_eq!(masked.stdout, "[phone]\n");
    assert!(
        masked.stderr.contains("line 1 begins like JSON"),
        "{}",
        masked.stderr
    );
    assert!(masked.stderr.contains("line 3 is not UTF-8"), "{}", masked.stderr);
}

#[test]
fn without_a_policy_the_defaults_hold_and_with_a_broken_one_nothing_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = program(folder.path());
    let masked = run(command.arg("mask"), INPUT);
    assert_eq!(masked.code, Some(0), "{}", masked.stderr);
    assert!(
        masked
            .stdout
            .starts_with("my card is [card ending 1111], mail a@b.co\n")
    );
    assert!(masked.stderr.contains("There is no "), "{}", masked.stderr);

    fs::create_dir(folder.path().join("knowledge")).unwrap();
    fs::write(
        folder.path().join("knowledge/policy.yml"),
        "personal_data:\n  card: hide\n",
    )
    .unwrap();
    let mut command = program(folder.path());
    let masked = run(command.arg("mask"), INPUT);
    assert_eq!(masked.code, Some(78));
    assert_eq!(masked.stdout, "");
    assert!(masked.stderr.contains("policy.yml:2"), "{}", masked.stderr);
    let missing = firstline(&["mask", "no-such-file"], b"");
    assert_eq!(missing.code, Some(2));
    assert!(
        missing.stderr.contains("no-such-file cannot be read"),
        "{}",
        missing.stderr
    );
}
