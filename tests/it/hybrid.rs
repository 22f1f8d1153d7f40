//! Passages found by what they mean: what no cosine makes up for, what is embedded again and what is not, and words that
//! are written otherwise than the business wrote them.

use std::fs;
use std::path::Path;
use std::sync::Mutex;

use firstline::domain::article::{Article, ArticleHit, Audience, Passage};
use firstline::domain::reading::Fault;
use firstline::knowledge::{Embeddings, Knowledge, KnowledgeIndex, Place};
use firstline::ports::{Embedder, KnowledgeBase, SearchQuery};
use proptest::prelude::{any, proptest};

use crate::knowledge::SAMPLE;
use crate::support::copy_folder;

const LENGTH: usize = 32;

/// Texts with the same letters are near each other. It writes down what it was asked for.
#[derive(Debug)]
struct Letters {
    model: &'static str,
    asked: Mutex<Vec<String>>,
}

impl Letters {
    fn new(model: &'static str) -> Self {
        Self {
            model,
            asked: Mutex::default(),
        }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap())
    }
}

impl Embedder for Letters {
    fn model(&self) -> &str {
        self.model
    }

    fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, Fault> {
        let mut asked = self.asked.lock().unwrap();
        asked.extend(texts.iter().map(|text| (*text).to_owned()));
        Ok(texts.iter().map(|text| vector(text)).collect())
    }
}

fn vector(text: &str) -> Vec<f32> {
    let mut vector = [0.0_f32; LENGTH];
    for byte in text.bytes() {
        vector[usize::from(byte) % LENGTH] += 1.0;
    }
    let length = vector.iter().map(|number| number * number).sum::<f32>().sqrt();
    vector.iter().map(|number| number / length.max(1.0)).collect()
}

fn article(id: &str, text: &str) -> Article {
    Article {
        id: id.to_owned(),
        title: id.to_owned(),
        locale: "en".to_owned(),
        audience: Audience::Public,
        intents: Vec::new(),
        questions: Vec::new(),
        valid_from: None,
        valid_to: None,
        passages: vec![Passage {
            id: "intro".to_owned(),
            heading: String::new(),
            text: text.to_owned(),
        }],
    }
}

fn knowledge(articles: Vec<Article>) -> Knowledge {
    Knowledge {
        articles,
        ..Knowledge::default()
    }
}

fn build(knowledge: &Knowledge, embedder: &dyn Embedder, kept: Option<&Path>) -> KnowledgeIndex {
    let embeddings = Embeddings { embedder, kept };
    KnowledgeIndex::build(knowledge, Place::Memory, Some(embeddings)).unwrap()
}

fn query<'a>(text: &'a str, embedding: Option<&'a [f32]>) -> SearchQuery<'a> {
    SearchQuery {
        text,
        embedding,
        context: &[],
        intents: &[],
        locale: "en",
        audience: Audience::Public,
        now: "2026-11-22T10:00:00Z".parse().unwrap(),
        limit: 5,
    }
}

fn found(hits: &[ArticleHit]) -> Vec<&str> {
    hits.iter().map(|hit| hit.citation.article.as_str()).collect()
}

#[test]
fn no_cosine_finds_what_may_not_be_found() {
    let text = "quite another matter";
    let with = |id: &str, change: fn(&mut Article)| {
        let mut article = article(id, text);
        change(&mut article);
        article
    };
    let articles = vec![
        with("internal", |article| article.audience = Audience::Internal),
        with("expired", |article| {
            article.valid_to = Some("2026-11-21".parse().unwrap())
        }),
        with("early", |article| {
            article.valid_from = Some("2026-11-23".parse().unwrap())
        }),
        with("german", |article| article.locale = "de".to_owned()),
        with("today", |article| {
            article.valid_from = Some("2026-11-22".parse().unwrap());
            article.valid_to = Some("2026-11-22".parse().unwrap());
        }),
    ];
    let index = build(&knowledge(articles), &Letters::new("letters"), None);
    // Word for word what each says, but in letters that make no word.
    let embedding = vector(&format!("internal\n{text}"));
    let customer = query("xyzzy", Some(&embedding));
    assert_eq!(found(&index.search(&customer).unwrap()), ["today"]);
    let agent = SearchQuery {
        audience: Audience::Internal,
        ..customer.clone()
    };
    assert_eq!(found(&index.search(&agent).unwrap()), ["internal", "today"]);
    let german = SearchQuery {
        locale: "de",
        ..customer
    };
    assert_eq!(found(&index.search(&german).unwrap()), ["german"]);
    let nearest = index.nearest(&query("xyzzy", Some(&embedding))).unwrap();
    assert_eq!(nearest.len(), 1, "{nearest:?}");
}

#[test]
fn what_a_passage_means_finds_it_without_a_common_word() {
    let index = build(
        &knowledge(vec![
            article("abc", "abcabc abcacb"),
            article("xyz", "xyzxyz zyxzyx"),
        ]),
        &Letters::new("letters"),
        None,
    );
    let embedding = vector("cab");
    let hits = index.search(&query("cab", Some(&embedding))).unwrap();
    assert_eq!(found(&hits), ["abc", "xyz"]);
    assert!(hits[0].score > hits[1].score, "{hits:?}");
    assert!(index.search(&query("cab", None)).unwrap().is_empty());
}

#[test]
fn an_embedding_of_another_length_is_as_good_as_none() {
    let index = build(&SAMPLE, &Letters::new("letters"), None);
    let words = index.search(&query("where is my parcel", None)).unwrap();
    for wrong in [vec![], vec![1.0], vec![0.5; LENGTH + 1]] {
        let hits = index.search(&query("where is my parcel", Some(&wrong))).unwrap();
        assert_eq!(hits, words, "{} numbers", wrong.len());
    }
}

#[test]
fn only_what_changed_is_embedded_again() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Some(folder.path());
    let mut knowledge = knowledge(vec![article("one", "First."), article("two", "Second.")]);
    let letters = Letters::new("letters");

    let first = build(&knowledge, &letters, kept);
    let passages = 2;
    assert_eq!(first.stats().embedded, passages);
    assert!(letters.asked().iter().any(|text| text.contains("First.")));
    assert!(first.stats().vectors >= 2 && first.stats().vector_bytes > 0);

    assert_eq!(build(&knowledge, &letters, kept).stats().embedded, 0);
    assert!(letters.asked().is_empty());

    knowledge.articles[1].passages[0].text = "Third.".to_owned();
    build(&knowledge, &letters, kept);
    let again = letters.asked();
    assert!(
        again.iter().any(|text| text.contains("Third.")) && !again.iter().any(|text| text.contains("First.")),
        "{again:?}"
    );

    // What is gone is not kept: put back, it is embedded again.
    knowledge.articles[1].passages[0].text = "Second.".to_owned();
    assert!(build(&knowledge, &letters, kept).stats().embedded > 0);
    letters.asked();

    let other = Letters::new("other");
    assert_eq!(build(&knowledge, &other, kept).stats().embedded, passages);
    let files: Vec<_> = fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(
        files.len(),
        1,
        "the vectors of the model before are gone: {files:?}"
    );
}

#[test]
fn a_damaged_file_of_vectors_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let kept = Some(folder.path());
    let letters = Letters::new("letters");
    let all = build(&SAMPLE, &letters, kept).stats().embedded;
    let file = fs::read_dir(folder.path())
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs::read(&file).unwrap();
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    for damaged in [&whole[..whole.len() - 7], &flipped, &whole[..3], &[]] {
        fs::write(&file, damaged).unwrap();
        assert_eq!(build(&SAMPLE, &letters, kept).stats().embedded, all);
        assert_eq!(
            fs::read(&file).unwrap(),
            whole,
            "the same vectors, the same bytes"
        );
    }
}

#[test]
fn vectors_that_cannot_be_kept_are_made_each_time() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let letters = Letters::new("letters");
    for _ in 0..2 {
        assert!(
            build(&SAMPLE, &letters, Some(&file.join("index")))
                .stats()
                .embedded
                > 0
        );
    }
}

#[test]
fn what_was_said_before_tells_which_article_is_meant() {
    let mut articles = vec![
        article("Volt e-bike", "A charge takes 4 hours."),
        article("Gift cards", "A charge takes 3 hours."),
        article("Other things", "A charge takes 2 hours."),
    ];
    articles.reverse();
    let index = build(&knowledge(articles), &Letters::new("letters"), None);
    let asked = query("how long is a charge", None);
    for (said, expected) in [
        (["what does the volt cost", "It costs £2,149."], "Volt e-bike"),
        (["do you have gift cards", "Yes, we do."], "Gift cards"),
    ] {
        let hits = index
            .search(&SearchQuery {
                context: &said,
                ..asked.clone()
            })
            .unwrap();
        assert_eq!(found(&hits)[0], expected);
    }
}

#[test]
fn other_words_for_the_same_and_slips_find_the_article() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&crate::support::repository().join("knowledge"), folder.path());
    let article = |text: &str| {
        let knowledge = Knowledge::load(folder.path()).unwrap();
        let index = KnowledgeIndex::build(&knowledge, Place::Memory, None).unwrap();
        let hits = index.search(&query(text, None)).unwrap();
        hits.first().map(|hit| hit.citation.article.clone())
    };
    let file = folder.path().join("synonyms.yml");
    fs::write(&file, "synonyms: []\n").unwrap();
    assert_eq!(article("zeppelin"), None);
    let group = "synonyms:\n  - locale: en\n    words: [zeppelin, backup codes]\n";
    fs::write(&file, group).unwrap();
    assert_eq!(article("zeppelin").as_deref(), Some("two-step-sign-in"));
    fs::remove_file(&file).unwrap();
    assert_eq!(article("zeppelin"), None);

    assert_eq!(
        article("blutooth").as_deref(),
        Some("volt-error-codes-and-pairing")
    );
    assert_eq!(
        article("xluetooth"),
        None,
        "the first letter is taken to be right"
    );
}

#[test]
fn a_mistake_in_the_synonyms_is_told_with_the_others() {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&crate::support::repository().join("knowledge"), folder.path());
    fs::write(folder.path().join("synonyms.yml"), "synonyms:\n  - local: en\n").unwrap();
    let problems = Knowledge::load(folder.path()).unwrap_err();
    let told = problems[0].to_string();
    assert!(
        told.ends_with("synonyms.yml:2: local: there is no such key; use one of locale, words"),
        "{told}"
    );
}

proptest! {
    #[test]
    fn any_text_and_embedding_are_searched(
        text in any::<String>(), embedding in proptest::collection::vec(any::<f32>(), LENGTH),
        said in proptest::collection::vec(any::<String>(), 0..4),
    ) {
        static INDEX: std::sync::LazyLock<KnowledgeIndex> =
            std::sync::LazyLock::new(|| build(&SAMPLE, &Letters::new("letters"), None));
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let query = SearchQuery { context: &said, ..query(&text, Some(&embedding)) };
        let hits = INDEX.search(&query).unwrap();
        assert!(hits.len() <= 5);
        assert!(hits.iter().all(|hit| (0.0..=1.0).contains(&hit.score)), "{hits:?}");
        assert!(hits.iter().all(|hit| hit.audience == Audience::Public));
    }
}
