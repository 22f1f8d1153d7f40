//! A day in a contact centre, in a clock of its own: 50 agents with shifts, skills and capacity, and 5,000 handoffs along
//! the day's arrival curve. Conversations go through the real decision, offers come from the real routing, and what
//! people do is drawn from a seed. Nobody holds more than they can, nobody starves, and who matters more waits less.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::fmt::Write as _;
use std::sync::Arc;

use fastrand::Rng;
use firstline::domain::conversation::{Conversation, Customer};
use firstline::domain::handoff::{Handoff, Reason, Tried};
use firstline::domain::id::{ConversationId, TaskId};
use firstline::domain::presence::{AgentState, Presence};
use firstline::domain::queue::Priority;
use firstline::domain::reading::Reading;
use firstline::domain::sla::ClockKind;
use firstline::domain::task::Work;
use firstline::domain::turn::{AgentAction, Input};
use firstline::triage::decide::decide;
use firstline::triage::policy::Policy;
use firstline::triage::routing::{Waiting, route};

use crate::routing::day::{AGENTS, Case, HANDOFFS, OPENS, at, draw_agents, draw_cases};
use crate::routing::policy_with;
use crate::store_contract::fixtures::{acme, queue_name};

/// Nobody waits longer than this, in seconds: the bound that the test holds the day to.
const LONGEST_WAIT: i64 = 90 * 60;

/// How often routing looks, in seconds.
const LOOK_EVERY: i64 = 10;

/// When shifts begin, in seconds of the day; each lasts eight and a half hours, with half an hour off after the fourth.
const SHIFTS: [i64; 4] = [7 * 3600, 9 * 3600, 11 * 3600, 13 * 3600];
const SHIFT: i64 = 8 * 3600 + 1800;
const BREAK: (i64, i64) = (4 * 3600, 4 * 3600 + 1800);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Happening {
    Arrives(usize),
    /// The agent has looked at the offer.
    Answers {
        conversation: usize,
        agent: usize,
        accepts: bool,
    },
    Fires {
        conversation: usize,
        timer: TaskId,
    },
    Ends {
        conversation: usize,
        agent: usize,
    },
    Looks,
}

struct Day {
    policy: Arc<Policy>,
    rng: Rng,
    cases: Vec<Case>,
    agents: Vec<AgentState>,
    shifts: Vec<i64>,
    conversations: BTreeMap<usize, Conversation>,
    line: BinaryHeap<Reverse<(i64, u64, Happening)>>,
    happened: u64,
    now: i64,
    /// Seconds from the handoff to its acceptance, by priority.
    waits: BTreeMap<Priority, Vec<i64>>,
    /// Unit-seconds that were held or offered, and that were there.
    busy: u64,
    there: u64,
    offers: u64,
    /// At a moment when somebody was free.
    most_waiting: usize,
}

impl Day {
    fn new(seed: u64) -> Self {
        let policy = policy_with(&[
            ("mode: pull", "mode: offer"),
            ("urgent: 1\n", "urgent: 2\n"),
            (
                "  - name: workshop\n",
                "  - name: workshop\n    skills: [wheels]\n",
            ),
        ]);
        let mut rng = Rng::with_seed(seed);
        let cases = draw_cases(&mut rng);
        let agents = draw_agents(&mut rng);
        let mut day = Self {
            policy,
            shifts: (0..AGENTS).map(|number| SHIFTS[number % SHIFTS.len()]).collect(),
            agents,
            rng,
            conversations: BTreeMap::new(),
            line: BinaryHeap::new(),
            happened: 0,
            now: OPENS,
            waits: BTreeMap::new(),
            busy: 0,
            there: 0,
            offers: 0,
            most_waiting: 0,
            cases,
        };
        for number in 0..day.cases.len() {
            day.at(day.cases[number].second, Happening::Arrives(number));
        }
        day.at(OPENS, Happening::Looks);
        day
    }

    fn at(&mut self, second: i64, happening: Happening) {
        self.happened += 1;
        self.line.push(Reverse((second, self.happened, happening)));
    }

    fn run(&mut self) {
        while let Some(Reverse((second, _, happening))) = self.line.pop() {
            self.now = second;
            match happening {
                Happening::Arrives(number) => self.arrive(number),
                Happening::Looks => self.look(),
                Happening::Answers {
                    conversation,
                    agent,
                    accepts,
                } => self.answer(conversation, agent, accepts),
                Happening::Fires { conversation, timer } => {
                    self.take(conversation, &Input::TimerFired { task: timer });
                }
                Happening::Ends { conversation, agent } => {
                    self.act(conversation, agent, AgentAction::Resolve);
                    self.conversations.remove(&conversation);
                }
            }
        }
    }

    fn arrive(&mut self, number: usize) {
        let case = &self.cases[number];
        let mut random = [0; 16];
        random[..8].copy_from_slice(&(number as u64).to_be_bytes());
        let id = ConversationId::from_random(random);
        let mut conversation = Conversation::new(acme(), id, Customer::default(), at(self.now));
        conversation.version = 1;
        let target = self.policy.target(ClockKind::FirstResponse, case.priority);
        let target = target.expect("the sample business has one");
        conversation.hand_off(Handoff {
            reason: Reason::AskedForHuman,
            reasons: vec![Reason::AskedForHuman],
            queue: queue_name(case.queue),
            priority: case.priority,
            at: at(self.now),
            first_response_due: at(self.now) + target.within,
            summary: String::new(),
            why: Vec::new(),
            tried: Tried::default(),
            earlier_conversations: Vec::new(),
            contact: None,
            language: case.german.then(|| "de".to_owned()),
            intents: Vec::new(),
            sentiment: None,
            entities: Vec::new(),
            suggested_replies: Vec::new(),
            articles: Vec::new(),
        });
        self.conversations.insert(number, conversation);
    }

    fn is_there(&self, agent: usize) -> bool {
        let into = self.now - self.shifts[agent];
        (0..SHIFT).contains(&into) && !(BREAK.0..BREAK.1).contains(&into)
    }

    fn look(&mut self) {
        for agent in 0..AGENTS {
            let there = self.is_there(agent);
            let state = &mut self.agents[agent];
            state.seen_at = at(self.now);
            state.presence = if there {
                Presence::Online
            } else {
                Presence::Offline
            };
            if there {
                self.there += u64::from(state.profile.capacity);
                self.busy += u64::from(state.load);
            }
        }
        if self.now < 24 * 3600 {
            self.at(self.now + LOOK_EVERY, Happening::Looks);
        }
        let is_free = |agent: &AgentState| agent.presence == Presence::Online && agent.room() > 0;
        if !self.agents.iter().any(is_free) {
            return;
        }
        let waiting: Vec<(usize, Waiting)> = self
            .conversations
            .iter()
            .filter_map(|(number, one)| Some((*number, Waiting::of(one, &self.policy)?)))
            .collect();
        self.most_waiting = self.most_waiting.max(waiting.len());
        let items: Vec<Waiting> = waiting.iter().map(|(_, item)| item.clone()).collect();
        for offer in route(&items, &self.agents, self.policy.routing(), at(self.now)) {
            let found = waiting
                .iter()
                .find(|(_, item)| item.conversation == offer.conversation);
            let agent = self
                .agents
                .iter()
                .position(|state| state.profile.agent == offer.agent);
            let (conversation, agent) = (found.expect("it waits").0, agent.expect("one of them"));
            let until = self.now + 30;
            self.take(conversation, &Input::Offered { agent: offer.agent });
            self.offers += 1;
            // Nine of ten take it after a look; of the rest every other one says no, and the others say nothing.
            let (looks, answers) = (self.rng.i64(2..15), self.rng.u32(0..100));
            if answers < 95 {
                let accepts = answers < 90;
                self.at(
                    self.now + looks,
                    Happening::Answers {
                        conversation,
                        agent,
                        accepts,
                    },
                );
            }
            assert!(self.now + looks < until);
        }
    }

    fn answer(&mut self, conversation: usize, agent: usize, accepts: bool) {
        if !accepts {
            self.act(conversation, agent, AgentAction::Decline);
            return;
        }
        self.act(conversation, agent, AgentAction::Accept);
        let (priority, handling) = (
            self.cases[conversation].priority,
            self.cases[conversation].handling,
        );
        let waited = self.now - self.cases[conversation].second;
        self.waits.entry(priority).or_default().push(waited);
        self.at(self.now + handling, Happening::Ends { conversation, agent });
    }

    fn act(&mut self, conversation: usize, agent: usize, action: AgentAction) {
        let agent = self.agents[agent].profile.agent.clone();
        self.take(conversation, &Input::AgentAction { agent, action });
    }

    /// One turn, and what it does to loads; nobody may ever hold more than they can.
    fn take(&mut self, number: usize, input: &Input) {
        let Some(before) = self.conversations.get(&number) else {
            return;
        };
        let turn = decide(before, input, &Reading::default(), &self.policy, at(self.now));
        let turn = turn.expect("what happens here is possible");
        for (burden, adds) in [(before.burden(), false), (turn.conversation.burden(), true)] {
            let Some((id, units)) = burden else { continue };
            let state = self.agents.iter_mut().find(|state| state.profile.agent.id == *id);
            let state = state.expect("one of them");
            state.load = if adds {
                state.load + units
            } else {
                state.load - units
            };
            assert!(state.load <= state.profile.capacity, "{state:?} at {}", self.now);
        }
        if let Some((id, ends)) = input.work()
            && let Some(state) = self.agents.iter_mut().find(|state| state.profile.agent.id == *id)
        {
            state.worked_at = at(self.now);
            state.ended_at = ends.then(|| at(self.now)).or(state.ended_at);
        }
        for task in &turn.tasks {
            assert_eq!(task.work, Work::Timer);
            let due = task.due_at.as_second() - at(0).as_second();
            let timer = task.id.clone();
            self.at(
                due,
                Happening::Fires {
                    conversation: number,
                    timer,
                },
            );
        }
        self.conversations.insert(number, turn.conversation);
    }

    fn mean(&self, priority: Priority) -> f64 {
        let waits = &self.waits[&priority];
        waits.iter().sum::<i64>() as f64 / waits.len() as f64
    }

    fn table(&self) -> String {
        let mut text =
            String::from("priority  handoffs   mean    p50    p95    max   (seconds to acceptance)\n");
        for (priority, waits) in self.waits.iter().rev() {
            let mut sorted = waits.clone();
            sorted.sort_unstable();
            let at = |share: usize| sorted[(sorted.len() * share / 100).min(sorted.len() - 1)];
            let (name, count, mean) = (priority.as_str(), sorted.len(), self.mean(*priority));
            let _ = writeln!(
                text,
                "{name:<9} {count:>8} {mean:>6.0} {:>6} {:>6} {:>6}",
                at(50),
                at(95),
                at(100)
            );
        }
        let used = 100.0 * self.busy as f64 / self.there as f64;
        let _ = writeln!(
            text,
            "utilisation {used:.1} %, offers {}, most waiting at once {}",
            self.offers, self.most_waiting
        );
        text
    }
}

#[test]
fn a_day_of_fifty_agents_and_five_thousand_handoffs() {
    for seed in [1, 2] {
        let mut day = Day::new(seed);
        day.run();
        eprintln!("seed {seed}\n{}", day.table());
        let accepted: usize = day.waits.values().map(Vec::len).sum();
        assert_eq!(accepted, HANDOFFS, "somebody was never taken");
        assert!(day.conversations.is_empty(), "somebody was never helped");
        let longest = day.waits.values().flatten().max().copied();
        assert!(
            longest.is_some_and(|longest| longest <= LONGEST_WAIT),
            "{longest:?}"
        );
        let [urgent, high, normal] =
            [Priority::Urgent, Priority::High, Priority::Normal].map(|p| day.mean(p));
        assert!(urgent < high && high < normal, "{urgent} {high} {normal}");
        assert!(day.agents.iter().all(|state| state.load == 0));
    }
}
