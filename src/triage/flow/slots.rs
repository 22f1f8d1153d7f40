//! Filling slots from what a customer writes: several at once, in any order, and anew when they correct themselves.

use minijinja::Value;

use crate::domain::entity::{Entity, EntityKind};
use crate::domain::flow::{Fill, Flow, Slot};
use crate::domain::moment::{Moment, Toward};
use crate::triage::flow::hear::Said;
use crate::triage::phrases::normalise;

/// Most answers that are shown to tap: more is a list to read.
const BUTTONS_MAX: usize = 8;

/// One of several answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) value: String,
    /// As it is shown.
    pub(super) label: String,
}

/// The value that the message has for a slot; `asked` when it is what the customer was asked for. Entities that went
/// to another slot are in `taken`.
pub(super) fn find(
    slot: &Slot,
    said: &Said<'_>,
    asked: bool,
    options: &[Choice],
    taken: &mut Vec<usize>,
) -> Option<String> {
    match &slot.fill {
        Fill::Entity(kind) => entity(slot, kind, said, taken).or_else(|| {
            let by_pattern = asked && slot.pattern.is_some();
            by_pattern.then(|| by_words(slot, kind, said)).flatten()
        }),
        Fill::Choices(choices) => {
            let found = choices.iter().find(|(_, words)| mentions(words, said.normal));
            let value = found.map(|(value, _)| value.clone());
            value.or_else(|| {
                asked
                    .then(|| pick(&shown(slot, &Value::UNDEFINED), said.normal))
                    .flatten()
            })
        }
        Fill::Options(_) => {
            let picked = || pick(options, said.normal).or_else(|| at_the_time(options, said));
            asked.then(picked).flatten()
        }
        Fill::Text => asked.then(|| said.text.to_owned()),
    }
}

/// Whether the message has something of the slot's kind, fit or not: "B-1" where an order number was asked for.
pub(super) fn tries(slot: &Slot, said: &Said<'_>) -> bool {
    match &slot.fill {
        Fill::Entity(kind) => said.reading.entities.iter().any(|entity| entity.kind == *kind),
        Fill::Choices(_) | Fill::Options(_) | Fill::Text => false,
    }
}

fn entity(slot: &Slot, kind: &EntityKind, said: &Said<'_>, taken: &mut Vec<usize>) -> Option<String> {
    let entities = said.reading.entities.iter().enumerate();
    // A mask fits no pattern; what it stands for is of the kind, and the company's system has the last word on it.
    let (place, value) = entities
        .filter(|(place, _)| !taken.contains(place))
        .filter_map(|(place, entity)| Some((place, value_as(kind, entity, said)?)))
        .find(|(place, value)| is_sealed(said, *place) || fits(slot, value))?;
    taken.push(place);
    Some(value)
}

fn is_sealed(said: &Said<'_>, place: usize) -> bool {
    sealed(said, &[place]).is_some()
}

/// What the mask of the entity that was taken last stands for.
pub(super) fn sealed(said: &Said<'_>, taken: &[usize]) -> Option<String> {
    said.reading.entities.get(*taken.last()?)?.sealed.clone()
}

/// What the entity is as one of this kind; of "Friday at 10" a slot for a day takes the day.
fn value_as(kind: &EntityKind, entity: &Entity, said: &Said<'_>) -> Option<String> {
    let day_of_both = *kind == EntityKind::Date && entity.kind == EntityKind::DateTime;
    if day_of_both {
        let both = meant(entity, said)?;
        // Without the time where that may be two: "tomorrow at 4".
        return both.split('T').next().map(str::to_owned);
    }
    let value = || meant(entity, said).unwrap_or_else(|| canonical(&entity.kind, &entity.value));
    (entity.kind == *kind).then(value)
}

/// What a day or a time means. The reading leaves open which Friday a bare "Friday" is; a flow asks for days to come.
fn meant(entity: &Entity, said: &Said<'_>) -> Option<String> {
    let is_moment = matches!(
        entity.kind,
        EntityKind::Date | EntityKind::Time | EntityKind::DateTime
    );
    let coming = || Moment::parse(&entity.value)?.resolve(said.now, Some(Toward::Coming), said.date_order);
    let coming = || is_moment.then(coming).flatten();
    entity.resolved.clone().or_else(coming)
}

/// A word of the message, or all of it, that matches the pattern although no entity was found in it.
fn by_words(slot: &Slot, kind: &EntityKind, said: &Said<'_>) -> Option<String> {
    let trimmed = |word: &str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_owned();
    let words = said
        .text
        .split_whitespace()
        .map(trimmed)
        .chain([said.text.trim().to_owned()]);
    words
        .map(|word| canonical(kind, &word))
        .find(|word| fits(slot, word))
}

/// Numbers that people copy from a letter: in capitals, with plain hyphens.
fn canonical(kind: &EntityKind, value: &str) -> String {
    match kind {
        EntityKind::OrderNumber | EntityKind::TrackingNumber => {
            value.trim().replace(['–', '‑'], "-").to_uppercase()
        }
        EntityKind::Email
        | EntityKind::Phone
        | EntityKind::Amount
        | EntityKind::Date
        | EntityKind::Time
        | EntityKind::DateTime
        | EntityKind::Card
        | EntityKind::Iban
        | EntityKind::NationalId
        | EntityKind::Own(_) => value.trim().to_owned(),
    }
}

pub(super) fn fits(slot: &Slot, value: &str) -> bool {
    slot.pattern
        .as_ref()
        .is_none_or(|pattern| pattern.is_match(value))
}

fn mentions(words: &[String], normal_text: &str) -> bool {
    words.iter().any(|words| normal_text.contains(&normalise(words)))
}

/// What the customer may choose from, as it is shown: the choices by their first words, or the options that the
/// expression gave.
pub(super) fn shown(slot: &Slot, options: &Value) -> Vec<Choice> {
    match &slot.fill {
        Fill::Choices(choices) => choices
            .iter()
            .filter_map(|(value, words)| {
                Some(Choice {
                    value: value.clone(),
                    label: words.first()?.clone(),
                })
            })
            .collect(),
        Fill::Options(_) => options
            .try_iter()
            .map(|list| list.filter_map(|item| option(&item)).collect())
            .unwrap_or_default(),
        Fill::Entity(_) | Fill::Text => Vec::new(),
    }
}

/// `{value, label}`, or a plain text that is both.
fn option(item: &Value) -> Option<Choice> {
    let part = |name: &str| {
        let part = item
            .get_attr(name)
            .ok()
            .filter(|part| !part.is_undefined() && !part.is_none())?;
        Some(part.to_string())
    };
    if let Some(text) = item.as_str() {
        return Some(Choice {
            value: text.to_owned(),
            label: text.to_owned(),
        });
    }
    let value = part("value")?;
    Some(Choice {
        label: part("label").unwrap_or_else(|| value.clone()),
        value,
    })
}

pub(super) fn buttons(choices: &[Choice]) -> Vec<String> {
    choices
        .iter()
        .take(BUTTONS_MAX)
        .map(|choice| choice.label.clone())
        .collect()
}

/// The choice whose place the customer names ("2", "the second one"), or the one label that has all their words.
fn pick(choices: &[Choice], normal_text: &str) -> Option<String> {
    const PLACES: [&[&str]; 8] = [
        &["1", "first", "1st"],
        &["2", "second", "2nd"],
        &["3", "third", "3rd"],
        &["4", "fourth", "4th"],
        &["5", "fifth", "5th"],
        &["6", "sixth", "6th"],
        &["7", "seventh", "7th"],
        &["8", "eighth", "8th"],
    ];
    const FILLERS: [&str; 19] = [
        "the", "one", "option", "number", "please", "thanks", "at", "on", "is", "fine", "good", "works", "i",
        "d", "ll", "take", "would", "like", "a",
    ];
    let words: Vec<&str> = normal_text
        .split_whitespace()
        .filter(|word| !FILLERS.contains(word))
        .collect();
    if words.is_empty() {
        return None;
    }
    let last = words == ["last"];
    let named = match words.as_slice() {
        [word] => PLACES.iter().position(|names| names.contains(word)),
        _ => None,
    };
    if let Some(choice) = named
        .and_then(|place| choices.get(place))
        .or(choices.last().filter(|_| last))
    {
        return Some(choice.value.clone());
    }
    let mut fitting = choices.iter().filter(|choice| {
        let label = normalise(&choice.label);
        words.iter().all(|word| label.contains(&format!(" {word} ")))
    });
    let found = fitting.next()?;
    fitting.next().is_none().then(|| found.value.clone())
}

/// The one option, of those that are times, that the customer names by its hour: "half past nine", "10am".
fn at_the_time(options: &[Choice], said: &Said<'_>) -> Option<String> {
    let entities = said.reading.entities.iter();
    let named: Vec<Moment> = entities
        .filter_map(|entity| Moment::parse(&entity.value))
        .collect();
    let is_named = |choice: &&Choice| {
        let time = choice.value.parse();
        time.is_ok_and(|time| {
            named
                .iter()
                .any(|moment| moment.may_mean(time, said.now, said.date_order))
        })
    };
    let mut fitting = options.iter().filter(is_named);
    let found = fitting.next()?;
    fitting.next().is_none().then(|| found.value.clone())
}

/// The slots in the order in which a message fills them: what was asked for, what is empty, what can be corrected.
pub(super) fn in_order<'f>(
    flow: &'f Flow,
    asked: Option<&str>,
    filled: impl Fn(&str) -> bool,
) -> Vec<&'f Slot> {
    let mut slots: Vec<&Slot> = flow.slots.iter().collect();
    slots.sort_by_key(|slot| (asked != Some(slot.name.as_str()), filled(&slot.name)));
    slots
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_of_several_is_picked_by_place_or_by_words() {
        let choices: Vec<Choice> = [
            "Tue 1 December, 10:00",
            "Tue 1 December, 14:30",
            "Wed 2 December, 10:00",
        ]
        .iter()
        .map(|label| Choice {
            value: label.to_lowercase(),
            label: (*label).to_owned(),
        })
        .collect();
        for (text, expected) in [
            ("2", Some(1)),
            ("the second one please", Some(1)),
            ("the last one", Some(2)),
            ("Wed at 10:00", Some(2)),
            ("14:30 is fine", Some(1)),
            ("tue", None),
            ("9", None),
            ("friday", None),
            ("please", None),
        ] {
            let expected = expected.map(|place: usize| choices[place].value.clone());
            assert_eq!(pick(&choices, &normalise(text)), expected, "{text}");
        }
    }
}
