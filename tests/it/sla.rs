//! Opening hours, clocks, what the customer is told of the wait, and what happens where nobody is there.

mod alerts;
mod clocks;
mod fallback;
mod hours;
mod policy;
mod server;

use std::fs;
use std::sync::{Arc, LazyLock};

use firstline::domain::bot::BotSwitch;
use firstline::domain::conversation::Conversation;
use firstline::domain::message::Text;
use firstline::domain::standing::Standing;
use firstline::domain::time::Timestamp;
use firstline::domain::turn::{Input, Turn};
use firstline::knowledge::Knowledge;
use firstline::triage::circumstances::Circumstances;
use firstline::triage::decide::decide_under;
use firstline::triage::policy::{Policy, PolicyProblem};

use crate::decision::reading;
use crate::support::{repository, written};

static UNTOUCHED: LazyLock<BotSwitch> = LazyLock::new(BotSwitch::default);

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The sample business with other words in its policy; each must be there.
pub(crate) fn policy_with(changes: &[(&str, &str)]) -> Result<Policy, Vec<PolicyProblem>> {
    static SAMPLE: LazyLock<(String, Knowledge)> = LazyLock::new(|| {
        let folder = repository().join("knowledge");
        let text = fs::read_to_string(folder.join("policy.yml")).unwrap();
        (text, Knowledge::load(&folder).unwrap())
    });
    let (text, knowledge) = &*SAMPLE;
    let mut text = text.clone();
    for (from, to) in changes {
        assert!(text.contains(from), "{from:?} is not in the policy");
        text = text.replacen(from, to, 1);
    }
    Policy::parse(&text, &written(knowledge), "", "test".into())
}

/// With this fallback for all queues that have none of their own.
fn falling_back(to: &str) -> Arc<Policy> {
    Arc::new(policy_with(&[("fallback: message", &format!("fallback: {to}"))]).unwrap())
}

fn open(ahead: u32) -> Standing {
    Standing {
        ahead,
        expected_wait: None,
        open: true,
        opens_at: None,
        agents_online: None,
    }
}

fn closed_until(opens_at: &str) -> Standing {
    Standing {
        open: false,
        opens_at: Some(at(opens_at)),
        ..open(0)
    }
}

/// Nobody has touched the bot's switch.
fn in_line(standing: Option<&Standing>, now: Timestamp) -> Circumstances<'_> {
    Circumstances {
        standing,
        switch: &UNTOUCHED,
        now,
    }
}

/// What the customer writes becomes a turn, with the line as it stands.
fn say(
    conversation: &Conversation,
    (read, text): (&str, &str),
    policy: &Policy,
    standing: &Standing,
    now: Timestamp,
) -> Turn {
    let input = Input::CustomerMessage {
        text: Text::parse(text).unwrap(),
    };
    decide_under(
        conversation,
        &input,
        &reading(read),
        policy,
        &in_line(Some(standing), now),
    )
    .unwrap()
}

/// The ids of the business's lines that were said.
fn lines(turn: &Turn) -> Vec<String> {
    let sources = turn.messages.iter().filter_map(|message| message.source.as_ref());
    sources.map(|source| source.key()).collect()
}
