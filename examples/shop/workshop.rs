//! What can be booked and when: the services of the workshop, test rides, and the times for them, as the help pages
//! have them. Pure; which times are taken is not known here.

use jiff::civil::{Date, DateTime};
use jiff::{ToSpan, Zoned};

use crate::calendar::is_workshop_day;

/// Half-hours of the day at which one bike each is dropped off: 9:00 to 10:30.
const DROP_OFFS: std::ops::Range<i8> = 18..22;

/// Half-hours of the day at which a test ride starts: 11:00 to 16:00.
const TEST_RIDES: std::ops::Range<i8> = 22..33;

/// How many days ahead the diary is open. It begins with tomorrow: a reminder goes out the day before.
const DAYS_AHEAD: i64 = 60;

/// Hours before an appointment from which on changing it costs [`LATE_FEE`].
const FREE_UNTIL_HOURS: i64 = 24;

/// In pence.
const LATE_FEE: i64 = 1_500;
const DEPOSIT: i64 = 1_000;

/// The workshop's people, who take turns by the weekday.
const MECHANICS: [&str; 3] = ["Bea", "Kofi", "Lars"];

const WORKSHOP: &str = "workshop";

#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    /// In pence; none for a repair, which is quoted first, and for a test ride, which is free.
    pub(crate) price: Option<i64>,
    /// What is taken for the time: the workshop's next bike stand, or the bike for test rides.
    pub(crate) resource: &'static str,
    /// How long it takes.
    pub(crate) takes: &'static str,
}

static SERVICES: [Service; 7] = [
    service("safety_check", "Safety check", Some(3_500), "45 minutes"),
    service("standard", "Standard service", Some(8_500), "the day"),
    service("full", "Full service", Some(16_000), "2 working days"),
    service("e_bike", "E-bike service", Some(11_000), "1 working day"),
    service("repair", "Repair", None, "as long as our quote says"),
    test_ride("test_ride_volt", "Test ride on the Volt", "volt"),
    test_ride("test_ride_ridge", "Test ride on the Ridge", "ridge"),
];

const fn service(id: &'static str, name: &'static str, price: Option<i64>, takes: &'static str) -> Service {
    Service {
        id,
        name,
        price,
        resource: WORKSHOP,
        takes,
    }
}

const fn test_ride(id: &'static str, name: &'static str, resource: &'static str) -> Service {
    Service {
        id,
        name,
        price: None,
        resource,
        takes: "30 minutes",
    }
}

impl Service {
    /// By its id or its name, in any case: `e_bike`, `E-bike service`. The error lists what there is.
    pub(crate) fn find(text: &str) -> Result<&'static Self, String> {
        let text = text.trim();
        let found = SERVICES
            .iter()
            .find(|service| service.id.eq_ignore_ascii_case(text) || service.name.eq_ignore_ascii_case(text));
        found.ok_or_else(|| {
            let known: Vec<&str> = SERVICES.iter().map(|service| service.id).collect();
            format!("`service` is {text:?}; give one of: {}", known.join(", "))
        })
    }

    pub(crate) fn is_test_ride(&self) -> bool {
        self.resource != WORKSHOP
    }

    /// What is paid when it is booked, in pence; it comes off the bill.
    pub(crate) fn deposit(&self) -> i64 {
        if self.is_test_ride() { 0 } else { DEPOSIT }
    }

    /// Whether the diary has this time, taken or not.
    pub(crate) fn has(&self, time: DateTime, today: Date) -> bool {
        let last = today.saturating_add(DAYS_AHEAD.days());
        let is_open = today < time.date() && time.date() <= last;
        is_open && times(self.resource, time.date()).any(|one| one == time)
    }
}

/// All times of a day for what is taken, taken or not.
pub(crate) fn times(resource: &str, day: Date) -> impl Iterator<Item = DateTime> + use<> {
    let half_hours = match (is_workshop_day(day), resource == WORKSHOP) {
        (false, _) => 0..0,
        (true, true) => DROP_OFFS,
        (true, false) => TEST_RIDES,
    };
    half_hours.map(move |half| day.at(half / 2, half % 2 * 30, 0, 0))
}

/// The days the diary is open for.
pub(crate) fn days(today: Date) -> impl Iterator<Item = Date> {
    (1..=DAYS_AHEAD).map(move |ahead| today.saturating_add(ahead.days()))
}

/// What is taken when nobody has said what for.
pub(crate) fn usual_resource() -> &'static str {
    WORKSHOP
}

pub(crate) fn mechanic(day: Date) -> &'static str {
    let weekday = usize::from(day.weekday().to_monday_zero_offset().unsigned_abs());
    MECHANICS[weekday % MECHANICS.len()]
}

/// What moving or cancelling an appointment costs now, in pence.
pub(crate) fn change_fee(start: DateTime, now: &Zoned) -> i64 {
    if start < now.datetime().saturating_add(FREE_UNTIL_HOURS.hours()) {
        LATE_FEE
    } else {
        0
    }
}
