//! The store as the simulated server reaches it: every call takes a while, some are refused, and some are done without
//! the caller being told. What is written is held against the rules as it is written. One line for each method that
//! needs no more.

use std::sync::Arc;

use async_trait::async_trait;
use firstline::domain::account::{Account, AccountChange, Link, Redeemed, Session};
use firstline::domain::alert::Alert;
use firstline::domain::api_key::ApiKey;
use firstline::domain::audit::{AuditEntry, LoggedAudit};
use firstline::domain::bot::{BotSetting, Changed};
use firstline::domain::conversation::Conversation;
use firstline::domain::event::{Event, LoggedEvent};
use firstline::domain::figures::{Messages, Wall};
use firstline::domain::handoff::EarlierConversation;
use firstline::domain::id::{
    AgentId, ConversationId, DeliveryId, EndpointId, KeyId, LabelId, MessageId, QueueName, WorkspaceId,
};
use firstline::domain::intent::Intent;
use firstline::domain::label::{Label, LabelChange, LabelState};
use firstline::domain::listing::Wanted;
use firstline::domain::message::Message;
use firstline::domain::note::Note;
use firstline::domain::presence::{AgentProfile, AgentState, Presence};
use firstline::domain::standing::Place;
use firstline::domain::suggestion::{Answer, Meaning, Shown, Used};
use firstline::domain::task::ClaimedTask;
use firstline::domain::time::Timestamp;
use firstline::domain::turn::{Turn, TurnRecord};
use firstline::domain::webhook::{Attempt, Claimed, Delivery, DeliveryState, Endpoint, Selection, Verdict};
use firstline::ports::{
    Accounts, Agents, ApiKeys, Audit, Committed, Conversations, Deliveries, Desk, EventLog, Figures,
    Idempotency, Labels, Page, Settings, Store, StoreError, Suggestions, Tasks, WaitingLine,
};
use tokio::sync::watch;

use crate::simulation::{World, rules};

pub(crate) struct Faulty(pub(crate) Arc<World>);

impl std::fmt::Debug for Faulty {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Faulty").finish_non_exhaustive()
    }
}

impl Faulty {
    /// On the way there, or back: a while, at times longer than any lease, and at times the end of it.
    async fn way(&self) -> Result<(), StoreError> {
        let world = &self.0;
        let stands_still = world.fails(world.faults.stalled);
        world
            .pass(if stands_still {
                90_000
            } else {
                world.faults.slow_ms
            })
            .await;
        if world.fails(world.faults.store) {
            return Err(StoreError::Unavailable("simulated".to_owned()));
        }
        Ok(())
    }
}

/// Ports whose methods go there, are done, and come back; and those that are written out.
macro_rules! passed {
    ($port:ident {
        $($name:ident($($given:ident),*) [$($takes:tt)*] -> [$($gives:tt)*];)*
    } $($own:tt)*) => {
        #[async_trait]
        impl $port for Faulty {
            $(
                async fn $name(&self, $($takes)*) -> Result<$($gives)*, StoreError> {
                    self.way().await?;
                    let done = self.0.store.$name($($given),*).await;
                    self.way().await?;
                    done
                }
            )*
            $($own)*
        }
    };
}

passed! {
    Conversations {
        load(workspace, id) [workspace: &WorkspaceId, id: &ConversationId] -> [Option<Conversation>];
        recall(key) [key: &Idempotency] -> [Option<TurnRecord>];
        turns(workspace, id) [workspace: &WorkspaceId, id: &ConversationId] -> [Vec<TurnRecord>];
        messages(workspace, id, after, limit)
            [workspace: &WorkspaceId, id: &ConversationId, after: u64, limit: usize] -> [Vec<Message>];
        queue(workspace, queue, cursor, limit)
            [workspace: &WorkspaceId, queue: Option<&QueueName>, cursor: Option<&str>, limit: usize]
            -> [Page<Conversation>];
        place(waiting) [waiting: &Conversation] -> [Option<Place>];
        waiting_lines(workspace) [workspace: &WorkspaceId] -> [Vec<WaitingLine>];
    }

    async fn commit(&self, turn: &Turn, key: Option<&Idempotency>) -> Result<Committed, StoreError> {
        self.way().await?;
        let world = &self.0;
        // The store in memory is never waited for: nobody comes in between these three.
        let before = world.store.load(&turn.conversation.workspace, &turn.conversation.id).await?;
        let done = world.store.commit(turn, key).await;
        match done {
            Ok(Committed::Fresh) => rules::committed(world, before.as_ref(), turn).await,
            Ok(Committed::Repeated(_)) => world.count("repeated requests"),
            Err(_) => world.count("conflicts"),
        }
        self.way().await?;
        done
    }
}

passed! {
    EventLog {
        events(workspace, conversation, position, limit)
            [workspace: &WorkspaceId, conversation: Option<&ConversationId>, position: u64, limit: usize]
            -> [Vec<LoggedEvent>];
    }

    fn position(&self) -> watch::Receiver<u64> {
        self.0.store.position()
    }
}

passed! {
    Deliveries {
        add_endpoint(endpoint) [endpoint: &Endpoint] -> [Endpoint];
        endpoints(workspace) [workspace: &WorkspaceId] -> [Vec<Endpoint>];
        change_endpoint(endpoint) [endpoint: &Endpoint] -> [()];
        remove_endpoint(workspace, id) [workspace: &WorkspaceId, id: &EndpointId] -> [()];
        claim(now, lease_until, limit, per_endpoint)
            [now: Timestamp, lease_until: Timestamp, limit: usize, per_endpoint: usize] -> [Vec<Claimed>];
        record(claimed, attempt, verdict) [claimed: &Claimed, attempt: &Attempt, verdict: &Verdict] -> [()];
        deliveries(workspace, endpoint, state, cursor, limit)
            [workspace: &WorkspaceId, endpoint: &EndpointId, state: Option<DeliveryState>, cursor: Option<&str>,
             limit: usize] -> [Page<Delivery>];
        attempts(workspace, id) [workspace: &WorkspaceId, id: &DeliveryId] -> [Vec<Attempt>];
        replay(workspace, id, now) [workspace: &WorkspaceId, id: &DeliveryId, now: Timestamp] -> [Delivery];
        replay_all(workspace, endpoint, selection, now)
            [workspace: &WorkspaceId, endpoint: &EndpointId, selection: &Selection, now: Timestamp] -> [u64];
        send_to(workspace, endpoint, event)
            [workspace: &WorkspaceId, endpoint: &EndpointId, event: &Event] -> [Delivery];
    }
}

passed! {
    Desk {
        list(workspace, wanted, cursor, limit)
            [workspace: &WorkspaceId, wanted: &Wanted, cursor: Option<&str>, limit: usize] -> [Page<Conversation>];
        newest_messages(workspace, conversations)
            [workspace: &WorkspaceId, conversations: &[ConversationId]] -> [Vec<(ConversationId, Message)>];
        unanswered(workspace, holders)
            [workspace: &WorkspaceId, holders: &[AgentId]] -> [Vec<(ConversationId, AgentId)>];
        notes(workspace, conversation)
            [workspace: &WorkspaceId, conversation: &ConversationId] -> [Vec<Note>];
    }
}

passed! {
    Tasks {
        claim_tasks(now, lease_until, limit)
            [now: Timestamp, lease_until: Timestamp, limit: usize] -> [Vec<ClaimedTask>];
    }
}

passed! {
    Agents {
        put_agent(workspace, profile, now)
            [workspace: &WorkspaceId, profile: &AgentProfile, now: Timestamp] -> [()];
        set_presence(workspace, id, presence, now)
            [workspace: &WorkspaceId, id: &AgentId, presence: Option<Presence>, now: Timestamp] -> [()];
        agents(workspace) [workspace: &WorkspaceId] -> [Vec<AgentState>];
    }
}

passed! {
    ApiKeys {
        add_key(key) [key: &ApiKey] -> [()];
        key(sha256) [sha256: &str] -> [Option<ApiKey>];
        keys(workspace) [workspace: &WorkspaceId] -> [Vec<ApiKey>];
        revoke_key(workspace, id) [workspace: &WorkspaceId, id: &KeyId] -> [()];
    }
}

passed! {
    Accounts {
        add_account(account, link) [account: &Account, link: Option<&Link>] -> [bool];
        account(workspace, login) [workspace: &WorkspaceId, login: &AgentId] -> [Option<Account>];
        account_of(workspace, subject) [workspace: &WorkspaceId, subject: &str] -> [Option<Account>];
        accounts(workspace) [workspace: &WorkspaceId] -> [Vec<Account>];
        change_account(workspace, login, change)
            [workspace: &WorkspaceId, login: &AgentId, change: &AccountChange] -> [Account];
        set_password(workspace, login, password, kept)
            [workspace: &WorkspaceId, login: &AgentId, password: &str, kept: &str] -> [()];
        add_link(link) [link: &Link] -> [()];
        link(sha256, now) [sha256: &str, now: Timestamp] -> [Option<Link>];
        redeem(sha256, redeemed) [sha256: &str, redeemed: &Redeemed] -> [Account];
        add_session(session, before) [session: &Session, before: Option<&str>] -> [()];
        session(sha256, now) [sha256: &str, now: Timestamp] -> [Option<(Session, Account)>];
        touch_session(sha256, now) [sha256: &str, now: Timestamp] -> [()];
        end_session(sha256) [sha256: &str] -> [()];
    }
}

passed! {
    Audit {
        audit(workspace, entry) [workspace: &WorkspaceId, entry: &AuditEntry] -> [()];
        audit_log(workspace, cursor, limit)
            [workspace: &WorkspaceId, cursor: Option<&str>, limit: usize] -> [Page<LoggedAudit>];
    }
}

passed! {
    Suggestions {
        show(workspace, conversation, shown)
            [workspace: &WorkspaceId, conversation: &ConversationId, shown: &Shown] -> [()];
        shown(workspace, conversation)
            [workspace: &WorkspaceId, conversation: &ConversationId] -> [Option<Shown>];
        uses(workspace, keys) [workspace: &WorkspaceId, keys: &[String]] -> [Vec<Used>];
        answers(workspace, limit) [workspace: &WorkspaceId, limit: usize] -> [Vec<Answer>];
        understand(workspace, meanings)
            [workspace: &WorkspaceId, meanings: &[(MessageId, Meaning)]] -> [()];
        earlier(conversation, limit)
            [conversation: &Conversation, limit: usize] -> [Vec<EarlierConversation>];
    }
}

passed! {
    Settings {
        bot(workspace) [workspace: &WorkspaceId] -> [BotSetting];
        set_bot(workspace, enabled, intents_off, changed)
            [workspace: &WorkspaceId, enabled: bool, intents_off: &[Intent], changed: &Changed] -> [BotSetting];
    }
}

passed! {
    Figures {
        wall(workspace, now) [workspace: &WorkspaceId, now: Timestamp] -> [Wall];
        messages_since(workspace, since) [workspace: &WorkspaceId, since: Timestamp] -> [Messages];
        alerts(workspace) [workspace: &WorkspaceId] -> [Vec<Alert>];
        set_alerts(workspace, alerts, events)
            [workspace: &WorkspaceId, alerts: &[Alert], events: &[Event]] -> [()];
    }
}

passed! {
    Labels {
        add_label(workspace, label) [workspace: &WorkspaceId, label: &Label] -> [Label];
        labels(workspace, state, cursor, limit)
            [workspace: &WorkspaceId, state: Option<LabelState>, cursor: Option<&str>, limit: usize] -> [Page<Label>];
        change_label(workspace, id, change)
            [workspace: &WorkspaceId, id: &LabelId, change: &LabelChange] -> [Label];
    }
}

passed! {
    Store {
        ready() [] -> [()];
    }

    fn work(&self) -> watch::Receiver<u64> {
        self.0.store.work()
    }
}
