//! What chance says of a day in a contact centre: who writes when about what, and who works there.

use fastrand::Rng;
use firstline::domain::presence::AgentState;
use firstline::domain::queue::Priority;
use firstline::domain::time::Timestamp;

use crate::support::agents::online;

pub(super) const AGENTS: usize = 50;
const ALL_ROUNDERS: usize = 8;
pub(super) const HANDOFFS: usize = 5_000;

/// How many of a hundred handoffs come in each hour from 7:00 on.
const ARRIVALS: [u32; 14] = [2, 5, 9, 12, 12, 9, 8, 8, 9, 9, 7, 5, 3, 2];
pub(super) const OPENS: i64 = 7 * 3600;

const QUEUES: [&str; 5] = ["orders", "billing", "accounts", "workshop", "care"];

pub(super) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a second of that day")
}

/// One handoff as the customers' side draws it.
pub(super) struct Case {
    pub(super) second: i64,
    pub(super) queue: &'static str,
    pub(super) priority: Priority,
    pub(super) german: bool,
    /// How long an agent is busy with it.
    pub(super) handling: i64,
}

/// Round about `mean`, between a third and nearly three times as much, more often less than more.
fn around(rng: &mut Rng, mean: f64) -> i64 {
    let spread = (1.1 * (rng.f64() + rng.f64() + rng.f64() - 1.5)).exp();
    (mean * 0.95 * spread) as i64
}

pub(super) fn draw_cases(rng: &mut Rng) -> Vec<Case> {
    let total: u32 = ARRIVALS.iter().sum();
    let mut cases: Vec<Case> = (0..HANDOFFS)
        .map(|_| {
            let mut ticket = rng.u32(0..total);
            let hour = (0_i64..)
                .zip(ARRIVALS)
                .find(|(_, share)| {
                    let here = ticket < *share;
                    ticket = ticket.saturating_sub(*share);
                    here
                })
                .map_or(0, |(hour, _)| hour);
            let priority = match rng.u32(0..100) {
                0..5 => Priority::Urgent,
                5..25 => Priority::High,
                _ => Priority::Normal,
            };
            Case {
                second: OPENS + hour * 3600 + rng.i64(0..3600),
                queue: QUEUES[rng.usize(0..QUEUES.len())],
                priority,
                german: rng.u32(0..100) < 15,
                handling: around(rng, 560.0),
            }
        })
        .collect();
    cases.sort_by_key(|case| case.second);
    cases
}

/// The first can do everything, so that each shift has two who can; the others serve two to five queues, a third of them
/// in German, half of them with a skill. All hold two to four units.
pub(super) fn draw_agents(rng: &mut Rng) -> Vec<AgentState> {
    (0..AGENTS)
        .map(|number| {
            let mut queues = QUEUES;
            rng.shuffle(&mut queues);
            let all_round = number < ALL_ROUNDERS;
            let served = rng.usize(2..=QUEUES.len());
            let served = queues[..if all_round { QUEUES.len() } else { served }].join(" ");
            let german = all_round || number % 3 == 0;
            let languages = if german { "en de" } else { "en" };
            let skilled = all_round || number / 4 % 2 == 0;
            let skill = if skilled { "skills wheels" } else { "" };
            let capacity = rng.u32(2..=4);
            let spec = format!("queues {served}; languages {languages}; {skill}; capacity {capacity}");
            online(&format!("agent-{number:02}"), &spec, at(0))
        })
        .collect()
}
