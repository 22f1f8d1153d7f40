//! Values to store, made without deciding anything, and a store on disk for one test.

use firstline::domain::agent::Agent;
use firstline::domain::api_key::ApiKey;
use firstline::domain::bot::BotSwitch;
use firstline::domain::conversation::{Conversation, Customer};
use firstline::domain::event::{Event, EventData};
use firstline::domain::handoff::{Handoff, Reason, Tried};
use firstline::domain::id::{AgentId, ConversationId, EndpointId, KeyId, QueueName, WorkspaceId};
use firstline::domain::message::{Message, Sender, Text};
use firstline::domain::queue::Priority;
use firstline::domain::reading::Reading;
use firstline::domain::role::Role;
use firstline::domain::suggestion::Feedback;
use firstline::domain::time::Timestamp;
use firstline::domain::turn::{Action, Input, Trace, TraceStep, Turn};
use firstline::domain::webhook::{Attempt, Claimed, Endpoint, Form};
use firstline::ports::{Idempotency, Store, StoreError};
use firstline::store::sqlite::{Options, SqliteStore};
use serde_json::json;
use tempfile::TempDir;
use tokio::task::JoinSet;

pub(crate) type Outcome = Result<(), StoreError>;

/// Seconds after the start of all tests.
pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a second near the start is a time")
}

pub(crate) fn workspace(name: &str) -> WorkspaceId {
    WorkspaceId::parse(name).expect("tests name workspaces well")
}

pub(crate) fn acme() -> WorkspaceId {
    workspace("acme")
}

pub(crate) fn conversation_id(number: u8) -> ConversationId {
    ConversationId::from_random([number; 16])
}

pub(crate) fn queue_name(name: &str) -> QueueName {
    QueueName::parse(name).expect("tests name queues well")
}

pub(crate) fn agent(name: &str) -> Agent {
    Agent {
        id: AgentId::parse(name).expect("tests name agents well"),
        name: name.to_owned(),
    }
}

pub(crate) fn unstored(workspace: &WorkspaceId, number: u8) -> Conversation {
    let customer = Customer {
        id: format!("customer-{number}"),
        name: "Åsa 😀".to_owned(),
        ..Customer::default()
    };
    Conversation::new(workspace.clone(), conversation_id(number), customer, at(0))
}

/// The turn that brings the conversation into being, with its first message.
pub(crate) fn opening(number: u8) -> Turn {
    turn_on(&unstored(&acme(), number))
}

/// One more message, and its event.
pub(crate) fn turn_on(conversation: &Conversation) -> Turn {
    let mut after = conversation.clone();
    after.version += 1;
    after.last_event += 1;
    let seq = conversation.last_seq + 1;
    let now = at(seq.cast_signed());
    after.updated_at = now;
    let text = format!("message {seq}");
    let message = Message {
        id: after.id.message(seq),
        seq,
        from: if seq.is_multiple_of(2) {
            Sender::Agent(agent("ana"))
        } else {
            Sender::Customer
        },
        text: text.clone(),
        at: now,
        source: None,
        buttons: Vec::new(),
    };
    after.push(message.clone());
    let data = EventData::MessageCreated {
        conversation_id: after.id.clone(),
        workspace: after.workspace.clone(),
        message: message.clone(),
    };
    let step = TraceStep {
        rule: "told".to_owned(),
        inputs: json!({ "confidence": 0.25 }),
        fired: true,
    };
    Turn {
        action: Action::Relay,
        before: conversation.version,
        epoch_before: conversation.epoch,
        events: vec![Event {
            id: after.id.event(after.last_event),
            at: now,
            data,
        }],
        conversation: after,
        messages: vec![message],
        tasks: Vec::new(),
        feedback: Feedback::default(),
        input: Input::CustomerMessage {
            text: Text::parse(&text).expect("the text is clean"),
        },
        reading: Some(Reading::default()),
        standing: None,
        switch: BotSwitch::default(),
        waited: None,
        trace: Trace {
            policy: "p1".to_owned(),
            steps: vec![step],
        },
    }
}

/// Also a message, so that every turn has one.
pub(crate) fn handing_off(
    conversation: &Conversation,
    queue: &str,
    priority: Priority,
    since: Timestamp,
) -> Turn {
    let mut turn = turn_on(conversation);
    turn.action = Action::Handoff(Reason::AskedForHuman);
    turn.conversation.hand_off(Handoff {
        reason: Reason::AskedForHuman,
        reasons: vec![Reason::AskedForHuman],
        queue: queue_name(queue),
        priority,
        at: since,
        first_response_due: since,
        summary: "wants a person".to_owned(),
        why: Vec::new(),
        tried: Tried::default(),
        earlier_conversations: Vec::new(),
        language: None,
        intents: Vec::new(),
        sentiment: None,
        entities: Vec::new(),
        suggested_replies: Vec::new(),
        articles: Vec::new(),
        contact: None,
    });
    turn
}

/// Commits a first turn and then one after the other, `turns` in all; the conversation afterwards.
pub(crate) async fn chat(store: &dyn Store, number: u8, turns: u64) -> Result<Conversation, StoreError> {
    let mut conversation = unstored(&acme(), number);
    for _ in 0..turns {
        let turn = turn_on(&conversation);
        store.commit(&turn, None).await?;
        conversation = turn.conversation;
    }
    Ok(conversation)
}

pub(crate) fn key(name: &str, fingerprint: &str, second: i64) -> Idempotency {
    Idempotency {
        workspace: acme(),
        scope: "key_1".to_owned(),
        key: name.to_owned(),
        fingerprint: fingerprint.to_owned(),
        at: at(second),
    }
}

/// Wants every event.
pub(crate) fn endpoint(number: u8) -> Endpoint {
    Endpoint {
        workspace: acme(),
        id: EndpointId::from_random([number; 16]),
        url: format!("https://hooks.example/{number}"),
        events: Vec::new(),
        form: Form::default(),
        secret: "whsec_new".to_owned(),
        previous_secret: Some("whsec_old".to_owned()),
        previous_secret_expires_at: Some(at(3600)),
        disabled: None,
        created_at: at(i64::from(number)),
    }
}

/// Everything due by the end of a test's day, under leases of a minute.
pub(crate) async fn claim_all(store: &dyn Store) -> Result<Vec<Claimed>, StoreError> {
    store.claim(at(1000), at(1060), 100, 100).await
}

pub(crate) fn attempt(claimed: &Claimed, second: i64, status: Option<u16>) -> Attempt {
    Attempt {
        delivery: claimed.delivery.id.clone(),
        at: at(second),
        status,
        error: if status == Some(200) {
            String::new()
        } else {
            "no luck".to_owned()
        },
        duration_ms: 12,
    }
}

pub(crate) fn api_key(number: u8) -> ApiKey {
    ApiKey {
        id: KeyId::from_random([number; 8]),
        workspace: acme(),
        name: format!("desk {number}"),
        role: Role::Integrator,
        sha256: format!("{number:064x}"),
        created_at: at(i64::from(number)),
    }
}

/// A folder that lives as long as the test.
pub(crate) struct OnDisk {
    pub(crate) folder: TempDir,
}

/// A store that is being served; when it is dropped the writer is, too.
pub(crate) struct Served {
    pub(crate) store: SqliteStore,
    writer: JoinSet<()>,
}

impl OnDisk {
    pub(crate) fn new() -> Self {
        Self {
            folder: TempDir::new().expect("the temporary folder can be written"),
        }
    }

    pub(crate) async fn serve(&self) -> Served {
        let opened = SqliteStore::open(self.folder.path(), &Options::default()).await;
        let (store, work) = opened.expect("an own folder can be served");
        let mut writer = JoinSet::new();
        writer.spawn(work.run());
        Served { store, writer }
    }
}

impl Served {
    /// Ends as a server does: the last user of the store goes, and the writer finishes.
    pub(crate) async fn stop(self) {
        let Self { store, writer } = self;
        drop(store);
        writer.join_all().await;
    }
}
