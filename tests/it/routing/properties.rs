//! What holds of every routing, whoever waits and whoever is there.

use std::collections::{BTreeMap, BTreeSet};

use firstline::domain::offer::Asked;
use firstline::domain::presence::{AgentState, Presence};
use firstline::domain::queue::Priority;
use firstline::domain::time::Duration;
use firstline::triage::policy::Routing;
use firstline::triage::routing::{Proposal, Waiting, in_order, route};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use crate::routing::{now, offering};
use crate::store_contract::fixtures::{conversation_id, queue_name};
use crate::support::agents::{agent, online};

const QUEUES: [&str; 3] = ["orders", "billing", "care"];
const SKILLS: [&str; 2] = ["tax", "law"];
const LANGUAGES: [&str; 2] = ["de", "fr"];
const AGENTS: [&str; 5] = ["ana", "ben", "eve", "kim", "leo"];

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn any_agents() -> impl Strategy<Value = Vec<AgentState>> {
    let any_agent = (
        subsequence(QUEUES.to_vec(), 0..3),
        subsequence(SKILLS.to_vec(), 0..=2),
        subsequence(LANGUAGES.to_vec(), 0..=2),
        (1_u32..6, 0_u32..6),
        0_i64..600,
        select(vec![
            Presence::Online,
            Presence::Online,
            Presence::Busy,
            Presence::Offline,
        ]),
    );
    prop::collection::vec(any_agent, 0..=AGENTS.len()).prop_map(|agents| {
        let named = AGENTS.into_iter().zip(agents);
        named
            .map(
                |(id, (queues, skills, languages, (capacity, load), idle, presence))| {
                    let mut state = online(id, "", now());
                    state.profile.queues = queues.into_iter().map(queue_name).collect();
                    state.profile.skills = owned(&skills);
                    state.profile.languages = owned(&languages);
                    state.profile.capacity = capacity;
                    // Claiming by hand may take somebody beyond their capacity.
                    state.load = load;
                    state.worked_at = now() - Duration::from_secs(idle);
                    state.presence = presence;
                    state
                },
            )
            .collect()
    })
}

fn any_line(heaviest: u32) -> impl Strategy<Value = Vec<Waiting>> {
    let any_item = (
        select(QUEUES.to_vec()),
        select(vec![Priority::Normal, Priority::High, Priority::Urgent]),
        0_i64..7200,
        subsequence(SKILLS.to_vec(), 0..=1),
        subsequence(LANGUAGES.to_vec(), 0..=1),
        1..=heaviest,
        subsequence(AGENTS.to_vec(), 0..3),
    );
    prop::collection::vec(any_item, 0..12).prop_map(|items| {
        let numbered = (1..).zip(items);
        numbered
            .map(
                |(number, (queue, priority, waited, skills, languages, units, asked))| Waiting {
                    conversation: conversation_id(number),
                    queue: queue_name(queue),
                    priority,
                    since: now() - Duration::from_secs(waited),
                    due: Some(now() + Duration::from_secs(1800 - waited)),
                    skills: owned(&skills),
                    languages: owned(&languages),
                    units,
                    asked: asked
                        .into_iter()
                        .map(|id| Asked {
                            agent: agent(id).id,
                            at: now() - Duration::from_secs(waited % 120),
                        })
                        .collect(),
                },
            )
            .collect()
    })
}

/// Who may be offered it, whatever they hold: written anew, so that it is held against the product's own.
fn may(state: &AgentState, item: &Waiting, everybody: &[AgentState]) -> bool {
    let in_queue = |state: &AgentState| {
        (state.profile.queues.is_empty() || state.profile.queues.contains(&item.queue))
            && item
                .skills
                .iter()
                .all(|skill| state.profile.skills.contains(skill))
    };
    let speaks = |state: &AgentState| {
        item.languages
            .iter()
            .any(|wanted| state.profile.languages.is_empty() || state.profile.languages.contains(wanted))
    };
    let nobody_speaks = !everybody.iter().any(|other| in_queue(other) && speaks(other));
    state.presence == Presence::Online && in_queue(state) && (nobody_speaks || speaks(state))
}

fn need(state: &AgentState, item: &Waiting) -> u32 {
    item.units.clamp(1, state.profile.capacity)
}

/// Units of each agent, with what is offered to them.
fn loads(agents: &[AgentState], line: &[Waiting], offers: &[Proposal]) -> BTreeMap<String, u32> {
    let mut loads: BTreeMap<String, u32> = agents
        .iter()
        .map(|state| (state.profile.agent.id.to_string(), state.load))
        .collect();
    for offer in offers {
        let item = line.iter().find(|item| item.conversation == offer.conversation);
        let state = agents.iter().find(|state| state.profile.agent == offer.agent);
        let (item, state) = (item.expect("one that waits"), state.expect("one of the agents"));
        *loads.get_mut(offer.agent.id.as_str()).expect("one of the agents") += need(state, item);
    }
    loads
}

fn is_asked_again_too_soon(item: &Waiting, state: &AgentState, rules: &Routing) -> bool {
    let newest = item.asked.iter().map(|asked| asked.at).max();
    let rests = newest.is_some_and(|newest| now().duration_since(newest) < rules.again());
    rests
        && item
            .asked
            .iter()
            .any(|asked| asked.agent == state.profile.agent.id)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn offers_are_possible_and_nobody_is_overloaded(agents in any_agents(), line in any_line(4)) {
        let policy = offering();
        let offers = route(&line, &agents, policy.routing(), now());
        let distinct: BTreeSet<_> = offers.iter().map(|offer| &offer.conversation).collect();
        prop_assert_eq!(distinct.len(), offers.len(), "one is offered twice");
        for offer in &offers {
            let item = line.iter().find(|item| item.conversation == offer.conversation);
            let state = agents.iter().find(|state| state.profile.agent == offer.agent);
            let (item, state) = (item.expect("one that waits"), state.expect("one of the agents"));
            prop_assert!(may(state, item, &agents), "{:?} to {:?}", item, state);
            prop_assert!(!is_asked_again_too_soon(item, state, policy.routing()));
        }
        let after = loads(&agents, &line, &offers);
        for state in &agents {
            let load = after[state.profile.agent.id.as_str()];
            prop_assert!(load <= state.profile.capacity.max(state.load), "{:?} holds {}", state, load);
        }
    }

    /// Whatever order the line and the agents come in, the same is offered to the same.
    #[test]
    fn routing_is_a_function(agents in any_agents(), line in any_line(4)) {
        let policy = offering();
        let mut offers = route(&line, &agents, policy.routing(), now());
        prop_assert_eq!(&offers, &route(&line, &agents, policy.routing(), now()));
        let (mut others, mut turned) = (agents.clone(), line.clone());
        others.reverse();
        turned.reverse();
        let mut again = route(&turned, &others, policy.routing(), now());
        offers.sort_by(|one, other| one.conversation.cmp(&other.conversation));
        again.sort_by(|one, other| one.conversation.cmp(&other.conversation));
        prop_assert_eq!(offers, again);
    }

    /// Nobody is left waiting while somebody has room who may take it and need not be left alone, but for those behind a
    /// heavier one that such an agent is kept for.
    #[test]
    fn whoever_can_be_offered_is_offered(agents in any_agents(), line in any_line(3)) {
        let policy = offering();
        let rules = policy.routing();
        let offers = route(&line, &agents, rules, now());
        let after = loads(&agents, &line, &offers);
        let is_offered = |item: &Waiting| offers.iter().any(|offer| offer.conversation == item.conversation);
        let room = |state: &AgentState| {
            state.profile.capacity.saturating_sub(after[state.profile.agent.id.as_str()])
        };
        let mut ahead: Vec<&Waiting> = Vec::new();
        for item in in_order(&line, rules, now()).into_iter().filter(|item| !is_offered(item)) {
            for state in agents.iter().filter(|state| may(state, item, &agents)) {
                let kept = ahead.iter().any(|heavy| may(state, heavy, &agents) && room(state) < need(state, heavy));
                prop_assert!(
                    room(state) < need(state, item) || is_asked_again_too_soon(item, state, rules) || kept,
                    "{:?} waits, and {:?} could take it", item, state
                );
            }
            ahead.push(item);
        }
    }
}
