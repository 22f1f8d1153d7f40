//! The written conversations in tests/transcripts, played by the real binary, and what `replay` does with mistakes.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::program::{Finished, firstline};
use crate::support::repository;

fn sample() -> PathBuf {
    repository().join("tests/transcripts")
}

fn replay(path: &Path, flags: &[&str]) -> Finished {
    let mut arguments = vec!["replay", path.to_str().unwrap()];
    arguments.extend(flags);
    firstline(&arguments, b"")
}

/// One written conversation in a folder of its own.
fn copy_of(name: &str) -> (tempfile::TempDir, PathBuf, String) {
    let folder = tempfile::tempdir().unwrap();
    let text = fs::read_to_string(sample().join(name)).unwrap();
    let file = folder.path().join(name);
    fs::write(&file, &text).unwrap();
    (folder, file, text)
}

#[test]
fn the_written_conversations_go_as_written() {
    let count = fs::read_dir(sample()).unwrap().count();
    assert!(count >= 36, "{count}");
    let played = replay(&sample(), &[]);
    assert_eq!(
        (played.code, played.stdout.as_str()),
        (
            Some(0),
            format!("{count} conversations, {count} as written\n").as_str()
        ),
        "{}",
        played.stderr
    );
}

#[test]
fn the_conversations_beside_the_flows_go_as_written() {
    let played = replay(&repository().join("knowledge"), &[]);
    assert_eq!(played.code, Some(0), "{}{}", played.stdout, played.stderr);
    let count = played.stdout.split(' ').next().unwrap();
    assert_eq!(
        played.stdout,
        format!("{count} conversations, {count} as written\n")
    );
    assert!(count.parse::<usize>().unwrap() >= 70, "{count}");
}

/// `--update` writes down whatever comes of a line, also that nobody had asked for it.
#[test]
fn no_written_conversation_has_a_mistake_in_it() {
    for folder in [sample(), repository().join("knowledge/flows")] {
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            let text = fs::read_to_string(&file).unwrap();
            let mistakes: Vec<&str> = text
                .lines()
                .filter(|line| line.trim_start().starts_with("mistake"))
                .collect();
            assert!(mistakes.is_empty(), "{}: {mistakes:?}", file.display());
        }
    }
}

#[test]
fn playing_again_gives_the_same_bytes() {
    let (first, second) = (replay(&sample(), &["--json"]), replay(&sample(), &["--json"]));
    assert_eq!(first.stdout, second.stdout);
    for line in first.stdout.lines() {
        let report: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(report["outcome"], "as_written", "{line}");
    }
}

#[test]
fn a_difference_names_file_and_line_and_update_mends_it() {
    let (folder, file, text) = copy_of("handoff-policy.txt");
    let wrong = text.replace("handoff policy ->", "handoff urgent ->");
    fs::write(&file, &wrong).unwrap();
    let line = 1 + wrong
        .lines()
        .position(|line| line.contains("handoff urgent"))
        .unwrap();

    let played = replay(folder.path(), &[]);
    assert_eq!(played.code, Some(1));
    let place = format!("{}:{line}: not as written", file.display());
    for part in [
        place.as_str(),
        "-   handoff urgent ->",
        "+   handoff policy ->",
        "1 conversations, 0 as written",
    ] {
        assert!(played.stdout.contains(part), "{part}\n{}", played.stdout);
    }
    assert_eq!(
        fs::read_to_string(&file).unwrap(),
        wrong,
        "without --update nothing is written"
    );

    assert_eq!(replay(folder.path(), &["--update"]).code, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
    assert_eq!(replay(folder.path(), &[]).code, Some(0));
}

#[test]
fn update_keeps_comments_and_blank_lines() {
    let (_folder, file, text) = copy_of("goodbye-closes.txt");
    let commented = format!("{text}\n# Said at the end.\n");
    fs::write(&file, commented.replace("  close, read", "  old")).unwrap();
    assert_eq!(replay(&file, &["--update"]).code, Some(0));
    assert_eq!(fs::read_to_string(&file).unwrap(), commented);
}

#[test]
fn lines_that_mean_nothing_are_findings() {
    let (folder, file, _) = copy_of("goodbye-closes.txt");
    fs::write(&file, "customer: hi\n\nana dances\n").unwrap();
    let played = replay(folder.path(), &[]);
    assert_eq!(played.code, Some(1));
    assert!(
        played
            .stdout
            .contains(&format!("{}:3: cannot be read", file.display())),
        "{}",
        played.stdout
    );
    assert!(
        played
            .stdout
            .contains("\"ana dances\" is no line of a transcript"),
        "{}",
        played.stdout
    );
}

#[test]
fn a_folder_without_transcripts_is_wrong_usage() {
    let folder = tempfile::tempdir().unwrap();
    let played = replay(folder.path(), &[]);
    assert_eq!(played.code, Some(2));
    assert!(
        played.stderr.contains("there is no transcript in"),
        "{}",
        played.stderr
    );
    assert_eq!(replay(&folder.path().join("nowhere"), &[]).code, Some(2));
}

/// A flow as far as `replay` looks at it: two conversations, one of them written down.
const FLOW: &str = "id: greet
tests:
  - |
    # A greeting.
    customer: hello there
  - |
    customer: goodbye

    # Nobody has asked for it.
    shop.order: ok {\"status\": \"shipped\"}
      mistake: nobody has asked for this
replies: {}
";

#[test]
fn conversations_beside_a_flow_are_played_and_written_where_they_stand() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("flows")).unwrap();
    let file = folder.path().join("flows/greet.yml");
    fs::write(&file, FLOW).unwrap();
    fs::write(folder.path().join("policy.yml"), "phrases: {}\n").unwrap();

    let played = replay(folder.path(), &[]);
    assert_eq!(played.code, Some(1), "{}", played.stderr);
    for part in [
        format!("{}:6: not as written", file.display()),
        format!("{}:8: not as written", file.display()),
        "+       bot [greeting]: Hello!".to_owned(),
        "2 conversations, 0 as written".to_owned(),
    ] {
        assert!(played.stdout.contains(&part), "{part}\n{}", played.stdout);
    }
    let updated = replay(&file, &["--update"]);
    assert_eq!(
        (updated.code, fs::read_to_string(&file).unwrap() == FLOW),
        (Some(0), false)
    );
    let played = replay(folder.path(), &[]);
    assert_eq!(
        played.stdout, "2 conversations, 2 as written\n",
        "{}",
        played.stderr
    );

    // Only what came of the input lines was added.
    let written = fs::read_to_string(&file).unwrap();
    let inputs: Vec<&str> = written
        .lines()
        .filter(|line| !line.starts_with("      "))
        .collect();
    let before: Vec<&str> = FLOW.lines().filter(|line| !line.starts_with("      ")).collect();
    assert_eq!(inputs, before);
    assert!(
        written.contains("    customer: hello there\n      answer, read as greeting\n"),
        "{written}"
    );
}

#[test]
fn conversations_beside_a_flow_that_cannot_be_read_are_findings() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("greet.yml");
    let place = |line: usize| format!("{}:{line}: cannot be read", file.display());
    for (text, line, says) in [
        (
            FLOW.replace("hello there", "hi\n    ana dances"),
            6,
            "line 6: \"ana dances\" is no line of",
        ),
        (FLOW.replace("- |", "- >"), 4, "write `- |`"),
        (format!("{FLOW}tests: []\n"), 13, "duplicate"),
    ] {
        fs::write(&file, text).unwrap();
        let played = replay(folder.path(), &[]);
        assert_eq!(played.code, Some(1), "{}", played.stderr);
        for part in [place(line).as_str(), says] {
            assert!(played.stdout.contains(part), "{part}\n{}", played.stdout);
        }
    }
    fs::write(&file, "id: greet\n").unwrap();
    let none = replay(&file, &[]);
    assert_eq!(none.code, Some(2));
    assert!(
        none.stderr.contains("there is no transcript in"),
        "{}",
        none.stderr
    );
}
