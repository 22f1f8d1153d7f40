//! Personal data in a text: where it stands, and the text without it. Knows only the text at hand: what a business
//! masks is in its policy, and when is the engine's to know. One finder for each kind, for masking and for entities.

mod card;
mod digits;
mod email;
mod iban;
mod national_id;
mod phone;
mod words;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::domain::entity::{Entity, EntityKind};
use crate::domain::reading::{Fault, Reading};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PersonalData {
    Card,
    Iban,
    /// Of a state: identity, insurance or tax.
    NationalId,
    Email,
    Phone,
}

/// Personal data and its place in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub kind: PersonalData,
    pub range: Range<usize>,
}

/// What becomes of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Treatment {
    Mask,
    Keep,
}

/// What becomes of each kind; `personal_data` of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Masking {
    pub card: Treatment,
    pub iban: Treatment,
    pub national_id: Treatment,
    pub email: Treatment,
    pub phone: Treatment,
}

impl Default for Masking {
    /// What can be misused by whoever reads it goes; what an agent needs to get back to the customer stays.
    fn default() -> Self {
        Self {
            card: Treatment::Mask,
            iban: Treatment::Mask,
            national_id: Treatment::Mask,
            email: Treatment::Keep,
            phone: Treatment::Keep,
        }
    }
}

/// Takes the place of what is found while the rest is searched: no letter, no digit, no space. A text has no control
/// characters, and in others it does no harm.
const FILLER: &str = "\u{1}";

/// How many characters of a card or an IBAN stay readable.
const ENDING: usize = 4;

/// Everything that looks like one of the kinds, each by its own finder; places may overlap.
pub fn candidates(text: &str) -> Vec<Found> {
    // Most texts have neither, and nothing of this can do without.
    if !text.contains(|c: char| c.is_ascii_digit() || c == '@') {
        return Vec::new();
    }
    let kinds = [
        (PersonalData::Iban, iban::find(text)),
        (PersonalData::Card, card::find(text)),
        (PersonalData::NationalId, national_id::find(text)),
        (PersonalData::Email, email::find(text)),
        (PersonalData::Phone, phone::find(text)),
    ];
    let found = |(kind, places): (PersonalData, Vec<Range<usize>>)| {
        places.into_iter().map(move |range| Found { kind, range })
    };
    kinds.into_iter().flat_map(found).collect()
}

impl Masking {
    pub const ALL: Self = Self {
        card: Treatment::Mask,
        iban: Treatment::Mask,
        national_id: Treatment::Mask,
        email: Treatment::Mask,
        phone: Treatment::Mask,
    };

    /// What of a text is to be masked, in its order, none overlapping.
    ///
    /// What is found may itself have been a word that told something of its neighbours, so the rest is searched again
    /// until nothing is left: the masked text, searched, has nothing in it.
    pub fn find(&self, text: &str) -> Vec<Found> {
        let mut rest = without_masks(text);
        let mut all: Vec<Found> = Vec::new();
        loop {
            let mut found = settled(candidates(&rest));
            found.retain(|found| self.masks(found.kind));
            if found.is_empty() {
                all.sort_by_key(|found| found.range.start);
                return all;
            }
            for found in &found {
                blank(&mut rest, &found.range);
            }
            all.append(&mut found);
        }
    }

    /// The text with what [`Self::find`] finds in it replaced.
    pub fn mask(&self, text: &str) -> String {
        masked(text, &self.find(text))
    }

    fn masks(&self, kind: PersonalData) -> bool {
        let treatment = match kind {
            PersonalData::Card => self.card,
            PersonalData::Iban => self.iban,
            PersonalData::NationalId => self.national_id,
            PersonalData::Email => self.email,
            PersonalData::Phone => self.phone,
        };
        treatment == Treatment::Mask
    }

    /// Takes out of the reading of `text` what is masked in the text itself. Of an entity that is personal data as a whole
    /// `seal` says what is kept beside the mask, if anything.
    pub fn mask_reading(&self, text: &str, reading: &mut Reading, seal: &dyn Fn(&Entity) -> Option<String>) {
        let found = self.find(text);
        for entity in &mut reading.entities {
            self.mask_entity(text, &found, entity, seal);
        }
        if let Some(Fault::Classifier(detail) | Fault::Search(detail)) = &mut reading.fault {
            *detail = self.mask(detail);
        }
        for clause in &mut reading.clauses {
            self.mask_reading(&clause.text, &mut clause.reading, seal);
            clause.text = self.mask(&clause.text);
        }
    }

    fn mask_entity(
        &self,
        text: &str,
        found: &[Found],
        entity: &mut Entity,
        seal: &dyn Fn(&Entity) -> Option<String>,
    ) {
        if let Some(kind) = PersonalData::of(&entity.kind).filter(|kind| self.masks(*kind)) {
            entity.sealed = seal(entity);
            entity.value = kind.mask(&entity.value);
            return;
        }
        // Another kind, a number of the business's own for example, may have taken the same characters.
        for Found { kind, range } in found {
            let secret = &text[range.clone()];
            if entity.value.contains(secret) {
                entity.value = entity.value.replace(secret, &kind.mask(secret));
            } else if entity.value.len() > ENDING && secret.contains(&entity.value) {
                entity.value = kind.mask(secret);
            }
        }
    }
}

impl PersonalData {
    fn of(kind: &EntityKind) -> Option<Self> {
        match kind {
            EntityKind::Card => Some(Self::Card),
            EntityKind::Iban => Some(Self::Iban),
            EntityKind::NationalId => Some(Self::NationalId),
            EntityKind::Email => Some(Self::Email),
            EntityKind::Phone => Some(Self::Phone),
            EntityKind::OrderNumber
            | EntityKind::TrackingNumber
            | EntityKind::Amount
            | EntityKind::Date
            | EntityKind::Time
            | EntityKind::DateTime
            | EntityKind::Own(_) => None,
        }
    }

    /// What stands in its place.
    pub fn mask(self, value: &str) -> String {
        match self {
            Self::Card => format!("[card ending {}]", ending(value)),
            Self::Iban => format!("[IBAN ending {}]", ending(value)),
            Self::NationalId => "[national id]".to_owned(),
            Self::Email => "[email]".to_owned(),
            Self::Phone => "[phone]".to_owned(),
        }
    }
}

impl From<PersonalData> for EntityKind {
    fn from(kind: PersonalData) -> Self {
        match kind {
            PersonalData::Card => Self::Card,
            PersonalData::Iban => Self::Iban,
            PersonalData::NationalId => Self::NationalId,
            PersonalData::Email => Self::Email,
            PersonalData::Phone => Self::Phone,
        }
    }
}

/// The text with each place replaced by its mask; `found` as [`Masking::find`] gives it.
pub fn masked(text: &str, found: &[Found]) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut end = 0;
    for Found { kind, range } in found {
        masked.push_str(&text[end..range.start]);
        masked.push_str(&kind.mask(&text[range.clone()]));
        end = range.end;
    }
    masked.push_str(&text[end..]);
    masked
}

/// The last letters and digits: a receipt shows as much of a card, and its owner knows it by them.
fn ending(number: &str) -> String {
    let characters: Vec<char> = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let last = &characters[characters.len().saturating_sub(ENDING)..];
    last.iter().map(char::to_ascii_uppercase).collect()
}

/// Of places that overlap the longer one; but a telephone number, which may look like anything, gives way to all.
fn settled(mut found: Vec<Found>) -> Vec<Found> {
    found.sort_by_key(|found| {
        let is_phone = found.kind == PersonalData::Phone;
        (is_phone, usize::MAX - found.range.len(), found.range.start)
    });
    let mut taken: Vec<Found> = Vec::new();
    for candidate in found {
        let is_free = |other: &Found| {
            other.range.end <= candidate.range.start || candidate.range.end <= other.range.start
        };
        if taken.iter().all(is_free) {
            taken.push(candidate);
        }
    }
    taken
}

/// The text with no word in it that a mask brought: a mask tells nothing of what stands beside it, and nobody said it.
pub fn without_masks(text: &str) -> String {
    let mut rest = text.to_owned();
    for range in masks(text) {
        blank(&mut rest, &range);
    }
    rest
}

fn masks(text: &str) -> Vec<Range<usize>> {
    let opened = text.match_indices('[');
    opened
        .filter_map(|(start, _)| mask_length(&text[start..]).map(|length| start..start + length))
        .collect()
}

fn mask_length(text: &str) -> Option<usize> {
    for whole in ["[national id]", "[email]", "[phone]"] {
        if text.starts_with(whole) {
            return Some(whole.len());
        }
    }
    for opening in ["[card ending ", "[IBAN ending "] {
        if let Some(rest) = text.strip_prefix(opening) {
            let (ending, closing) = rest.as_bytes().split_at_checked(ENDING)?;
            let is_ending = ending.iter().all(u8::is_ascii_alphanumeric) && closing.starts_with(b"]");
            return is_ending.then_some(opening.len() + ENDING + 1);
        }
    }
    None
}

fn blank(text: &mut String, range: &Range<usize>) {
    text.replace_range(range.clone(), &FILLER.repeat(range.len()));
}

#[cfg(test)]
mod tests;
