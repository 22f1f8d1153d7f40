//! Watches the figures of the business: every few seconds it measures what the policy's alerts are about, raises those that
//! are above their value and clears those that are no more, each with an event. What is raised is in the store alone, so
//! that a restart neither forgets an alert nor raises it twice.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::alert::{Alert, AlertTold};
use crate::domain::event::{Event, EventData};
use crate::domain::figures::Messages;
use crate::domain::id::{EventId, WorkspaceId};
use crate::domain::time::Duration as SignedDuration;
use crate::entropy;
use crate::ports::{Clock, Store, StoreError};
use crate::tasks::Tasks;
use crate::triage::alerts::{Measured, changes, measure};
use crate::triage::policy::{AlertRule, PolicyInService};

const LOOK_EVERY: Duration = Duration::from_secs(5);

pub struct Watch {
    pub workspace: WorkspaceId,
    pub store: Arc<dyn Store>,
    pub policy: PolicyInService,
    pub clock: Clock,
    pub tasks: Tasks,
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch")
            .field("workspace", &self.workspace)
            .finish_non_exhaustive()
    }
}

impl Watch {
    /// Runs until the server drains.
    pub async fn run(self) {
        let stop = self.tasks.stop().clone();
        let mut store_works = true;
        while !stop.is_cancelled() {
            match self.look().await {
                Ok(_) => store_works = true,
                Err(error) => {
                    if store_works {
                        tracing::error!(%error, "alerts are not raised: the store does not answer");
                    }
                    store_works = false;
                }
            }
            let _ = tokio::time::timeout(LOOK_EVERY, stop.cancelled()).await;
        }
    }

    /// One look; how many alerts were raised or cleared.
    pub async fn look(&self) -> Result<usize, StoreError> {
        let policy = (self.policy)();
        let rules = policy.alerts();
        let before = self.store.alerts(&self.workspace).await?;
        if rules.is_empty() && before.is_empty() {
            return Ok(0);
        }
        let now = (self.clock)();
        let lines = self.store.waiting_lines(&self.workspace).await?;
        let mut measured = Vec::with_capacity(rules.len());
        for rule in rules {
            let messages = self.messages(rule).await?;
            let value = measure(rule, &lines, &messages, now);
            measured.push(Measured { rule, value });
        }
        let changes = changes(&before, &measured, now);
        if changes.is_empty() {
            return Ok(0);
        }
        let raised = changes.new.iter().map(|alert| {
            tracing::warn!(alert = alert.name, value = alert.value, "an alert was raised");
            EventData::AlertRaised(Box::new(self.told(alert, Some(alert.value))))
        });
        let cleared = changes.cleared.iter().map(|(alert, value)| {
            tracing::info!(alert = alert.name, "an alert was cleared");
            EventData::AlertCleared(Box::new(self.told(alert, *value)))
        });
        let events = raised.chain(cleared).map(|data| Event {
            id: EventId::from_random(entropy::bytes()),
            at: now,
            data,
        });
        let events: Vec<Event> = events.collect();
        self.store
            .set_alerts(&self.workspace, &changes.raised, &events)
            .await?;
        Ok(events.len())
    }

    /// Those that the rule looks at; none where it looks at something else.
    async fn messages(&self, rule: &AlertRule) -> Result<Messages, StoreError> {
        if !rule.when.is_share() {
            return Ok(Messages::default());
        }
        let over = SignedDuration::from_mins(i64::from(rule.over_minutes));
        let since = (self.clock)() - over;
        self.store.messages_since(&self.workspace, since).await
    }

    fn told(&self, alert: &Alert, value: Option<f64>) -> AlertTold {
        AlertTold {
            workspace: self.workspace.clone(),
            name: alert.name.clone(),
            measure: alert.measure,
            value,
            above: alert.above,
            since: alert.since,
        }
    }
}
