//! Many tests at once.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::center::CallCenter;
use super::prepare::Prepared;
use super::run::{Outcome, run};

/// Runs tests on several threads. The outcomes are in the order of the tests and the same with any number of threads.
pub fn run_all(tests: &[Prepared<'_>], center: &CallCenter, threads: NonZeroUsize) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, test)) = {
            let at = next.fetch_add(1, Ordering::Relaxed);
            tests.get(at).map(|test| (at, test))
        } {
            done.push((at, run(test, center)));
        }
        done
    };
    let mut outcomes: Vec<(usize, Outcome)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads.get().min(tests.len().max(1))).map(|_| scope.spawn(work)).collect();
        let mut outcomes = work();
        for other in others {
            match other.join() {
                Ok(done) => outcomes.extend(done),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        outcomes
    });
    outcomes.sort_by_key(|(at, _)| *at);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}
