//! `hours`, `sla` and `fallback` of a policy: what they mean, and every mistake with its line and key.

use firstline::domain::agent::Agent;
use firstline::domain::handoff::Fallback;
use firstline::domain::id::{AgentId, QueueName};
use firstline::domain::presence::{AgentProfile, AgentState, Presence};
use firstline::domain::queue::Priority;
use firstline::domain::sla::ClockKind;
use firstline::domain::standing::Place;
use firstline::domain::time::Duration;

use crate::sla::{at, policy_with};

const WORKSHOP: &str = "  - name: workshop\n    hours: workshop\n    fallback: callback\n";
const MONDAY: &str = "monday: [08:00-20:00]";
const EMAIL: &str = "  email: keep             # agents may need it to get back to the customer\n";

fn queue(name: &str) -> QueueName {
    QueueName::parse(name).unwrap()
}

/// The mistakes, `line: key: message`.
fn problems(changes: &[(&str, &str)]) -> Vec<String> {
    let found = policy_with(changes).unwrap_err();
    let shown = found.iter().map(|problem| {
        let line = problem.line.map_or("-".to_owned(), |line| line.to_string());
        format!("{line}: {}: {}", problem.key, problem.message)
    });
    shown.collect()
}

/// The line of the sample on which this stands.
fn line_of(words: &str) -> usize {
    let text = std::fs::read_to_string(crate::support::repository().join("knowledge/policy.yml")).unwrap();
    text[..text.find(words).unwrap()].matches('\n').count() + 1
}

/// Whoever is busy is there; whoever serves another queue, has gone or has not been heard of is not.
#[test]
fn agents_are_counted_who_serve_the_queue_and_are_there() {
    let policy = policy_with(&[]).unwrap();
    let now = at("2026-06-29T12:00:00Z");
    let agent = |id: &str, serves: &str, presence, seen: &str| AgentState {
        presence,
        ..AgentState::new(
            AgentProfile {
                agent: Agent {
                    id: AgentId::parse(id).unwrap(),
                    name: String::new(),
                },
                skills: Vec::new(),
                languages: Vec::new(),
                queues: vec![queue(serves)],
                capacity: 1,
            },
            at(seen),
        )
    };
    let (lately, long_ago) = ("2026-06-29T11:59:50Z", "2026-06-29T08:00:00Z");
    let agents = [
        agent("ana", "care", Presence::Online, lately),
        agent("ben", "care", Presence::Busy, lately),
        agent("cai", "care", Presence::Away, lately),
        agent("dee", "care", Presence::Offline, lately),
        agent("eli", "care", Presence::Online, long_ago),
        agent("flo", "workshop", Presence::Online, lately),
    ];
    let standing = |agents: &[AgentState]| policy.standing(&queue("care"), Place::default(), agents, now);
    assert_eq!(standing(&agents).agents_online, Some(2));
    assert_eq!(standing(&agents[2..]).agents_online, Some(0));
    assert!(standing(&agents[2..]).nobody_there());
    assert_eq!(standing(&[]).agents_online, None);
}

#[test]
fn the_sample_says_when_people_are_there() {
    let policy = policy_with(&[]).unwrap();
    let standing = |name: &str, now: &str| policy.standing(&queue(name), Place::default(), &[], at(now));
    // Monday 29 June 2026 is summer time: 8:00 in London is 7:00 UTC.
    for (name, now, opens_at) in [
        ("care", "2026-06-29T06:59:59Z", Some("2026-06-29T07:00:00Z")),
        ("care", "2026-06-29T07:00:00Z", None),
        ("workshop", "2026-06-29T07:00:00Z", Some("2026-06-29T07:30:00Z")),
        ("workshop", "2026-06-29T11:45:00Z", Some("2026-06-29T12:00:00Z")),
        ("workshop", "2026-12-23T18:00:00Z", Some("2026-12-28T08:30:00Z")),
        ("care", "2026-12-24T16:00:00Z", Some("2026-12-28T08:00:00Z")),
    ] {
        let found = standing(name, now);
        assert_eq!(
            (found.open, found.opens_at),
            (opens_at.is_none(), opens_at.map(at)),
            "{name} {now}"
        );
    }
    assert_eq!(policy.fallback_of(&queue("workshop")), Fallback::Callback);
    assert_eq!(policy.fallback_of(&queue("care")), Fallback::Message);
    let target = policy.target(ClockKind::FirstResponse, Priority::High).unwrap();
    assert_eq!(
        (target.within, target.warn_before),
        (Duration::from_mins(10), Duration::from_mins(2))
    );
}

#[test]
fn parts_of_a_minute_count_and_clocks_may_be_left_out() {
    let resolution = "  resolution:             # from the handoff to the end, without the time the customer is waited for; \
                      may be left out\n    urgent: 120\n    high: 480\n    normal: 1440\n";
    let policy = policy_with(&[
        ("    urgent: 2\n", "    urgent: 0.05\n"),
        ("warn_before: 20% ", "warn_before: 0.01"),
        (resolution, ""),
    ])
    .unwrap();
    let target = policy.target(ClockKind::FirstResponse, Priority::Urgent).unwrap();
    assert_eq!(
        (target.within, target.warn_before),
        (Duration::from_secs(3), Duration::from_millis(600))
    );
    assert!(policy.target(ClockKind::Resolution, Priority::High).is_none());
}

/// Each: the changes, the words of the sample that its line is counted from and how far it is below, what is said of it.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, usize, &'a str);

fn check(cases: &[Case<'_>]) {
    for (changes, words, below, expected) in cases {
        let found = problems(changes);
        let expected = format!("{}: {expected}", line_of(words) + below);
        assert!(
            found[0].starts_with(&expected),
            "{changes:?}\n{found:#?}\nexpected {expected}"
        );
    }
}

#[test]
#[rustfmt::skip] // One row, one line.
fn mistakes_in_hours_are_told_with_line_and_key() {
    let day = "hours.default.week.monday";
    check(&[
        (&[(MONDAY, "monday: [20:00-08:00]")], MONDAY, 0, &format!("{day}: 20:00-08:00 ends before it begins")),
        (&[(MONDAY, "monday: [08:00-12:00, 11:30-20:00]")], MONDAY, 0, &format!("{day}: 11:30-20:00 begins before the span in front of it ends")),
        (&[(MONDAY, "monday: [8-20]")], MONDAY, 0, &format!("{day}: \"8-20\" is no span of a day")),
        (&[(MONDAY, "monday: [08:00-24:30]")], MONDAY, 0, &format!("{day}: \"08:00-24:30\" is no span of a day")),
        (&[("2026-12-26: []", "2026-12-32: []")], "2026-12-26: []", 0, "hours.default.holidays.2026-12-32: \"2026-12-32\" is no date"),
        (&[("  workshop:\n    time_zone: Europe/London", "  workshop:\n    time_zone: Europe/Lndon")], "  workshop:\n    time_zone", 1, "hours.workshop.time_zone: \"Europe/Lndon\" is no time zone"),
        (&[("hours: workshop", "hours: workshp")], "hours: workshop", 0, "queues.hours: there is no calendar \"workshp\"; `hours` has default, workshop"),
    ]);
}

#[test]
#[rustfmt::skip] // One row, one line.
fn mistakes_in_fallbacks_and_targets_are_told_with_line_and_key() {
    let no_default = ("  default:\n    time_zone", "  office:\n    time_zone");
    let (general, own) = ("fallback: message", "    fallback: callback");
    check(&[
        (&[(general, "fallback: bot"), no_default], general, 0, "fallback: no queue without a fallback of its own has hours"),
        (&[no_default, ("\nfallback: message", "\n"), (WORKSHOP, "  - name: workshop\n    fallback: callback\n")], WORKSHOP, 1, "queues.fallback: queue workshop is always open"),
        (&[("  phone: keep\n", "  phone: mask\n")], own, 0, "queues.fallback: `callback` asks queue workshop"),
        (&[("  phone: keep\n", "  phone: mask\n"), (EMAIL, "  email: mask\n"), (own, "    fallback: wait")], general, 0, "fallback: `message` asks queue orders"),
        (&[("    urgent: 2\n", "    urgent: 0\n")], "    urgent: 2\n", 0, "sla.first_response.urgent: 0 is no time to answer in"),
        (&[("warn_before: 20%", "warn_before: 5  ")], "warn_before: 20%", 0, "sla.warn_before: the 2 minutes of sla.first_response.urgent are no longer than that"),
        (&[("warn_before: 20%", "warn_before: 120%")], "warn_before: 20%", 0, "sla.warn_before: give minutes above 0, or a share"),
    ]);
}

#[test]
fn a_calendar_that_never_opens_is_refused() {
    let text = std::fs::read_to_string(crate::support::repository().join("knowledge/policy.yml")).unwrap();
    let from = text
        .find("  workshop:\n    time_zone: Europe/London\n    week:\n")
        .unwrap()
        + "  workshop:\n    time_zone: Europe/London\n    week:".len();
    let to = from + text[from..].find("    holidays:").unwrap();
    let found = problems(&[(&text[from..to], " {}\n")]);
    let line = line_of("  workshop:\n    time_zone: Europe/London\n    week:\n") + 2;
    assert!(
        found[0].starts_with(&format!(
            "{line}: hours.workshop.week: no day of the week is open"
        )),
        "{found:?}"
    );
}

#[test]
fn unknown_keys_are_refused() {
    for (from, to) in [
        ("monday: ", "munday: "),
        ("escalate: true ", "escalates: true"),
        ("fallback: message", "fallback: email"),
        ("clock: business", "clock: office"),
    ] {
        let found = policy_with(&[(from, to)]).unwrap_err();
        assert!(found[0].line.is_some(), "{found:?}");
    }
}
