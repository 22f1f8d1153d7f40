//! What a customer is worth to the company: it raises the priority of a handoff, never lowers one, and stands in the trace.

use std::fs;

use firstline::domain::conversation::{Conversation, Customer};
use firstline::domain::event::EventData;
use firstline::domain::id::Tier;
use firstline::domain::turn::{TraceStep, Turn};
use firstline::knowledge::Knowledge;
use firstline::triage::policy::{Policy, PolicyProblem};
use serde_json::{Value, json};

use crate::decision::{fresh, say, told};
use crate::support::{repository, sample_policy, written};

const RULE: &str = "customer_tier";

fn of_tier(tier: &str) -> Conversation {
    let mut conversation = fresh();
    conversation.customer.tier = Some(Tier::parse(tier).unwrap());
    conversation
}

fn considered(turn: &Turn) -> Option<&TraceStep> {
    turn.trace.steps.iter().find(|step| step.rule == RULE)
}

/// The shipped policy with other tiers.
fn policy_with(tiers: &str) -> Result<Policy, Vec<PolicyProblem>> {
    let folder = repository().join("knowledge");
    let knowledge = Knowledge::load(&folder).unwrap();
    let text = fs::read_to_string(folder.join("policy.yml")).unwrap();
    let shipped = "  tiers: { gold: high, platinum: urgent }\n";
    assert!(text.contains(shipped));
    Policy::parse(
        &text.replace(shipped, tiers),
        &written(&knowledge),
        "",
        "test".into(),
    )
}

#[test]
fn a_tier_raises_a_priority_and_lowers_none() {
    let policy = sample_policy();
    let (calm, angry) = ("human_agent 0.9", "human_agent 0.9; negative 0.9");
    for (tier, read, text, priority, fired) in [
        ("silver", calm, "a person", "normal", false),
        ("gold", calm, "a person", "high", true),
        ("Gold", calm, "a person", "normal", false),
        ("platinum", calm, "a person", "urgent", true),
        ("silver", angry, "a person", "high", false),
        ("gold", angry, "a person", "high", false),
        ("platinum", angry, "a person", "urgent", true),
        ("gold", calm, "my bike is on fire", "urgent", false),
        ("platinum", calm, "my bike is on fire", "urgent", false),
    ] {
        let turn = say(&of_tier(tier), text, read, &policy);
        let found = told(&turn);
        assert!(
            found.starts_with("handoff ") && found.ends_with(&format!(" {priority}")),
            "{tier}, {read}, {text}: {found}"
        );
        let waiting = turn.conversation.priority();
        assert_eq!(waiting.as_str(), priority, "{tier}, {read}, {text}");
        let step = considered(&turn).expect("the rule is considered");
        assert_eq!(step.fired, fired, "{tier}, {read}, {text}");
    }
}

#[test]
fn the_trace_and_the_event_have_the_tier() {
    let turn = say(&of_tier("gold"), "a person", "human_agent 0.9", &sample_policy());
    assert_eq!(
        considered(&turn).map(|step| &step.inputs),
        Some(&json!({ "tier": "gold", "of_tier": "high", "of_reasons": "normal" }))
    );
    let unknown = say(
        &of_tier("silver"),
        "a person",
        "human_agent 0.9",
        &sample_policy(),
    );
    assert_eq!(considered(&unknown).unwrap().inputs["of_tier"], Value::Null);
    let requested = turn.events.iter().find_map(|event| {
        if let EventData::HandoffRequested(requested) = &event.data {
            Some(requested)
        } else {
            None
        }
    });
    let data = serde_json::to_value(requested.expect("a person is asked for")).unwrap();
    assert_eq!(
        (&data["customer"]["tier"], &data["priority"]),
        (&json!("gold"), &json!("high"))
    );
}

#[test]
fn without_a_tier_everything_is_as_it_was() {
    let turn = say(&fresh(), "a person", "human_agent 0.9", &sample_policy());
    assert!(considered(&turn).is_none());
    let old = r#"{"id":"c-1","name":"Priya","verified":true}"#;
    let customer: Customer = serde_json::from_str(old).unwrap();
    assert_eq!(customer.tier, None);
    assert_eq!(serde_json::to_string(&customer).unwrap(), old);
    let policy = policy_with("").unwrap();
    let turn = say(&of_tier("gold"), "a person", "human_agent 0.9", &policy);
    assert!(told(&turn).ends_with(" normal"), "{}", told(&turn));
}

#[test]
fn a_bad_tier_is_named_with_its_line() {
    let long = "x".repeat(41);
    let problems = policy_with(&format!(
        "  tiers:\n    gold: high\n    very good: high\n    {long}: urgent\n"
    ))
    .unwrap_err();
    assert_eq!(problems.len(), 2, "{problems:?}");
    for problem in &problems {
        assert_eq!(problem.key, "priority.tiers");
    }
    let message = |words: &str| problems.iter().find(|problem| problem.message.contains(words));
    let spaced = message("\"very good\" is not a valid tier: use letters, digits, _ and - only");
    let lengthy = message("is not a valid tier: give 1 to 40 characters");
    let (spaced, lengthy) = (spaced.unwrap().line.unwrap(), lengthy.unwrap().line.unwrap());
    assert_eq!(spaced + 1, lengthy);
    for priority in ["normal", "vip", "{ priority: high, queue: care }"] {
        let problems = policy_with(&format!("  tiers:\n    gold: {priority}\n")).unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0].line, Some(spaced - 1), "{problems:?}");
        let expected = "expected one of high, urgent";
        assert!(problems[0].message.ends_with(expected), "{problems:?}");
    }
}
