//! The knowledge adapter: what the business wrote, read from its files, and a search over it.
//! Knows the domain and the port it fills; no conversation, no decision, no HTTP.

mod article_file;
mod embeddings;
mod findable;
mod flow_file;
mod folder;
mod fusion;
mod index;
mod indexer;
mod lexical;
pub mod plain;
mod problem;
mod question;
mod replies;
mod reply_file;
mod schema;
mod searcher;
mod sections;
mod spelling;
mod subjects;
mod synonyms;
mod vectors;
mod words;
mod yaml;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::domain::article::Article;
use crate::domain::canned_response::CannedResponse;
use crate::domain::flow::Flow;
use crate::knowledge::reply_file::Placed;

pub use crate::knowledge::embeddings::Embeddings;
pub use crate::knowledge::index::{IndexError, IndexStats, KnowledgeIndex, Place};
pub use crate::knowledge::problem::Problem;
pub use crate::knowledge::synonyms::Synonyms;

/// The file of the synonyms in the knowledge folder.
const SYNONYMS: &str = "synonyms.yml";

/// Everything a business wrote for customers and agents, checked.
#[derive(Debug, Clone, Default)]
pub struct Knowledge {
    /// By id, ascending.
    pub articles: Vec<Article>,
    /// File by file, in the order they stand there.
    pub replies: Vec<CannedResponse>,
    /// What means the same; none without a `synonyms.yml`.
    pub synonyms: Synonyms,
    /// File by file, each with the file it stands in.
    pub flows: Vec<(PathBuf, Flow)>,
    /// Lower-case hexadecimal SHA-256 over the names and bytes of the article files.
    pub hash: String,
}

impl Knowledge {
    /// Reads `articles/*.md`, `replies/*.yml` and, where there are any, `flows/*.yml` and `synonyms.yml` of the folder;
    /// names that begin with a dot are passed over. All problems of all files are returned, sorted by place.
    pub fn load(folder: &Path) -> Result<Self, Vec<Problem>> {
        let mut problems = Vec::new();
        let (articles, hash) = load_articles(&folder.join("articles"), &mut problems);
        let replies = load_replies(&folder.join("replies"), &mut problems);
        let synonyms = load_synonyms(&folder.join(SYNONYMS), &mut problems);
        let flows = load_flows(&folder.join("flows"), &mut problems);
        if problems.is_empty() {
            return Ok(Self {
                articles,
                replies,
                synonyms,
                flows,
                hash,
            });
        }
        problems.sort();
        Err(problems)
    }
}

fn load_articles(folder: &Path, problems: &mut Vec<Problem>) -> (Vec<Article>, String) {
    let mut articles = Vec::new();
    let mut hash = Sha256::new();
    for (file, bytes) in files(folder, &["md"], "one Markdown file for each article", problems) {
        let name = file.file_name().unwrap_or_default().as_encoded_bytes();
        for part in [name, &bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        match article_file::parse(&file, &bytes) {
            Ok(article) => articles.push(article),
            Err(found) => problems.extend(found),
        }
    }
    articles.sort_by(|a, b| a.id.cmp(&b.id));
    (articles, hex::encode(hash.finalize()))
}

fn load_synonyms(file: &Path, problems: &mut Vec<Problem>) -> Synonyms {
    match fs::read(file) {
        Ok(bytes) => synonyms::parse(file, &bytes).unwrap_or_else(|found| {
            problems.extend(found);
            Synonyms::default()
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Synonyms::default(),
        Err(error) => {
            problems.push(unreadable(file, &error));
            Synonyms::default()
        }
    }
}

/// A response may stand in several locales, but only once in each.
fn load_replies(folder: &Path, problems: &mut Vec<Problem>) -> Vec<CannedResponse> {
    let mut replies = Vec::new();
    let mut places: BTreeMap<(String, String), (PathBuf, u64)> = BTreeMap::new();
    for (file, bytes) in files(
        folder,
        &["yml", "yaml"],
        "YAML files of canned responses",
        problems,
    ) {
        let placed = reply_file::parse(&file, &bytes).unwrap_or_else(|found| {
            problems.extend(found);
            Vec::new()
        });
        for Placed { response, line } in placed {
            let key = (response.id.clone(), response.locale.clone());
            if let Some((first, first_line)) = places.get(&key) {
                let (id, locale) = key;
                let first = first.display();
                problems.push(Problem {
                    file: file.clone(),
                    line: Some(line),
                    key: "id".to_owned(),
                    message: format!(
                        "{id:?} stands already for locale {locale} in {first}:{first_line}; rename or remove one"
                    ),
                });
            } else {
                places.insert(key, (file.clone(), line));
                replies.push(response);
            }
        }
    }
    replies
}

/// A business without flows needs no folder for them.
fn load_flows(folder: &Path, problems: &mut Vec<Problem>) -> Vec<(PathBuf, Flow)> {
    if !folder.exists() {
        return Vec::new();
    }
    let mut flows = Vec::new();
    for (file, bytes) in files(folder, &["yml", "yaml"], "one YAML file for each flow", problems) {
        match flow_file::parse(&file, &bytes) {
            Ok(flow) => flows.push((file, flow)),
            Err(found) => problems.extend(found),
        }
    }
    flows
}

/// The files with one of the endings, in the order of their names.
fn files(
    folder: &Path,
    endings: &[&str],
    contents: &str,
    problems: &mut Vec<Problem>,
) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(Problem {
                file: folder.to_owned(),
                line: None,
                key: String::new(),
                message: format!("the folder cannot be read ({error}); create it, with {contents}"),
            });
            return Vec::new();
        }
    };
    let mut paths: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    paths.retain(|path| is_ours(path, endings));
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        match fs::read(&path) {
            Ok(bytes) => files.push((path, bytes)),
            Err(error) => problems.push(unreadable(&path, &error)),
        }
    }
    files
}

fn unreadable(file: &Path, error: &io::Error) -> Problem {
    Problem {
        file: file.to_owned(),
        line: None,
        key: String::new(),
        message: format!("the file cannot be read ({error}); check its permissions"),
    }
}

fn is_ours(path: &Path, endings: &[&str]) -> bool {
    let hidden = path
        .file_name()
        .is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
    let ending = path.extension().and_then(|ending| ending.to_str());
    !hidden && ending.is_some_and(|ending| endings.contains(&ending))
}
