//! Numbers as people say them: how long, and when. English words only; what stands around them is the business's own.

use jiff::civil::Weekday;
use jiff::tz::TimeZone;

use crate::domain::time::{Duration, Timestamp};

/// `less than a minute`, `about 5 minutes`, `about an hour`: never more exact than anybody can know.
pub(crate) fn wait(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 45 {
        return "less than a minute".to_owned();
    }
    let minutes = seconds.saturating_add(59) / 60;
    let rounded = match minutes {
        ..=10 => minutes,
        11..=30 => minutes.saturating_add(4) / 5 * 5,
        _ => minutes.saturating_add(14) / 15 * 15,
    };
    let hours = minutes.saturating_add(30) / 60;
    match (rounded, hours) {
        (1, _) => "about a minute".to_owned(),
        (2..60, _) => format!("about {rounded} minutes"),
        (_, ..=1) => "about an hour".to_owned(),
        (_, 2..48) => format!("about {hours} hours"),
        _ => format!("about {} days", hours.saturating_add(12) / 24),
    }
}

/// `today at 14:00`, `tomorrow at 8:00`, `on Monday at 8:00`, `on 2 January at 8:00`, on the clock of `zone`.
pub(crate) fn moment(at: Timestamp, now: Timestamp, zone: &TimeZone) -> String {
    let (then, today) = (zone.to_datetime(at), zone.to_datetime(now).date());
    let days = (then.date() - today).get_days();
    let clock = format!("{}:{:02}", then.hour(), then.minute());
    let day = match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        2..=6 => format!("on {}", weekday(then.date().weekday())),
        _ => then.strftime("on %-d %B").to_string(),
    };
    format!("{day} at {clock}")
}

fn weekday(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_told_as_people_tell_them() {
        for (seconds, words) in [
            (0, "less than a minute"),
            (44, "less than a minute"),
            (50, "about a minute"),
            (61, "about 2 minutes"),
            (300, "about 5 minutes"),
            (660, "about 15 minutes"),
            (1_860, "about 45 minutes"),
            (2_760, "about an hour"),
            (5_000, "about an hour"),
            (5_400, "about 2 hours"),
            (100_000, "about 28 hours"),
            (260_000, "about 3 days"),
        ] {
            assert_eq!(wait(Duration::from_secs(seconds)), words, "{seconds}");
        }
    }

    #[test]
    fn moments_are_on_the_clock_of_the_place() {
        let london = TimeZone::get("Europe/London").unwrap();
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        for (then, words) in [
            ("2026-07-06T13:00:00Z", "today at 14:00"),
            ("2026-07-07T07:00:00Z", "tomorrow at 8:00"),
            ("2026-07-11T07:30:00Z", "on Saturday at 8:30"),
            ("2026-07-13T07:00:00Z", "on 13 July at 8:00"),
        ] {
            assert_eq!(moment(at(then), at("2026-07-06T09:00:00Z"), &london), words);
        }
    }
}
