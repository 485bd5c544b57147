//! Work that leaves something behind unless it comes to its end.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

static WANTED: AtomicBool = AtomicBool::new(false);
static TIDYING: AtomicBool = AtomicBool::new(false);
static TIDY: Notify = Notify::const_new();

/// True as soon as somebody interrupted the program.
pub(super) fn is_wanted() -> bool {
    WANTED.load(Ordering::SeqCst)
}

/// Does work that asks [`is_wanted`] now and then, and tidies up after itself before it ends.
pub(super) async fn tidy<T>(work: impl Future<Output = T>) -> T {
    TIDYING.store(true, Ordering::SeqCst);
    let outcome = work.await;
    TIDYING.store(false, Ordering::SeqCst);
    TIDY.notify_one();
    outcome
}

/// Somebody interrupted: goes on with what has to be tidied up, and no further.
pub(super) async fn finish<T>(mut work: std::pin::Pin<&mut impl Future<Output = T>>) {
    WANTED.store(true, Ordering::SeqCst);
    if TIDYING.load(Ordering::SeqCst) {
        tokio::select! {
            _ = &mut work => {}
            () = TIDY.notified() => {}
        }
    }
}
