//! A flow file. Text in, a flow or problems out; whether its expressions, replies and lookups fit each other is decided
//! by those who run it. Knows nothing of folders.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use regex::Regex;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_saphyr::Spanned;
use sha2::{Digest, Sha256};

use crate::domain::entity::EntityKind;
use crate::domain::flow::{Call, Deed, Ending, Fill, Flow, FlowReply, Slot, Step};
use crate::domain::handoff::Reason;
use crate::domain::id::QueueName;
use crate::knowledge::problem::{Problem, Problems};
use crate::knowledge::yaml::{self, Keys};

/// Times that a slot is asked for, where the file does not say.
const TRIES: u32 = 3;

/// How many hexadecimal digits of its hash name a version of a flow.
const VERSION_DIGITS: usize = 16;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct FlowFile {
    id: Spanned<String>,
    title: Spanned<String>,
    intents: Vec<Spanned<String>>,
    #[serde(default)]
    needs: Vec<String>,
    #[serde(default)]
    slots: BTreeMap<String, Spanned<SlotShape>>,
    steps: Vec<Spanned<StepShape>>,
    replies: BTreeMap<String, Spanned<ReplyShape>>,
    /// Conversations for `firstline replay`; nothing of the engine reads them.
    #[serde(default, rename = "tests")]
    _tests: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SlotShape {
    entity: Option<EntityKind>,
    choices: Option<Ordered<Vec<String>>>,
    options: Option<String>,
    #[serde(default)]
    text: bool,
    pattern: Option<Spanned<String>>,
    ask: String,
    invalid: Option<String>,
    tries: Option<Spanned<u32>>,
    #[serde(default)]
    remember: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StepShape {
    ask: Option<String>,
    verify: Option<String>,
    lookup: Option<String>,
    confirm: Option<String>,
    say: Option<String>,
    handoff: Option<Reason>,
    #[serde(default)]
    end: bool,
    #[serde(rename = "as")]
    name: Option<String>,
    #[serde(default)]
    with: BTreeMap<String, String>,
    #[serde(default)]
    on: BTreeMap<String, EndingShape>,
    #[serde(default)]
    buttons: Vec<String>,
    queue: Option<String>,
    #[serde(rename = "if")]
    condition: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct EndingShape {
    say: Option<String>,
    again: Option<String>,
    handoff: Option<Reason>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum ReplyShape {
    Everywhere(String),
    ByLocale(BTreeMap<String, String>),
}

/// A map in the order in which it is written: buttons stand in it.
#[derive(Debug)]
struct Ordered<V>(Vec<(String, V)>);

impl<'de, V: Deserialize<'de>> Deserialize<'de> for Ordered<V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Pairs<V>(Vec<(String, V)>);
        impl<'de, V: Deserialize<'de>> Visitor<'de> for Pairs<V> {
            type Value = Vec<(String, V)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("values, each with a list of words that mean it")
            }

            fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
                while let Some(pair) = map.next_entry()? {
                    self.0.push(pair);
                }
                Ok(self.0)
            }
        }
        deserializer.deserialize_map(Pairs(Vec::new())).map(Self)
    }
}

/// All problems of the file are returned, except that broken YAML hides what stands in it.
pub(crate) fn parse(file: &Path, bytes: &[u8]) -> Result<Flow, Vec<Problem>> {
    let mut problems = Problems::of(file);
    let flow = read(bytes, &mut problems);
    problems.or(flow)
}

fn read(bytes: &[u8], problems: &mut Problems<'_>) -> Option<Flow> {
    let text = yaml::decode(bytes, problems)?;
    let file: FlowFile = yaml::parse(&text, 0, problems)?;
    let mut keys = Keys {
        lines_before: 0,
        problems,
    };
    let mut version = hex::encode(Sha256::digest(&text));
    version.truncate(VERSION_DIGITS);
    let slots = file
        .slots
        .iter()
        .map(|(name, slot)| read_slot(name, slot, &mut keys))
        .collect();
    let steps = file.steps.iter().map(|step| read_step(step, &mut keys)).collect();
    Some(Flow {
        id: identifier(&file.id, &mut keys),
        title: keys.filled("title", &file.title),
        intents: keys.intents(&file.intents),
        needs: file.needs.clone(),
        slots,
        steps,
        replies: file
            .replies
            .iter()
            .flat_map(|(id, reply)| read_reply(id, reply, &keys))
            .collect(),
        version,
    })
}

fn identifier(id: &Spanned<String>, keys: &mut Keys<'_, '_>) -> String {
    let fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if id.value.is_empty() || !id.value.chars().all(fit) {
        keys.refuse(
            "id",
            id,
            "use small letters, digits and _ only, such as track_order",
        );
    }
    id.value.clone()
}

fn read_slot(name: &str, shape: &Spanned<SlotShape>, keys: &mut Keys<'_, '_>) -> Slot {
    let slot = &shape.value;
    let fills = [
        slot.entity.clone().map(Fill::Entity),
        slot.choices
            .as_ref()
            .map(|choices| Fill::Choices(choices.0.clone())),
        slot.options.clone().map(Fill::Options),
        slot.text.then_some(Fill::Text),
    ];
    let mut given = fills.into_iter().flatten();
    let fill = given.next();
    if fill.is_none() || given.next().is_some() {
        keys.refuse(
            name,
            shape,
            "give one of entity, choices, options and text: how the slot finds its value",
        );
    }
    if let Some(Fill::Choices(choices)) = &fill
        && choices
            .iter()
            .any(|(_, words)| words.iter().all(|word| word.trim().is_empty()))
    {
        keys.refuse(
            name,
            shape,
            "each choice needs words that mean it, such as volt: [volt, e-bike]",
        );
    }
    if let Some(tries) = slot.tries.as_ref().filter(|tries| tries.value == 0) {
        keys.refuse(
            "tries",
            tries,
            "with 0 it could never be asked for; give 1 or more",
        );
    }
    Slot {
        name: name.to_owned(),
        fill: fill.unwrap_or(Fill::Text),
        pattern: slot.pattern.as_ref().and_then(|pattern| whole(pattern, keys)),
        ask: slot.ask.clone(),
        invalid: slot.invalid.clone(),
        tries: slot.tries.as_ref().map_or(TRIES, |tries| tries.value),
        remember: slot.remember,
        line: keys.line(shape),
    }
}

/// Matches the whole of a value, whatever its case.
fn whole(pattern: &Spanned<String>, keys: &mut Keys<'_, '_>) -> Option<Regex> {
    match Regex::new(&format!("(?i)^(?:{})$", pattern.value)) {
        Ok(regex) => Some(regex),
        Err(error) => {
            let reason = error
                .to_string()
                .lines()
                .last()
                .unwrap_or_default()
                .trim()
                .to_owned();
            keys.refuse(
                "pattern",
                pattern,
                format!("this is no regular expression ({reason}); mend it"),
            );
            None
        }
    }
}

fn read_step(shape: &Spanned<StepShape>, keys: &mut Keys<'_, '_>) -> Step {
    let step = &shape.value;
    let deeds = deeds(shape, keys);
    if deeds.len() != 1 {
        let message =
            "a step is one of ask, verify, lookup, confirm, say, handoff and end; write one of them";
        keys.refuse("steps", shape, message);
    }
    let takes = |key: &str| match key {
        "with" => step.verify.is_some() || step.lookup.is_some(),
        "buttons" => step.say.is_some(),
        "queue" => step.handoff.is_some(),
        _ => step.lookup.is_some(),
    };
    for (key, given) in [
        ("as", step.name.is_some()),
        ("with", !step.with.is_empty()),
        ("on", !step.on.is_empty()),
        ("buttons", !step.buttons.is_empty()),
        ("queue", step.queue.is_some()),
    ] {
        if given && !takes(key) {
            keys.refuse(
                key,
                shape,
                "this key has no meaning in a step of this kind; remove it",
            );
        }
    }
    Step {
        deed: deeds.into_iter().next().unwrap_or(Deed::End),
        condition: step.condition.clone(),
        line: keys.line(shape),
    }
}

/// Everything that the step says is to be done: one thing, if it is written well.
fn deeds(shape: &Spanned<StepShape>, keys: &mut Keys<'_, '_>) -> Vec<Deed> {
    let step = &shape.value;
    let call = |lookup: &String| Call {
        lookup: lookup.clone(),
        with: step.with.clone(),
    };
    let queue = step.queue.as_ref().and_then(|name| match QueueName::parse(name) {
        Ok(queue) => Some(queue),
        Err(error) => {
            keys.refuse("queue", shape, error.to_string());
            None
        }
    });
    [
        step.ask.clone().map(|slot| Deed::Ask { slot }),
        step.verify
            .as_ref()
            .map(|lookup| Deed::Verify { call: call(lookup) }),
        step.lookup.as_ref().map(|lookup| Deed::Lookup {
            call: call(lookup),
            name: step.name.clone().unwrap_or_else(|| last_part(lookup)),
            on: step
                .on
                .iter()
                .map(|(outcome, ending)| (outcome.clone(), read_ending(ending)))
                .collect(),
        }),
        step.confirm.clone().map(|reply| Deed::Confirm { reply }),
        step.say.clone().map(|reply| Deed::Say {
            reply,
            buttons: step.buttons.clone(),
        }),
        step.handoff.map(|reason| Deed::HandOff { reason, queue }),
        step.end.then_some(Deed::End),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn last_part(lookup: &str) -> String {
    lookup.rsplit('.').next().unwrap_or(lookup).to_owned()
}

fn read_ending(shape: &EndingShape) -> Ending {
    Ending {
        say: shape.say.clone(),
        again: shape.again.clone(),
        hand_off: shape.handoff,
    }
}

fn read_reply(id: &str, shape: &Spanned<ReplyShape>, keys: &Keys<'_, '_>) -> Vec<FlowReply> {
    let line = keys.line(shape);
    let reply = |locale: Option<&String>, text: &String| FlowReply {
        id: id.to_owned(),
        locale: locale.cloned(),
        text: text.trim().to_owned(),
        line,
    };
    match &shape.value {
        ReplyShape::Everywhere(text) => vec![reply(None, text)],
        ReplyShape::ByLocale(texts) => texts
            .iter()
            .map(|(locale, text)| reply(Some(locale), text))
            .collect(),
    }
}
