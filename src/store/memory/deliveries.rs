//! Webhook endpoints, deliveries, leases and attempts of the store in memory.

use std::collections::HashMap;

use async_trait::async_trait;

use crate::domain::event::{Event, LoggedEvent};
use crate::domain::id::{DeliveryId, EndpointId, WorkspaceId};
use crate::domain::time::Timestamp;
use crate::domain::webhook::{Attempt, Claimed, Delivery, DeliveryState, Endpoint, Selection, Verdict};
use crate::ports::{Deliveries, Page, StoreError};
use crate::store::memory::{MemoryStore, State, log_entry};
use crate::store::paging::{delivery_cursor, page, parse_number_cursor};

/// A delivery with what only the store knows of it.
#[derive(Debug)]
pub(super) struct HeldDelivery {
    delivery: Delivery,
    /// Number of the newest lease.
    lease: u64,
    /// `None` when no worker has it.
    lease_until: Option<Timestamp>,
    tried: Vec<Attempt>,
}

impl HeldDelivery {
    pub(super) fn new(endpoint: &Endpoint, event: &LoggedEvent) -> Self {
        let delivery = Delivery {
            workspace: endpoint.workspace.clone(),
            id: DeliveryId::of(&event.id, &endpoint.id),
            endpoint: endpoint.id.clone(),
            event: event.clone(),
            form: endpoint.form.clone(),
            state: DeliveryState::Pending,
            attempts: 0,
            due_at: event.at,
        };
        Self {
            delivery,
            lease: 0,
            lease_until: None,
            tried: Vec::new(),
        }
    }

    fn is_leased(&self, now: Timestamp) -> bool {
        self.lease_until.is_some_and(|until| until > now)
    }

    /// Under a lease or not.
    fn is_due(&self, now: Timestamp) -> bool {
        self.delivery.state == DeliveryState::Pending && self.delivery.due_at <= now
    }

    fn may_go_to(&self, endpoint: &Endpoint) -> bool {
        endpoint.disabled.is_none() && self.is_for(&endpoint.workspace, &endpoint.id)
    }

    fn lease_to(&mut self, endpoint: &Endpoint, until: Timestamp) -> Claimed {
        self.lease += 1;
        self.lease_until = Some(until);
        Claimed {
            delivery: self.delivery.clone(),
            endpoint: endpoint.clone(),
            lease: self.lease,
        }
    }

    /// The result of an attempt that still runs belongs to the schedule before: its lease ends.
    fn start_over(&mut self, now: Timestamp) {
        self.delivery.state = DeliveryState::Pending;
        self.delivery.attempts = 0;
        self.delivery.due_at = now;
        self.lease_until = None;
    }

    fn is(&self, workspace: &WorkspaceId, id: &DeliveryId) -> bool {
        self.delivery.workspace == *workspace && self.delivery.id == *id
    }

    fn is_for(&self, workspace: &WorkspaceId, endpoint: &EndpointId) -> bool {
        self.delivery.workspace == *workspace && self.delivery.endpoint == *endpoint
    }
}

#[async_trait]
impl Deliveries for MemoryStore {
    async fn add_endpoint(&self, endpoint: &Endpoint) -> Result<Endpoint, StoreError> {
        let mut state = self.state();
        if let Some(known) = state.endpoint(&endpoint.workspace, &endpoint.id) {
            return Ok(known.clone());
        }
        state.endpoints.push(endpoint.clone());
        Ok(endpoint.clone())
    }

    async fn endpoints(&self, workspace: &WorkspaceId) -> Result<Vec<Endpoint>, StoreError> {
        let state = self.state();
        let mut found: Vec<Endpoint> = state
            .endpoints
            .iter()
            .filter(|e| e.workspace == *workspace)
            .cloned()
            .collect();
        found.sort_by(|one, other| (one.created_at, &one.id).cmp(&(other.created_at, &other.id)));
        Ok(found)
    }

    async fn change_endpoint(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let mut state = self.state();
        let known = state
            .endpoint(&endpoint.workspace, &endpoint.id)
            .ok_or(NO_ENDPOINT)?;
        *known = Endpoint {
            created_at: known.created_at,
            ..endpoint.clone()
        };
        Ok(())
    }

    async fn remove_endpoint(&self, workspace: &WorkspaceId, id: &EndpointId) -> Result<(), StoreError> {
        let mut state = self.state();
        state.endpoint(workspace, id).ok_or(NO_ENDPOINT)?;
        state
            .endpoints
            .retain(|endpoint| endpoint.workspace != *workspace || endpoint.id != *id);
        state.deliveries.retain(|held| !held.is_for(workspace, id));
        Ok(())
    }

    async fn claim(
        &self,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
        per_endpoint: usize,
    ) -> Result<Vec<Claimed>, StoreError> {
        let mut state = self.state();
        let State {
            endpoints,
            deliveries,
            ..
        } = &mut *state;
        let mut line: Vec<&mut HeldDelivery> =
            deliveries.iter_mut().filter(|held| held.is_due(now)).collect();
        line.sort_by_key(|held| (held.delivery.due_at, held.delivery.event.position));
        let mut places: HashMap<(WorkspaceId, EndpointId), usize> = HashMap::new();
        let mut claimed = Vec::new();
        for held in line {
            let Some(endpoint) = endpoints.iter().find(|endpoint| held.may_go_to(endpoint)) else {
                continue;
            };
            let place = places
                .entry((endpoint.workspace.clone(), endpoint.id.clone()))
                .or_default();
            *place += 1;
            if *place <= per_endpoint && claimed.len() < limit && !held.is_leased(now) {
                claimed.push(held.lease_to(endpoint, lease_until));
            }
        }
        Ok(claimed)
    }

    async fn record(
        &self,
        claimed: &Claimed,
        attempt: &Attempt,
        verdict: &Verdict,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let Delivery {
            workspace,
            id,
            endpoint,
            ..
        } = &claimed.delivery;
        let held = state
            .delivery(workspace, id)
            .filter(|held| held.lease == claimed.lease);
        let held = held
            .filter(|held| held.lease_until.is_some())
            .ok_or(StoreError::LeaseLost)?;
        held.lease_until = None;
        held.tried.push(attempt.clone());
        held.delivery.attempts += 1;
        match verdict {
            Verdict::Delivered => held.delivery.state = DeliveryState::Delivered,
            // The state stays: it is `Exhausted` when the endpoint was disabled while the attempt ran.
            Verdict::Retry(due_at) => held.delivery.due_at = *due_at,
            Verdict::Exhausted => held.delivery.state = DeliveryState::Exhausted,
            Verdict::Disable(reason) => {
                if state.disable(workspace, endpoint, reason) {
                    let event = Event::disabled(workspace, endpoint, reason, attempt.at);
                    let entry = log_entry(state.events.len() + 1, None, &event)?;
                    state.log(workspace, vec![entry]);
                    self.position.send_replace(state.events.len() as u64);
                }
            }
        }
        Ok(())
    }

    async fn deliveries(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        state: Option<DeliveryState>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Delivery>, StoreError> {
        let below = parse_number_cursor(cursor)?;
        let held = self.state();
        let found = held
            .deliveries
            .iter()
            .rev()
            .filter(|held| held.is_for(workspace, endpoint))
            .map(|held| &held.delivery)
            .filter(|delivery| delivery.event.position < below)
            .filter(|delivery| state.is_none_or(|state| delivery.state == state));
        Ok(page(found.cloned().collect(), limit, delivery_cursor))
    }

    async fn attempts(&self, workspace: &WorkspaceId, id: &DeliveryId) -> Result<Vec<Attempt>, StoreError> {
        Ok(self
            .state()
            .delivery(workspace, id)
            .map(|held| held.tried.clone())
            .unwrap_or_default())
    }

    async fn replay(
        &self,
        workspace: &WorkspaceId,
        id: &DeliveryId,
        now: Timestamp,
    ) -> Result<Delivery, StoreError> {
        let mut state = self.state();
        let held = state
            .delivery(workspace, id)
            .ok_or(StoreError::NotFound("delivery"))?;
        held.start_over(now);
        Ok(held.delivery.clone())
    }

    async fn replay_all(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        selection: &Selection,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut state = self.state();
        state.endpoint(workspace, endpoint).ok_or(NO_ENDPOINT)?;
        let selected = state
            .deliveries
            .iter_mut()
            .filter(|held| held.is_for(workspace, endpoint) && selection.has(&held.delivery));
        let mut replayed = 0;
        for held in selected {
            held.start_over(now);
            replayed += 1;
        }
        Ok(replayed)
    }

    async fn send_to(
        &self,
        workspace: &WorkspaceId,
        endpoint: &EndpointId,
        event: &Event,
    ) -> Result<Delivery, StoreError> {
        let mut state = self.state();
        let endpoint = state.endpoint(workspace, endpoint).ok_or(NO_ENDPOINT)?.clone();
        if let Some(held) = state.delivery(workspace, &DeliveryId::of(&event.id, &endpoint.id)) {
            return Ok(held.delivery.clone());
        }
        let is_known = |(of, logged): &(WorkspaceId, LoggedEvent)| of == workspace && logged.id == event.id;
        if state.events.iter().any(is_known) {
            return Err(StoreError::KeyReused);
        }
        let entry = log_entry(state.events.len() + 1, None, event)?;
        let held = HeldDelivery::new(&endpoint, &entry);
        let delivery = held.delivery.clone();
        state.deliveries.push(held);
        state.events.push((workspace.clone(), entry));
        self.position.send_replace(state.events.len() as u64);
        Ok(delivery)
    }
}

const NO_ENDPOINT: StoreError = StoreError::NotFound("webhook endpoint");

impl State {
    fn endpoint(&mut self, workspace: &WorkspaceId, id: &EndpointId) -> Option<&mut Endpoint> {
        self.endpoints
            .iter_mut()
            .find(|endpoint| endpoint.workspace == *workspace && endpoint.id == *id)
    }

    fn delivery(&mut self, workspace: &WorkspaceId, id: &DeliveryId) -> Option<&mut HeldDelivery> {
        self.deliveries.iter_mut().find(|held| held.is(workspace, id))
    }

    /// The endpoint takes no more, and nothing is left pending for it. False where it was disabled before.
    fn disable(&mut self, workspace: &WorkspaceId, endpoint: &EndpointId, reason: &str) -> bool {
        let taking = self
            .endpoint(workspace, endpoint)
            .filter(|known| known.disabled.is_none());
        let news = taking
            .map(|known| known.disabled = Some(reason.to_owned()))
            .is_some();
        for held in self
            .deliveries
            .iter_mut()
            .filter(|held| held.is_for(workspace, endpoint))
        {
            if held.delivery.state == DeliveryState::Pending {
                held.delivery.state = DeliveryState::Exhausted;
            }
        }
        news
    }
}
