//! The English words for days, months and numbers, and those that tell past from coming. Plain data.

use jiff::civil::Weekday;

/// With the short forms; [`is_short`] tells them apart.
pub(super) fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "monday" | "mon" => Weekday::Monday,
        "tuesday" | "tue" | "tues" => Weekday::Tuesday,
        "wednesday" | "wed" | "weds" => Weekday::Wednesday,
        "thursday" | "thu" | "thur" | "thurs" => Weekday::Thursday,
        "friday" | "fri" => Weekday::Friday,
        "saturday" | "sat" => Weekday::Saturday,
        "sunday" | "sun" => Weekday::Sunday,
        _ => return None,
    })
}

/// "sun" and "sat" are words of their own.
pub(super) fn is_short(weekday: &str) -> bool {
    !weekday.ends_with("day")
}

/// 1 to 12.
pub(super) fn month(word: &str) -> Option<i8> {
    const MONTHS: [&[&str]; 12] = [
        &["january", "jan"],
        &["february", "feb"],
        &["march", "mar"],
        &["april", "apr"],
        &["may"],
        &["june", "jun"],
        &["july", "jul"],
        &["august", "aug"],
        &["september", "sept", "sep"],
        &["october", "oct"],
        &["november", "nov"],
        &["december", "dec"],
    ];
    (1..)
        .zip(MONTHS)
        .find_map(|(number, names)| names.contains(&word).then_some(number))
}

/// Digits, or a word up to twelve.
pub(super) fn number(word: &str) -> Option<i8> {
    const WORDS: [&str; 12] = [
        "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    ];
    (1..)
        .zip(WORDS)
        .find_map(|(number, name)| (name == word).then_some(number))
        .or_else(|| digits(word))
}

/// At most two digits and nothing else.
pub(super) fn digits(word: &str) -> Option<i8> {
    let plain = (1..=2).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_digit());
    word.parse().ok().filter(|_| plain)
}

/// `3rd` -> 3, as a day of a month.
pub(super) fn ordinal(word: &str) -> Option<i8> {
    let (number, ending) = word.split_at_checked(word.len().checked_sub(2)?)?;
    let day = digits(number).filter(|day| (1..=31).contains(day))?;
    ["st", "nd", "rd", "th"].contains(&ending).then_some(day)
}

/// Days from today.
pub(super) fn near_day(word: &str) -> Option<i32> {
    Some(match word {
        "today" | "tonight" | "2day" | "2nite" | "tonite" => 0,
        "tomorrow" | "tomorow" | "tommorow" | "tommorrow" | "tmrw" | "tmr" | "tmw" | "tomoz" | "2moro"
        | "2morrow" => 1,
        "yesterday" | "yesturday" | "yday" => -1,
        _ => return None,
    })
}

pub(super) const PAST: [&str; 37] = [
    "was",
    "were",
    "had",
    "did",
    "didn't",
    "didnt",
    "wasn't",
    "wasnt",
    "ordered",
    "bought",
    "paid",
    "placed",
    "came",
    "arrived",
    "delivered",
    "sent",
    "got",
    "received",
    "called",
    "emailed",
    "wrote",
    "returned",
    "cancelled",
    "booked",
    "said",
    "told",
    "took",
    "charged",
    "went",
    "since",
    "supposed",
    "dispatched",
    "shipped",
    "happened",
    "ago",
    "promised",
    "collected",
];

pub(super) const COMING: [&str; 30] = [
    "will",
    "will",
    "i'll",
    "ill",
    "you'll",
    "it'll",
    "can",
    "could",
    "book",
    "come",
    "bring",
    "reschedule",
    "rebook",
    "move",
    "postpone",
    "want",
    "wanna",
    "like",
    "need",
    "would",
    "going",
    "gonna",
    "available",
    "free",
    "until",
    "till",
    "by",
    "pick",
    "let",
    "please",
];
