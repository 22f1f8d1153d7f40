//! The pieces that a moment is made of: a day, a time of day, a part of the day. Each is a few words in a row; what stands
//! around them is not looked at here.

use crate::domain::moment::phrase::Token;
use crate::domain::moment::words::{digits, month, near_day, number, ordinal, weekday};
use crate::domain::moment::{Clock, Day, Half, Which};

#[derive(Debug, Clone, Copy)]
pub(super) enum Piece {
    Day(Day),
    /// A day with a part of it: "tonight".
    Part(Day, Half),
    Clock(Clock),
    Half(Half),
}

/// The piece that begins with these tokens, and how many it has.
pub(super) fn piece(tokens: &[Token]) -> Option<(Piece, usize)> {
    let mut words = Vec::with_capacity(5);
    for token in tokens.iter().take(5) {
        words.push(token.word.as_str());
        if token.ends {
            break;
        }
    }
    let capital = |index: usize| tokens.get(index).is_some_and(|token| token.capital);
    relative(&words)
        .or_else(|| week(&words))
        .or_else(|| by_weekday(&words))
        .or_else(|| calendar(&words, &capital))
        .or_else(|| numeric(words.first()?).map(|day| (Piece::Day(day), 1)))
        .or_else(|| clock(&words).map(|(clock, used)| (Piece::Clock(clock), used)))
        .or_else(|| part(words.first()?).map(|half| (Piece::Half(half), 1)))
}

fn part(word: &str) -> Option<Half> {
    match word {
        "morning" | "morn" | "am" | "a.m." => Some(Half::Morning),
        "afternoon" | "evening" | "eve" | "night" | "pm" | "p.m." => Some(Half::Later),
        _ => None,
    }
}

fn relative(words: &[&str]) -> Option<(Piece, usize)> {
    let shift = |days| Piece::Day(Day::Shift(days));
    match words {
        ["day", "after", next, ..] if near_day(next) == Some(1) => Some((shift(2), 3)),
        ["the", "day", "after", next, ..] if near_day(next) == Some(1) => Some((shift(2), 4)),
        ["day", "before", past, ..] if near_day(past) == Some(-1) => Some((shift(-2), 3)),
        ["the", "day", "before", past, ..] if near_day(past) == Some(-1) => Some((shift(-2), 4)),
        ["tonight" | "tonite" | "2nite", ..] => Some((Piece::Part(Day::Shift(0), Half::Later), 1)),
        ["last", "night", ..] => Some((Piece::Part(Day::Shift(-1), Half::Later), 2)),
        ["this", word, ..] if part(word).is_some() && !is_half(word) => {
            Some((Piece::Part(Day::Shift(0), part(word)?), 2))
        }
        ["in", count, unit, ..] => span(count, unit, 1).map(|day| (Piece::Day(day), 3)),
        ["a", "few" | "couple", unit, "ago", ..] => span("few", unit, -1).map(|day| (Piece::Day(day), 4)),
        ["a", "couple", "of", unit, "ago", ..] => span("few", unit, -1).map(|day| (Piece::Day(day), 5)),
        [count, unit, "ago", ..] => span(count, unit, -1).map(|day| (Piece::Day(day), 3)),
        [count, unit, "from", "now" | "today", ..] => span(count, unit, 1).map(|day| (Piece::Day(day), 4)),
        [word, ..] => near_day(word).map(|days| (shift(days), 1)),
        [] => None,
    }
}

/// Days are counted; weeks and months are said loosely.
fn span(count: &str, unit: &str, sign: i32) -> Option<Day> {
    let count = match count {
        "a" | "an" => Some(1),
        "couple" | "few" | "several" => None,
        count => Some(number(count)?),
    };
    match (unit, count) {
        ("day" | "days", Some(count)) => Some(Day::Shift(sign * i32::from(count))),
        ("day" | "days" | "week" | "weeks" | "wk" | "wks" | "month" | "months" | "fortnight", _) => {
            Some(Day::Vague)
        }
        _ => None,
    }
}

fn week(words: &[&str]) -> Option<(Piece, usize)> {
    match words {
        ["this" | "next" | "last", "week" | "weekend" | "month", ..] => Some((Piece::Day(Day::Vague), 2)),
        _ => None,
    }
}

fn by_weekday(words: &[&str]) -> Option<(Piece, usize)> {
    let day = |which, weekday| Piece::Day(Day::Weekday(which, weekday));
    match words {
        ["the", "coming", name, ..] => Some((day(Which::Plain, weekday(name)?), 3)),
        ["this" | "coming", name, ..] => Some((day(Which::This, weekday(name)?), 2)),
        ["next", name, ..] => Some((day(Which::Next, weekday(name)?), 2)),
        ["last" | "past", name, ..] => Some((day(Which::Last, weekday(name)?), 2)),
        [name, "next", "week", ..] => Some((day(Which::OfNextWeek, weekday(name)?), 3)),
        [name, "last", "week", ..] => Some((day(Which::OfLastWeek, weekday(name)?), 3)),
        [name, ..] => Some((day(Which::Plain, weekday(name)?), 1)),
        [] => None,
    }
}

/// "3rd of May 2026", "May 3rd", "the 3rd", and "3rd" after a weekday.
fn calendar(words: &[&str], capital: &dyn Fn(usize) -> bool) -> Option<(Piece, usize)> {
    if words.first() == Some(&"the") {
        let (day, used) = of_month(&words[1..], &|index| capital(index + 1))?;
        let is_ordinal = words.get(1).is_some_and(|word| ordinal(word).is_some());
        return is_ordinal.then_some((Piece::Day(day), used + 1));
    }
    let (day, used) = of_month(words, capital)?;
    Some((Piece::Day(day), used))
}

fn of_month(words: &[&str], capital: &dyn Fn(usize) -> bool) -> Option<(Day, usize)> {
    let (first, rest) = words.split_first()?;
    if let Some(month) = month(first) {
        let second = rest.first()?;
        let certain = capital(0) || !matches!(*first, "may" | "march" | "mar");
        let day = ordinal(second).or_else(|| digits(second).filter(|day| certain && is_day(month, *day)))?;
        return Some(dated(month, day, rest.get(1), 2));
    }
    let day = ordinal(first);
    let (of, name) = match rest {
        ["of", name, ..] => (1, *name),
        [name, ..] => (0, *name),
        [] => return day.map(|day| (Day::OfMonth(day), 1)),
    };
    // "order 3 may be late" is no third of May.
    let certain = day.is_some() || of == 1 || capital(1) || !matches!(name, "may" | "march" | "mar");
    match (
        month(name).filter(|_| certain),
        day.or_else(|| digits(first).filter(|day| is_day(1, *day))),
    ) {
        (Some(month), Some(day)) => Some(dated(month, day, rest.get(of + 1), of + 2)),
        _ => day.map(|day| (Day::OfMonth(day), 1)),
    }
}

fn dated(month: i8, day: i8, year: Option<&&str>, used: usize) -> (Day, usize) {
    let year = year.and_then(|word| four_digits(word));
    (
        Day::OfYear { month, day, year },
        used + usize::from(year.is_some()),
    )
}

fn four_digits(word: &str) -> Option<i16> {
    let year = word.parse().ok().filter(|_| word.len() == 4)?;
    (1900..2100).contains(&year).then_some(year)
}

/// `03/04`, `3.4.2026`, `24-11-26`, `2026-11-24`.
fn numeric(word: &str) -> Option<Day> {
    let mark = ['/', '-', '.'].into_iter().find(|mark| word.contains(*mark))?;
    let parts: Vec<&str> = word.split(mark).collect();
    let (first, second, year) = match parts.as_slice() {
        [year, month, day] if year.len() == 4 => {
            let (month, day) = (digits(month)?, digits(day)?);
            return is_day(month, day).then_some(Day::OfYear {
                month,
                day,
                year: Some(four_digits(year)?),
            });
        }
        [first, second, year] => {
            let year = four_digits(year)
                .or_else(|| Some(2000 + i16::from(digits(year).filter(|_| year.len() == 2)?)))?;
            (digits(first)?, digits(second)?, Some(year))
        }
        // "4.30" and "2-3" are more often something else.
        [first, second] if mark == '/' => (digits(first)?, digits(second)?, None),
        _ => return None,
    };
    (is_day(first, second) || is_day(second, first)).then_some(Day::Numbers { first, second, year })
}

fn is_day(month: i8, day: i8) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn clock(words: &[&str]) -> Option<(Clock, usize)> {
    let certain = |hour, minute| Clock {
        hour,
        minute,
        certain: true,
    };
    let about = |hour, minute| Clock {
        hour,
        minute,
        certain: false,
    };
    match words {
        ["12", "noon" | "midday", ..] => Some((certain(12, 0), 2)),
        ["noon" | "midday", ..] => Some((certain(12, 0), 1)),
        ["midnight", ..] => Some((certain(0, 0), 1)),
        ["half", "past", hour, ..] => Some((about(twelve(hour)?, 30), 3)),
        ["quarter", "past", hour, ..] => Some((about(twelve(hour)?, 15), 3)),
        ["quarter", "to", hour, ..] => Some((about((twelve(hour)? + 11) % 12, 45), 3)),
        [minutes, "past", hour, ..] => {
            let minute = number(minutes).filter(|minute| (1..=30).contains(minute))?;
            Some((about(twelve(hour)?, minute), 3))
        }
        // In figures it would be a span: "open 10 to 4".
        [minutes @ ("five" | "ten"), "to", hour, ..] => {
            Some((about((twelve(hour)? + 11) % 12, 60 - number(minutes)?), 3))
        }
        [hour, "o'clock" | "oclock", ..] => Some((about(twelve(hour)?, 0), 2)),
        ["at" | "around" | "about" | "@", _, half, ..] if is_half(half) => None,
        ["at" | "around" | "about" | "@", hour, ..] => Some((bare(hour)?, 2)),
        [hour, half, ..] if is_half(half) => Some((halved(hour, half)?, 2)),
        [word, ..] => Some((written(word)?, 1)),
        [] => None,
    }
}

fn is_half(word: &str) -> bool {
    matches!(word, "am" | "pm" | "a.m." | "p.m." | "a.m" | "p.m")
}

fn twelve(word: &str) -> Option<i8> {
    number(word).filter(|hour| (1..=12).contains(hour))
}

/// "4" and "4.30" after "at". Without minutes nobody says "at 18".
fn bare(word: &str) -> Option<Clock> {
    let (hour, minute) = word.split_once('.').unwrap_or((word, "00"));
    let hours = if word.contains('.') { 0..=23 } else { 1..=12 };
    let hour = number(hour).filter(|hour| hours.contains(hour))?;
    let minute = digits(minute).filter(|minutes| (0..60).contains(minutes))?;
    Some(Clock {
        hour,
        minute,
        certain: hour > 12 || hour == 0,
    })
}

/// `4pm`, `4.30pm`, `16:30`, `16:30:22`, `16h30`.
fn written(word: &str) -> Option<Clock> {
    let halves = [("am", "am"), ("pm", "pm"), ("a.m.", "am"), ("p.m.", "pm")];
    if let Some((hour, half)) = halves
        .into_iter()
        .find_map(|(end, half)| Some((word.strip_suffix(end)?, half)))
    {
        return halved(hour, half);
    }
    let (hour, minute) = word.split_once([':', 'h'])?;
    let minute = minute.split_once(':').map_or(minute, |(minute, _)| minute);
    let padded = hour.len() == 2;
    let (hour, minute) = (digits(hour)?, digits(minute).filter(|_| minute.len() == 2)?);
    (hour < 24 && minute < 60).then_some(Clock {
        hour,
        minute,
        certain: hour > 12 || hour == 0 || (padded && hour < 10),
    })
}

fn halved(hour: &str, half: &str) -> Option<Clock> {
    let (hour, minute) = hour.split_once([':', '.']).unwrap_or((hour, "00"));
    let minute = digits(minute).filter(|minute| (0..60).contains(minute))?;
    let hour = twelve(hour)? % 12;
    Some(Clock {
        hour: if half.starts_with('p') { hour + 12 } else { hour },
        minute,
        certain: true,
    })
}
