//! Opening hours against a slow count: minute by minute, with nothing but the clock on the wall.

use std::collections::BTreeMap;

use firstline::domain::hours::{Hours, Pace, Span};
use firstline::domain::time::{Duration, Timestamp};
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use proptest::prelude::*;

use crate::sla::at;

type Spans = Vec<(u16, u16)>;

/// A week, and a holiday somewhere near what is looked at.
#[derive(Debug, Clone)]
struct Written {
    zone: &'static str,
    week: Vec<Spans>,
    holidays: BTreeMap<Date, Spans>,
}

impl Written {
    fn hours(&self) -> Hours {
        let spans = |spans: &Spans| {
            spans
                .iter()
                .map(|(from, to)| Span::new(*from, *to).unwrap())
                .collect()
        };
        let week: Vec<Vec<Span>> = self.week.iter().map(spans).collect();
        let holidays = self
            .holidays
            .iter()
            .map(|(date, day)| (*date, spans(day)))
            .collect();
        let zone = TimeZone::get(self.zone).unwrap();
        Hours::new(zone, week.try_into().unwrap(), holidays)
    }

    /// Whether each of so many minutes from `from` on is open: the furthest that the clock has shown is in a span.
    fn open_minutes(&self, from: Timestamp, minutes: i64) -> Vec<bool> {
        let zone = TimeZone::get(self.zone).unwrap();
        let before = 2 * 24 * 60;
        let mut furthest = DateTime::MIN;
        let mut open = Vec::new();
        for minute in -before..minutes {
            furthest = furthest.max(zone.to_datetime(from + Duration::from_mins(minute)));
            let weekday = usize::try_from(furthest.date().weekday().to_monday_zero_offset()).unwrap();
            let spans = self.holidays.get(&furthest.date()).unwrap_or(&self.week[weekday]);
            let shown = furthest.hour() as u16 * 60 + furthest.minute() as u16;
            if minute >= 0 {
                open.push(spans.iter().any(|(from, to)| (*from..*to).contains(&shown)));
            }
        }
        open
    }
}

fn any_spans() -> impl Strategy<Value = Spans> {
    prop::collection::btree_set(0_u16..=96, 0..5).prop_map(|quarters| {
        let quarters: Vec<u16> = quarters.into_iter().map(|quarter| quarter * 15).collect();
        quarters.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
    })
}

/// Places and days on which clocks go forward or back: by an hour, by half an hour, and at midnight.
fn any_place() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("Europe/London", "2026-03-28"),
        ("Europe/London", "2026-10-24"),
        ("America/New_York", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-04"),
        ("Australia/Lord_Howe", "2026-10-03"),
        ("America/Havana", "2024-11-02"),
        ("Asia/Beirut", "2025-03-29"),
        ("America/Sao_Paulo", "2019-02-16"),
        ("Asia/Kathmandu", "2026-06-01"),
        ("UTC", "2026-02-27"),
    ])
}

fn any_written() -> impl Strategy<Value = (Written, Timestamp)> {
    let week = prop::collection::vec(any_spans(), 7);
    (any_place(), week, 0_i64..3, any_spans(), 0_i64..2_000).prop_map(
        |((zone, day), week, on, holiday, minute)| {
            let day: Date = day.parse().unwrap();
            let on = day.checked_add(jiff::Span::new().days(on)).unwrap();
            let from = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap() + Duration::from_mins(minute);
            let written = Written {
                zone,
                week,
                holidays: BTreeMap::from([(on, holiday)]),
            };
            (written, from)
        },
    )
}

const MINUTES: i64 = 4 * 24 * 60;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn hours_are_what_a_slow_count_says((written, from) in any_written(), span in 1_i64..MINUTES, wanted in 1_usize..900) {
        let hours = written.hours();
        let open = written.open_minutes(from, MINUTES);
        let minute = |minute: usize| from + Duration::from_mins(minute as i64);
        for looked_at in (0..open.len()).step_by(97) {
            prop_assert_eq!(hours.is_open(minute(looked_at)), open[looked_at], "{}", minute(looked_at));
        }
        if let Some(first) = open.iter().position(|open| *open) {
            prop_assert_eq!(hours.opens_at(from), Some(minute(first)));
        }
        let counted = open[..span as usize].iter().filter(|open| **open).count();
        prop_assert_eq!(hours.between(from, minute(span as usize)), Duration::from_mins(counted as i64));
        // So much later it has been open for just so long, and not a minute earlier.
        let mut ends = open.iter().enumerate().filter(|(_, open)| **open).skip(wanted - 1);
        if let Some((last, _)) = ends.next() {
            let after = hours.after(from, Duration::from_mins(wanted as i64));
            prop_assert_eq!(after, Some(minute(last + 1)));
        }
    }

    /// Whatever the instants, also between two minutes: counting there and back agree.
    #[test]
    fn time_counted_and_time_added_agree((written, from) in any_written(), seconds in 1_i64..80_000) {
        let hours = written.hours();
        prop_assume!(hours.is_ever_open());
        let from = from + Duration::from_millis(317);
        let open = Duration::from_secs(seconds);
        let after = hours.after(from, open).unwrap();
        prop_assert_eq!(hours.between(from, after), open);
        prop_assert_eq!(hours.between(after, from), Duration::ZERO);
    }
}

fn all_day(zone: &'static str) -> Written {
    Written {
        zone,
        week: vec![vec![(0, 1440)]; 7],
        holidays: BTreeMap::new(),
    }
}

#[test]
fn the_days_on_which_the_clocks_change_are_as_long_as_they_are() {
    let london = all_day("Europe/London").hours();
    for (from, to, hours) in [
        ("2026-03-29T00:00:00Z", "2026-03-29T23:00:00Z", 23),
        ("2026-10-24T23:00:00Z", "2026-10-26T00:00:00Z", 25),
    ] {
        assert_eq!(
            london.between(at(from), at(to)),
            Duration::from_hours(hours),
            "{from}"
        );
    }
    // Nine to five is eight hours on any of them; what lies in the skipped hour is no time at all.
    let mut written = all_day("Europe/London");
    written.week = vec![vec![(60, 105), (540, 1020)]; 7];
    let hours = written.hours();
    let sunday = hours.between(at("2026-03-29T00:00:00Z"), at("2026-03-29T23:00:00Z"));
    assert_eq!(sunday, Duration::from_hours(8));
    assert_eq!(
        hours.opens_at(at("2026-03-29T00:30:00Z")),
        Some(at("2026-03-29T08:00:00Z"))
    );
}

#[test]
fn a_week_without_hours_never_opens_and_a_long_holiday_ends() {
    let mut written = all_day("UTC");
    written.week = vec![Vec::new(); 7];
    let never = written.hours();
    assert!(!never.is_ever_open());
    assert_eq!(never.opens_at(at("2026-01-01T00:00:00Z")), None);
    assert_eq!(
        never.after(at("2026-01-01T00:00:00Z"), Duration::from_mins(1)),
        None
    );
    let mut written = all_day("UTC");
    let days = (1..=20).map(|day| (Date::constant(2026, 12, day), Vec::new()));
    written.holidays = days.collect();
    let hours = written.hours();
    assert_eq!(
        hours.opens_at(at("2026-12-01T10:00:00Z")),
        Some(at("2026-12-21T00:00:00Z"))
    );
    let pace = Pace::Business(&hours);
    let half = Duration::from_mins(30);
    assert_eq!(
        pace.after(at("2026-11-30T23:40:00Z"), half),
        Some(at("2026-12-21T00:10:00Z"))
    );
    assert_eq!(
        Pace::Calendar.after(at("2026-11-30T23:40:00Z"), half),
        Some(at("2026-12-01T00:10:00Z"))
    );
}
