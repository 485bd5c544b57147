//! Carrying out stack operations: one worker per process, one of them at work per folder.
//!
//! Whoever holds the lock on `worker.lock` works. The kernel releases it when its process dies, however it dies, and
//! the worker of another process, or of the next one, goes on: every step of the engine is durable.

use std::cell::Cell;
use std::fs::{File, TryLockError};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::RecvTimeoutError;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::clock;
use crate::cloudformation::engine::{self, Progress};
use crate::custom_events::Events;
use crate::dispatch::{ACCOUNT, RECORDS, STACKS, Sandbox};
use crate::error::AwsError;
use crate::faults::step_delay;
use crate::signals;
use crate::store::Store;
use crate::streaming::{Invocation, InvocationError, Work};

/// Name of the lock file in the folder.
pub(crate) const LOCK: &str = "worker.lock";

/// How often a worker looks for the lock, or for work that other processes queued.
const POLL: Duration = Duration::from_millis(20);
/// How often the engine is asked although nothing was written: some of its work waits for a time.
const ASK: Duration = Duration::from_millis(500);
/// How long the worker rests after a failure of the store.
const REST: Duration = Duration::from_secs(1);

/// A running worker.
pub(crate) struct Worker {
    signal: Arc<Signal>,
    thread: JoinHandle<()>,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct State {
    stop: bool,
    work: bool,
}

impl Signal {
    fn set(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner));
        self.changed.notify_all();
    }

    /// Waits for a signal, at most so long. True to stop.
    fn wait(&self, time: Duration) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .changed
            .wait_timeout_while(state, time, |state| !state.stop && !state.work)
            .unwrap_or_else(PoisonError::into_inner);
        state.work = false;
        state.stop
    }

    /// Waits the whole time, or until it is time to stop.
    fn sleep(&self, time: Duration) {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.changed.wait_timeout_while(state, time, |state| !state.stop);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn stopped(&self) -> bool {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).stop
    }
}

/// Wakes the worker of this process.
#[derive(Clone)]
pub(crate) struct Waker(Arc<Signal>);

impl Waker {
    /// There may be work.
    pub(crate) fn wake(&self) {
        self.0.set(|state| state.work = true);
    }
}

impl Worker {
    /// Starts the worker of this process. It has a store of its own, so that it sees what requests write.
    pub(crate) fn start(sandbox: Arc<Sandbox>) -> std::io::Result<Self> {
        let store = Store::open(&sandbox.folder.join("state.db")).map_err(std::io::Error::other)?;
        let lock = File::options().create(true).truncate(false).write(true).open(sandbox.folder.join(LOCK))?;
        let signal = Arc::new(Signal::default());
        let own = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("sandbox-worker".to_owned())
            .spawn(move || work(&sandbox, &store, &lock, &own))?;
        Ok(Self { signal, thread })
    }

    pub(crate) fn waker(&self) -> Waker {
        Waker(Arc::clone(&self.signal))
    }

    /// Lets the worker begin no further step.
    pub(crate) fn halt(&self) {
        self.signal.set(|state| state.stop = true);
    }

    /// Waits for the step that is being done, and ends the worker.
    pub(crate) fn stop(self) {
        self.halt();
        if self.thread.join().is_err() {
            tracing::error!("the sandbox's worker has panicked");
        }
    }
}

fn work(sandbox: &Arc<Sandbox>, store: &Store, lock: &File, signal: &Signal) {
    loop {
        match lock.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => tracing::error!(%error, "sandbox: no lock on {LOCK}"),
        }
        if signal.wait(POLL) {
            return;
        }
    }
    let noted = store.transaction(|tx| signals::set_endpoint(tx, sandbox.functions.url()));
    if let Err(error) = noted {
        tracing::error!(%error, "sandbox: where it answers was not noted");
    }
    // Closing the file, at the latest when the process dies, releases the lock. Records go on beside stacks: a function
    // may take minutes.
    std::thread::scope(|scope| {
        scope.spawn(|| match Store::open(&sandbox.folder.join("state.db")) {
            Ok(store) => {
                let caught_up = Cell::new(false);
                repeat(sandbox, &store, signal, RECORDS, &|time| signal.sleep(time), &|| {
                    carry_on(sandbox, &store, signal, &caught_up)
                });
            }
            Err(error) => tracing::error!(%error, "sandbox: no delivery"),
        });
        let rest = |time| {
            // Whether it is time to stop is asked right afterwards.
            let _stop: bool = signal.wait(time);
        };
        let events = Events::default();
        repeat(sandbox, store, signal, STACKS, &rest, &|| run(sandbox, store, signal, &events));
    });
}

/// Does some work whenever the store has changed, and now and then.
fn repeat(
    sandbox: &Sandbox,
    store: &Store,
    signal: &Signal,
    what: &'static str,
    rest: &dyn Fn(Duration),
    work: &dyn Fn() -> Result<(), AwsError>,
) {
    let mut seen = None;
    let mut asked: Option<Instant> = None;
    while !signal.stopped() {
        let version = store.data_version().ok();
        let due = asked.is_none_or(|asked| asked.elapsed() >= ASK);
        if version == seen && version.is_some() && !due {
            rest(POLL);
            continue;
        }
        seen = version;
        asked = Some(Instant::now());
        let failure = match catch_unwind(AssertUnwindSafe(work)) {
            Ok(Ok(())) => {
                sandbox.stuck.note(what, Ok(()));
                continue;
            }
            Ok(Err(error)) => error,
            Err(_) => AwsError::new(501, "SandboxFailure", "The sandbox has failed; its log tells more."),
        };
        tracing::error!(%failure, "sandbox: {what} cannot go on");
        // A store that is only busy is not worth a word.
        if failure.status != 503 {
            sandbox.stuck.note(what, Err(failure));
        }
        rest(REST);
    }
}

/// Steps until there is nothing to do.
fn run(sandbox: &Arc<Sandbox>, store: &Store, signal: &Signal, events: &Events) -> Result<(), AwsError> {
    let now = || clock::now(&sandbox.folder);
    while !signal.stopped() {
        match engine::step(store, &sandbox.registry, ACCOUNT, &sandbox.folder, &now)? {
            Progress::Idle => return events.send(sandbox, store),
            Progress::Worked => {
                let delay = step_delay(&sandbox.folder);
                if !delay.is_zero() {
                    signal.sleep(delay);
                }
            }
        }
    }
    Ok(())
}

/// Carries on until nothing is due, and moves the clock where somebody asked for it. The first thing is to put right what
/// became due while nobody worked.
fn carry_on(sandbox: &Arc<Sandbox>, store: &Store, signal: &Signal, caught_up: &Cell<bool>) -> Result<(), AwsError> {
    let now = || clock::now(&sandbox.folder);
    let invoke = |region: &str, invocation: &Invocation| invoke(sandbox, signal, region, invocation);
    let work = Work { store, account: ACCOUNT, folder: &sandbox.folder, now: &now, invoke: &invoke };
    if !caught_up.get() {
        work.catch_up()?;
        caught_up.set(true);
    }
    while !signal.stopped() && (work.round()? || work.move_clock()?) {}
    Ok(())
}

/// Invokes a function and waits for its answer, but not beyond the end of the worker: what is then left unanswered is
/// invoked again by the next one.
fn invoke(
    sandbox: &Arc<Sandbox>,
    signal: &Signal,
    region: &str,
    invocation: &Invocation,
) -> Option<Result<Vec<u8>, InvocationError>> {
    let (sender, answer) = std::sync::mpsc::channel();
    let (sandbox, region, invocation) = (Arc::clone(sandbox), region.to_owned(), invocation.clone());
    let started = std::thread::Builder::new().name("sandbox-invocation".to_owned()).spawn(move || {
        // Nobody listens any more where the worker has ended.
        sender.send(invoke_for_records(&sandbox, &region, &invocation)).unwrap_or_default();
    });
    if let Err(error) = started {
        return Some(Err(InvocationError::NotInvoked(error.to_string())));
    }
    loop {
        match answer.recv_timeout(POLL) {
            Ok(Err(InvocationError::NotInvoked(_))) if signal.stopped() => return None,
            Ok(answer) => return Some(answer),
            Err(RecvTimeoutError::Timeout) if !signal.stopped() => {}
            Err(RecvTimeoutError::Timeout) => return None,
            Err(RecvTimeoutError::Disconnected) => {
                return Some(Err(InvocationError::NotInvoked("the invocation panicked".to_owned())));
            }
        }
    }
}

/// Invokes a function for one that carries records on.
fn invoke_for_records(
    sandbox: &Arc<Sandbox>,
    region: &str,
    invocation: &Invocation,
) -> Result<Vec<u8>, InvocationError> {
    let invoked = sandbox
        .invoke_blocking(crate::functions::Invocation {
            region: region.to_owned(),
            function: invocation.function.clone(),
            qualifier: None,
            payload: invocation.payload.clone(),
        })
        .map_err(|error| InvocationError::NotInvoked(error.to_string()))?;
    if !invoked.failed {
        return Ok(invoked.payload);
    }
    let message = String::from_utf8_lossy(&invoked.payload).into_owned();
    Err(if message.contains("Task timed out") {
        InvocationError::TimedOut(message)
    } else {
        InvocationError::Failed(message)
    })
}
