//! What happens without a request: records travel, times come, events are told.
//!
//! Whatever does so is a [`Carrier`]. Its `step` does the next thing there is to do in one transaction, or says which
//! function has to be invoked first; `settle` takes the answer in another transaction. Nothing else is kept anywhere, so
//! that a process that is killed loses nothing: the next one asks `step` again.
//!
//! Everything goes by the sandbox's clock. Each carrier also says when it has something to do next ([`Carrier::next_due`]),
//! so that `callform sandbox advance` can go from one such time to the next ([`advance`]).

pub(crate) mod advance;

use std::path::Path;
use std::time::SystemTime;

use crate::connect::live::Contacts;
use crate::delivery::{Buses, Clockwork, Parcels};
use crate::error::AwsError;
use crate::executions::Executions;
use crate::handler::Environment;
use crate::services::carrying::Carrier;
pub(crate) use crate::services::carrying::{Answer, Invocation, InvocationError, Step};
use crate::services::{firehose, lambda, sns};
use crate::store::{Store, Tx};
use crate::transcribe::Jobs;

/// All that is carried on. The order is that of the steps of one round.
static CARRIERS: &[&dyn Carrier] = &[
    &Clockwork,
    &Buses,
    &Parcels,
    &lambda::asynchronous::Events,
    &firehose::delivery::DeliveryStreams,
    &lambda::event_sources::Mappings,
    &sns::delivery::Notifications,
    &Executions,
    &Contacts,
    &Jobs,
];

/// One thing there is work on.
struct Job {
    carrier: &'static dyn Carrier,
    region: String,
    name: String,
}

impl Job {
    fn all(tx: &Tx) -> Result<Vec<Self>, AwsError> {
        let mut jobs = Vec::new();
        for carrier in CARRIERS.iter().copied() {
            let own = carrier.all(tx)?.into_iter();
            jobs.extend(own.map(|(region, name)| Self { carrier, region, name }));
        }
        Ok(jobs)
    }
}

/// Where the worker works.
pub(crate) struct Work<'a> {
    pub(crate) store: &'a Store,
    pub(crate) account: &'a str,
    pub(crate) folder: &'a Path,
    /// The sandbox's clock.
    pub(crate) now: &'a dyn Fn() -> SystemTime,
    /// Invokes a function; `None` where the work is to end instead.
    pub(crate) invoke: &'a dyn Fn(&str, &Invocation) -> Option<Answer>,
}

impl Work<'_> {
    fn within<R>(&self, region: &str, work: impl FnOnce(&Environment) -> Result<R, AwsError>) -> Result<R, AwsError> {
        let (account, folder) = (self.account, self.folder);
        self.store.transaction(|tx| work(&Environment { tx, account, region, now: (self.now)(), folder }))
    }

    /// Puts right what became due while nobody served the sandbox; to be called once before the first round.
    pub(crate) fn catch_up(&self) -> Result<(), AwsError> {
        CARRIERS.iter().try_for_each(|carrier| self.within("", |environment| carrier.catch_up(environment)))
    }

    /// Gives everything one step. True where any of them did something.
    pub(crate) fn round(&self) -> Result<bool, AwsError> {
        let mut worked = false;
        for Job { carrier, region, name } in self.store.transaction(Job::all)? {
            match self.within(&region, |environment| carrier.step(environment, &name))? {
                Step::Idle => {}
                Step::Worked => worked = true,
                Step::Invoke(invocation) => {
                    let Some(answer) = (self.invoke)(&region, &invocation) else { return Ok(false) };
                    self.within(&region, |environment| carrier.settle(environment, &name, &invocation, &answer))?;
                    worked = true;
                }
            }
        }
        Ok(worked)
    }

    /// When there is something to do next.
    pub(crate) fn next_due(&self) -> Result<Option<SystemTime>, AwsError> {
        let (account, folder, now) = (self.account, self.folder, (self.now)());
        self.store.transaction(|tx| {
            let mut earliest: Option<SystemTime> = None;
            for Job { carrier, region, name } in Job::all(tx)? {
                let environment = Environment { tx, account, region: &region, now, folder };
                let due = carrier.next_due(&environment, &name)?;
                earliest = earliest.into_iter().chain(due).min();
            }
            Ok(earliest)
        })
    }
}

#[cfg(test)]
mod tests;
