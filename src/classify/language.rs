//! Which language a message is in. Chat lines are short, so function words decide first; letter statistics are
//! asked only where there is enough text for them. Knows nothing of which languages the business serves.

use std::collections::HashMap;
use std::sync::LazyLock;

use whatlang::{Detector, Lang, Script};

use crate::classify::function_words::{FUNCTION_WORDS, TELLING_LETTERS};
use crate::domain::reading::Language;

/// How much of a text is looked at, in characters: more says nothing new.
const LOOKED_AT: usize = 600;

/// What one known word says for its language, as a log-likelihood ratio against a language that lacks it.
const WORD_WEIGHT: f32 = 1.7;
/// What a telling letter in an unknown word says.
const LETTER_WEIGHT: f32 = 1.0;
/// English words are borrowed everywhere, and most of what arrives is English: a head start of less than one word.
const ENGLISH_PRIOR: f32 = 1.2;

/// From here on function words have said enough.
const SURE: f32 = 0.8;
/// Below this it is no statement, only noise: a single "gracias", a brand, a name.
const WORTH_SAYING: f32 = 0.6;

/// Letter statistics are asked from this many words and letters on; they are weak below.
const STATISTICS_WORDS: usize = 4;
const STATISTICS_LETTERS: usize = 22;
/// They call broken English anything at all, so one word in this many that English knows overrules them.
const ENGLISH_SHARE: usize = 5;
const STATISTICS_CONFIDENCE: f32 = 0.85;

/// Where both words and statistics point to the same language, this much of a text is enough.
const AGREEMENT_WORDS: usize = 3;
const AGREEMENT_LETTERS: usize = 12;
/// Telling words needed; one where the text has more words than that and the lists alone prefer the language too.
const AGREEMENT_TELLING: usize = 2;

/// Words that stand in names of people and places.
const PARTICLES: [&str; 24] = [
    "da", "das", "de", "del", "della", "den", "der", "des", "di", "die", "do", "dos", "du", "el", "il", "la",
    "las", "le", "les", "los", "san", "van", "von", "y",
];

/// The script settles that it is not a Latin language; which of its languages is less sure.
const SCRIPT_CONFIDENCE: f32 = 0.95;

/// ISO 639-3 as the statistics say it, ISO 639-1 as we do. What is not here is too rare to be worth its misfires.
const CODES: &str = "eng=en deu=de fra=fr spa=es ita=it por=pt nld=nl pol=pl swe=sv dan=da tur=tr nob=no fin=fi hun=hu \
     ces=cs slk=sk ron=ro hrv=hr vie=vi ind=id cat=ca rus=ru ukr=uk bul=bg srp=sr ell=el ara=ar pes=fa \
     urd=ur heb=he hin=hi mar=mr nep=ne ben=bn pan=pa guj=gu tam=ta tel=te kan=kn mal=ml cmn=zh jpn=ja \
     kor=ko tha=th kat=ka hye=hy";

const ENGLISH: usize = 0;
const LANGUAGES: usize = FUNCTION_WORDS.len();

static WORDS: LazyLock<HashMap<&str, Vec<usize>>> = LazyLock::new(|| {
    let mut words: HashMap<&str, Vec<usize>> = HashMap::new();
    for (language, (_, list)) in FUNCTION_WORDS.iter().enumerate() {
        for word in list.split_whitespace() {
            let languages = words.entry(word).or_default();
            if !languages.contains(&language) {
                languages.push(language);
            }
        }
    }
    words
});

static STATISTICS: LazyLock<Detector> = LazyLock::new(|| {
    Detector::with_allowlist(pairs().filter_map(|(lang, _)| Lang::from_code(lang)).collect())
});

/// `None` when the text does not tell: names, numbers, one ambiguous word. Below 0.8 the confidence means that
/// the next message should be waited for.
pub fn identify(text: &str) -> Option<Language> {
    let text: String = text.chars().take(LOOKED_AT).collect();
    let words = words_of(&text);
    let plain = words.join(" ");
    let script = whatlang::detect_script(&plain)?;
    if script != Script::Latin {
        // However unsure the statistics are, it is not English; the script's most spoken language stands first.
        let code = by_statistics(&plain).or_else(|| script.langs().iter().copied().find_map(code))?;
        return Some(language(code, SCRIPT_CONFIDENCE));
    }
    let votes = Votes::count(&words);
    let (best, confidence) = votes.best()?;
    if confidence >= SURE {
        return Some(language(FUNCTION_WORDS[best].0, confidence));
    }
    if let Some(code) = agreed(&words, &plain, best) {
        return Some(language(code, STATISTICS_CONFIDENCE));
    }
    let letters = plain.chars().filter(|letter| letter.is_alphabetic()).count();
    let enough = words.len() >= STATISTICS_WORDS && letters >= STATISTICS_LETTERS;
    if enough
        && votes.english * ENGLISH_SHARE < words.len()
        && let Some(code) = by_statistics(&plain)
    {
        return Some(language(code, STATISTICS_CONFIDENCE));
    }
    (votes.any && confidence >= WORTH_SAYING).then(|| language(FUNCTION_WORDS[best].0, confidence))
}

/// The language that letter statistics, unsure as they are of so short a text, and telling words agree on. A word
/// tells when English does not know it: one of the language's list, or, beside such a one, one with a letter that
/// English lacks. Particles do not tell, for names have them: "Carlos de la Cruz". `best` is what the lists alone prefer.
fn agreed(words: &[String], plain: &str, best: usize) -> Option<&'static str> {
    let letters = plain.chars().filter(|letter| letter.is_alphabetic()).count();
    if words.len() < AGREEMENT_WORDS || letters < AGREEMENT_LETTERS {
        return None;
    }
    let found = STATISTICS.detect(plain).and_then(|info| code(info.lang()))?;
    let language = FUNCTION_WORDS.iter().position(|(code, _)| *code == found)?;
    let (mut listed, mut lettered) = (0, 0);
    for word in words {
        let known = WORDS.get(word.as_str());
        let knows = |language| known.is_some_and(|languages| languages.contains(&language));
        match (knows(language), knows(ENGLISH)) {
            (false, true) => return None,
            (true, false) => listed += usize::from(!PARTICLES.contains(&word.as_str())),
            (false, false) => {
                lettered += usize::from(word.contains(|letter: char| !letter.is_ascii() && !is_mark(letter)))
            }
            (true, true) => {}
        }
    }
    let needed = if words.len() > AGREEMENT_WORDS && language == best {
        1
    } else {
        AGREEMENT_TELLING
    };
    (language != ENGLISH && listed > 0 && listed + lettered >= needed).then_some(found)
}

fn language(code: &str, confidence: f32) -> Language {
    Language {
        code: code.to_owned(),
        confidence,
    }
}

/// `None` where the statistics themselves say that they are not reliable.
fn by_statistics(text: &str) -> Option<&'static str> {
    STATISTICS
        .detect(text)
        .filter(whatlang::Info::is_reliable)
        .and_then(|info| code(info.lang()))
}

fn code(lang: Lang) -> Option<&'static str> {
    pairs()
        .find(|(known, _)| *known == lang.code())
        .map(|(_, code)| code)
}

fn pairs() -> impl Iterator<Item = (&'static str, &'static str)> {
    CODES.split(' ').filter_map(|pair| pair.split_once('='))
}

/// Lower case, apostrophes inside kept (`j'ai`), without order numbers, addresses and links, which are no language.
fn words_of(text: &str) -> Vec<String> {
    text.split_whitespace()
        .filter(|chunk| !chunk.contains(['@', '/', '\\', '_']) && !chunk.chars().any(char::is_numeric))
        .flat_map(|chunk| chunk.split(|letter: char| !(letter.is_alphabetic() || is_mark(letter))))
        .map(|word| word.trim_matches(is_apostrophe).to_lowercase().replace('’', "'"))
        .filter(|word| !word.is_empty())
        .collect()
}

fn is_apostrophe(letter: char) -> bool {
    letter == '\'' || letter == '’'
}

/// What may stand inside a word beside letters: apostrophes, and accents written as characters of their own.
fn is_mark(letter: char) -> bool {
    is_apostrophe(letter) || ('\u{300}'..='\u{36f}').contains(&letter)
}

/// What the words say for each language.
struct Votes {
    scores: [f32; LANGUAGES],
    /// Words that English knows.
    english: usize,
    any: bool,
}

impl Votes {
    fn count(words: &[String]) -> Self {
        let mut votes = Self {
            scores: [0.0; LANGUAGES],
            english: 0,
            any: false,
        };
        votes.scores[ENGLISH] = ENGLISH_PRIOR;
        for word in words {
            votes.add(word);
        }
        votes
    }

    fn add(&mut self, word: &str) {
        let known = WORDS
            .get(word)
            .or_else(|| word.split_once('\'').and_then(|(first, _)| WORDS.get(first)));
        if let Some(languages) = known {
            self.any = true;
            self.english += usize::from(languages.contains(&ENGLISH));
            for language in languages {
                self.scores[*language] += WORD_WEIGHT;
            }
            return;
        }
        for (letters, languages) in TELLING_LETTERS {
            if word.contains(|letter| letters.contains(letter)) {
                self.any = true;
                for (index, (code, _)) in FUNCTION_WORDS.iter().enumerate() {
                    if languages.split(' ').any(|language| language == *code) {
                        self.scores[index] += LETTER_WEIGHT;
                    }
                }
            }
        }
    }

    /// The most probable language and its posterior probability (naive Bayes: the words are taken as independent).
    fn best(&self) -> Option<(usize, f32)> {
        let (best, score) = self
            .scores
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))?;
        let total: f32 = self.scores.iter().map(|other| (other - score).exp()).sum();
        Some((best, 1.0 / total))
    }
}

#[cfg(test)]
mod tests;
