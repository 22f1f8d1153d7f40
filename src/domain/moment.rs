//! Days and times as people write them: "next Tuesday", "the 3rd", "tomorrow at half past 4", "03/04". What a phrase
//! means is a function of the phrase, the moment it was written, and the sentence around it; where these do not
//! settle it, it stays unsettled. English only.

mod phrase;
mod pieces;
mod words;

use std::ops::Range;

use jiff::civil::{Date, DateTime, Time, Weekday};
use jiff::{Span, ToSpan};
use serde::Deserialize;

use crate::domain::entity::EntityKind;
use crate::domain::moment::phrase::{longest, tokens};

/// How near, in days, a date without a year must be for its year to go without saying.
const NEAR_DAYS: i32 = 90;

/// How 03/04 is meant. Nobody can tell from the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DateOrder {
    DayFirst,
    MonthFirst,
}

/// On which side of now a sentence moves: "I ordered on Tuesday", "can you come on Tuesday".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Toward {
    Past,
    Coming,
}

/// A day, a time of day, or both, as a phrase names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    day: Option<Day>,
    /// Named beside a date: "Tuesday the 3rd".
    weekday: Option<Weekday>,
    clock: Option<Clock>,
    half: Option<Half>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Day {
    /// Days from today.
    Shift(i32),
    Weekday(Which, Weekday),
    OfMonth(i8),
    OfYear {
        month: i8,
        day: i8,
        year: Option<i16>,
    },
    /// Two numbers, of which either may be the month.
    Numbers {
        first: i8,
        second: i8,
        year: Option<i16>,
    },
    /// No single day: "next week", "two weeks ago".
    Vague,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    Plain,
    This,
    Next,
    Last,
    /// "Tuesday next week".
    OfNextWeek,
    /// "Tuesday last week".
    OfLastWeek,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Clock {
    /// 0 to 23.
    hour: i8,
    minute: i8,
    /// False where it may as well be twelve hours later: "half past 4".
    certain: bool,
}

/// Which half of the day a word such as "morning" means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Half {
    Morning,
    Later,
}

/// Every day and time in a text, with its place in bytes.
pub fn find(text: &str) -> Vec<(Range<usize>, Moment)> {
    let tokens = tokens(text);
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some((moment, used)) = longest(&tokens, at) else {
            at += 1;
            continue;
        };
        found.push((tokens[at].range.start..tokens[at + used - 1].range.end, moment));
        at += used;
    }
    found
}

impl Moment {
    /// A phrase that is nothing else.
    pub fn parse(phrase: &str) -> Option<Self> {
        let (range, moment) = find(phrase).into_iter().next()?;
        (range == (0..phrase.len())).then_some(moment)
    }

    pub fn kind(&self) -> EntityKind {
        match (self.day, self.clock) {
            (Some(_), Some(_)) => EntityKind::DateTime,
            (None, Some(_)) => EntityKind::Time,
            (_, None) => EntityKind::Date,
        }
    }

    /// What it means for a message written at `now`: `2026-11-24`, `16:30` or `2026-11-24T16:30`. A day without a
    /// doubt and an hour that may be two gives the day alone. `None` where not even the day is beyond doubt.
    pub fn resolve(&self, now: DateTime, toward: Option<Toward>, order: Option<DateOrder>) -> Option<String> {
        let time = self
            .time()
            .map(|time| format!("{:02}:{:02}", time.hour(), time.minute()));
        if self.day.is_none() {
            return time;
        }
        let date = self.date(now.date(), toward, order)?;
        Some(match time {
            Some(time) => format!("{date}T{time}"),
            None => date.to_string(),
        })
    }

    /// Whether a time of day is named, and can be this one: "half past 9" of the morning or of the evening, and of the
    /// day if one is named beyond doubt.
    pub fn may_mean(&self, time: DateTime, now: DateTime, order: Option<DateOrder>) -> bool {
        let hour_fits = |clock: Clock| match (clock.certain, self.half) {
            (true, _) => clock.hour == time.hour(),
            (false, Some(Half::Morning)) => clock.hour % 12 == time.hour(),
            (false, Some(Half::Later)) => clock.hour % 12 + 12 == time.hour(),
            (false, None) => clock.hour % 12 == time.hour() % 12,
        };
        let day = self.date(now.date(), Some(Toward::Coming), order);
        let clock_fits = |clock: Clock| clock.minute == time.minute() && hour_fits(clock);
        self.clock.is_some_and(clock_fits) && day.is_none_or(|day| day == time.date())
    }

    /// `None` where twelve hours later may be meant as well.
    fn time(&self) -> Option<Time> {
        let clock = self.clock?;
        let hour = match self.half {
            _ if clock.certain => clock.hour,
            Some(Half::Morning) => clock.hour % 12,
            Some(Half::Later) => clock.hour % 12 + 12,
            None => return None,
        };
        Time::new(hour, clock.minute, 0, 0).ok()
    }

    fn date(&self, today: Date, toward: Option<Toward>, order: Option<DateOrder>) -> Option<Date> {
        let candidates = match self.day? {
            Day::Shift(days) => return today.checked_add(days.days()).ok(),
            Day::Weekday(which, weekday) => return by_weekday(today, which, weekday, toward),
            Day::Vague => return None,
            Day::OfMonth(day) => around(today, 1.month(), |date| {
                Date::new(date.year(), date.month(), day).ok()
            }),
            Day::OfYear { month, day, year } => dates(today, month, day, year),
            Day::Numbers { first, second, year } => {
                let day_first = dates(today, second, first, year);
                let month_first = dates(today, first, second, year);
                match order {
                    Some(DateOrder::DayFirst) => day_first,
                    Some(DateOrder::MonthFirst) => month_first,
                    None if first == second || month_first.is_empty() => day_first,
                    None if day_first.is_empty() => month_first,
                    None => return None,
                }
            }
        };
        let candidates: Vec<Date> = candidates
            .into_iter()
            .filter(|date| self.weekday.is_none_or(|weekday| date.weekday() == weekday))
            .collect();
        choose(&candidates, today, toward)
    }
}

/// The year before, this and the next, where no year is said.
fn dates(today: Date, month: i8, day: i8, year: Option<i16>) -> Vec<Date> {
    match year {
        Some(year) => Date::new(year, month, day).into_iter().collect(),
        None => around(today, 1.year(), |date| Date::new(date.year(), month, day).ok()),
    }
}

/// What `make` says of the period before, of this one and of the next. A day that is not in one of them drops out.
fn around(today: Date, period: Span, make: impl Fn(Date) -> Option<Date>) -> Vec<Date> {
    let first = today.first_of_month();
    let periods = [first.checked_sub(period), Ok(first), first.checked_add(period)];
    periods.into_iter().flatten().filter_map(make).collect()
}

/// The only candidate, else the one on the side that the sentence moves to, else the one that is near while the
/// others are far.
fn choose(candidates: &[Date], today: Date, toward: Option<Toward>) -> Option<Date> {
    if let [only] = candidates {
        return Some(*only);
    }
    match toward {
        Some(Toward::Coming) => candidates.iter().copied().find(|date| *date >= today),
        Some(Toward::Past) => candidates.iter().rev().copied().find(|date| *date <= today),
        None => {
            let days = |date: &&Date| (**date - today).get_days().abs();
            let mut near = candidates.iter().filter(|date| days(date) <= NEAR_DAYS);
            near.next().copied().filter(|_| near.next().is_none())
        }
    }
}

fn by_weekday(today: Date, which: Which, weekday: Weekday, toward: Option<Toward>) -> Option<Date> {
    // Neither counts today.
    let coming = today.nth_weekday(1, weekday).ok()?;
    let past = today.nth_weekday(-1, weekday).ok()?;
    let monday = today
        .checked_sub(i32::from(today.weekday().to_monday_zero_offset()).days())
        .ok()?;
    let of_week = |weeks: i32| {
        let days = weeks * 7 + i32::from(weekday.to_monday_zero_offset());
        monday.checked_add(days.days()).ok()
    };
    match (which, toward) {
        (Which::OfNextWeek, _) => of_week(1),
        (Which::OfLastWeek, _) => of_week(-1),
        (Which::This, _) if of_week(0)? == coming || today.weekday() == Weekday::Sunday => {
            Some(coming).filter(|_| today.weekday() != weekday)
        }
        // To some the nearest that is to come, to others that of the next week.
        (Which::Next, _) => of_week(1).filter(|date| *date == coming),
        (Which::Last, _) => of_week(-1).filter(|date| *date == past),
        // Said on a Tuesday, "Tuesday" may be today.
        (Which::This | Which::Plain, _) if today.weekday() == weekday => None,
        (Which::This | Which::Plain, Some(Toward::Coming)) => Some(coming),
        (Which::This | Which::Plain, Some(Toward::Past)) => Some(past),
        (Which::This | Which::Plain, None) => None,
    }
}

/// `None` where the words say nothing of the side, or both.
pub fn toward(text: &str) -> Option<Toward> {
    let tokens = tokens(text);
    let any = |list: &[&str]| tokens.iter().any(|token| list.contains(&token.word.as_str()));
    match (any(&words::PAST), any(&words::COMING)) {
        (true, false) => Some(Toward::Past),
        (false, true) => Some(Toward::Coming),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
