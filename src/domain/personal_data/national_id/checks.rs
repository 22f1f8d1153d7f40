//! Whether letters and digits can be a national number: checksums and the rules that the issuers have published.

/// SSA, "Social Security Number Randomization": no area 000, 666 or 9xx, no group 00, no serial 0000.
pub(super) fn us_social_security(digits: &[u32]) -> bool {
    let area = number(&digits[..3]);
    !matches!(area, 0 | 666 | 900..) && number(&digits[3..5]) != 0 && number(&digits[5..]) != 0
}

/// HMRC, NIM39110: letters that prefixes never have, prefixes never given, and A to D at the end.
pub(super) fn uk_national_insurance(compact: &str) -> bool {
    const NEVER: [&str; 7] = ["BG", "GB", "KN", "NK", "NT", "TN", "ZZ"];
    let letters = |from: usize, none_of: &str| compact[from..=from].chars().all(|c| !none_of.contains(c));
    letters(0, "DFIQUV")
        && letters(1, "DFIQUVO")
        && !NEVER.contains(&&compact[..2])
        && matches!(compact.as_bytes().last(), Some(b'A'..=b'D'))
}

/// NHS Data Dictionary: weights 10 to 2, modulus 11.
pub(super) fn uk_health_service(digits: &[u32]) -> bool {
    let sum: u32 = (2..=10)
        .rev()
        .zip(digits)
        .map(|(weight, digit)| weight * digit)
        .sum();
    // A check digit of 10 is never given, and no digit equals it.
    digits.last() == Some(&((11 - sum % 11) % 11))
}

/// The "elfproef" with -1 as the weight of the last digit.
pub(super) fn dutch_citizen_service(digits: &[u32]) -> bool {
    let Some((last, others)) = digits.split_last() else {
        return false;
    };
    let sum: u32 = (2..=9)
        .rev()
        .zip(others)
        .map(|(weight, digit)| weight * digit)
        .sum();
    sum > 0 && sum % 11 == *last
}

/// ISO/IEC 7064, MOD 11,10; of the first ten digits exactly one comes twice or three times.
pub(super) fn german_tax_id(digits: &[u32]) -> bool {
    let Some((check, first)) = digits.split_last() else {
        return false;
    };
    let counts = (0..10).map(|wanted| first.iter().filter(|digit| **digit == wanted).count());
    let repeated: Vec<usize> = counts.filter(|count| *count > 1).collect();
    let product = first.iter().fold(10, |product, digit| {
        let sum = (product + digit) % 10;
        (if sum == 0 { 10 } else { sum }) * 2 % 11
    });
    let is_shaped = first[0] != 0 && matches!(repeated.as_slice(), [2 | 3]);
    is_shaped && (11 - product) % 10 == *check
}

/// Verhoeff's checksum over the dihedral group of ten; no number begins with 0 or 1.
pub(super) fn aadhaar(digits: &[u32]) -> bool {
    const PERMUTED: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = digits
        .iter()
        .rev()
        .zip((0..8).cycle())
        .fold(0, |check, (digit, row)| {
            dihedral(check, u32::from(PERMUTED[row][*digit as usize]))
        });
    digits[0] > 1 && check == 0
}

/// The product of two elements: 0 to 4 are the turns of a pentagon, 5 to 9 its reflections.
fn dihedral(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => 5 + (a + b) % 5,
        (false, true) => 5 + (a - b) % 5,
        (false, false) => (5 + a - b) % 5,
    }
}

pub(super) fn french_nir(digits: &[u32]) -> bool {
    french_nir_text(
        &digits
            .iter()
            .filter_map(|digit| char::from_digit(*digit, 10))
            .collect::<String>(),
    )
}

/// INSEE: sex, year, month, department (2A and 2B for Corsica), commune, order, and 97 less the rest as the key.
pub(super) fn french_nir_text(compact: &str) -> bool {
    let body = match &compact[5..7] {
        "2A" => format!("{}19{}", &compact[..5], &compact[7..13]),
        "2B" => format!("{}18{}", &compact[..5], &compact[7..13]),
        _ => compact[..13].to_owned(),
    };
    let month = compact[3..5].parse().unwrap_or(0);
    let is_dated = matches!(month, 1..=12 | 20..=42 | 50..=99);
    match (body.parse::<u64>(), compact[13..].parse::<u64>()) {
        (Ok(body), Ok(key)) => compact.starts_with(['1', '2']) && is_dated && 97 - body % 97 == key,
        _ => false,
    }
}

/// The letter is the rest modulo 23 (Real Decreto 1553/2005, article 11).
pub(super) fn spanish_dni(compact: &str) -> bool {
    const LETTERS: &str = "TRWAGMYFPDXBNJZSQVHLCKE";
    let (digits, letter) = compact.split_at(compact.len() - 1);
    let rest = digits.parse::<usize>().map(|number| number % LETTERS.len());
    rest.is_ok_and(|rest| LETTERS[rest..].starts_with(letter))
}

/// As the DNI, with X, Y, Z for 0, 1, 2.
pub(super) fn spanish_nie(compact: &str) -> bool {
    let first = match compact.as_bytes().first() {
        Some(b'X') => "0",
        Some(b'Y') => "1",
        Some(b'Z') => "2",
        _ => return false,
    };
    spanish_dni(&format!("{first}{}", &compact[1..]))
}

/// Decreto ministeriale 23/12/1976: odd and even places count differently; letters stand for digits where two people
/// would have the same code.
pub(super) fn italian_tax_code(compact: &str) -> bool {
    const ODD: [u32; 26] = [
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23,
    ];
    const MONTHS: &str = "ABCDEHLMPRST";
    /// In place of the digits 0 to 9.
    const FOR_DIGITS: &str = "LMNPQRSTUV";
    const DIGITS_AT: [usize; 7] = [6, 7, 9, 10, 12, 13, 14];
    let characters: Vec<char> = compact.chars().collect();
    let is_digit = |at: &usize| characters[*at].is_ascii_digit() || FOR_DIGITS.contains(characters[*at]);
    let value = |character: char| match character.to_digit(10) {
        Some(digit) => digit,
        None => character.to_digit(36).unwrap_or(10) - 10,
    };
    let sum: u32 = characters[..15]
        .iter()
        .enumerate()
        .map(|(at, character)| match (at % 2, value(*character)) {
            (0, value) => ODD[value as usize],
            (_, value) => value,
        })
        .sum();
    MONTHS.contains(characters[8]) && DIGITS_AT.iter().all(is_digit) && sum % 26 == value(characters[15])
}

fn number(digits: &[u32]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + digit)
}
