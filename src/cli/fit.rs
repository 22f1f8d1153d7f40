//! Whether what the business wrote and the model fit: every intent that an article or the policy names must be one
//! of the model's. Knows nothing of what is done when they do not.

use std::path::{Path, PathBuf};

use similar::get_close_matches;

use crate::cli::assemble::POLICY;
use crate::domain::intent::Intent;
use crate::knowledge::{Knowledge, Problem};
use crate::triage::policy::Policy;

/// How alike, from 0 to 1, an intent must be to be worth proposing.
const ALIKE: f32 = 0.6;

/// An intent where a file names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct NamedIntent {
    file: PathBuf,
    key: String,
    intent: Intent,
}

/// Every intent that the articles and the policy of this folder name.
pub(crate) fn named_intents(folder: &Path, knowledge: &Knowledge, policy: &Policy) -> Vec<NamedIntent> {
    let articles = knowledge.articles.iter().flat_map(|article| {
        let file = folder
            .join("articles")
            .join(&article.id)
            .with_added_extension("md");
        article.intents.iter().map(move |intent| NamedIntent {
            file: file.clone(),
            key: "intents".to_owned(),
            intent: intent.clone(),
        })
    });
    let policy = policy
        .named_intents()
        .into_iter()
        .map(|(key, intent)| NamedIntent {
            file: folder.join(POLICY),
            key,
            intent: intent.clone(),
        });
    let mut named: Vec<NamedIntent> = articles.chain(policy).collect();
    named.sort();
    named.dedup();
    named
}

/// Those that a model with these intents does not know: an article would never be found by them, a rule never fire.
pub(crate) fn unknown(named: &[NamedIntent], known: &[Intent]) -> Vec<NamedIntent> {
    let unknown = named.iter().filter(|named| !known.contains(&named.intent));
    unknown.cloned().collect()
}

impl NamedIntent {
    /// What is wrong when a model with the intents `known` does not have this one, and how to mend it.
    pub(crate) fn problem(&self, known: &[Intent]) -> Problem {
        let known: Vec<&str> = known.iter().map(Intent::as_str).collect();
        let mend = match get_close_matches(self.intent.as_str(), &known, 1, ALIKE).first() {
            Some(near) => format!("did you mean `{near}`?"),
            None => "its labels.json lists what it has".to_owned(),
        };
        Problem {
            file: self.file.clone(),
            line: None,
            key: self.key.clone(),
            message: format!("the model has no intent `{}`; {mend}", self.intent),
        }
    }
}
