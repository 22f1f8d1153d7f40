//! Numbers by the shape of their letters and digits, with or without separators. Knows nothing of checksums.

use crate::domain::personal_data::digits::{is_dash, is_space};

/// What stands at a place, as a form has it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shaped {
    /// Letters and digits alone, in upper case.
    pub(super) compact: String,
    /// Behind the last of them, in bytes.
    pub(super) end: usize,
    /// Whether a separator stood between.
    pub(super) grouped: bool,
}

/// Where a word begins; what a dash ties to the word before, as in `FH-12345678Z`, is a part of that.
pub(super) fn starts(text: &str) -> impl Iterator<Item = usize> {
    let (mut before, mut tied) = (' ', false);
    text.char_indices().filter_map(move |(at, character)| {
        let is_start = character.is_ascii_alphanumeric() && !is_part(before) && !tied;
        tied = is_dash(character) && is_part(before);
        before = character;
        is_start.then_some(at)
    })
}

/// `form` at `start`, ending with its word. After white space only capitals count: in "order ab123456 a week ago" the
/// "a" is no letter of the number.
pub(super) fn at(text: &str, start: usize, form: &str) -> Option<Shaped> {
    let mut rest = text[start..].char_indices().peekable();
    let (mut compact, mut end) = (String::new(), start);
    let (mut grouped, mut spaced, mut small) = (false, false, false);
    for wanted in form.chars() {
        if wanted == ' ' {
            if let Some((_, separator)) = rest.next_if(|(_, c)| is_space(*c) || is_dash(*c) || *c == '.') {
                grouped = true;
                spaced |= is_space(separator);
            }
            continue;
        }
        let (at, character) = rest.next()?;
        let fits = match wanted {
            'L' => character.is_ascii_alphabetic(),
            'D' => character.is_ascii_digit(),
            _ => character.is_ascii_alphanumeric(),
        };
        if !fits {
            return None;
        }
        small |= character.is_ascii_lowercase();
        compact.push(character.to_ascii_uppercase());
        end = start + at + 1;
    }
    let goes_on = rest.next().is_some_and(|(_, character)| is_part(character));
    let is_loose = spaced && small;
    (!goes_on && !is_loose).then_some(Shaped {
        compact,
        end,
        grouped,
    })
}

fn is_part(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '@'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_may_stand_where_the_form_has_a_space() {
        let compact =
            |text| at(text, 0, "LL DD L").map(|shaped| (shaped.compact, shaped.end, shaped.grouped));
        assert_eq!(compact("ab12c"), Some(("AB12C".to_owned(), 5, false)));
        assert_eq!(compact("AB 12-C."), Some(("AB12C".to_owned(), 7, true)));
        assert_eq!(compact("ab12 c"), None);
        assert_eq!(compact("AB1 2C"), None);
        assert_eq!(compact("AB12CD"), None);
    }

    #[test]
    fn a_number_starts_with_its_word() {
        assert_eq!(starts("ab-1 é2 -c").collect::<Vec<_>>(), [0, 10]);
    }
}
