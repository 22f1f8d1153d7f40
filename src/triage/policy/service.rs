//! `sla`, and what each queue says of its hours and of the time when nobody is there: as it is written, checked, and
//! asked for. Knows no conversation.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_saphyr::Spanned;

use crate::domain::handoff::Fallback;
use crate::domain::hours::{Hours, Pace};
use crate::domain::id::QueueName;
use crate::domain::intent::Intent;
use crate::domain::personal_data::Treatment;
use crate::domain::presence::{AgentState, Presence};
use crate::domain::queue::{Priority, QueueProfile};
use crate::domain::sla::{ClockKind, Target};
use crate::domain::standing::{Place, Standing};
use crate::domain::time::{Duration, Timestamp};
use crate::triage::policy::check::Check;
use crate::triage::policy::hours::DEFAULT;
use crate::triage::policy::rules::{Queue, Rules};
use crate::triage::policy::{Mode, Policy};

/// The longest target, in minutes: a year.
const MINUTES_MAX: f64 = 525_600.0;

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SlaRules {
    #[serde(default)]
    clock: Counted,
    #[serde(default)]
    warn_before: Option<WarnBefore>,
    #[serde(default)]
    escalate: bool,
    first_response: Minutes,
    #[serde(default)]
    next_response: Option<Minutes>,
    #[serde(default)]
    resolution: Option<Minutes>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Counted {
    #[default]
    Business,
    Calendar,
}

/// `20%` of the target, or minutes.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
enum WarnBefore {
    Minutes(f64),
    Share(String),
}

/// By priority; parts of a minute are taken.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Minutes {
    urgent: f64,
    high: f64,
    normal: f64,
}

#[derive(Debug, Clone)]
struct Targets {
    urgent: Target,
    high: Target,
    normal: Target,
}

/// What people owe to those who wait, checked.
#[derive(Debug, Clone)]
pub(super) struct Service {
    calendars: BTreeMap<String, Hours>,
    /// Those with hours or a fallback: the calendar's name, and what becomes of handoffs when it is closed.
    queues: BTreeMap<QueueName, (Option<String>, Fallback)>,
    clock: Counted,
    escalate: bool,
    first_response: Targets,
    next_response: Option<Targets>,
    resolution: Option<Targets>,
}

impl Check<'_> {
    /// `None` where there are problems.
    pub(super) fn service(&mut self, rules: &Rules) -> Option<Service> {
        let calendars = self.hours(rules);
        let mut queues = BTreeMap::new();
        for queue in &rules.queues {
            let calendar = self.calendar_of(queue, &calendars);
            self.fallback_applies(rules, queue, calendar.is_some());
            let own = queue.fallback.as_ref().map(|fallback| fallback.value);
            let fallback = own.or(rules.fallback).unwrap_or_default();
            if let Ok(name) = QueueName::parse(&queue.name) {
                queues.insert(name, (calendar, fallback));
            }
        }
        let takes_general = |queue: &&Queue| queue.fallback.is_none();
        let general = rules.queues.iter().filter(takes_general).any(|queue| {
            let name = queue.hours.as_ref().map_or(DEFAULT, |hours| hours.value.as_str());
            calendars.contains_key(name)
        });
        let presence_is_known = rules.routing.mode == Mode::Offer;
        if rules.fallback.is_some() && !general && !presence_is_known {
            let message = "no queue without a fallback of its own has hours, so this never applies; give `hours`, or `routing.mode: offer`";
            self.problem("fallback", message.to_owned());
        }
        let sla = &rules.sla;
        let first_response = self.targets("sla.first_response", &sla.first_response, sla);
        let mut optional = |key: &str, minutes: &Option<Minutes>| match minutes {
            Some(minutes) => self.targets(key, minutes, sla).map(Some),
            None => Some(None),
        };
        let next_response = optional("sla.next_response", &sla.next_response);
        let resolution = optional("sla.resolution", &sla.resolution);
        Some(Service {
            calendars,
            queues,
            clock: sla.clock,
            escalate: sla.escalate,
            first_response: first_response?,
            next_response: next_response?,
            resolution: resolution?,
        })
    }

    fn calendar_of(&mut self, queue: &Queue, calendars: &BTreeMap<String, Hours>) -> Option<String> {
        let Some(hours) = &queue.hours else {
            return calendars.contains_key(DEFAULT).then(|| DEFAULT.to_owned());
        };
        if calendars.contains_key(&hours.value) {
            return Some(hours.value.clone());
        }
        let known: Vec<&str> = calendars.keys().map(String::as_str).collect();
        let message = match known.as_slice() {
            [] => format!(
                "there is no calendar {:?}, as the policy has no `hours`",
                hours.value
            ),
            known => format!(
                "there is no calendar {:?}; `hours` has {}",
                hours.value,
                known.join(", ")
            ),
        };
        self.problem_at(line(hours), "queues.hours", message);
        None
    }

    fn fallback_applies(&mut self, rules: &Rules, queue: &Queue, has_hours: bool) {
        let own = queue.fallback.as_ref();
        if let Some(fallback) = own
            && !has_hours
            && queue.hours.is_none()
            && rules.routing.mode == Mode::Pull
        {
            let message = format!(
                "queue {} is always open, so this never applies; give it `hours`, or `routing.mode: offer`",
                queue.name
            );
            self.problem_at(line(fallback), "queues.fallback", message);
        }
        let Some(fallback) = own.map(|own| own.value).or(rules.fallback) else {
            return;
        };
        let (email, phone) = (rules.personal_data.email, rules.personal_data.phone);
        let lost = match fallback {
            Fallback::Wait | Fallback::Bot => None,
            Fallback::Message => {
                (email == Treatment::Mask && phone == Treatment::Mask).then_some("`email` or `phone`")
            }
            Fallback::Callback => (phone == Treatment::Mask).then_some("`phone`"),
        };
        if let Some(kept) = lost {
            let message = format!(
                "`{}` asks queue {} how to get back to customers, and their answer is masked; keep {kept} under personal_data",
                fallback.as_str(),
                queue.name
            );
            match own {
                Some(own) => self.problem_at(line(own), "queues.fallback", message),
                None => self.problem("fallback", message),
            }
        }
    }

    fn targets(&mut self, key: &str, minutes: &Minutes, sla: &SlaRules) -> Option<Targets> {
        let mut target = |priority: &str, minutes: f64| {
            let key = format!("{key}.{priority}");
            if !(minutes > 0.0 && minutes <= MINUTES_MAX) {
                let message =
                    format!("{minutes} is no time to answer in; give minutes above 0, at most a year");
                self.problem(&key, message);
                return None;
            }
            let within = in_minutes(minutes);
            let warn_before = match sla.warn_before.as_ref().map(|before| before.of(minutes)) {
                None => Duration::ZERO,
                Some(Some(before)) if before < within => before,
                Some(Some(_)) => {
                    let message =
                        format!("the {minutes} minutes of {key} are no longer than that; give a share: 20%");
                    self.problem("sla.warn_before", message);
                    return None;
                }
                Some(None) => {
                    let message = "give minutes above 0, or a share of the time such as 20%".to_owned();
                    self.problem("sla.warn_before", message);
                    return None;
                }
            };
            Some(Target { within, warn_before })
        };
        let (urgent, high) = (target("urgent", minutes.urgent), target("high", minutes.high));
        let normal = target("normal", minutes.normal);
        Some(Targets {
            urgent: urgent?,
            high: high?,
            normal: normal?,
        })
    }
}

impl WarnBefore {
    /// In a target of so many minutes; `None` where it makes no sense.
    fn of(&self, minutes: f64) -> Option<Duration> {
        let before = match self {
            Self::Minutes(before) => *before,
            Self::Share(text) => {
                let percent: f64 = text.strip_suffix('%')?.trim().parse().ok()?;
                (percent < 100.0).then_some(minutes * percent / 100.0)?
            }
        };
        (before > 0.0 && before <= MINUTES_MAX).then(|| in_minutes(before))
    }
}

/// To the millisecond.
fn in_minutes(minutes: f64) -> Duration {
    Duration::try_from_secs_f64((minutes * 60_000.0).round() / 1000.0).unwrap_or(Duration::ZERO)
}

fn line<T>(value: &Spanned<T>) -> Option<u64> {
    Some(value.referenced.line())
}

impl Policy {
    /// The opening hours of a queue; `None` where it is always open.
    pub fn hours_of(&self, queue: &QueueName) -> Option<&Hours> {
        let (calendar, _) = self.service.queues.get(queue)?;
        self.service.calendars.get(calendar.as_ref()?)
    }

    /// What becomes of its handoffs while nobody is there.
    pub fn fallback_of(&self, queue: &QueueName) -> Fallback {
        let found = self.service.queues.get(queue);
        found.map_or(Fallback::default(), |(_, fallback)| *fallback)
    }

    /// The time that its clocks count.
    pub fn pace_of(&self, queue: &QueueName) -> Pace<'_> {
        match self.service.clock {
            Counted::Business => self.open_pace(queue),
            Counted::Calendar => Pace::Calendar,
        }
    }

    /// The time in which it is open.
    pub fn open_pace(&self, queue: &QueueName) -> Pace<'_> {
        self.hours_of(queue).map_or(Pace::Calendar, Pace::Business)
    }

    /// `None` where the business has set none.
    pub fn target(&self, clock: ClockKind, priority: Priority) -> Option<Target> {
        let service = &self.service;
        let targets = match clock {
            ClockKind::FirstResponse => &service.first_response,
            ClockKind::NextResponse => service.next_response.as_ref()?,
            ClockKind::Resolution => service.resolution.as_ref()?,
        };
        Some(match priority {
            Priority::Urgent => targets.urgent,
            Priority::High => targets.high,
            Priority::Normal => targets.normal,
        })
    }

    /// Whether a breach raises the priority of who waits.
    pub fn escalates(&self) -> bool {
        self.service.escalate
    }

    /// How the line stands for whoever has this place in it. `agents` are all who are registered, where they say whether
    /// they are there; none: nobody knows.
    pub fn standing(
        &self,
        queue: &QueueName,
        place: Place,
        agents: &[AgentState],
        now: Timestamp,
    ) -> Standing {
        let hours = self.hours_of(queue);
        let open = hours.is_none_or(|hours| hours.is_open(now));
        Standing {
            ahead: place.ahead,
            expected_wait: place.expected_wait,
            open,
            opens_at: hours.filter(|_| !open).and_then(|hours| hours.opens_at(now)),
            agents_online: (!agents.is_empty()).then(|| self.present(queue, agents, now)),
        }
    }

    /// How many who serve the queue are there, busy or not.
    fn present(&self, queue: &QueueName, agents: &[AgentState], now: Timestamp) -> u32 {
        let limits = self.routing().presence();
        let present = agents.iter().filter(|agent| {
            let presence = agent.presence_at(now, limits);
            agent.profile.serves(queue) && !matches!(presence, Presence::Offline | Presence::Away)
        });
        u32::try_from(present.count()).unwrap_or(u32::MAX)
    }

    pub fn queue_names(&self) -> impl Iterator<Item = &QueueName> {
        self.queues.iter().map(|(name, _)| name)
    }

    /// Every queue, in the order in which they are written.
    pub fn queue_profiles(&self, now: Timestamp) -> Vec<QueueProfile> {
        let profile = |(name, intents): &(QueueName, Vec<Intent>)| {
            let (skills, languages) = self.needs_of(name);
            let service = self.service.queues.get(name);
            QueueProfile {
                name: name.clone(),
                intents: intents.clone(),
                skills: skills.to_vec(),
                languages: languages.to_vec(),
                hours: service.and_then(|(calendar, _)| calendar.clone()),
                open: self.hours_of(name).is_none_or(|hours| hours.is_open(now)),
                fallback: self.fallback_of(name),
            }
        };
        self.queues.iter().map(profile).collect()
    }
}
