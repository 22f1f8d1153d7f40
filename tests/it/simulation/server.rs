//! The simulated server: requests, two lookup workers, two webhook workers and the dispatcher, all in one set that a crash
//! takes away. What was in the store stays, leases and all.

use std::sync::Arc;
use std::time::Duration;

use firstline::dispatch::Dispatcher;
use firstline::domain::time::Duration as SignedDuration;
use firstline::engine::{Engine, InService};
use firstline::outbox::lookups::{LookupWorker, Options};
use firstline::ports::{Deliveries, Inbox, Lookup, Store};
use firstline::tasks::Tasks;
use tokio::task::JoinSet;

use crate::simulation::business::{Simulated, Systems, parts};
use crate::simulation::faulty::Faulty;
use crate::simulation::{World, end, hooks, people};

/// Longer than any lease, and than the longest pause before a webhook is tried again.
const QUIET: Duration = Duration::from_secs(30);

pub(super) fn engine(world: &Arc<World>) -> Engine {
    Engine {
        workspace: world.workspace.clone(),
        in_service: InService::new(parts(world.pauses, Simulated(Arc::downgrade(world)))),
        store: Arc::new(Faulty(Arc::clone(world))),
        clock: world.clock(),
        sealer: Arc::new(|_| None),
    }
}

/// Everybody at once, until the last customer has been answered and the last agent has gone.
pub(super) async fn storm(world: &Arc<World>) {
    start(world);
    let mut everybody = JoinSet::new();
    let customers = 2 + world.below(3);
    for number in 0..customers {
        everybody.spawn(people::customer(Arc::clone(world), number));
    }
    for name in ["ana", "ben"] {
        everybody.spawn(people::agent(Arc::clone(world), name));
    }
    everybody.spawn(crashes(Arc::clone(world)));
    for done in everybody.join_all().await {
        done.unwrap_or_else(|panic: String| world.broken(panic));
    }
    world.calm_down();
}

/// Nothing fails any more: what is due is done, until nothing is left.
pub(super) async fn settle(world: &Arc<World>) {
    for _ in 0..200 {
        tokio::time::sleep(QUIET).await;
        if end::is_done(world).await {
            break;
        }
    }
    crash(world);
}

async fn crashes(world: Arc<World>) -> Result<(), String> {
    for _ in 0..world.below(5) {
        world.pass(6_000).await;
        crash(&world);
        world.count("crashes");
        world.pass(2_000).await;
        start(&world);
    }
    Ok(())
}

fn crash(world: &World) {
    world.note("crash".to_owned());
    // What runs is dropped where it stands.
    drop(world.running.lock().unwrap().take());
}

fn start(world: &Arc<World>) {
    world.note("start".to_owned());
    let mut running = JoinSet::new();
    for _ in 0..2 {
        let worker = lookup_worker(world);
        running.spawn(async move {
            loop {
                // What the store refuses falls due again.
                worker.run_due().await.ok();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        running.spawn(hooks::worker(Arc::clone(world)));
    }
    let dispatcher = dispatcher(world);
    running.spawn(async move {
        loop {
            dispatcher.look().await.ok();
            tokio::time::sleep(Duration::from_secs(1)).await;
        }
    });
    *world.running.lock().unwrap() = Some(running);
}

fn dispatcher(world: &Arc<World>) -> Dispatcher {
    let engine = engine(world);
    Dispatcher {
        workspace: world.workspace.clone(),
        store: Arc::clone(&engine.store),
        policy: engine.in_service.policy(),
        inbox: Arc::new(engine),
        clock: world.clock(),
        tasks: Tasks::default(),
    }
}

fn lookup_worker(world: &Arc<World>) -> LookupWorker {
    let options = Options {
        concurrency: 4,
        lease: SignedDuration::from_secs(20),
        ..Options::default()
    };
    LookupWorker::new(
        Arc::new(Faulty(Arc::clone(world))) as Arc<dyn Store>,
        Arc::new(Systems(Arc::clone(world))) as Arc<dyn Lookup>,
        Arc::new(engine(world)) as Arc<dyn Inbox>,
        world.clock(),
        Tasks::default(),
        [7; 32],
        &options,
    )
}

/// Work that a crash ends; `false` while the server is down.
pub(super) fn run(world: &World, work: impl Future<Output = ()> + Send + 'static) -> bool {
    let mut running = world.running.lock().unwrap();
    running.as_mut().map(|running| running.spawn(work)).is_some()
}

/// Whether any delivery still waits.
pub(super) async fn delivers(world: &World) -> bool {
    use firstline::domain::webhook::DeliveryState::Pending;
    let mut pending = false;
    for endpoint in &world.endpoints {
        let page = world
            .store
            .deliveries(&world.workspace, &endpoint.id, Some(Pending), None, 1)
            .await
            .unwrap();
        pending |= !page.items.is_empty();
    }
    pending
}
