//! The ways an order can come: carrier, price and the day it is promised for, as the delivery articles of the help
//! pages have them. Pure.

use jiff::civil::{Date, DateTime, Weekday};
use serde::Deserialize;

use crate::calendar::{after, is_working_day};

/// Hour of a working day before which an order leaves the same day.
const CUT_OFF_HOUR: i8 = 14;

/// Pence above which Standard delivery is free.
const FREE_ABOVE: i64 = 5_000;

/// Working days that Northern Ireland, the Highlands and islands take longer.
const REMOTE_EXTRA: u32 = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Delivery {
    Standard,
    Express,
    Saturday,
    /// Two people bring a whole bike.
    Courier,
    Collect,
    Abroad,
}

impl Delivery {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Standard => "Standard delivery",
            Self::Express => "Express delivery",
            Self::Saturday => "Saturday delivery",
            Self::Courier => "Two-person courier",
            Self::Collect => "Click & collect",
            Self::Abroad => "Delivery abroad",
        }
    }

    pub(crate) fn carrier(self) -> Option<&'static str> {
        match self {
            Self::Standard | Self::Express | Self::Saturday | Self::Abroad => Some("Parcelway"),
            Self::Courier => Some("BigHaul"),
            Self::Collect => None,
        }
    }

    /// What it costs for goods of this price, both in pence.
    pub(crate) fn price(self, goods: i64) -> i64 {
        match self {
            Self::Standard if goods > FREE_ABOVE => 0,
            Self::Standard => 395,
            Self::Express => 795,
            Self::Saturday => 995,
            Self::Courier => 2_500,
            Self::Collect => 0,
            Self::Abroad => 1_495,
        }
    }

    /// The last day on which it is to arrive when it is dispatched on `day`.
    pub(crate) fn promised(self, day: Date, is_remote: bool) -> Date {
        let extra = if is_remote { REMOTE_EXTRA } else { 0 };
        match self {
            Self::Standard => after(day, 5 + extra, is_working_day),
            Self::Express => after(day, 1 + extra, is_working_day),
            Self::Saturday => after(day, 1, |day| day.weekday() == Weekday::Saturday),
            Self::Courier => after(day, 7 + extra, is_working_day),
            Self::Collect => day,
            Self::Abroad => after(day, 8, is_working_day),
        }
    }
}

/// The day on which an order leaves the shop.
pub(crate) fn dispatch_day(ordered_at: DateTime) -> Date {
    let day = ordered_at.date();
    if is_working_day(day) && ordered_at.hour() < CUT_OFF_HOUR {
        day
    } else {
        after(day, 1, is_working_day)
    }
}
