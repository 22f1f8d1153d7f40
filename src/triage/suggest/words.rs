//! How many of the customer's words a text has, weighed by how rare they are among all the texts at hand. Pure; knows
//! nothing of where the texts come from.

use std::collections::{BTreeMap, BTreeSet};

/// Words of one or two letters tell nothing, nor do these.
const COMMON: &str = "the and for you your yours that this with have has had was were are but not can could would will \
    been from what when where how why who which there here they them then than our out about any all its it's i'm \
    i've get got just please thanks thank hello want need does did don't";

/// Longer endings first. Meant to bring `returns`, `returned` and `returning` together, not to be right.
const ENDINGS: [&str; 6] = ["ings", "ing", "ed", "es", "ly", "s"];

/// A word without its ending has as many letters left at least.
const STEM_MIN: usize = 3;

pub(crate) type Terms = BTreeSet<String>;

/// The telling words of a text, each once and without its ending.
pub(crate) fn terms(text: &str) -> Terms {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .map(str::to_lowercase)
        .filter(|word| word.chars().count() > 2)
        .filter(|word| !COMMON.split_whitespace().any(|common| common == word))
        .map(|word| stem(&word).to_owned())
        .collect()
}

fn stem(word: &str) -> &str {
    let mut cut = ENDINGS.iter().filter_map(|ending| word.strip_suffix(ending));
    let long = |stem: &&str| stem.chars().count() >= STEM_MIN;
    cut.find(long).unwrap_or(word)
}

/// How rare each word is among some texts.
#[derive(Debug, Default)]
pub(crate) struct Rarity {
    texts: f32,
    having: BTreeMap<String, f32>,
}

impl Rarity {
    pub(crate) fn of<'t>(texts: impl Iterator<Item = &'t Terms>) -> Self {
        let mut rarity = Self::default();
        for terms in texts {
            rarity.texts += 1.0;
            for term in terms {
                *rarity.having.entry(term.clone()).or_default() += 1.0;
            }
        }
        rarity
    }

    /// As BM25 has it (Robertson & Zaragoza 2009), above 0.
    fn weight(&self, term: &str) -> f32 {
        let having = self.having.get(term).copied().unwrap_or_default();
        (1.0 + (self.texts - having + 0.5) / (having + 0.5)).ln()
    }

    /// The share of the question's words that the text has, 0 to 1.
    pub(crate) fn coverage(&self, question: &Terms, text: &Terms) -> f32 {
        let weigh =
            |terms: &mut dyn Iterator<Item = &String>| -> f32 { terms.map(|term| self.weight(term)).sum() };
        let all = weigh(&mut question.iter());
        if all <= 0.0 {
            return 0.0;
        }
        (weigh(&mut question.intersection(text)) / all).clamp(0.0, 1.0)
    }
}
