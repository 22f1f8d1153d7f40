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
/// Below this it is no statement, only noise.
const WORTH_SAYING: f32 = 0.3;

/// Letter statistics are asked from this many words and letters on; they are weak below.
const STATISTICS_WORDS: usize = 4;
const STATISTICS_LETTERS: usize = 22;
/// They call broken English anything at all, so one word in this many that English knows overrules them.
const ENGLISH_SHARE: usize = 5;
const STATISTICS_CONFIDENCE: f32 = 0.85;

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
mod tests {
    use super::*;

    /// The language that is beyond doubt, if one is.
    fn sure(text: &str) -> Option<String> {
        identify(text)
            .filter(|language| language.confidence >= SURE)
            .map(|language| language.code)
    }

    #[test]
    fn the_language_of_chat_lines() {
        let table = [
            ("de", "wo ist mein Paket"),
            ("de", "WO BLEIBT MEINE BESTELLUNG?!"),
            ("de", "Ich möchte mein Passwort zurücksetzen"),
            ("de", "ich warte seit zwei wochen auf mein geld"),
            ("de", "kann ich bitte mit einem menschen sprechen"),
            ("de", "Hallo, meine Bestellung FH-10423 ist nicht angekommen"),
            ("fr", "où est mon colis"),
            ("fr", "ou est ma commande svp"),
            ("fr", "je n'ai pas reçu mon remboursement"),
            ("fr", "Bonjour, je voudrais parler à quelqu'un"),
            ("fr", "j’ai oublié mon mot de passe"),
            ("es", "dónde está mi pedido"),
            ("es", "donde esta mi pedido"),
            ("es", "no me ha llegado el paquete todavía"),
            ("es", "quiero hablar con una persona"),
            ("es", "¿Cuándo llega mi reembolso?"),
            ("it", "dov'è il mio pacco"),
            ("it", "non ho ricevuto il mio ordine"),
            ("it", "vorrei parlare con una persona per favore"),
            ("pt", "onde está a minha encomenda"),
            ("pt", "meu pedido ainda não chegou"),
            ("pt", "quero falar com um atendente"),
            ("nl", "waar is mijn pakketje"),
            ("nl", "ik heb mijn bestelling nog niet ontvangen"),
            ("nl", "kan ik met iemand spreken"),
            ("pl", "gdzie jest moja paczka"),
            ("pl", "nie mogę się zalogować na moje konto"),
            ("sv", "var är mitt paket"),
            ("sv", "jag har inte fått min beställning"),
            ("da", "hvor er min pakke"),
            ("da", "jeg har ikke fået mine penge tilbage"),
            ("tr", "kargom nerede ne zaman gelir"),
            ("tr", "siparişim hala gelmedi"),
            ("ru", "где мой заказ"),
            ("uk", "де моє замовлення? я чекаю вже два тижні"),
            ("el", "πού είναι η παραγγελία μου"),
            ("ar", "أين طلبي"),
            ("he", "איפה ההזמנה שלי"),
            ("hi", "मेरा ऑर्डर कहाँ है"),
            ("zh", "我的订单在哪里"),
            ("ja", "注文した商品はどこですか"),
            ("ko", "제 주문은 어디에 있나요"),
            ("th", "สินค้าของฉันอยู่ที่ไหน"),
            ("fi", "missä tilaukseni viipyy, olen odottanut jo kaksi viikkoa"),
            ("hu", "hol van a csomagom, már két hete várok rá és semmi"),
            ("ro", "unde este comanda mea, aștept de două săptămâni și nimic"),
            ("en", "where is my order"),
            ("en", "has my money gone through"),
            ("en", "this is the third time I am asking, you people are useless"),
            ("en", "can I pay with Klarna for the Ortlieb bag"),
            ("en", "i want a refund for my order FH-10423"),
        ];
        let wrong = table
            .iter()
            .filter(|(code, text)| sure(text).as_deref() != Some(*code));
        let wrong: Vec<_> = wrong.map(|(code, text)| (code, text, identify(text))).collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    #[test]
    fn what_does_not_tell_is_never_surely_foreign() {
        let table = [
            "",
            "ok",
            "OK!",
            "k",
            "no",
            "si",
            "hm",
            "lol",
            "??",
            "👍",
            "FH-10423",
            "A-20991 FH-10423",
            "12345",
            "£40",
            "jo@mail.example.de",
            "https://www.voeloe.fr/compte/mes-commandes",
            "Volt Urban e-bike",
            "Ortlieb Back-Roller",
            "Müller",
            "Häagen-Dazs",
            "café latte",
            "crème brûlée flavour",
            "Zoë",
            "Jürgen Groß",
            "Carlos de la Cruz",
            "Jan van der Berg",
            "Los Angeles",
            "Rue de la Paix",
            "hola",
            "hello",
            "merci",
            "wheres my stuff",
            "wher is my ordr",
            "wen is it comming",
            "cant login agen",
            "pls halp",
            "thx",
            "omg",
            "die battery died",
            "the Das Keyboard",
            "pasta al dente",
            "IKEA Malm",
            "iPhone 15 Pro",
            "Santiago, Chile",
            "er no",
            "on a mon",
            "password reset plss",
            "refnd plz",
            "dlvry stats",
            "a de o",
            "Mein Kampf order",
            "El Camino bike",
            "La Sportiva size 42",
        ];
        for text in table {
            assert!(
                sure(text).is_none_or(|code| code == "en"),
                "{text}: {:?}",
                identify(text)
            );
        }
    }

    #[test]
    fn one_word_is_a_guess_at_most() {
        assert_eq!(identify("FH-10423"), None);
        assert_eq!(identify("Ortlieb"), None);
        let hola = identify("hola");
        assert!(
            hola.as_ref().is_none_or(|language| language.code == "es"),
            "{hola:?}"
        );
    }

    #[test]
    fn every_code_is_known_to_the_statistics() {
        for (lang, code) in pairs() {
            assert!(Lang::from_code(lang).is_some(), "{lang}");
            assert_eq!(code.len(), 2, "{code}");
        }
    }

    #[test]
    fn no_list_names_a_word_in_capitals() {
        for (code, list) in FUNCTION_WORDS {
            assert_eq!(list, list.to_lowercase(), "{code}");
        }
    }
}
