//! Numbers that a state gives a person, of the countries whose checksum or rules are public. A number of plain digits
//! counts only where a word nearby says what it is; one with letters, or grouped as its card prints it, speaks for
//! itself.

mod checks;
mod shape;

use std::ops::Range;

use crate::domain::personal_data::digits::{
    Group, digits_of, groups, is_dash, range_of, sizes_of, stretches,
};
use crate::domain::personal_data::national_id::shape::Shaped;
use crate::domain::personal_data::words::{is_labelled, says};

/// A number of plain digits: how many, what is said of it nearby, and whether the digits may be such a number.
struct Worded {
    length: usize,
    phrases: &'static [&'static str],
    is_valid: fn(&[u32]) -> bool,
}

const WORDED: [Worded; 6] = [
    Worded {
        length: 9,
        phrases: &["ssn", "ssns", "social security", "social sec", "ss number"],
        is_valid: checks::us_social_security,
    },
    Worded {
        length: 10,
        phrases: &["nhs"],
        is_valid: checks::uk_health_service,
    },
    Worded {
        length: 9,
        phrases: &["bsn", "burgerservicenummer", "sofi", "sofinummer"],
        is_valid: checks::dutch_citizen_service,
    },
    Worded {
        length: 11,
        phrases: &[
            "steuer*",
            "steuerid",
            "idnr",
            "identifikationsnummer",
            "tax id",
            "tin",
            "taxpayer*",
        ],
        is_valid: checks::german_tax_id,
    },
    Worded {
        length: 12,
        phrases: &["aadhaar*", "aadhar*", "adhaar*", "adhar*", "uidai"],
        is_valid: checks::aadhaar,
    },
    Worded {
        length: 15,
        phrases: &[
            "nir",
            "insee",
            "securite sociale",
            "sécurité sociale",
            "social security",
            "secu",
            "sécu",
        ],
        is_valid: checks::french_nir,
    },
];

/// A number with letters or a grouping of its own. In `form`, `L` is a letter, `D` a digit, `X` either, and a space a
/// place where a separator may stand.
struct Formed {
    form: &'static str,
    /// Without a separator, digits alone could be anything.
    only_grouped: bool,
    is_valid: fn(&str) -> bool,
}

const FORMED: [Formed; 5] = [
    Formed {
        form: "LL DD DD DD L",
        only_grouped: false,
        is_valid: checks::uk_national_insurance,
    },
    Formed {
        form: "DD DDD DDD L",
        only_grouped: false,
        is_valid: checks::spanish_dni,
    },
    Formed {
        form: "L DDDDDDD L",
        only_grouped: false,
        is_valid: checks::spanish_nie,
    },
    Formed {
        form: "LLL LLL XXLXX LXXX L",
        only_grouped: false,
        is_valid: checks::italian_tax_code,
    },
    Formed {
        form: "D DD DD DX DDD DDD DD",
        only_grouped: true,
        is_valid: checks::french_nir_text,
    },
];

/// Directly behind one of these, letters and digits are that and no person's number.
const OTHER_NUMBERS: [&str; 18] = [
    "order",
    "tracking",
    "parcel",
    "consignment",
    "waybill",
    "shipment",
    "invoice",
    "booking",
    "ticket",
    "sku",
    "serial",
    "item",
    "model",
    "ref",
    "reference",
    "part",
    "frame",
    "voucher",
];

/// Places of national identity, insurance and tax numbers.
pub(super) fn find(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for run in groups(text) {
        found.extend(worded(text, &run));
        found.extend(dashed_social_security(text, &run));
    }
    found.extend(formed(text));
    found
}

fn worded(text: &str, run: &[Group<'_>]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for number in &WORDED {
        for groups in stretches(run, number.length) {
            let place = range_of(groups);
            if (number.is_valid)(&figures(&digits_of(groups)))
                && says(text, &place, number.phrases)
                && !is_labelled(text, &place, &OTHER_NUMBERS)
            {
                found.push(place);
            }
        }
    }
    found
}

/// `078-05-1120`: the dashes say it, unless the word before says otherwise or the digits go on.
fn dashed_social_security(text: &str, run: &[Group<'_>]) -> Vec<Range<usize>> {
    let dashed = |group: &Group<'_>| group.gap.chars().all(is_dash) && !group.gap.is_empty();
    let mut found = Vec::new();
    for (at, groups) in run.windows(3).enumerate() {
        let grouped = sizes_of(groups) == [3, 2, 4] && groups[1..].iter().all(dashed);
        let goes_on = dashed(&groups[0]) || run.get(at + 3).is_some_and(dashed);
        let place = range_of(groups);
        if grouped
            && !goes_on
            && checks::us_social_security(&figures(&digits_of(groups)))
            && !is_labelled(text, &place, &OTHER_NUMBERS)
        {
            found.push(place);
        }
    }
    found
}

fn formed(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for start in shape::starts(text) {
        for form in &FORMED {
            let Some(Shaped {
                compact,
                end,
                grouped,
            }) = shape::at(text, start, form.form)
            else {
                continue;
            };
            let place = start..end;
            if (grouped || !form.only_grouped)
                && (form.is_valid)(&compact)
                && !is_labelled(text, &place, &OTHER_NUMBERS)
            {
                found.push(place);
            }
        }
    }
    found
}

fn figures(digits: &str) -> Vec<u32> {
    digits.chars().filter_map(|digit| digit.to_digit(10)).collect()
}
