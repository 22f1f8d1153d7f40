//! Transcripts: conversations as plain text, written by people, with what the engine did indented below each line.
//! Parsing and writing only; what happens is the player's work. docs/TRANSCRIPTS.md has every form of a line.
//!
//! ```text
//! # Signed in, looked up, and then a person is asked for
//! signed in: cus_0001 Priya
//! customer: where's FH-10423
//!   wait: shop.order customer=cus_0001 order_number=FH-10423
//! shop.order: ok {"status": "shipped"}
//!   answer
//!   bot [shipped]: Order FH-10423 has left us.
//! ana claims
//!   transition: agent ana, open, epoch 1
//!   system [claimed]: Ana has joined and takes it from here.
//! ```

use std::fmt::Write as _;

use serde_json::Value;

use crate::cli::replay::deed::{agent, agent_action, note};
use crate::cli::replay::line;
use crate::domain::agent::Agent;
use crate::domain::conversation::Customer;
use crate::domain::csat::Rating;
use crate::domain::id::Tier;
use crate::domain::intent::Intent;
use crate::domain::lookup::LookupResult;
use crate::domain::message::Text;
use crate::domain::time::Duration;
use crate::domain::turn::Input;

/// What the input lines are, for whoever mistypes one.
const FORMS: &str = "`customer: …`, `signed in: ID name (TIER)`, `CONNECTOR.LOOKUP: outcome {\"field\": …}`, \
`code sent: ID|nobody`, `code not sent`, `timer fires`, `reading: …`, `meanwhile: NAME claims`, `NAME: …`, `NAME notes|\
whispers: …`, `NAME claims|takes over|releases|resolves|resolves as REASON|hands back|transfers to QUEUE|transfers to agent \
NAME|accepts|declines|snoozes until TIME`, `offered to NAME`, `NAME is gone`, `bot off`, `bot off: INTENT, …`, `bot on`, `rated: 1-5 comment`, `wait: N min`, `standing: N ahead, N min`, `# comment`; output is indented";

/// What stands for the customer where the company's system knows none.
const NOBODY: &str = "nobody";

/// A line that is none of the forms.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistake {
    /// Counts from 1.
    pub(super) line: usize,
    pub(super) message: String,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Step {
    Input(Input),
    /// What is read of the next customer message, whatever the model would say.
    Reading(String),
    /// Happens after the next customer message is decided and before it is committed.
    Meanwhile(Input),
    /// Minutes.
    Wait(i64),
    /// How the line stands from now on.
    Standing(line::Line),
    /// Who opens the conversation: signed in on the company's page.
    SignedIn(Customer),
    /// The bot's switch is set.
    Bot {
        enabled: bool,
        intents_off: Vec<Intent>,
    },
    /// This agent has been away from now on until, a line later, that is too long.
    Gone(Agent),
    /// The newest task of this kind ends.
    Ended(Ended),
}

/// What comes of a task.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ended {
    /// That asks this of the company's systems.
    Lookup {
        lookup: String,
        result: LookupResult,
    },
    /// That sends a code.
    Code {
        result: LookupResult,
    },
    Timer,
}

/// A line of the file: its words as they are, and what they mean; comments and blank lines mean nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    words: String,
    pub(super) step: Option<Step>,
}

/// The file without its output lines.
pub(super) fn parse(text: &str) -> Result<Vec<Line>, Vec<Mistake>> {
    let mut lines = Vec::new();
    let mut mistakes = Vec::new();
    for (number, words) in (1..).zip(text.lines()) {
        if words.starts_with(' ') {
            continue;
        }
        let parsed = if words.is_empty() || words.starts_with('#') {
            Ok(None)
        } else {
            step(words).map(Some)
        };
        match parsed {
            Ok(step) => lines.push(Line {
                words: words.to_owned(),
                step,
            }),
            Err(message) => mistakes.push(Mistake {
                line: number,
                message,
            }),
        }
    }
    if mistakes.is_empty() {
        Ok(lines)
    } else {
        Err(mistakes)
    }
}

/// The file as it would be written with these outputs, one list for each line.
pub(super) fn write(lines: &[Line], outputs: &[Vec<String>]) -> String {
    let mut text = String::new();
    for (line, output) in lines.iter().zip(outputs) {
        text.push_str(&line.words);
        text.push('\n');
        for output in output {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {output}");
        }
    }
    text
}

fn step(words: &str) -> Result<Step, String> {
    match words {
        "code not sent" => {
            let result = LookupResult::unavailable("as the transcript has it");
            return Ok(Step::Ended(Ended::Code { result }));
        }
        "timer fires" => return Ok(Step::Ended(Ended::Timer)),
        "bot on" | "bot off" => {
            return Ok(Step::Bot {
                enabled: words == "bot on",
                intents_off: Vec::new(),
            });
        }
        _ => {}
    }
    if let Some(name) = words.strip_prefix("offered to ") {
        let agent = agent(name)?;
        return Ok(Step::Input(Input::Offered { agent }));
    }
    if let Some(name) = words
        .strip_suffix(" is gone")
        .filter(|name| !name.contains([' ', ':']))
    {
        return agent(name).map(Step::Gone);
    }
    if let Some(note) = note(words) {
        return note.map(Step::Input);
    }
    match words.split_once(": ") {
        Some(("customer", text)) => Ok(Step::Input(Input::CustomerMessage {
            text: parse_text(text)?,
        })),
        Some(("reading", spec)) => Ok(Step::Reading(spec.to_owned())),
        Some(("meanwhile", action)) => action_line(action).map(Step::Meanwhile),
        Some(("rated", rating)) => parse_rating(rating).map(Step::Input),
        Some(("wait", duration)) => parse_minutes(duration).map(Step::Wait),
        Some(("standing", line)) => parse_standing(line).map(Step::Standing),
        Some(("bot off", intents)) => Ok(Step::Bot {
            enabled: true,
            intents_off: intents.split(", ").map(Intent::new).collect(),
        }),
        Some(("signed in", customer)) => parse_customer(customer).map(Step::SignedIn),
        Some(("code sent", customer)) => Ok(Step::Ended(code_sent(customer))),
        Some((lookup, result)) if lookup.contains('.') && !lookup.contains(' ') => {
            Ok(Step::Ended(Ended::Lookup {
                lookup: lookup.to_owned(),
                result: parse_result(result)?,
            }))
        }
        Some((name, text)) if !name.contains(' ') => Ok(Step::Input(Input::AgentMessage {
            agent: agent(name)?,
            text: parse_text(text)?,
            suggested: None,
        })),
        _ => action_line(words).map(Step::Input),
    }
}

fn action_line(words: &str) -> Result<Input, String> {
    let unknown = || format!("{words:?} is no line of a transcript; known are {FORMS}");
    agent_action(words).ok_or_else(unknown)?
}

pub(super) fn parse_text(text: &str) -> Result<Text, String> {
    Text::parse(text).map_err(|error| error.to_string())
}

/// The tier, where there is one, stands in brackets at the end.
fn parse_customer(words: &str) -> Result<Customer, String> {
    let tiered = words.strip_suffix(')').and_then(|words| words.rsplit_once(" ("));
    let (words, tier) = tiered.map_or((words, None), |(words, tier)| (words, Some(tier)));
    let (id, name) = words.split_once(' ').unwrap_or((words, ""));
    if id.is_empty() {
        return Err("who is signed in is missing; write `signed in: cus_0001 Priya`".to_owned());
    }
    Ok(Customer {
        id: id.to_owned(),
        name: name.to_owned(),
        verified: true,
        tier: tier
            .map(Tier::parse)
            .transpose()
            .map_err(|error| error.to_string())?,
    })
}

fn code_sent(customer: &str) -> Ended {
    let customer = if customer == NOBODY { "" } else { customer };
    let result = LookupResult {
        outcome: "ok".to_owned(),
        fields: [("customer".to_owned(), Value::from(customer))].into(),
        problem: String::new(),
    };
    Ended::Code { result }
}

fn parse_result(words: &str) -> Result<LookupResult, String> {
    let (outcome, fields) = words.split_once(' ').unwrap_or((words, "{}"));
    if outcome.is_empty() || !outcome.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return Err(format!(
            "{outcome:?} is no outcome; write `ok` or `not_found`, for example"
        ));
    }
    let fields = serde_json::from_str(fields).map_err(|error| {
        format!("{fields:?} is no JSON object ({error}); write `{outcome} {{\"status\": \"shipped\"}}`")
    })?;
    Ok(LookupResult {
        outcome: outcome.to_owned(),
        fields,
        problem: String::new(),
    })
}

fn parse_rating(rating: &str) -> Result<Input, String> {
    let (score, comment) = rating.split_once(' ').unwrap_or((rating, ""));
    let score = score
        .parse()
        .map_err(|_| format!("{score:?} is not a rating of 1 to 5"))?;
    let rating = Rating::new(score, comment.to_owned()).map_err(|error| error.to_string())?;
    Ok(Input::Rated { rating })
}

fn parse_minutes(duration: &str) -> Result<i64, String> {
    let minutes = duration
        .strip_suffix(" min")
        .and_then(|minutes| minutes.parse().ok());
    minutes.ok_or_else(|| format!("{duration:?} is not a time to wait; write `wait: 10 min`"))
}

fn parse_standing(words: &str) -> Result<line::Line, String> {
    let (ahead, wait) = words
        .split_once(", ")
        .map_or((words, None), |(ahead, wait)| (ahead, Some(wait)));
    let ahead = ahead
        .strip_suffix(" ahead")
        .and_then(|number| number.parse().ok());
    let Some(ahead) = ahead else {
        return Err(format!(
            "{words:?} is no line; write `standing: 3 ahead, 12 min`, or `standing: 3 ahead`"
        ));
    };
    let wait = wait.map(parse_minutes).transpose()?;
    Ok(line::Line {
        ahead,
        wait: wait.map(Duration::from_mins),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_lines_are_replaced_and_all_else_is_kept() {
        let text = "# Title\n\ncustomer: hi\n  old output\n\nana claims\n";
        let lines = parse(text).unwrap();
        let outputs = vec![
            vec![],
            vec![],
            vec!["new".to_owned(), "more".to_owned()],
            vec![],
            vec![],
        ];
        assert_eq!(
            write(&lines, &outputs),
            "# Title\n\ncustomer: hi\n  new\n  more\n\nana claims\n"
        );
    }

    #[test]
    fn what_comes_of_a_task_is_read() {
        let ended = |words| {
            let Step::Ended(ended) = step(words).unwrap() else {
                panic!("{words}")
            };
            ended
        };
        let Ended::Lookup { lookup, result } = ended("shop.order: ok {\"status\": \"sent: today\"}") else {
            panic!()
        };
        assert_eq!((lookup.as_str(), result.outcome.as_str()), ("shop.order", "ok"));
        assert_eq!(result.text("status"), Some("sent: today"));
        let Ended::Lookup { result, .. } = ended("shop.order: unavailable") else {
            panic!()
        };
        assert!(result.is_unavailable() && result.fields.is_empty());
        for (words, customer) in [("code sent: cus_1", Some("cus_1")), ("code sent: nobody", None)] {
            let Ended::Code { result } = ended(words) else {
                panic!()
            };
            assert_eq!(
                (result.outcome.as_str(), result.text("customer")),
                ("ok", customer)
            );
        }
        let Ended::Code { result } = ended("code not sent") else {
            panic!()
        };
        assert!(result.is_unavailable());
        assert_eq!(ended("timer fires"), Ended::Timer);
    }

    #[test]
    fn who_is_signed_in_may_have_a_tier() {
        for (words, expected) in [
            ("cus_1 Priya Shah", ("cus_1", "Priya Shah", None)),
            ("cus_1 Priya (gold)", ("cus_1", "Priya", Some("gold"))),
            ("cus_1 (gold)", ("cus_1", "", Some("gold"))),
        ] {
            let found = parse_customer(words).unwrap();
            let tier = found.tier.as_ref().map(Tier::as_str);
            assert_eq!((found.id.as_str(), found.name.as_str(), tier), expected);
        }
        let problem = parse_customer("cus_1 Priya (very good)").unwrap_err();
        assert!(
            problem.starts_with("\"very good\" is not a valid tier"),
            "{problem}"
        );
    }

    #[test]
    fn who_is_gone_is_an_agent_and_not_what_a_customer_misses() {
        let Step::Gone(ana) = step("ana is gone").unwrap() else {
            panic!()
        };
        assert_eq!(ana, agent("ana").unwrap());
        for words in [
            "customer: my bike is gone",
            "ben: the fault is gone",
            "customer: is gone",
        ] {
            assert!(matches!(step(words).unwrap(), Step::Input(_)), "{words}");
        }
    }

    #[test]
    fn mistakes_name_their_lines() {
        let text =
            "customer: hi\nana dances\nrated: nine\nwait: long\nshop.order: ok {status}\nshop.order: {}\n";
        let mistakes = parse(text).unwrap_err();
        assert_eq!(
            mistakes.iter().map(|mistake| mistake.line).collect::<Vec<_>>(),
            [2, 3, 4, 5, 6]
        );
        assert!(
            mistakes[0]
                .message
                .contains("\"ana dances\" is no line of a transcript"),
            "{mistakes:?}"
        );
    }
}
