//! What an agent is about to send, looked through for what the business does not want sent: promises, numbers and addresses
//! of people, variables that nobody filled in, and an unfriendly tone. It only tells; the agent decides.

use std::ops::Range;

use crate::domain::finding::{Finding, Severity};
use crate::domain::personal_data::{PersonalData, candidates};
use crate::triage::phrases::{find_at, normalise, words};
use crate::triage::policy::{ComposerRules, Forbidden};

/// In the order of their places.
pub fn check(text: &str, rules: &ComposerRules) -> Vec<Finding> {
    let mut found = Vec::new();
    for (rule, lists) in [("forbidden_promise", &rules.forbidden), ("tone", &rules.tone)] {
        for list in lists {
            for range in phrases(text, list) {
                found.push((range, rule, list.severity, list.message.clone()));
            }
        }
    }
    if rules.personal_data {
        let places = candidates(text).into_iter();
        found.extend(places.map(|place| {
            let (severity, message) = personal(place.kind);
            (place.range, "personal_data", severity, message.to_owned())
        }));
    }
    found.extend(variables(text).map(|range| {
        let message = "Nobody has filled this in: write what belongs here.".to_owned();
        (range, "unfilled_variable", Severity::Block, message)
    }));
    let mut found: Vec<Finding> = found
        .into_iter()
        .map(|(range, rule, severity, message)| Finding {
            rule,
            severity,
            message,
            start: utf16(text, range.start),
            end: utf16(text, range.end),
        })
        .collect();
    found.sort_by_key(|finding| (finding.start, finding.end, finding.rule));
    found
}

fn phrases(text: &str, list: &Forbidden) -> Vec<Range<usize>> {
    let said = words(text);
    let of = |phrase: &String| find_at(&normalise(phrase), &said);
    list.phrases.iter().flat_map(of).collect()
}

fn personal(kind: PersonalData) -> (Severity, &'static str) {
    match kind {
        PersonalData::Card => (Severity::Block, "This looks like a card number: leave it out."),
        PersonalData::Iban => (
            Severity::Block,
            "This looks like an account number: leave it out.",
        ),
        PersonalData::NationalId => (
            Severity::Block,
            "This looks like a number of a state: leave it out.",
        ),
        PersonalData::Email => (
            Severity::Warn,
            "An e-mail address: is it meant for this customer?",
        ),
        PersonalData::Phone => (
            Severity::Warn,
            "A telephone number: is it meant for this customer?",
        ),
    }
}

/// `{{ customer_name }}`, as a reply has it before it is filled in.
fn variables(text: &str) -> impl Iterator<Item = Range<usize>> + '_ {
    text.match_indices("{{").filter_map(move |(start, _)| {
        let length = text.get(start..)?.find("}}")?;
        Some(start..start + length + 2)
    })
}

/// How many UTF-16 code units stand before this byte.
fn utf16(text: &str, byte: usize) -> usize {
    let before = text.get(..byte).unwrap_or(text);
    before.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> ComposerRules {
        let list = |phrase: &str, severity| Forbidden {
            phrases: vec![phrase.to_owned()],
            severity,
            message: format!("not {phrase}"),
        };
        ComposerRules {
            personal_data: true,
            forbidden: vec![list("we guarantee", Severity::Block)],
            tone: vec![list("calm down", Severity::Warn)],
        }
    }

    /// `rule severity "the text at the place"`.
    fn found(text: &str, rules: &ComposerRules) -> Vec<String> {
        let units: Vec<u16> = text.encode_utf16().collect();
        let findings = check(text, rules).into_iter().map(|finding| {
            let place = String::from_utf16(&units[finding.start..finding.end]).unwrap();
            format!("{} {} {place:?}", finding.rule, finding.severity.as_str())
        });
        findings.collect()
    }

    #[test]
    fn each_rule_finds_its_places() {
        for (text, expected) in [
            ("It comes on Tuesday.", vec![]),
            ("", vec![]),
            (
                "😀 We  GUARANTEE it!",
                vec![r#"forbidden_promise block "We  GUARANTEE""#],
            ),
            ("we guaranteed it", vec![]),
            (
                "Calm down, please. Calm down.",
                vec![r#"tone warn "Calm down""#, r#"tone warn "Calm down""#],
            ),
            (
                "Hello {{ customer_name }}, é {{",
                vec![r#"unfilled_variable block "{{ customer_name }}""#],
            ),
            (
                "Your card 4111 1111 1111 1111 is on file, write to priya@example.com",
                vec![
                    r#"personal_data block "4111 1111 1111 1111""#,
                    r#"personal_data warn "priya@example.com""#,
                ],
            ),
        ] {
            assert_eq!(found(text, &rules()), expected, "{text}");
        }
    }

    #[test]
    fn without_rules_only_variables_are_found() {
        let text = "We guarantee {{ it }}: 4111 1111 1111 1111, calm down";
        let expected = [r#"unfilled_variable block "{{ it }}""#];
        assert_eq!(found(text, &ComposerRules::default()), expected);
    }
}
