//! Opening hours: a week on the wall clock of one place, holidays, and the time that counts between two instants. Pure:
//! the rules of a time zone are a value, and what time it is, is handed in.
//!
//! A span of a day lasts from when that day's clock first reaches its start until it first reaches its end. So a day on
//! which the clocks go forward loses what is skipped, and no moment of a day on which they go back counts twice.

use std::collections::BTreeMap;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::{AmbiguousOffset, TimeZone};

use crate::domain::time::{Duration, Timestamp};

/// Minutes of a day on the clock.
pub const DAY_MINUTES: u16 = 24 * 60;

/// How far ahead the next opening is looked for, in days: beyond any holiday that somebody writes down.
const HORIZON_DAYS: usize = 3 * 366;

/// A part of a day, in minutes since midnight on the clock: `from` belongs to it, `to` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    from: u16,
    to: u16,
}

impl Span {
    /// `None` unless it ends behind its start and on the same day; 24:00 is the end of the day.
    pub fn new(from: u16, to: u16) -> Option<Self> {
        (from < to && to <= DAY_MINUTES).then_some(Self { from, to })
    }

    /// Spans of one day in order of their start.
    pub fn overlaps(self, later: Self) -> bool {
        later.from < self.to
    }
}

/// When people are there.
#[derive(Debug, Clone, PartialEq)]
pub struct Hours {
    zone: TimeZone,
    /// From Monday on; the spans of each in order, none over another.
    week: [Vec<Span>; 7],
    /// In place of the weekday's; none: closed all day.
    holidays: BTreeMap<Date, Vec<Span>>,
}

impl Hours {
    pub fn new(zone: TimeZone, week: [Vec<Span>; 7], holidays: BTreeMap<Date, Vec<Span>>) -> Self {
        Self { zone, week, holidays }
    }

    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    pub fn is_open(&self, at: Timestamp) -> bool {
        self.opens_at(at) == Some(at)
    }

    /// The first open moment from `at` on, `at` itself where it is open; `None` where it does not open again for three
    /// years.
    pub fn opens_at(&self, at: Timestamp) -> Option<Timestamp> {
        let (opens, _) = self.openings(at).next()?;
        Some(opens)
    }

    /// Open time from `from` to `to`; zero where `to` is no later.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Duration {
        self.openings(from)
            .take_while(|(opens, _)| *opens < to)
            .map(|(opens, closes)| closes.min(to).duration_since(opens))
            .fold(Duration::ZERO, |sum, open| sum.saturating_add(open))
    }

    /// The moment by which it has been open for `open` since `from`; `None` where that is more than three years ahead.
    pub fn after(&self, from: Timestamp, open: Duration) -> Option<Timestamp> {
        let mut left = open;
        for (opens, closes) in self.openings(from) {
            let length = closes.duration_since(opens);
            if left <= length {
                return opens.checked_add(left).ok();
            }
            left = left.saturating_sub(length);
        }
        None
    }

    /// Whether it is ever open but for holidays.
    pub fn is_ever_open(&self) -> bool {
        self.week.iter().any(|day| !day.is_empty())
    }

    /// Start and end of each open stretch that ends behind `at`, in order; the first begins no earlier than `at`.
    fn openings(&self, at: Timestamp) -> impl Iterator<Item = (Timestamp, Timestamp)> {
        let today = self.zone.to_datetime(at).date();
        today
            .series(jiff::Span::new().days(1))
            .take(HORIZON_DAYS)
            .flat_map(move |date| {
                self.of(date)
                    .iter()
                    .filter_map(move |span| self.place(date, *span))
            })
            .filter(move |(_, closes)| *closes > at)
            .map(move |(opens, closes)| (opens.max(at), closes))
    }

    fn of(&self, date: Date) -> &[Span] {
        let weekday = || self.week.get(monday_first(date.weekday()));
        self.holidays
            .get(&date)
            .or_else(weekday)
            .map_or(&[], Vec::as_slice)
    }

    /// `None` for a span that the clocks skip, and beyond the end of time.
    fn place(&self, date: Date, span: Span) -> Option<(Timestamp, Timestamp)> {
        let (opens, closes) = (self.reached(date, span.from)?, self.reached(date, span.to)?);
        (opens < closes).then_some((opens, closes))
    }

    /// When the clock of that day first shows this minute or a later one.
    fn reached(&self, date: Date, minute: u16) -> Option<Timestamp> {
        let (date, minute) = if minute == DAY_MINUTES {
            (date.tomorrow().ok()?, 0)
        } else {
            (date, minute)
        };
        let (hour, minute) = (i8::try_from(minute / 60).ok()?, i8::try_from(minute % 60).ok()?);
        let shown = self
            .zone
            .to_ambiguous_timestamp(date.to_datetime(Time::new(hour, minute, 0, 0).ok()?));
        match shown.offset() {
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => shown.earlier().ok(),
            // Never shown: it is passed at the moment of the change.
            AmbiguousOffset::Gap { .. } => {
                let before = shown.earlier().ok()?;
                let change = self.zone.following(before).next();
                change.map_or_else(|| shown.later().ok(), |change| Some(change.timestamp()))
            }
        }
    }
}

fn monday_first(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

/// Which time counts.
#[derive(Debug, Clone, Copy)]
pub enum Pace<'a> {
    /// All of it.
    Calendar,
    /// While it is open.
    Business(&'a Hours),
}

impl Pace<'_> {
    /// Counted time from `from` to `to`; zero where `to` is no later.
    pub fn between(self, from: Timestamp, to: Timestamp) -> Duration {
        match self {
            Self::Calendar => to.duration_since(from).max(Duration::ZERO),
            Self::Business(hours) => hours.between(from, to),
        }
    }

    /// The moment by which so much has been counted since `from`; `None` beyond all planning.
    pub fn after(self, from: Timestamp, counted: Duration) -> Option<Timestamp> {
        match self {
            Self::Calendar => from.checked_add(counted).ok(),
            Self::Business(hours) => hours.after(from, counted),
        }
    }
}
