//! `hours` of `policy.yml`: calendars of opening hours, as they are written and as they are checked. Knows no queue and
//! asks no clock.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::domain::hours::{DAY_MINUTES, Hours, Span};
use crate::triage::policy::check::Check;
use crate::triage::policy::rules::Rules;

/// The calendar of every queue that names no other.
pub(super) const DEFAULT: &str = "default";

/// One calendar; spans are written `08:00-20:00`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Calendar {
    /// An IANA name; that of the business where there is none.
    #[serde(default)]
    time_zone: Option<String>,
    week: Week,
    /// By date; no spans: closed all day.
    #[serde(default)]
    holidays: BTreeMap<String, Vec<String>>,
}

/// A day that is left out is closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Week {
    monday: Vec<String>,
    tuesday: Vec<String>,
    wednesday: Vec<String>,
    thursday: Vec<String>,
    friday: Vec<String>,
    saturday: Vec<String>,
    sunday: Vec<String>,
}

impl Week {
    fn days(&self) -> [(&'static str, &Vec<String>); 7] {
        [
            ("monday", &self.monday),
            ("tuesday", &self.tuesday),
            ("wednesday", &self.wednesday),
            ("thursday", &self.thursday),
            ("friday", &self.friday),
            ("saturday", &self.saturday),
            ("sunday", &self.sunday),
        ]
    }
}

impl Check<'_> {
    /// Every calendar that can be used, by its name.
    pub(super) fn hours(&mut self, rules: &Rules) -> BTreeMap<String, Hours> {
        let mut calendars = BTreeMap::new();
        for (name, calendar) in &rules.hours {
            let key = format!("hours.{name}");
            let zone = self.zone(&key, calendar, &rules.business.time_zone);
            let week = calendar
                .week
                .days()
                .map(|(day, spans)| self.day(&format!("{key}.week.{day}"), spans));
            let mut holidays = BTreeMap::new();
            for (date, spans) in &calendar.holidays {
                let key = format!("{key}.holidays.{date}");
                let spans = self.day(&key, spans);
                match date.parse::<Date>() {
                    Ok(date) => {
                        holidays.insert(date, spans);
                    }
                    Err(_) => {
                        self.problem(&key, format!("{date:?} is no date; write one such as 2026-12-25"))
                    }
                }
            }
            let hours = Hours::new(zone, week, holidays);
            if !hours.is_ever_open() {
                let message = "no day of the week is open, so nobody would ever come; give the hours of one";
                self.problem(&format!("{key}.week"), message.to_owned());
            }
            calendars.insert(name.clone(), hours);
        }
        calendars
    }

    fn zone(&mut self, key: &str, calendar: &Calendar, of_business: &TimeZone) -> TimeZone {
        let Some(name) = &calendar.time_zone else {
            return of_business.clone();
        };
        TimeZone::get(name).unwrap_or_else(|error| {
            let message = format!(
                "{name:?} is no time zone that this system knows ({error}); give one such as Europe/London, or UTC"
            );
            self.problem(&format!("{key}.time_zone"), message);
            TimeZone::UTC
        })
    }

    fn day(&mut self, key: &str, written: &[String]) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for text in written {
            match span(text) {
                Ok(span) if spans.last().is_some_and(|before| before.overlaps(span)) => {
                    let message =
                        format!("{text} begins before the span in front of it ends; write them in order");
                    self.problem(key, message);
                }
                Ok(span) => spans.push(span),
                Err(message) => self.problem(key, message),
            }
        }
        spans
    }
}

fn span(text: &str) -> Result<Span, String> {
    let minutes = text
        .split_once('-')
        .and_then(|(from, to)| Some((minute(from)?, minute(to)?)));
    let Some((from, to)) = minutes else {
        return Err(format!(
            "{text:?} is no span of a day; write one such as 08:00-20:00"
        ));
    };
    Span::new(from, to).ok_or_else(|| {
        format!(
            "{text} ends before it begins; past midnight write 22:00-24:00, and 00:00-02:00 on the next day"
        )
    })
}

/// `08:30` -> 510; 24:00 is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hour, minute) = text.trim().split_once(':')?;
    let two_digits = |digits: &str| {
        let fits = digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
        digits.parse::<u16>().ok().filter(|_| fits)
    };
    let (hour, minute) = (two_digits(hour)?, two_digits(minute)?);
    let total = hour * 60 + minute;
    (minute < 60 && total <= DAY_MINUTES).then_some(total)
}
