//! The lookup worker: what a turn leaves to be done is done, and what comes of it is the next input, whatever goes wrong
//! on the way.

mod inbox;
pub(crate) mod setup;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use firstline::domain::identity::CodeDigest;
use firstline::domain::lookup::{LookupRequest, LookupResult};
use firstline::domain::task::{Task, Work};
use firstline::domain::time::Duration as SignedDuration;
use firstline::domain::turn::{Input, Turn};
use firstline::outbox::lookups::Options;
use firstline::tasks::Tasks;
use metrics_exporter_prometheus::PrometheusBuilder;
use setup::{Deed, Setup, options};

use crate::store_contract::fixtures::{OnDisk, acme, at, turn_on, unstored};
use crate::store_contract::tasks::lookup;
use crate::webhooks::setup::{settle, wait_for};

fn result(input: &Input) -> &LookupResult {
    let (Input::LookupDone { result, .. } | Input::CodeSent { result, .. }) = input else {
        panic!("{input:?} has no result")
    };
    result
}

/// The first turn of a conversation, which wants this work at once.
fn wanting(conversation: u8, work: Work) -> Turn {
    let conversation = unstored(&acme(), conversation);
    let mut turn = turn_on(&conversation);
    turn.tasks.push(Task {
        id: conversation.id.task(1),
        due_at: at(1),
        work,
    });
    turn
}

fn send_code() -> Work {
    let arguments = BTreeMap::from([("order_number".to_owned(), "FH-10423".to_owned())]);
    Work::SendCode {
        request: LookupRequest {
            lookup: "shop.send_code".to_owned(),
            arguments,
            sealed: BTreeMap::new(),
        },
    }
}

#[tokio::test]
async fn a_result_comes_in_once_and_the_task_is_gone_from_memory() {
    a_result_comes_in_once(Setup::new()).await;
}

#[tokio::test]
async fn a_result_comes_in_once_and_the_task_is_gone_from_disk() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    a_result_comes_in_once(Setup::on(Arc::new(served.store.clone()))).await;
}

async fn a_result_comes_in_once(setup: Setup) {
    setup.start_worker(&setup.tasks, &options());
    settle().await;
    let wanted = setup.want(1, 5).await;
    let brought = setup.door.wait_for(1).await;
    settle().await;
    let task = &wanted.tasks[0];
    let Work::Lookup { request } = &task.work else {
        panic!("{task:?}")
    };
    assert_eq!(setup.company.asked(), [(request.clone(), task.id.clone())]);
    assert_eq!(setup.door.brought(), brought);
    assert_eq!(
        (brought[0].task(), result(&brought[0]).outcome.as_str()),
        (Some(&task.id), "ok")
    );
    assert_eq!(setup.left().await, 0);
}

/// Nobody looks for them for an hour, and their turns log nothing.
#[tokio::test]
async fn what_follows_from_a_result_is_noticed_at_once() {
    let disk = OnDisk::new();
    let served = disk.serve().await;
    let setup = Setup::on(Arc::new(served.store.clone()));
    let conversation = unstored(&acme(), 1);
    for number in 2..=4 {
        setup.door.follow_up(lookup(&conversation, number, 5));
    }
    setup.start_worker(
        &setup.tasks,
        &Options {
            concurrency: 1,
            ..options()
        },
    );
    settle().await;
    let mut silent = wanting(1, Work::Timer);
    silent.events.clear();
    setup.store.commit(&silent, None).await.unwrap();
    let ended: Vec<_> = setup
        .door
        .wait_for(4)
        .await
        .iter()
        .map(|input| input.task().cloned())
        .collect();
    let expected: Vec<_> = (1..=4).map(|number| Some(conversation.id.task(number))).collect();
    assert_eq!(ended, expected);
}

#[tokio::test]
async fn each_kind_of_task_has_its_input() {
    let setup = Setup::new();
    setup.want(1, 1).await;
    setup.store.commit(&wanting(2, send_code()), None).await.unwrap();
    setup.store.commit(&wanting(3, Work::Timer), None).await.unwrap();
    let done = setup
        .worker(&Tasks::default(), &options())
        .run_due()
        .await
        .unwrap();
    let brought = setup.door.brought();
    assert!(
        matches!(
            brought.as_slice(),
            [
                Input::LookupDone { .. },
                Input::CodeSent { .. },
                Input::TimerFired { .. }
            ]
        ),
        "{brought:?}"
    );
    assert_eq!((done, setup.company.asked().len(), setup.left().await), (3, 2, 0));
}

/// The first attempt sent the code and was cut off before the result was on disk.
#[tokio::test]
async fn a_repeated_attempt_sends_the_same_code() {
    let setup = Setup::new();
    let turn = wanting(1, send_code());
    setup.store.commit(&turn, None).await.unwrap();
    let short = Options {
        lease: SignedDuration::from_millis(50),
        ..options()
    };
    setup.door.closed.store(usize::MAX, Ordering::SeqCst);
    assert!(setup.worker(&Tasks::default(), &short).run_due().await.is_err());
    setup.door.closed.store(0, Ordering::SeqCst);
    *setup.now.lock().unwrap() = at(11);
    assert_eq!(
        setup.worker(&Tasks::default(), &short).run_due().await.unwrap(),
        1
    );

    let asked = setup.company.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[0], asked[1]);
    let (request, task) = &asked[0];
    let code = &request.arguments["code"];
    assert!(
        code.len() == 6 && code.bytes().all(|digit| digit.is_ascii_digit()),
        "{code}"
    );
    assert_eq!(request.arguments["order_number"], "FH-10423");
    let brought = setup.door.brought();
    let [Input::CodeSent { digest, .. }] = brought.as_slice() else {
        panic!("{brought:?}")
    };
    assert!(digest.matches(&CodeDigest::of(task, code)));
}

#[tokio::test]
async fn a_lookup_that_panics_or_hangs_is_unavailable_and_harms_no_other() {
    let setup = Setup::new();
    setup.company.will(1, Deed::Panic);
    setup.company.will(2, Deed::Hang);
    for conversation in 1..=3 {
        setup.want(conversation, 1).await;
    }
    let short = Options {
        lease: SignedDuration::from_millis(200),
        ..options()
    };
    setup.start_worker(&setup.tasks, &short);
    let mut brought = setup.door.wait_for(3).await;
    brought.sort_by_key(|input| input.task().cloned());
    let results: Vec<_> = brought.iter().map(result).collect();
    assert!(
        results[0].is_unavailable() && results[1].is_unavailable(),
        "{results:?}"
    );
    assert!(
        results[0]
            .problem
            .ends_with("of [card ending 1111] is no character boundary"),
        "{:?}",
        results[0]
    );
    assert_eq!(results[1].problem, "the lookup did not end within 100ms");
    assert_eq!(results[2].outcome, "ok");
    assert_eq!((setup.left().await, setup.tasks.failed()), (0, None));
}

#[tokio::test]
async fn a_result_waits_until_the_store_can_be_written() {
    let setup = Setup::new();
    setup.door.closed.store(2, Ordering::SeqCst);
    setup.start_worker(&setup.tasks, &options());
    setup.want(1, 1).await;
    setup.door.wait_for(1).await;
    assert_eq!(setup.company.asked().len(), 1, "nobody is asked twice for that");
}

/// A conversation that the way in does not know stays under its lease, and the next one is served.
#[tokio::test]
async fn one_that_cannot_be_recorded_holds_up_nobody() {
    let elsewhere = Setup::new();
    let setup = Setup {
        store: Setup::new().store,
        ..elsewhere
    };
    setup.start_worker(
        &setup.tasks,
        &Options {
            concurrency: 1,
            ..options()
        },
    );
    setup.want(1, 1).await;
    wait_for("question", async || {
        (setup.company.asked().len() == 1).then_some(())
    })
    .await;
    setup.want(2, 1).await;
    wait_for("question", async || {
        (setup.company.asked().len() == 2).then_some(())
    })
    .await;
    settle().await;
    assert_eq!((setup.company.asked().len(), setup.door.brought().len()), (2, 0));
    assert_eq!((setup.left().await, setup.tasks.failed()), (2, None));
}

#[tokio::test]
async fn no_more_than_allowed_are_under_way_at_once() {
    let setup = Setup::new();
    for conversation in 1..=10 {
        setup
            .company
            .will(conversation, Deed::AnswerAfter(Duration::from_millis(20)));
        setup.want(conversation, 1).await;
    }
    setup.start_worker(
        &setup.tasks,
        &Options {
            concurrency: 3,
            ..options()
        },
    );
    setup.door.wait_for(10).await;
    assert_eq!(setup.company.busiest.load(Ordering::SeqCst), 3);
}

#[tokio::test]
async fn what_a_killed_worker_held_is_done_by_the_next_under_the_same_key() {
    let setup = Setup::new();
    setup.company.will(1, Deed::Hang);
    let doomed = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    {
        let _entered = doomed.enter();
        setup.start_worker(&Tasks::default(), &options());
    }
    setup.want(1, 1).await;
    wait_for("question", async || {
        (setup.company.asked().len() == 1).then_some(())
    })
    .await;
    doomed.shutdown_background();

    setup.company.will(1, Deed::Answer);
    let often = Options {
        poll_every: SignedDuration::from_millis(5),
        ..options()
    };
    setup.start_worker(&setup.tasks, &often);
    settle().await;
    assert_eq!(setup.company.asked().len(), 1, "the lease still holds");
    *setup.now.lock().unwrap() += often.lease;
    setup.door.wait_for(1).await;
    let asked = setup.company.asked();
    assert_eq!(asked[0], asked[1]);
}

#[tokio::test]
async fn lookups_under_way_are_finished_when_the_server_drains() {
    let setup = Setup::new();
    setup
        .company
        .will(1, Deed::AnswerAfter(Duration::from_millis(200)));
    setup.start_worker(&setup.tasks, &options());
    setup.want(1, 1).await;
    wait_for("question", async || {
        (setup.company.asked().len() == 1).then_some(())
    })
    .await;
    assert_eq!(setup.tasks.drain(Duration::from_secs(2)).await, 0);
    assert_eq!(setup.door.brought().len(), 1);
    setup.want(2, 1).await;
    settle().await;
    assert_eq!((setup.company.asked().len(), setup.tasks.failed()), (1, None));
}

#[tokio::test]
async fn all_that_is_due_is_done_and_what_follows_but_not_what_is_due_later() {
    let setup = Setup::new();
    let pause = Duration::from_millis(100);
    for conversation in 1..=4 {
        setup.company.will(conversation, Deed::AnswerAfter(pause));
        setup.want(conversation, 10).await;
    }
    setup.want(5, 11).await;
    setup.door.follow_up(lookup(&unstored(&acme(), 1), 9, 3));
    let worker = setup.worker(&Tasks::default(), &options());
    let started = Instant::now();
    assert_eq!(worker.run_due().await.unwrap(), 5);
    assert!(
        started.elapsed() < pause * 3,
        "side by side: {:?}",
        started.elapsed()
    );
    assert_eq!(worker.run_due().await.unwrap(), 0);
    assert_eq!(setup.left().await, 1);
}

#[tokio::test]
async fn lookups_are_counted_by_name_and_outcome() {
    let recorder = PrometheusBuilder::new().build_recorder();
    let metrics = recorder.handle();
    let _recording = metrics::set_default_local_recorder(&recorder);
    let setup = Setup::new();
    setup.company.will(2, Deed::Panic);
    for conversation in 1..=3 {
        setup.want(conversation, 1).await;
    }
    setup
        .worker(&Tasks::default(), &options())
        .run_due()
        .await
        .unwrap();
    let rendered = metrics.render();
    for line in [
        r#"firstline_lookups_total{lookup="shop.order",outcome="ok"} 2"#,
        r#"firstline_lookups_total{lookup="shop.order",outcome="unavailable"} 1"#,
        r#"firstline_lookup_seconds_count{lookup="shop.order"} 3"#,
    ] {
        assert!(
            rendered.lines().any(|rendered| rendered == line),
            "{line} is missing in {rendered}"
        );
    }
}
