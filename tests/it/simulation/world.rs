//! What everybody in the simulation shares: chance, the store, what was promised to whom, and the journal.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstline::domain::id::{ConversationId, EndpointId, WorkspaceId};
use firstline::domain::time::{Duration as SignedDuration, Timestamp};
use firstline::domain::webhook::{Endpoint, Form};
use firstline::ports::{Clock, Deliveries};
use firstline::store::memory::MemoryStore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::simulation::business::Company;
use crate::simulation::hooks::Receiver;
use crate::support::proof::Random;

/// How hostile this world is, in percent; drawn anew for each seed, so that quiet worlds are played too.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Faults {
    /// A request or its answer is lost on the way.
    pub(crate) lost: u64,
    /// A request comes twice.
    pub(crate) doubled: u64,
    /// The store refuses, or does it and cannot say so.
    pub(crate) store: u64,
    /// The receiver and the company fail, or answer too late.
    pub(crate) outside: u64,
    /// How long a way to the store and back takes at most, in milliseconds.
    pub(crate) slow_ms: u64,
    /// A step takes longer than a lease.
    pub(crate) stalled: u64,
}

/// What a customer was told is done.
#[derive(Debug, Clone)]
pub(crate) struct Promise {
    pub(crate) conversation: ConversationId,
    pub(crate) text: String,
    pub(crate) message: String,
}

#[derive(Debug, Default)]
pub(crate) struct Journal {
    hasher: DefaultHasher,
    pub(crate) lines: Vec<String>,
    pub(crate) broken: Vec<String>,
    /// How often each kind of thing happened.
    pub(crate) counts: BTreeMap<&'static str, usize>,
}

impl Journal {
    pub(crate) fn hash(&self) -> u64 {
        self.hasher.finish()
    }
}

pub(crate) struct World {
    random: Mutex<Random>,
    pub(crate) faults: Faults,
    /// Set when the storm is over: nothing fails any more, and what is left is done.
    calm: Mutex<bool>,
    pub(crate) store: MemoryStore,
    pub(crate) workspace: WorkspaceId,
    pub(crate) endpoints: Vec<Endpoint>,
    pub(crate) receiver: Receiver,
    pub(crate) company: Company,
    pub(crate) journal: Mutex<Journal>,
    pub(crate) promises: Mutex<Vec<Promise>>,
    pub(crate) conversations: Mutex<Vec<ConversationId>>,
    /// All that runs on the server; `None` while it is down.
    pub(crate) running: Mutex<Option<JoinSet<()>>>,
    born: Instant,
    /// Whether short messages in a row are answered as one.
    pub(crate) pauses: bool,
}

impl World {
    pub(crate) async fn new(seed: u64) -> Arc<Self> {
        let mut random = Random(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
        let faults = Faults {
            lost: random.pick(&[0, 5, 20, 40]),
            doubled: random.pick(&[0, 10, 30]),
            store: random.pick(&[0, 2, 10]),
            outside: random.pick(&[0, 15, 40]),
            slow_ms: random.pick(&[5, 20, 150]),
            stalled: random.pick(&[0, 0, 2]),
        };
        let pauses = random.percent(25);
        let workspace = WorkspaceId::parse("default").unwrap();
        let endpoints: Vec<Endpoint> = (1..=2).map(|number| endpoint(&workspace, number)).collect();
        let store = MemoryStore::default();
        for endpoint in &endpoints {
            store.add_endpoint(endpoint).await.unwrap();
        }
        Arc::new(Self {
            random: Mutex::new(random),
            faults,
            calm: Mutex::new(false),
            store,
            workspace,
            endpoints,
            receiver: Receiver::default(),
            company: Company::default(),
            journal: Mutex::default(),
            promises: Mutex::default(),
            conversations: Mutex::default(),
            running: Mutex::new(None),
            born: Instant::now(),
            pauses,
        })
    }

    pub(crate) fn clock(&self) -> Clock {
        let born = self.born;
        Arc::new(move || {
            let start: Timestamp = "2026-01-05T09:00:00Z".parse().unwrap();
            start + SignedDuration::try_from(born.elapsed()).unwrap()
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock())()
    }

    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.random.lock().unwrap().below(bound)
    }

    pub(crate) fn pick<T: Copy>(&self, choices: &[T]) -> T {
        self.random.lock().unwrap().pick(choices)
    }

    pub(crate) fn percent(&self, chance: u64) -> bool {
        self.random.lock().unwrap().percent(chance)
    }

    /// True so many times in a hundred, and never when the storm is over.
    pub(crate) fn fails(&self, chance: u64) -> bool {
        !self.is_calm() && self.percent(chance)
    }

    pub(crate) fn is_calm(&self) -> bool {
        *self.calm.lock().unwrap()
    }

    pub(crate) fn calm_down(&self) {
        *self.calm.lock().unwrap() = true;
    }

    /// A random while; this is where everybody else gets a turn.
    pub(crate) async fn pass(&self, ms_max: u64) {
        let ms = self.below(ms_max + 1);
        tokio::time::sleep(Duration::from_millis(ms)).await;
    }

    /// What happened, in the order in which it did: two plays of a seed must agree on it.
    pub(crate) fn note(&self, line: String) {
        let line = format!("{:>7} {line}", self.born.elapsed().as_millis());
        let mut journal = self.journal.lock().unwrap();
        line.hash(&mut journal.hasher);
        journal.lines.push(line);
    }

    pub(crate) fn count(&self, what: &'static str) {
        let mut journal = self.journal.lock().unwrap();
        *journal.counts.entry(what).or_default() += 1;
    }

    pub(crate) fn broken(&self, promise: String) {
        let line = format!("BROKEN {promise}");
        self.note(line.clone());
        self.journal.lock().unwrap().broken.push(line);
    }

    /// A promise that must hold now.
    pub(crate) fn holds(&self, promise: bool, what: impl FnOnce() -> String) {
        if !promise {
            self.broken(what());
        }
    }

    /// A new id, out of this world's chance.
    pub(crate) fn new_id(&self) -> ConversationId {
        let (high, low) = (self.below(u64::MAX), self.below(u64::MAX));
        ConversationId::from_random(((u128::from(high) << 64) | u128::from(low)).to_be_bytes())
    }
}

/// The first wants everything, the second handoffs alone.
fn endpoint(workspace: &WorkspaceId, number: u8) -> Endpoint {
    use firstline::domain::event::EventKind;
    let start = "2026-01-05T08:00:00Z".parse().unwrap();
    Endpoint {
        workspace: workspace.clone(),
        id: EndpointId::from_random([number; 16]),
        url: format!("https://hooks.example/{number}"),
        events: if number == 1 {
            Vec::new()
        } else {
            vec![EventKind::HandoffRequested]
        },
        form: Form::default(),
        secret: firstline::outbox::signature::generate([number; 32]),
        previous_secret: None,
        previous_secret_expires_at: None,
        disabled: None,
        created_at: start,
    }
}
