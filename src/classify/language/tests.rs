//! Which lines are English or do not tell, and which are another language beyond doubt.

use super::*;

/// Short lines as English customers write them, with their typos, names, brands and borrowed words. None of them may
/// come out as another language, not even as a guess.
const ENGLISH_LINES: &str = include_str!("english.txt");

/// Code and line: what customers ask most, and lines written after the lists of words, which say how much is known of
/// what was never seen. With the share of them that must be known beyond doubt, and how many may be taken for a
/// neighbour, which is another language all the same.
const FOREIGN_LINES: [(&str, f32, usize); 2] = [
    (include_str!("foreign.txt"), 0.95, 0),
    (include_str!("unseen.txt"), 0.6, 1),
];

#[test]
fn short_english_is_never_taken_for_another_language() {
    let wrong: Vec<_> = ENGLISH_LINES
        .lines()
        .filter_map(|text| Some((text, identify(text)?)))
        .filter(|(_, language)| language.code != "en")
        .collect();
    assert!(wrong.is_empty(), "{} misfires: {wrong:#?}", wrong.len());
}

#[test]
fn short_lines_of_other_languages_are_known() {
    for (lines, share_min, wrong_max) in FOREIGN_LINES {
        let (mut known, mut missed, mut wrong) = (0, Vec::new(), Vec::new());
        for (code, text) in lines.lines().filter_map(|line| line.split_once(' ')) {
            match sure(text) {
                Some(found) if found == code => known += 1,
                Some(found) => wrong.push((code, text, found)),
                None => missed.push((code, text, identify(text))),
            }
        }
        let share = known as f32 / (known + missed.len() + wrong.len()) as f32;
        let english = wrong.iter().any(|(_, _, found)| found == "en");
        assert!(wrong.len() <= wrong_max && !english, "{wrong:#?}");
        assert!(share >= share_min, "{share}: {missed:#?}");
    }
}

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
