//! The mutants of `tests/mutants` still break the code as it is: each patch finds the lines that it changes, once. Whether
//! the tests catch them is a matter of minutes, for `tests/mutants/run.sh`.

use std::fs;
use std::path::PathBuf;

use crate::support::repository;

/// Fewer would not cover the rules of durability and ownership.
const MUTANTS_MIN: usize = 8;

/// A part of a patch: the file, its lines as they stand there before, and after.
struct Hunk {
    file: String,
    before: String,
    after: String,
}

fn hunks(patch: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let mut file = String::new();
    for line in patch.lines() {
        if let Some(path) = line.strip_prefix("+++ b/") {
            path.clone_into(&mut file);
        } else if line.starts_with("@@") {
            hunks.push(Hunk {
                file: file.clone(),
                before: String::new(),
                after: String::new(),
            });
        } else if let Some(hunk) = hunks.last_mut().filter(|_| !line.starts_with("---")) {
            let (mark, text) = line.split_at_checked(1).unwrap_or((" ", ""));
            if mark != "+" {
                hunk.before += &format!("{text}\n");
            }
            if mark != "-" {
                hunk.after += &format!("{text}\n");
            }
        }
    }
    hunks
}

fn patches() -> Vec<PathBuf> {
    let files = fs::read_dir(repository().join("tests/mutants")).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "patch"))
        .collect()
}

#[test]
fn every_mutant_still_applies() {
    let patches = patches();
    assert!(patches.len() >= MUTANTS_MIN, "{} mutants", patches.len());
    for path in patches {
        let patch = fs::read_to_string(&path).unwrap();
        assert!(patch.contains("\nCaught by: test("), "{path:?} names no test");
        let hunks = hunks(&patch);
        assert!(!hunks.is_empty(), "{path:?} changes nothing");
        for Hunk { file, before, after } in hunks {
            assert_ne!(before, after, "{path:?} changes nothing in {file}");
            let source = fs::read_to_string(repository().join(&file)).unwrap();
            let found = source.matches(&before).count();
            assert_eq!(found, 1, "{path:?} does not fit {file} any more:\n{before}");
        }
    }
}
