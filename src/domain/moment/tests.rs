//! What phrases mean on Sunday 22 November 2026 at noon, and that no text makes the search stumble.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

/// A phrase, what is said around it, and what it means; `-` where that is in doubt.
const MEANINGS: &str = "
today                           | -     | 2026-11-22
tomorrow                        | -     | 2026-11-23
Yesterday                       | -     | 2026-11-21
day after tomorrow              | -     | 2026-11-24
the day before yesterday        | -     | 2026-11-20
tonight                         | -     | 2026-11-22
last night                      | -     | 2026-11-21
in 3 days                       | -     | 2026-11-25
two days ago                    | -     | 2026-11-20
tomorrow at half past 4         | -     | 2026-11-23
tomorrow afternoon at half past 4 | -   | 2026-11-23T16:30
tomorrow at 4pm                 | -     | 2026-11-23T16:00
tomorrow morning at quarter to nine | - | 2026-11-23T08:45
tonight at 8                    | -     | 2026-11-22T20:00
12 noon tomorrow                | -     | 2026-11-23T12:00
4pm                             | -     | 16:00
4.30 p.m.                       | -     | 16:30
12am                            | -     | 00:00
16:30                           | -     | 16:30
09:15                           | -     | 09:15
half past four                  | -     | -
at 4                            | -     | -
at 16.30                        | -     | 16:30
ten past nine at night          | -     | 21:10
4 o'clock in the afternoon      | -     | 16:00
10:30                           | -     | -
next Tuesday                    | -     | 2026-11-24
next sunday                     | -     | 2026-11-29
last tuesday                    | -     | -
last friday                     | -     | -
tuesday last week               | -     | 2026-11-10
tuesday next week               | -     | 2026-11-24
this friday                     | -     | 2026-11-27
Tuesday                         | -     | -
Tuesday                         | coming | 2026-11-24
Tuesday                         | past  | 2026-11-17
sunday                          | coming | -
the 3rd                         | -     | -
the 3rd                         | coming | 2026-12-03
the 3rd                         | past  | 2026-11-03
the 31st                        | coming | 2026-12-31
thursday the 3rd                | -     | 2026-12-03
24 December                     | -     | 2026-12-24
3rd of May                      | -     | -
3rd of May                      | past  | 2026-05-03
3rd of May                      | coming | 2027-05-03
May 3rd 2025                    | -     | 2025-05-03
30 February 2026                | -     | -
2026-11-24                      | -     | 2026-11-24
24/12/2026                      | -     | 2026-12-24
12/24/2026                      | -     | 2026-12-24
03/04/2026                      | -     | -
05/05/2026                      | -     | 2026-05-05
25.12.26                        | -     | 2026-12-25
25/12                           | -     | 2026-12-25
next week                       | -     | -
2 weeks ago                     | -     | -
";

fn resolved(phrase: &str, toward: Option<Toward>, order: Option<DateOrder>) -> Option<String> {
    let moment = Moment::parse(phrase).unwrap_or_else(|| panic!("{phrase:?} is no moment"));
    moment.resolve(date(2026, 11, 22).at(12, 0, 0, 0), toward, order)
}

#[test]
fn phrases_mean_days() {
    let mut wrong = Vec::new();
    for line in MEANINGS.trim().lines() {
        let fields: Vec<&str> = line.split('|').map(str::trim).collect();
        let toward = match fields[1] {
            "past" => Some(Toward::Past),
            "coming" => Some(Toward::Coming),
            _ => None,
        };
        let found = resolved(fields[0], toward, None).unwrap_or_else(|| "-".to_owned());
        if found != fields[2] {
            wrong.push(format!("{line}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_order_of_day_and_month_is_the_businesss_to_say() {
    let (day_first, month_first) = (Some(DateOrder::DayFirst), Some(DateOrder::MonthFirst));
    assert_eq!(resolved("03/04/2026", None, day_first).unwrap(), "2026-04-03");
    assert_eq!(resolved("03/04/2026", None, month_first).unwrap(), "2026-03-04");
    assert_eq!(
        resolved("03/04", Some(Toward::Coming), day_first).unwrap(),
        "2027-04-03"
    );
    // What is said of the order does not make a thirteenth month.
    assert_eq!(resolved("24/12/2026", None, month_first), None);
}

#[test]
fn sentences_have_a_side() {
    for (text, side) in [
        ("i ordered on tuesday", Some(Toward::Past)),
        ("it was due on the 3rd", Some(Toward::Past)),
        ("can you come tuesday", Some(Toward::Coming)),
        ("i'd like to book the 3rd", Some(Toward::Coming)),
        ("you said tuesday, can i still come", None),
        ("tuesday", None),
    ] {
        assert_eq!(toward(text), side, "{text}");
    }
}

proptest! {
    #[test]
    fn whatever_is_found_is_a_moment_by_itself(
        words in prop::collection::vec(
            prop::sample::select(vec![
                "the", "3rd", "next", "tuesday", "at", "4", "half", "past", "four", "03/04", "May", "24", "4pm", "in",
                "2", "days", "ago", "tomorrow", "morning,", "16:30.", "(noon)", "é€", "of", "week", "to", "five",
            ]),
            0..9,
        )
    ) {
        let text = words.join(" ");
        let now = date(2026, 11, 22).at(12, 0, 0, 0);
        let mut end = 0;
        for (range, moment) in find(&text) {
            prop_assert!(range.start >= end && range.end > range.start);
            end = range.end;
            prop_assert!(text.is_char_boundary(range.start) && text.is_char_boundary(range.end));
            let _ = moment.resolve(now, Some(Toward::Coming), Some(DateOrder::DayFirst));
        }
    }

    #[test]
    fn no_text_makes_it_stumble(text in "\\PC{0,60}") {
        for (range, _) in find(&text) {
            prop_assert!(text.get(range).is_some());
        }
    }

    #[test]
    fn a_day_that_is_to_come_never_lies_before_today(day in 1_i8..=31, offset in 0_i32..4000) {
        let today = date(2020, 1, 1).checked_add(offset.days()).unwrap();
        let moment = Moment::parse(&format!("the {day}th")).unwrap();
        if let Some(found) = moment.resolve(today.at(0, 0, 0, 0), Some(Toward::Coming), None) {
            let found: Date = found.parse().unwrap();
            prop_assert!(found >= today && found.day() == day);
        }
    }
}
