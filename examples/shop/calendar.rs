//! Days as the shop counts them, and how days and times are said and stored. Pure: today is always handed in.

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Weekday};

use crate::answer::ShopError;

/// Month and day on which nothing leaves the shop and nobody is in the workshop.
const CLOSED: [(i8, i8); 3] = [(12, 25), (12, 26), (1, 1)];

/// A day on which parcels leave and carriers deliver.
pub(crate) fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !is_closed(day)
}

pub(crate) fn is_workshop_day(day: Date) -> bool {
    day.weekday() != Weekday::Sunday && !is_closed(day)
}

fn is_closed(day: Date) -> bool {
    CLOSED.contains(&(day.month(), day.day()))
}

/// The `count`th day after `day` among those that count; `day` itself for 0.
pub(crate) fn after(day: Date, count: u32, counts: fn(Date) -> bool) -> Date {
    walk(day, count, 1, counts)
}

/// The `count`th day before `day` among those that count; `day` itself for 0.
pub(crate) fn before(day: Date, count: u32, counts: fn(Date) -> bool) -> Date {
    walk(day, count, -1, counts)
}

fn walk(mut day: Date, count: u32, step: i64, counts: fn(Date) -> bool) -> Date {
    let mut left = count;
    while left > 0 {
        let next = day.saturating_add(step.days());
        if next == day {
            // The calendar ends here.
            return day;
        }
        day = next;
        left -= u32::from(counts(day));
    }
    day
}

/// How many working days have passed since `day`: 1 on the next one, 0 before.
pub(crate) fn working_days_since(day: Date, today: Date) -> u32 {
    let mut passed = 0;
    let mut at = day;
    while at < today {
        at = at.saturating_add(1.day());
        passed += u32::from(is_working_day(at));
    }
    passed
}

/// `Tuesday 1 December`
pub(crate) fn day_text(day: Date) -> String {
    day.strftime("%A %-d %B").to_string()
}

/// `Tuesday 1 December at 9:00`
pub(crate) fn time_text(time: DateTime) -> String {
    time.strftime("%A %-d %B at %-H:%M").to_string()
}

/// `2026-12-01T09:00`: as times are stored and sent, in Bristol's own time. Earlier ones sort first.
pub(crate) fn time_value(time: DateTime) -> String {
    time.strftime("%Y-%m-%dT%H:%M").to_string()
}

/// A stored date.
pub(crate) fn date(text: &str) -> Result<Date, ShopError> {
    text.parse()
        .map_err(|error| ShopError::Corrupt(format!("the date {text:?}: {error}")))
}

/// A stored time.
pub(crate) fn time(text: &str) -> Result<DateTime, ShopError> {
    text.parse()
        .map_err(|error| ShopError::Corrupt(format!("the time {text:?}: {error}")))
}
