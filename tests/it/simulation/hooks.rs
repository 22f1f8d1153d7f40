//! Webhooks in the simulation: workers that claim, sign, send, judge and record with the product's own parts over a network
//! that loses, and a receiver that keeps what came, fails, and answers too late.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use firstline::domain::id::EndpointId;
use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::{Attempt, Claimed};
use firstline::outbox::backoff::{Outcome, verdict};
use firstline::outbox::{payload, signature};
use firstline::ports::{Deliveries, EventLog, StoreError};

use crate::simulation::faulty::Faulty;
use crate::simulation::{World, server};

/// For one attempt; the lease is four times as long, as in the product.
const TIMEOUT_MS: u64 = 2_000;

/// What one endpoint was brought under one `webhook-id`.
#[derive(Debug, Default, Clone)]
pub(crate) struct Brought {
    pub(crate) bodies: Vec<String>,
    /// How often it said yes.
    pub(crate) accepted: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Receiver {
    pub(crate) brought: Mutex<BTreeMap<(EndpointId, String), Brought>>,
}

/// Claims and sends until it is dropped.
pub(super) async fn worker(world: Arc<World>) {
    let store = Faulty(Arc::clone(&world));
    let lease = SignedDuration::from_millis(i64::try_from(TIMEOUT_MS * 4).unwrap());
    loop {
        let now = world.now();
        for claimed in store.claim(now, now + lease, 8, 4).await.unwrap_or_default() {
            let world_of_attempt = Arc::clone(&world);
            server::run(&world, async move { attempt(&world_of_attempt, &claimed).await });
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
}

async fn attempt(world: &Arc<World>, claimed: &Claimed) {
    let (delivery, at) = (&claimed.delivery, world.now());
    let body = payload::body(&delivery.event, &delivery.form);
    let secrets = signature::secrets(&claimed.endpoint, at).unwrap();
    let headers = signature::headers(delivery.event.id.as_str(), at, &body, &secrets);
    let id = headers.iter().find(|(name, _)| *name == "webhook-id");
    let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
    let limit = Duration::from_millis(TIMEOUT_MS);
    let status = tokio::time::timeout(limit, post(world, claimed, &id, body))
        .await
        .unwrap_or(None);
    let outcome = status.map_or(Outcome::Unanswered, |status| Outcome::Answered {
        status,
        retry_after: (status == 429).then(|| "3".to_owned()),
    });
    // Long enough for any storm: what is given up is for people to replay, and another test's matter.
    let retries: Vec<SignedDuration> = [1, 2, 5]
        .into_iter()
        .chain([10; 400])
        .map(SignedDuration::from_secs)
        .collect();
    let verdict = verdict(&outcome, &delivery.id, delivery.attempts, world.now(), &retries);
    let attempt = Attempt {
        delivery: delivery.id.clone(),
        at,
        status,
        error: String::new(),
        duration_ms: 0,
    };
    let store = Faulty(Arc::clone(world));
    for _ in 0..3 {
        match store.record(claimed, &attempt, &verdict).await {
            Err(StoreError::Unavailable(_)) => tokio::time::sleep(Duration::from_secs(1)).await,
            Ok(()) => return world.note(format!("recorded {} {status:?}", delivery.id)),
            Err(_) => {
                world.count("leases lost");
                return world.note(format!("late for {}", delivery.id));
            }
        }
    }
}

/// The status, or `None` where no answer comes back.
async fn post(world: &World, claimed: &Claimed, id: &str, body: String) -> Option<u16> {
    let outside = world.faults.outside;
    world.pass(25).await;
    if world.fails(world.faults.lost) {
        return None;
    }
    let logged = world
        .store
        .events(&world.workspace, None, 0, usize::MAX)
        .await
        .unwrap();
    world.holds(logged.iter().any(|event| event.id.as_str() == id), || {
        format!("{id} is sent and in no log")
    });
    let refuses = world.fails(outside);
    let of = (claimed.endpoint.id.clone(), id.to_owned());
    {
        let mut brought = world.receiver.brought.lock().unwrap();
        let entry = brought.entry(of).or_default();
        entry.bodies.push(body);
        entry.accepted += usize::from(!refuses);
    }
    world.count("webhooks");
    if refuses {
        return Some(world.pick(&[429, 500, 503]));
    }
    // Taken, and the answer is late or lost.
    world
        .pass(if world.fails(outside) { TIMEOUT_MS * 3 } else { 25 })
        .await;
    (!world.fails(world.faults.lost)).then_some(204)
}
