//! What must hold when the storm is over and all that was due is done.

use std::collections::{BTreeMap, BTreeSet};

use firstline::domain::conversation::{Conversation, Owner, Status};
use firstline::domain::event::{EventKind, LoggedEvent};
use firstline::domain::id::TaskId;
use firstline::domain::message::{Message, Sender};
use firstline::domain::turn::{Action, Input, TurnRecord};
use firstline::domain::webhook::DeliveryState;
use firstline::ports::{Conversations, Deliveries, EventLog};

use crate::simulation::rules::short;
use crate::simulation::{World, server};

/// One conversation as it lies in the store.
struct History {
    conversation: Conversation,
    messages: Vec<Message>,
    turns: Vec<TurnRecord>,
}

async fn histories(world: &World) -> Vec<History> {
    let log = log(world).await;
    let ids: BTreeSet<_> = log
        .iter()
        .filter_map(|event| event.conversation.clone())
        .collect();
    let mut histories = Vec::new();
    for id in ids {
        let (workspace, store) = (&world.workspace, &world.store);
        histories.push(History {
            conversation: store.load(workspace, &id).await.unwrap().unwrap(),
            messages: store.messages(workspace, &id, 0, usize::MAX).await.unwrap(),
            turns: store.turns(workspace, &id).await.unwrap(),
        });
    }
    histories
}

async fn log(world: &World) -> Vec<LoggedEvent> {
    world
        .store
        .events(&world.workspace, None, 0, usize::MAX)
        .await
        .unwrap()
}

/// Every task with the turns that it ended in, and whether each did something with it.
fn tasks(history: &History) -> BTreeMap<TaskId, Vec<bool>> {
    let wanted = history.turns.iter().flat_map(|turn| &turn.tasks);
    let mut tasks: BTreeMap<TaskId, Vec<bool>> = wanted.map(|task| (task.id.clone(), Vec::new())).collect();
    for turn in &history.turns {
        if let Some(ended) = turn.input.task() {
            let acted = turn.action != Action::Record;
            tasks.entry(ended.clone()).or_default().push(acted);
        }
    }
    tasks
}

/// No delivery pending, no task without its end, nobody left with an agent who is gone.
pub(super) async fn is_done(world: &World) -> bool {
    let histories = histories(world).await;
    let open = histories
        .iter()
        .any(|history| is_left(history) || tasks(history).values().any(Vec::is_empty));
    !open && !server::delivers(world).await
}

/// An agent holds it, and no agent has written since the customer did. In the end all agents are gone.
fn is_left(history: &History) -> bool {
    let conversation = &history.conversation;
    let held = conversation.agent().is_some() && conversation.status == Status::Open;
    let mut said = history.messages.iter().rev();
    let by_person = said.find(|message| message.from.is_person());
    held && by_person.is_some_and(|message| message.from == Sender::Customer)
}

pub(super) async fn check(world: &World) {
    let histories = histories(world).await;
    kept(world, &histories);
    for history in &histories {
        ended(world, history);
        cared_for(world, history);
    }
    asked_alike(world, &histories);
    let log = log(world).await;
    let handoffs = histories.iter().flat_map(|history| &history.turns);
    let handoffs = handoffs
        .filter(|turn| matches!(turn.action, Action::Handoff(_)))
        .count();
    let requested = log
        .iter()
        .filter(|event| event.kind == EventKind::HandoffRequested);
    world.holds(requested.count() == handoffs, || {
        "a handoff without its event".to_owned()
    });
    delivered(world, &log).await;
}

/// What was acknowledged is there, once, under the id it was acknowledged with.
fn kept(world: &World, histories: &[History]) {
    let opened = world.conversations.lock().unwrap().len();
    world.holds(histories.len() == opened, || {
        format!("{} conversations, {opened} acknowledged", histories.len())
    });
    for promise in world.promises.lock().unwrap().iter() {
        let of = histories
            .iter()
            .find(|one| one.conversation.id == promise.conversation);
        let messages = of.map(|one| one.messages.as_slice()).unwrap_or_default();
        let found: Vec<&str> = messages
            .iter()
            .filter(|message| message.text == promise.text)
            .map(|message| message.id.as_str())
            .collect();
        world.holds(found == [promise.message.as_str()], || {
            format!(
                "{:?} was acknowledged as {}, and is {found:?}",
                promise.text, promise.message
            )
        });
        let turns = of.map(|one| one.turns.as_slice()).unwrap_or_default();
        let said = |turn: &&TurnRecord| matches!(&turn.input, Input::CustomerMessage { text } if text.as_str() == promise.text);
        let times = turns.iter().filter(said).count();
        world.holds(times == 1, || format!("{:?} has {times} turns", promise.text));
    }
}

/// Each task ends, and something is done with its end once at most.
fn ended(world: &World, history: &History) {
    for (task, ends) in tasks(history) {
        world.count("tasks");
        let acted = ends.iter().filter(|acted| **acted).count();
        world.holds(!ends.is_empty() && acted <= 1, || {
            format!("{task} ended {} times, {acted} with effect", ends.len())
        });
    }
}

/// Nobody waits for the bot: whatever it was written has a reply behind it, or a person has taken over since. Nor for an agent:
/// they are gone.
fn cared_for(world: &World, history: &History) {
    let conversation = &history.conversation;
    let name = short(conversation);
    world.holds(conversation.awaited_task().is_none(), || {
        format!("{name} waits for a task for ever")
    });
    let ours = conversation.owner == Owner::Bot && conversation.status == Status::Open;
    let mut said = history.messages.iter().rev();
    let last = said.find(|message| message.from != Sender::System);
    let heard = last.is_none_or(|last| last.from != Sender::Customer);
    world.holds(!ours || heard, || format!("{name}: the bot owes an answer"));
    world.holds(!is_left(history), || {
        format!("{name}: its customer waits for an agent who is gone")
    });
}

/// Under one key the company is asked one thing, however often, and only for tasks that a turn wanted.
fn asked_alike(world: &World, histories: &[History]) {
    let wanted: BTreeSet<TaskId> = histories
        .iter()
        .flat_map(|history| tasks(history).into_keys())
        .collect();
    for (key, requests) in world.company.asked.lock().unwrap().iter() {
        let alike = requests.windows(2).all(|pair| pair[0] == pair[1]);
        world.holds(alike && wanted.contains(key), || {
            format!("{key} asked for {requests:?}")
        });
    }
}

/// Every event that an endpoint wants has a delivery, was accepted, and came with the same bytes each time.
async fn delivered(world: &World, log: &[LoggedEvent]) {
    let mut count = 0;
    for endpoint in &world.endpoints {
        let page = world
            .store
            .deliveries(&world.workspace, &endpoint.id, None, None, usize::MAX - 1);
        let deliveries = page.await.unwrap().items;
        let done = deliveries
            .iter()
            .filter(|delivery| delivery.state == DeliveryState::Delivered);
        let done: BTreeSet<&str> = done.map(|delivery| delivery.event.id.as_str()).collect();
        let wanted: BTreeSet<&str> = log
            .iter()
            .filter(|event| endpoint.wants(event.kind))
            .map(|event| event.id.as_str())
            .collect();
        world.holds(done == wanted && deliveries.len() == wanted.len(), || {
            format!(
                "{}: {} wanted, {} delivered of {}",
                endpoint.url,
                wanted.len(),
                done.len(),
                deliveries.len()
            )
        });
        let brought = world.receiver.brought.lock().unwrap();
        for id in wanted {
            let came = brought
                .get(&(endpoint.id.clone(), id.to_owned()))
                .cloned()
                .unwrap_or_default();
            let alike = came.bodies.windows(2).all(|pair| pair[0] == pair[1]);
            world.holds(came.accepted >= 1 && alike, || {
                format!("{}: {id} came as {came:?}", endpoint.url)
            });
            count += 1;
            world.count("deliveries");
        }
    }
    let known = world.receiver.brought.lock().unwrap().len();
    world.holds(known == count, || format!("{known} ids came, {count} were due"));
}
