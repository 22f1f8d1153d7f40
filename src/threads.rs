//! The same work on many items, on all cores. Knows nothing of the work; which thread does what cannot be seen
//! in the result.

use std::convert::Infallible;
use std::num::NonZero;
use std::panic;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// `work` on each of `0..count`, in the order of the numbers. Each thread makes a worker of its own with `make`.
///
/// # Errors
/// One of those that `make` and `work` gave; the other threads end after the item they are at.
pub fn with_workers<W, T: Send, E: Send>(
    count: usize,
    make: impl Fn() -> Result<W, E> + Sync,
    work: impl Fn(&mut W, usize) -> Result<T, E> + Sync,
) -> Result<Vec<T>, E> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let next = AtomicUsize::new(0);
    let run = || -> Result<Vec<(usize, T)>, E> {
        let mut worker = make()?;
        let mut done = Vec::new();
        loop {
            let item = next.fetch_add(1, Ordering::Relaxed);
            if item >= count {
                return Ok(done);
            }
            // After a failure nothing is left to take, for anyone.
            let made = work(&mut worker, item).inspect_err(|_| next.store(count, Ordering::Relaxed));
            done.push((item, made?));
        }
    };
    let outcomes: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> = (0..cores.min(count)).map(|_| scope.spawn(run)).collect();
        threads.into_iter().map(|thread| thread.join()).collect()
    });
    let mut done = Vec::with_capacity(count);
    for outcome in outcomes {
        done.extend(outcome.unwrap_or_else(|panicked| panic::resume_unwind(panicked))?);
    }
    done.sort_by_key(|(item, _)| *item);
    Ok(done.into_iter().map(|(_, made)| made).collect())
}

/// `work` on each of `0..count`, in the order of the numbers.
pub fn map<T: Send>(count: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let Ok(made) = with_workers(count, || Ok::<_, Infallible>(()), |(), item| Ok(work(item)));
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_stand_in_order_and_a_failure_ends_it() {
        assert_eq!(
            map(1_000, |item| item * 2),
            (0..1_000).map(|item| item * 2).collect::<Vec<_>>()
        );
        assert!(map(0, |item| item).is_empty());
        let failed = with_workers(
            100,
            || Ok(()),
            |(), item| if item == 40 { Err("forty") } else { Ok(item) },
        );
        assert_eq!(failed, Err("forty"));
        assert_eq!(
            with_workers(3, || Err::<(), _>("none"), |(), item| Ok(item)),
            Err("none")
        );
    }
}
