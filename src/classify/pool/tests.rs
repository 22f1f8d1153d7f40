//! The pool under workers that panic, fail, wait and hang.

use std::sync::atomic::{AtomicUsize, Ordering};

use super::*;

/// Its worker turns the text round, panics at "panic", fails at "fail", and waits for the gate at "wait".
struct Trial {
    pool: Pool<String>,
    gate: mpsc::Sender<()>,
    made: Arc<AtomicUsize>,
    read: Arc<AtomicUsize>,
}

/// From the second worker on, making one fails when `once` is set.
fn trial(threads: usize, capacity: usize, once: bool) -> Trial {
    let (gate, waiting) = mpsc::channel();
    let waiting = Arc::new(Mutex::new(waiting));
    let (made, read) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (counted, readings) = (Arc::clone(&made), Arc::clone(&read));
    let make = move || -> io::Result<_> {
        if counted.fetch_add(1, Ordering::SeqCst) >= threads && once {
            return Err(io::Error::other("no more workers"));
        }
        let (waiting, readings) = (Arc::clone(&waiting), Arc::clone(&readings));
        Ok(move |text: &str| {
            readings.fetch_add(1, Ordering::SeqCst);
            match text {
                "panic" => panic!("as told"),
                "fail" => return Err(Fault::Classifier("as told".to_owned())),
                "wait" => waiting.lock().unwrap().recv().unwrap(),
                _ => {}
            }
            Ok(text.chars().rev().collect())
        })
    };
    let pool = Pool::start(threads, capacity, make).unwrap();
    Trial {
        pool,
        gate,
        made,
        read,
    }
}

async fn one(pool: &Pool<String>, text: &str) -> Result<String, Fault> {
    Ok(pool.run(&[text]).await?.remove(0))
}

/// Polls once, so that the job stands in the queue, and leaves it there.
fn submit<'a>(pool: &'a Pool<String>, text: &'a str) -> impl Future<Output = Result<String, Fault>> + 'a {
    let mut job = Box::pin(one(pool, text));
    let context = &mut std::task::Context::from_waker(std::task::Waker::noop());
    assert!(job.as_mut().poll(context).is_pending());
    job
}

fn wait_until(what: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if what() {
            return;
        }
        thread::sleep(Duration::from_millis(5));
    }
    panic!("it did not happen within five seconds");
}

#[tokio::test]
async fn every_caller_gets_its_own_answer() {
    let trial = trial(3, 64, false);
    let texts: Vec<String> = (100..164).map(|number| number.to_string()).collect();
    let answers = futures_util::future::join_all(texts.iter().map(|text| one(&trial.pool, text))).await;
    for (text, answer) in texts.iter().zip(answers) {
        assert_eq!(answer, Ok(text.chars().rev().collect()));
    }
}

#[tokio::test]
async fn texts_that_belong_together_take_one_place_and_fail_together() {
    let trial = trial(1, 1, false);
    let read = trial.pool.run(&["ab", "cd", "ef"]).await;
    assert_eq!(read, Ok(["ba", "dc", "fe"].map(str::to_owned).to_vec()));
    let failed = trial.pool.run(&["ab", "fail", "ef"]).await;
    assert_eq!(failed, Err(Fault::Classifier("as told".to_owned())));
    assert_eq!(
        trial.read.load(Ordering::SeqCst),
        5,
        "what comes behind a failure is not read"
    );
}

#[tokio::test]
async fn a_full_queue_turns_away_at_once() {
    let trial = trial(1, 2, false);
    let busy = submit(&trial.pool, "wait");
    wait_until(|| trial.read.load(Ordering::SeqCst) == 1);
    let (second, third) = (submit(&trial.pool, "ab"), submit(&trial.pool, "cd"));
    assert_eq!(one(&trial.pool, "ef").await, Err(Fault::Overloaded));
    trial.gate.send(()).unwrap();
    assert_eq!(busy.await, Ok("tiaw".to_owned()));
    assert_eq!(second.await, Ok("ba".to_owned()));
    assert_eq!(third.await, Ok("dc".to_owned()));
    assert_eq!(one(&trial.pool, "ef").await, Ok("fe".to_owned()));
}

#[tokio::test]
async fn nobody_reads_for_a_caller_who_has_gone() {
    let trial = trial(1, 4, false);
    let busy = submit(&trial.pool, "wait");
    wait_until(|| trial.read.load(Ordering::SeqCst) == 1);
    drop(submit(&trial.pool, "gone"));
    let last = submit(&trial.pool, "ab");
    trial.gate.send(()).unwrap();
    assert_eq!(
        (busy.await, last.await),
        (Ok("tiaw".to_owned()), Ok("ba".to_owned()))
    );
    assert_eq!(trial.read.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_panic_or_an_error_costs_one_answer_and_one_worker() {
    let trial = trial(1, 4, false);
    for bad in ["panic", "fail", "panic"] {
        assert!(matches!(one(&trial.pool, bad).await, Err(Fault::Classifier(_))));
        assert_eq!(one(&trial.pool, "ab").await, Ok("ba".to_owned()));
    }
    assert!(trial.pool.alive());
    assert_eq!(trial.made.load(Ordering::SeqCst), 4);
}

#[tokio::test]
async fn a_pool_that_cannot_make_workers_stops_and_says_so() {
    let trial = trial(1, 4, true);
    assert!(matches!(
        one(&trial.pool, "panic").await,
        Err(Fault::Classifier(_))
    ));
    assert_eq!(one(&trial.pool, "ab").await, Err(Fault::Stopped));
    wait_until(|| !trial.pool.alive());
    assert_eq!(one(&trial.pool, "ab").await, Err(Fault::Stopped));
}

#[tokio::test]
async fn a_thread_that_hangs_costs_its_own_callers_an_answer_and_the_pool_says_so() {
    let mut trial = trial(2, 8, false);
    trial.pool.stall = Duration::from_millis(50);
    assert_eq!((trial.pool.working(), trial.pool.started()), (2, 2));
    let hung = one(&trial.pool, "wait").await;
    assert!(matches!(hung, Err(Fault::Classifier(_))), "{hung:?}");
    assert_eq!((trial.pool.working(), trial.pool.alive()), (1, true));
    assert_eq!(one(&trial.pool, "ab").await, Ok("ba".to_owned()));

    let second = one(&trial.pool, "wait").await;
    assert!(matches!(second, Err(Fault::Classifier(_))), "{second:?}");
    assert!(!trial.pool.alive(), "nobody is left to answer");
    let waiting = one(&trial.pool, "ab").await;
    assert!(matches!(waiting, Err(Fault::Classifier(_))), "{waiting:?}");

    trial.gate.send(()).unwrap();
    wait_until(|| trial.pool.alive());
    assert_eq!(one(&trial.pool, "ab").await, Ok("ba".to_owned()));
    trial.gate.send(()).unwrap();
}

#[tokio::test]
async fn a_long_queue_is_waited_for_while_it_moves() {
    let mut trial = trial(1, 8, false);
    trial.pool.stall = Duration::from_millis(500);
    let waits: Vec<_> = (0..3).map(|_| submit(&trial.pool, "wait")).collect();
    let last = submit(&trial.pool, "ab");
    let open = async {
        for _ in 0..3 {
            tokio::time::sleep(Duration::from_millis(300)).await;
            trial.gate.send(()).unwrap();
        }
    };
    let (waits, last, ()) = tokio::join!(futures_util::future::join_all(waits), last, open);
    assert_eq!(waits, vec![Ok("tiaw".to_owned()); 3]);
    assert_eq!(last, Ok("ba".to_owned()));
}

#[tokio::test]
async fn dropping_the_pool_ends_its_threads() {
    let trial = trial(2, 4, false);
    let made = Arc::downgrade(&trial.made);
    let (pool, counter) = (trial.pool, trial.made);
    drop(counter);
    assert!(made.upgrade().is_some(), "the threads hold it");
    drop(pool);
    assert!(made.upgrade().is_none(), "the threads are gone");
}

#[test]
fn a_worker_that_cannot_be_made_is_an_error_of_the_start() {
    type Never = fn(&str) -> Result<(), Fault>;
    let start = Pool::start(2, 1, || Err::<Never, _>(io::Error::other("no model")));
    assert_eq!(start.unwrap_err().to_string(), "no model");
}
