//! What the programs of this crate have in common: their sizes and how they print what they found.
use std::collections::BTreeSet;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The numbers on the command line, as many as are wanted.
///
/// # Errors
/// There are others, or none.
pub fn numbers<const WANTED: usize>(usage: &str) -> Result<[u64; WANTED], String> {
    let numbers: Vec<u64> = std::env::args().filter_map(|word| word.parse().ok()).collect();
    numbers.try_into().map_err(|_| format!("usage: {usage}"))
}

/// Prints a line of JSON, or why there is none.
pub fn print(line: Result<serde_json::Value, String>) -> ExitCode {
    match line {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// What the executions of a stateless search came to.
pub struct Executions {
    count: AtomicU64,
    outcomes: Mutex<BTreeSet<(u64, u64)>>,
}

impl Executions {
    /// None yet.
    pub const fn none() -> Executions {
        Executions { count: AtomicU64::new(0), outcomes: Mutex::new(BTreeSet::new()) }
    }

    /// One execution has ended with these values of the counter and of the racy one.
    pub fn end(&self, counter: u64, racy: u64) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        outcomes.insert((counter, racy));
    }

    /// Searches with the sizes and the time that the command line gives, THREADS ITERATIONS
    /// SECONDS, and prints a line of JSON. The search may end before every execution was run only
    /// because the time is over.
    pub fn main(&self, search: fn(u64, u64, Duration)) -> ExitCode {
        print(numbers("THREADS ITERATIONS SECONDS").map(|[threads, iterations, seconds]| {
            let limit = Duration::from_secs(seconds);
            let start = Instant::now();
            search(threads, iterations, limit);
            let took = start.elapsed();
            let outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            serde_json::json!({
                "executions": self.count.load(Ordering::Relaxed),
                "counters": outcomes.iter().map(|(counter, _)| *counter).collect::<BTreeSet<u64>>(),
                "outcomes": outcomes.iter().map(|(_, racy)| *racy).collect::<BTreeSet<u64>>(),
                "exhaustive": took < limit,
                "seconds": took.as_secs_f64(),
            })
        }))
    }
}

/// `count(found, threads, iterations)`: one execution of the counters with the threads, locks and
/// atomics of the crate of this name, which has those of std under the same names.
#[macro_export]
macro_rules! count_with {
    ($checker:ident) => {
        fn count(found: &$crate::Executions, threads: u64, iterations: u64) {
            use $checker::sync::atomic::{AtomicU64, Ordering};
            use $checker::sync::{Arc, Mutex};

            let (counter, racy) = (Arc::new(Mutex::new(0)), Arc::new(AtomicU64::new(0)));
            let spawn = |_| {
                let (counter, racy) = (Arc::clone(&counter), Arc::clone(&racy));
                $checker::thread::spawn(move || {
                    for _ in 0..iterations {
                        *counter.lock().expect("nobody panics") += 1;
                        let value = racy.load(Ordering::SeqCst);
                        racy.store(value + 1, Ordering::SeqCst);
                    }
                })
            };
            let threads: Vec<_> = (0..threads).map(spawn).collect();
            threads.into_iter().for_each(|thread| thread.join().expect("nobody panics"));
            let counter = *counter.lock().expect("nobody panics");
            found.end(counter, racy.load(Ordering::SeqCst));
        }
    };
}
