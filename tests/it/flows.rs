//! Flows as a table: who is asked what, when. The cases stand in `flows/cases.txt`, the flows they are about in
//! `flows/flows`.

mod bad_files;
mod properties;
mod read;
mod switch;
mod tier;

use std::fs;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use firstline::domain::bot::BotSwitch;
use firstline::domain::conversation::{Conversation, Customer};
use firstline::domain::flow::Flow;
use firstline::domain::id::{ConversationId, TaskId, WorkspaceId};
use firstline::domain::identity::CodeDigest;
use firstline::domain::lookup::{LookupRequest, LookupResult, LookupSpec};
use firstline::domain::message::{Sender, Text};
use firstline::domain::reading::{Clause, Reading};
use firstline::domain::task::Work;
use firstline::domain::time::{Duration, Timestamp};
use firstline::domain::turn::{Action, Input, Turn};
use firstline::knowledge::{Knowledge, Problem};
use firstline::triage::circumstances::Circumstances;
use firstline::triage::decide::decide_under;
use firstline::triage::policy::{Policy, PolicyProblem, Written};

use crate::flows::read::read_part;
use crate::support::{copy_folder, repository};

const CODE: &str = "123456";

fn spec(name: &str, arguments: &[&str], fields: &[&str], outcomes: &[&str]) -> LookupSpec {
    let all = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    LookupSpec {
        name: name.to_owned(),
        arguments: all(arguments),
        fields: all(fields),
        outcomes: all(outcomes),
        private: false,
        writes: false,
        sends_code: false,
    }
}

fn specs() -> Vec<LookupSpec> {
    let private = |spec| LookupSpec {
        private: true,
        ..spec
    };
    let sends_code = |spec| LookupSpec {
        sends_code: true,
        ..spec
    };
    vec![
        sends_code(spec("shop.send_code", &["order_number"], &["customer"], &["ok"])),
        sends_code(spec("shop.send_code_to", &["email"], &["customer"], &["ok"])),
        private(spec(
            "shop.order",
            &["order_number"],
            &["status", "due"],
            &["ok", "not_found", "on_hold", "cancelled"],
        )),
        private(spec("shop.invoice", &["order_number"], &[], &["ok"])),
        spec("shop.free_slots", &["day"], &["slots"], &["ok", "none"]),
        LookupSpec {
            writes: true,
            ..private(spec(
                "shop.book",
                &["service", "start"],
                &["start_text"],
                &["ok", "taken"],
            ))
        },
        spec(
            "shop.product",
            &["product"],
            &["name", "price"],
            &["ok", "not_found"],
        ),
    ]
}

/// The sample business with other flows.
fn knowledge_with(flows: &Path) -> Result<Knowledge, Vec<Problem>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_folder(&repository().join("knowledge"), folder.path());
    let own = folder.path().join("flows");
    if own.exists() {
        fs::remove_dir_all(&own).expect("the sample's flows are removed");
    }
    copy_folder(flows, &own);
    Knowledge::load(folder.path())
}

fn policy_with(knowledge: &Knowledge) -> Result<Policy, Vec<PolicyProblem>> {
    let text =
        fs::read_to_string(repository().join("knowledge/policy.yml")).expect("the sample has a policy");
    let flows: Vec<Flow> = knowledge.flows.iter().map(|(_, flow)| flow.clone()).collect();
    let written = Written {
        replies: &knowledge.replies,
        flows: &flows,
        lookups: &specs(),
    };
    Policy::parse(&text, &written, "", "test".into())
}

fn policy() -> Arc<Policy> {
    static POLICY: LazyLock<Arc<Policy>> = LazyLock::new(|| {
        let knowledge =
            knowledge_with(&repository().join("tests/it/flows/flows")).expect("the flows are read");
        Arc::new(policy_with(&knowledge).expect("the flows fit"))
    });
    Arc::clone(&POLICY)
}

/// A conversation played by hand: no store, no network, no clock.
struct Play {
    conversation: Conversation,
    now: Timestamp,
    policy: Arc<Policy>,
    switch: BotSwitch,
    /// Every task that was asked for, newest last.
    tasks: Vec<(TaskId, Work)>,
}

impl Play {
    fn new() -> Self {
        let now = "2026-01-05T09:00:00Z".parse().expect("a time");
        Self {
            conversation: Conversation::new(
                WorkspaceId::parse("default").expect("an id"),
                ConversationId::from_random([1; 16]),
                Customer::default(),
                now,
            ),
            now,
            policy: policy(),
            switch: BotSwitch::default(),
            tasks: Vec::new(),
        }
    }

    fn verified(&mut self, customer: &str) {
        self.conversation.customer.id = customer.to_owned();
        self.conversation.customer.verified = true;
    }

    fn take(&mut self, input: &Input, reading: &Reading) -> Turn {
        let circumstances = Circumstances {
            standing: None,
            switch: &self.switch,
            now: self.now,
        };
        let turn = decide_under(&self.conversation, input, reading, &self.policy, &circumstances)
            .expect("nothing is refused");
        self.conversation = turn.conversation.clone();
        self.tasks
            .extend(turn.tasks.iter().map(|task| (task.id.clone(), task.work.clone())));
        turn
    }

    fn says(&mut self, text: &str, read: &str) -> Turn {
        let mut parts = read.split("; clause ");
        let mut reading = read_part(parts.next().unwrap_or_default());
        reading.clauses.extend(parts.map(|part| {
            let (text, read) = part.split_once(" | ").expect("a clause and what is read of it");
            Clause {
                text: text.to_owned(),
                reading: read_part(read),
            }
        }));
        let text = Text::parse(text).expect("a text");
        self.take(&Input::CustomerMessage { text }, &reading)
    }

    /// The result of the task that is `back` before the newest.
    fn done(&mut self, outcome: &str, fields: &str, back: usize) -> Turn {
        let (task, _) = self.tasks[self.tasks.len() - 1 - back].clone();
        let result = result(outcome, serde_json::from_str(fields).expect("fields are JSON"));
        self.take(&Input::LookupDone { task, result }, &Reading::default())
    }

    fn code_sent(&mut self, outcome: &str, customer: &str) -> Turn {
        let (task, _) = self.tasks.last().expect("a task was asked for").clone();
        let customer = if customer == "-" { "" } else { customer };
        let fields = [("customer".to_owned(), customer.into())].into();
        let digest = CodeDigest::of(&task, CODE);
        let input = Input::CodeSent {
            task,
            result: result(outcome, fields),
            digest,
        };
        self.take(&input, &Reading::default())
    }
}

fn result(outcome: &str, fields: std::collections::BTreeMap<String, serde_json::Value>) -> LookupResult {
    LookupResult {
        outcome: outcome.to_owned(),
        fields,
        problem: String::new(),
    }
}

/// `ask order.ask_number`, `wait shop.order order_number=FH-10423`, `handoff low_confidence orders`, `answer x (Yes|No)`
fn told(turn: &Turn) -> String {
    if let Action::Handoff(reason) = turn.action {
        let handoff = turn.conversation.handoff.as_ref().expect("a handoff");
        return format!("handoff {} {}", reason.as_str(), handoff.queue);
    }
    if let Some(task) = turn.tasks.last() {
        return match &task.work {
            Work::Lookup { request } => format!("wait {}", asked(request)),
            Work::SendCode { request } => format!("wait code {}", asked(request)),
            Work::Timer => "wait timer".to_owned(),
        };
    }
    let reply = turn.messages.iter().rfind(|message| message.from == Sender::Bot);
    let key = reply
        .and_then(|reply| reply.source.as_ref())
        .map_or("-".into(), |source| source.key());
    let buttons = reply
        .map(|reply| reply.buttons.join("|"))
        .filter(|buttons| !buttons.is_empty());
    let buttons = buttons.map(|buttons| format!(" ({buttons})")).unwrap_or_default();
    format!("{} {key}{buttons}", turn.action.as_str())
}

fn asked(request: &LookupRequest) -> String {
    let mut words = vec![request.lookup.clone()];
    words.extend(
        request
            .arguments
            .iter()
            .map(|(name, value)| format!("{name}={value}")),
    );
    words.join(" ")
}

/// One line of a case: what it does, and what is expected of it where something is.
fn play(line: &str, play: &mut Play) -> Option<(Turn, String)> {
    let (step, expected) = line
        .split_once(" -> ")
        .map_or((line, ""), |(step, expected)| (step, expected));
    let (verb, rest) = step.split_once(' ').expect("a verb and more");
    let (first, more) = rest.split_once(' ').unwrap_or((rest, ""));
    let turn = match verb {
        "says" => {
            let (text, read) = rest.rsplit_once(" [").expect("a reading in brackets");
            play.says(text, read.trim_end_matches(']'))
        }
        "code" => play.code_sent(first, more),
        "done" => play.done(first, more, 0),
        "late" => play.done(first, more, 1),
        "verified" => {
            play.verified(first);
            return None;
        }
        "minutes" => {
            play.now += Duration::from_mins(first.parse().expect("a number"));
            return None;
        }
        _ => panic!("{verb} is no step"),
    };
    Some((turn, expected.to_owned()))
}

#[test]
fn who_is_asked_what_when() {
    let text = include_str!("flows/cases.txt");
    let mut wrong = Vec::new();
    let cases: Vec<&str> = text.split("\n== ").skip(1).collect();
    assert!(cases.len() >= 60, "{} cases", cases.len());
    for case in cases {
        let mut lines = case.lines().filter(|line| !line.trim().is_empty());
        let name = lines.next().expect("a name");
        let mut game = Play::new();
        for line in lines {
            let Some((turn, expected)) = play(line, &mut game) else {
                continue;
            };
            let found = told(&turn);
            if found != expected {
                wrong.push(format!(
                    "{name}\n  {line}\n  found: {found}\n  {:?}",
                    turn.trace
                        .steps
                        .iter()
                        .filter(|step| step.fired)
                        .map(|step| &step.rule)
                        .collect::<Vec<_>>()
                ));
                break;
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "{} cases differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn an_agent_sees_what_is_known() {
    let mut game = Play::new();
    game.verified("cus_1");
    game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    let turn = game.take(
        &Input::LookupDone {
            task: game.tasks.last().expect("a task").0.clone(),
            result: LookupResult::unavailable("shop did not answer within 8 s"),
        },
        &Reading::default(),
    );
    let handoff = turn.conversation.handoff.expect("a handoff");
    assert_eq!(
        handoff.intents.first().map(|scored| scored.name.as_str()),
        Some("track_order")
    );
    assert!(
        handoff
            .summary
            .contains("FH-10423; order failed: shop did not answer within 8 s"),
        "{}",
        handoff.summary
    );
}

#[test]
fn what_a_flow_has_found_is_suggested_to_the_agent() {
    let mut game = Play::new();
    game.verified("cus_1");
    game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    let turn = game.done("ok", r#"{"status":"lost"}"#, 0);
    let handoff = turn.conversation.handoff.expect("a handoff");
    let best = handoff.suggested_replies.first().expect("a suggestion");
    assert_eq!(
        (best.id.as_str(), best.text.as_str()),
        ("order.shipped", "FH-10423 is lost.")
    );
    assert_eq!(handoff.tried.flows[0].lookups[0].outcome, "ok");
}

#[test]
fn a_flow_that_was_changed_meanwhile_begins_again() {
    let mut game = Play::new();
    game.verified("cus_1");
    game.says("where is FH-10423", "track_order 0.9; order FH-10423");
    let folder = tempfile::tempdir().expect("a temporary folder");
    copy_folder(&repository().join("tests/it/flows/flows"), folder.path());
    let file = folder.path().join("order.yml");
    let text = fs::read_to_string(&file)
        .expect("the flow is there")
        .replace("is late", "is very late");
    fs::write(&file, text).expect("the flow is changed");
    game.policy =
        Arc::new(policy_with(&knowledge_with(folder.path()).expect("it is read")).expect("it fits"));
    let turn = game.done("ok", r#"{"status":"shipped"}"#, 0);
    assert_eq!(
        told(&turn),
        "wait shop.order customer=cus_1 order_number=FH-10423"
    );
    assert_eq!(
        told(&game.done("ok", r#"{"status":"shipped"}"#, 0)),
        "answer order.shipped"
    );
}
