//! Customers and agents of the simulation. Each request has its key and is repeated until it is acknowledged or refused;
//! the network loses, delays and doubles it, and loses its answer.

use std::sync::Arc;
use std::time::Duration;

use firstline::domain::agent::Agent;
use firstline::domain::conversation::{Conversation, Customer, Owner};
use firstline::domain::id::{ConversationId, QueueName};
use firstline::domain::message::Text;
use firstline::domain::turn::{AgentAction, Input, TurnRecord};
use firstline::engine::{EngineError, Target};
use firstline::ports::{Agents, Conversations, Idempotency, StoreError};
use tokio::sync::oneshot;

use crate::simulation::world::Promise;
use crate::simulation::{World, server};
use crate::support::agents::profile;

/// How long people wait for an answer before they ask again.
const PATIENCE: Duration = Duration::from_millis(900);

const LINES: [&str; 12] = [
    "hello",
    "where is my parcel FH-10423",
    "where is my parcel",
    "FH-10424",
    "cancel my order FH-10425",
    "yes",
    "i forgot my password",
    "about your returns",
    "hm",
    "this is terrible",
    "bye",
    "i want to talk to someone",
];

/// Whom a request is for; a new conversation gets another id with every try, as over HTTP.
#[derive(Clone)]
enum To {
    Nobody,
    Known(ConversationId),
}

/// Opens a conversation and writes in it.
pub(super) async fn customer(world: Arc<World>, number: u64) -> Result<(), String> {
    world.pass(2_000).await;
    let key = format!("c{number}-open");
    let opened = request(&world, &To::Nobody, &Input::Opened, &key).await?;
    let Some(opened) = opened else {
        return Err(format!("customer {number}: opening was refused"));
    };
    let id = opened.conversation.id;
    world.conversations.lock().unwrap().push(id.clone());
    for step in 0..3 + world.below(4) {
        // Letters, so that nothing in it is taken for a number; unique among all.
        let mark = format!("{}{}", letter(number), letter(step));
        let text = format!("{} {mark}", world.pick(&LINES));
        let input = Input::CustomerMessage {
            text: Text::parse(&text).unwrap(),
        };
        let key = format!("c{number}-{step}");
        let said = request(&world, &To::Known(id.clone()), &input, &key).await?;
        let Some(said) = said else {
            return Err(format!("customer {number}: {text:?} was refused"));
        };
        let message = said.messages.first().map(|message| message.id.to_string());
        world.promises.lock().unwrap().push(Promise {
            conversation: id.clone(),
            text,
            message: message.unwrap_or_default(),
        });
        world.pass(1_500).await;
    }
    Ok(())
}

fn letter(number: u64) -> char {
    char::from(b'a' + u8::try_from(number % 26).unwrap())
}

/// Takes, answers, passes on and ends whatever comes up, and goes without a word. Nobody says that they are there: whoever
/// does nothing for a minute is taken for gone.
pub(super) async fn agent(world: Arc<World>, name: &str) -> Result<(), String> {
    let profile = profile(name, "capacity 9");
    let agent = profile.agent.clone();
    let registered = world.store.put_agent(&world.workspace, &profile, world.now());
    registered.await.unwrap();
    for step in 0..4 + world.below(10) {
        world.pass(1_200).await;
        let known = world.conversations.lock().unwrap().clone();
        if known.is_empty() {
            continue;
        }
        let id = known[usize::try_from(world.below(known.len() as u64)).unwrap()].clone();
        let seen = world.store.load(&world.workspace, &id).await.unwrap();
        let Some(input) = seen.and_then(|seen| move_of(&world, &agent, &seen, step)) else {
            continue;
        };
        // What they saw may have changed by the time that it arrives: then it is refused, and that is that.
        request(&world, &To::Known(id), &input, &format!("{name}-{step}")).await?;
    }
    Ok(())
}

fn move_of(world: &World, agent: &Agent, seen: &Conversation, step: u64) -> Option<Input> {
    let act = |action| {
        Some(Input::AgentAction {
            agent: agent.clone(),
            action,
        })
    };
    match &seen.owner {
        Owner::Bot if world.percent(60) => None,
        Owner::Bot | Owner::Queue { .. } => act(AgentAction::Claim),
        Owner::Agent { agent: holder, .. } if holder.id != agent.id => act(AgentAction::Claim),
        Owner::Agent { .. } => match world.below(6) {
            0 => act(AgentAction::Release),
            1 => act(AgentAction::Transfer {
                queue: QueueName::parse("billing").unwrap(),
            }),
            2 => act(AgentAction::Resolve),
            3 => act(AgentAction::HandBack),
            _ => Some(Input::AgentMessage {
                agent: agent.clone(),
                text: Text::parse(&format!("looking into it, {} {}", agent.id, letter(step))).unwrap(),
                suggested: None,
            }),
        },
    }
}

/// What was acknowledged, or `None` where it was refused.
async fn request(
    world: &Arc<World>,
    to: &To,
    input: &Input,
    key: &str,
) -> Result<Option<TurnRecord>, String> {
    let key = Idempotency {
        workspace: world.workspace.clone(),
        scope: "simulated".to_owned(),
        key: key.to_owned(),
        fingerprint: format!("{input:?}"),
        at: world.now(),
    };
    for _ in 0..400 {
        world.pass(20).await;
        if world.fails(world.faults.lost) {
            tokio::time::sleep(PATIENCE).await;
            continue;
        }
        let answer = handle(world, to, input, &key, 0);
        if world.fails(world.faults.doubled) {
            // The other one may come long after the customer has gone on.
            let late = world.below(3_000);
            drop(handle(world, to, input, &key, late));
        }
        let Ok(Ok(answer)) = tokio::time::timeout(PATIENCE, answer).await else {
            // Nobody may be there at all: then it is no use to ask again at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        if world.fails(world.faults.lost) {
            tokio::time::sleep(PATIENCE).await;
            continue;
        }
        match answer {
            Ok(record) => {
                world.note(format!(
                    "acknowledged {} v{}",
                    key.key, record.conversation.version
                ));
                return Ok(Some(record));
            }
            Err(EngineError::Refused(refusal)) => {
                world.note(format!("refused {}: {refusal}", key.key));
                return Ok(None);
            }
            Err(EngineError::Contended | EngineError::Store(StoreError::Unavailable(_))) => {}
            Err(error) => return Err(format!("{}: {error}", key.key)),
        }
    }
    Err(format!("{}: never acknowledged", key.key))
}

type Answer = Result<TurnRecord, EngineError>;

/// On the server, where there is one. Some servers drop the work when the caller leaves, and some finish it: here it is
/// finished, which is the harder case.
fn handle(
    world: &Arc<World>,
    to: &To,
    input: &Input,
    key: &Idempotency,
    after_ms: u64,
) -> oneshot::Receiver<Answer> {
    let (told, answer) = oneshot::channel();
    let engine = server::engine(world);
    let target = match to {
        To::Nobody => Target::New {
            id: world.new_id(),
            customer: Customer::default(),
        },
        To::Known(id) => Target::Existing(id.clone()),
    };
    let (input, key) = (input.clone(), key.clone());
    server::run(world, async move {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        told.send(engine.receive(&target, &input, Some(&key)).await).ok();
    });
    answer
}
