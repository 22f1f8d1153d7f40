//! The knowledge base from its files to an index in memory or in a folder, on the sample business.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use firstline::domain::article::Audience;
use firstline::knowledge::{Knowledge, KnowledgeIndex, Place};
use firstline::ports::{KnowledgeBase, SearchQuery};

pub(crate) static SAMPLE: LazyLock<Knowledge> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("knowledge");
    Knowledge::load(&folder).unwrap_or_else(|problems| panic!("{problems:#?}"))
});

pub(crate) fn in_memory(knowledge: &Knowledge) -> KnowledgeIndex {
    KnowledgeIndex::build(knowledge, Place::Memory, None).expect("memory is enough")
}

fn question() -> SearchQuery<'static> {
    SearchQuery {
        text: "where is my parcel right now",
        embedding: None,
        context: &[],
        intents: &[],
        locale: "en",
        audience: Audience::Public,
        now: "2026-11-22T10:00:00Z".parse().expect("a moment"),
        limit: 5,
    }
}

fn finds_tracking(index: &KnowledgeIndex) -> bool {
    let hits = index.search(&question()).expect("the index can be read");
    hits.iter().any(|hit| hit.citation.article == "track-your-order")
}

#[test]
fn the_sample_business_has_no_problem() {
    assert!(SAMPLE.articles.len() >= 54, "{}", SAMPLE.articles.len());
    assert!(SAMPLE.replies.len() >= 90, "{}", SAMPLE.replies.len());
    let stats = in_memory(&SAMPLE).stats();
    assert_eq!(stats.articles, SAMPLE.articles.len());
    let passages: usize = SAMPLE.articles.iter().map(|article| article.passages.len()).sum();
    assert_eq!(stats.passages, passages as u64);
    assert!(stats.bytes > 0 && !stats.reused);
}

#[test]
fn a_folder_is_reused_until_the_articles_change() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path());
    let first = KnowledgeIndex::build(&SAMPLE, place, None).unwrap();
    assert!(!first.stats().reused);
    assert!(
        KnowledgeIndex::build(&SAMPLE, place, None)
            .unwrap()
            .stats()
            .reused
    );

    let mut changed = SAMPLE.clone();
    changed
        .articles
        .retain(|article| article.id != "track-your-order");
    changed.hash = "another".to_owned();
    let second = KnowledgeIndex::build(&changed, place, None).unwrap();
    assert!(!second.stats().reused);

    assert!(finds_tracking(&first), "who reads the old index keeps it");
    assert!(!finds_tracking(&second));
    let generations = fs::read_dir(folder.path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(generations.count(), 1);
}

#[test]
fn a_damaged_folder_is_built_again() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::Folder(folder.path());
    KnowledgeIndex::build(&SAMPLE, place, None).unwrap();
    let home = folder
        .path()
        .join(fs::read_to_string(folder.path().join("current")).unwrap());
    for file in fs::read_dir(&home).unwrap() {
        fs::remove_file(file.unwrap().path()).unwrap();
    }
    fs::create_dir(folder.path().join("building")).unwrap();
    let index = KnowledgeIndex::build(&SAMPLE, place, None).unwrap();
    assert!(!index.stats().reused);
    assert!(finds_tracking(&index));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let error = KnowledgeIndex::build(&SAMPLE, Place::Folder(&file.join("index")), None).unwrap_err();
    assert!(error.to_string().starts_with("cannot create "), "{error}");
}

#[test]
fn all_problems_of_all_files_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let told = || {
        let problems = Knowledge::load(folder.path()).unwrap_err();
        let told = problems
            .iter()
            .map(|problem| problem.to_string().replace(folder.path().to_str().unwrap(), "."));
        told.collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(told(), @"
    ./articles: the folder cannot be read (No such file or directory (os error 2)); create it, with one Markdown file for each article
    ./replies: the folder cannot be read (No such file or directory (os error 2)); create it, with YAML files of canned responses
    ");

    fs::create_dir(folder.path().join("articles")).unwrap();
    fs::create_dir(folder.path().join("replies")).unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write(
        "articles/a.md",
        "---\nid: b\ntitle: A\nlocale: en\naudience: public\n---\n## Empty\n",
    );
    write("articles/b.md", "no front matter");
    write("articles/.hidden.md", "no front matter");
    write("articles/notes.txt", "no article");
    let reply = "replies:\n  - id: hello\n    title: Hello\n    locale: en\n    for: bot\n    text: Hello\n";
    write("replies/one.yml", reply);
    write(
        "replies/two.yml",
        &format!("{reply}{}", reply.replace("replies:\n", "").replace("en", "de")),
    );
    write("replies/wrong.yaml", "replies: {}\n");
    insta::assert_snapshot!(told(), @r#"
    ./articles/a.md:2: id: the id is "b" but the file is a.md; make them equal
    ./articles/a.md:7: there is no text under "Empty"; write some or remove the heading
    ./articles/b.md:1: there is no front matter; begin the file with a line `---`, the keys, and a line `---`
    ./replies/two.yml:2: id: "hello" stands already for locale en in ./replies/one.yml:2; rename or remove one
    ./replies/wrong.yaml:1: replies: the YAML cannot be read: expected sequence start; mend it, or put the value in quotes
    "#);
}
