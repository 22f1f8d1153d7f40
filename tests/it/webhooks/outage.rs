//! Receivers that are down for long, and those beside them that are not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::webhook::{Delivery, DeliveryState, Endpoint, Selection};
use firstline::outbox::Options;
use firstline::ports::StoreError;
use firstline::telemetry::Metrics;

use crate::logging::workspace;
use crate::store_contract::fixtures::OnDisk;
use crate::webhooks::setup::{Hit, Receiver, Setup, options, settle, status_only, wait_for};

/// Longer than the longest step of the schedule with its tenth on top.
const LONG: SignedDuration = SignedDuration::from_hours(27);

const EVENTS: usize = 12;

async fn listed(setup: &Setup, endpoint: &Endpoint, state: Option<DeliveryState>) -> Vec<Delivery> {
    let page = setup
        .store
        .deliveries(&workspace(), &endpoint.id, state, None, 1000)
        .await;
    page.expect("a page").items
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_whole_schedule_could_not_deliver_is_replayed_under_its_ids_from_memory() {
    an_outage_loses_nothing(Setup::new()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_whole_schedule_could_not_deliver_is_replayed_under_its_ids_from_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    an_outage_loses_nothing(Setup::on(Arc::new(served.store.clone()))).await;
}

async fn an_outage_loses_nothing(mut setup: Setup) {
    let metrics = Metrics::of_process();
    let up = Arc::new(AtomicBool::new(false));
    let answering = Arc::clone(&up);
    let receiver = Receiver::start(&setup.tasks, move |_| {
        let status = if answering.load(Ordering::SeqCst) {
            204
        } else {
            503
        };
        std::future::ready(status_only(status))
    })
    .await;
    let endpoint = setup.add_endpoint(&receiver.url).await;
    let schedule = Options::default().retries;
    setup.start_worker(
        &setup.tasks,
        Options {
            retries: schedule.clone(),
            ..options()
        },
    );
    let mut ids = Vec::new();
    for _ in 0..EVENTS {
        ids.push(setup.log().await.to_string());
    }
    fail_throughout(&setup, &receiver, &endpoint, schedule.len() + 1).await;
    settle().await;
    let failed = listed(&setup, &endpoint, Some(DeliveryState::Exhausted)).await;
    assert_eq!(
        (failed.len(), receiver.hits().len()),
        (EVENTS, EVENTS * (schedule.len() + 1)),
        "all are given up, kept and listed, and none is tried again"
    );
    let counted = metrics.render();
    assert!(
        counted.contains("firstline_webhook_attempts_total{result=\"exhausted\"}"),
        "{counted}"
    );

    up.store(true, Ordering::SeqCst);
    let selection = Selection {
        state: Some(DeliveryState::Exhausted),
        ..Selection::default()
    };
    let now = failed[0].due_at + LONG;
    let replayed: Result<u64, StoreError> = setup
        .store
        .replay_all(&workspace(), &endpoint.id, &selection, now)
        .await;
    assert_eq!(replayed.expect("the endpoint is there"), EVENTS as u64);
    setup.advance(LONG);
    wait_for("deliveries", async || {
        let done = listed(&setup, &endpoint, Some(DeliveryState::Delivered)).await;
        (done.len() == EVENTS).then_some(())
    })
    .await;
    let hits = receiver.hits();
    let (before, after) = hits.split_at(EVENTS * (schedule.len() + 1));
    assert_eq!(bodies(before), bodies(after), "the same ids with the same bytes");
    let mut seen: Vec<_> = bodies(after).into_keys().collect();
    seen.sort_unstable();
    ids.sort_unstable();
    assert_eq!(seen, ids);
    assert_eq!(after.len(), EVENTS, "each once");
}

/// Until the schedule is over, each round when it is due.
async fn fail_throughout(setup: &Setup, receiver: &Receiver, endpoint: &Endpoint, rounds: usize) {
    for attempts in 1..=rounds {
        receiver.wait_for_hits(attempts * EVENTS).await;
        wait_for("recorded attempts", async || {
            let all = listed(setup, endpoint, None).await;
            all.iter()
                .all(|one| one.attempts as usize == attempts)
                .then_some(())
        })
        .await;
        setup.advance(LONG);
    }
}

/// By id; every hit with an id must have the same body.
fn bodies(hits: &[Hit]) -> BTreeMap<String, Vec<u8>> {
    let mut bodies = BTreeMap::new();
    for hit in hits {
        let known = bodies
            .entry(hit.header("webhook-id").to_owned())
            .or_insert_with(|| hit.body.to_vec());
        assert_eq!(*known, hit.body);
    }
    bodies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_dead_endpoint_delays_none_of_nine_others() {
    const EACH: usize = 100;
    let mut setup = Setup::new();
    let stalled = Receiver::start(&setup.tasks, |_| std::future::pending()).await;
    let dead = setup.add_endpoint(&stalled.url).await;
    let mut healthy = Vec::new();
    for _ in 0..9 {
        let receiver = Receiver::with_status(&setup.tasks, 200).await;
        setup.add_endpoint(&receiver.url).await;
        healthy.push(receiver);
    }
    setup.start_worker(
        &setup.tasks,
        Options {
            timeout: SignedDuration::from_mins(10),
            concurrency: 16,
            ..options()
        },
    );
    for _ in 0..EACH {
        setup.log().await;
    }
    for receiver in &healthy {
        receiver.wait_for_hits(EACH).await;
    }
    // All that the healthy ones get is there before the dead one has answered anything: it holds its own share and no more.
    settle().await;
    assert_eq!(stalled.hits().len(), options().per_endpoint);
    assert!(healthy.iter().all(|receiver| receiver.hits().len() == EACH));
    let waiting = listed(&setup, &dead, Some(DeliveryState::Pending)).await;
    assert_eq!((waiting.len(), waiting[0].attempts), (EACH, 0));
}
