//! A world in one thread, under time that jumps: the engine, the store in memory and the real lookup worker, customers who
//! repeat what is not acknowledged, agents who take conversations at any moment, a store whose answers are lost, crashes,
//! leases that run out, a receiver and a company that lose and delay. One number decides all of it, and the same number
//! does it again: `SEED=n`.

mod business;
mod end;
mod faulty;
mod hooks;
mod people;
mod rules;
mod server;
mod world;

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use serde_json::json;

use crate::support::proof;

pub(crate) use business::{Pace, parts};
pub(crate) use world::World;

/// What one seed came to.
struct Played {
    trace: u64,
    counts: BTreeMap<&'static str, usize>,
    broken: Vec<String>,
    lines: Vec<String>,
}

/// A world from its first customer to the moment when nothing is left to do.
fn play(seed: u64) -> Played {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let world = World::new(seed).await;
        server::storm(&world).await;
        server::settle(&world).await;
        end::check(&world).await;
        let journal = world.journal.lock().unwrap();
        Played {
            trace: journal.hash(),
            counts: journal.counts.clone(),
            broken: journal.broken.clone(),
            lines: journal.lines.clone(),
        }
    })
}

#[test]
fn simulation_breaks_no_promise() {
    let started = Instant::now();
    let seeds = match proof::seed() {
        Some(seed) => seed..seed + 1,
        None => 0..proof::points(300, 10_000) as u64,
    };
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let mut failed = Vec::new();
    let count = seeds.end - seeds.start;
    for seed in seeds {
        let played = play(seed);
        if !played.broken.is_empty() {
            failed.push(seed);
            let told = if count == 1 { &played.lines } else { &played.broken };
            eprintln!("SEED={seed}:\n  {}", told.join("\n  "));
        }
        for (what, times) in played.counts {
            *counts.entry(what).or_default() += times;
        }
    }
    proof::print(&json!({
        "proof": "simulation", "seeds": count, "happened": counts, "seeds_with_a_broken_promise": failed.len(),
        "seconds": started.elapsed().as_secs(),
    }));
    assert!(failed.is_empty(), "play them alone with SEED=n: {failed:?}");
    // A world in which nothing goes wrong proves nothing.
    for what in [
        "conflicts",
        "conversations brought back",
        "crashes",
        "leases lost",
        "repeated requests",
        "tasks",
    ] {
        let times = counts.get(what).copied().unwrap_or_default();
        assert!(count < 100 || times as u64 > count / 50, "{what}: {times}");
    }
}

#[test]
fn simulation_repeats_itself() {
    let first: Vec<u64> = (0..20).map(|seed| play(seed).trace).collect();
    let again: Vec<u64> = (0..20).map(|seed| play(seed).trace).collect();
    assert_eq!(first, again);
    assert_eq!(
        first.iter().collect::<HashSet<_>>().len(),
        20,
        "seeds that play alike"
    );
}
