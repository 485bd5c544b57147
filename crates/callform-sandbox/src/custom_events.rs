//! Events of custom resources on their way from the store to functions.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use crate::dispatch::Sandbox;
use crate::error::AwsError;
use crate::functions::Invocation;
use crate::signals::pending::{self, Pending};
use crate::signals::{self, Answer};
use crate::store::Store;

/// The events that this worker has given to functions. The next worker gives those again that are not answered by then.
#[derive(Default)]
pub(crate) struct Events(RefCell<BTreeSet<String>>);

impl Events {
    /// Gives all new events to their functions.
    pub(crate) fn send(&self, sandbox: &Arc<Sandbox>, store: &Store) -> Result<(), AwsError> {
        let found = store.transaction(pending::pending)?;
        let mut sent = self.0.borrow_mut();
        sent.retain(|id| found.iter().any(|pending| pending.request_id == *id));
        for pending in found {
            if sent.insert(pending.request_id.clone()) {
                send(sandbox, pending);
            }
        }
        Ok(())
    }
}

fn send(sandbox: &Arc<Sandbox>, pending: Pending) {
    let mut event = pending.event;
    let url = sandbox.store.transaction(|tx| {
        Ok(signals::answer_url(&sandbox.environment(tx, &pending.region), sandbox.functions.url(), &pending.inbox))
    });
    event["ResponseURL"] = url.unwrap_or_default().into();
    let invocation = Invocation {
        region: pending.region,
        function: pending.function,
        qualifier: None,
        payload: event.to_string().into_bytes(),
    };
    let own = Arc::clone(sandbox);
    let request_id = pending.request_id;
    sandbox.send(invocation, move |reason| {
        let answer = reason.map_or(Answer::Failed, Answer::NotInvoked);
        if let Err(error) = own.store.transaction(|tx| signals::answer(tx, &request_id, &answer)) {
            tracing::error!(%error, "sandbox: the fate of a custom resource's event was not noted");
        }
    });
}
