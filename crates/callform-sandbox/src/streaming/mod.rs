//! What happens without a request: delivery streams and event source mappings carry records on, contacts live.
//!
//! Each has a `step` that does the next thing there is to do in one transaction, or says which function has to be
//! invoked first; `settle` takes the answer in another transaction. Nothing else is kept anywhere, so that a process
//! that is killed loses nothing: the next one asks `step` again.
//!
//! Buffers fill and run out by the sandbox's clock. `callform sandbox advance` moves that clock and waits until nothing
//! is due any more, so that no test has to wait for real minutes.

use std::path::Path;
use std::time::SystemTime;

use crate::connect::live;
use crate::error::AwsError;
use crate::handler::Environment;
pub(crate) use crate::services::carrying::{Answer, Invocation, InvocationError, Step};
use crate::services::{firehose, lambda, sns};
use crate::store::{Store, Tx};

/// Who carries records on.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Consumer {
    DeliveryStream {
        region: String,
        name: String,
    },
    Mapping {
        region: String,
        uuid: String,
    },
    /// Messages of topics that functions have to get.
    Notifications {
        region: String,
    },
    /// Contacts of an instance of Connect, and its agents.
    Contacts {
        region: String,
        instance: String,
    },
}

impl Consumer {
    fn all(tx: &Tx) -> Result<Vec<Self>, AwsError> {
        let streams = firehose::all(tx)?.into_iter().map(|(region, name)| Self::DeliveryStream { region, name });
        let mappings = lambda::event_sources::all(tx)?.into_iter();
        let mappings = mappings.map(|(region, uuid)| Self::Mapping { region, uuid });
        let notifications = sns::delivery::regions(tx)?.into_iter().map(|region| Self::Notifications { region });
        let contacts = live::instances(tx)?.into_iter();
        let contacts = contacts.map(|(region, instance)| Self::Contacts { region, instance });
        Ok(streams.chain(mappings).chain(notifications).chain(contacts).collect())
    }

    fn region(&self) -> &str {
        match self {
            Self::DeliveryStream { region, .. }
            | Self::Mapping { region, .. }
            | Self::Notifications { region }
            | Self::Contacts { region, .. } => region,
        }
    }

    fn step(&self, environment: &Environment) -> Result<Step, AwsError> {
        match self {
            Self::DeliveryStream { name, .. } => firehose::delivery::step(environment, name),
            Self::Mapping { uuid, .. } => lambda::event_sources::step(environment, uuid),
            Self::Notifications { .. } => sns::delivery::step(environment),
            Self::Contacts { instance, .. } => live::step(environment, instance),
        }
    }

    fn is_due(&self, environment: &Environment) -> Result<bool, AwsError> {
        match self {
            Self::DeliveryStream { name, .. } => firehose::delivery::is_due(environment, name),
            Self::Mapping { uuid, .. } => lambda::event_sources::is_due(environment, uuid),
            // There is one only while something is to be delivered.
            Self::Notifications { .. } => Ok(true),
            Self::Contacts { instance, .. } => live::is_due(environment, instance),
        }
    }

    fn settle(
        &self,
        environment: &Environment,
        invocation: &Invocation,
        answer: &Result<Vec<u8>, InvocationError>,
    ) -> Result<(), AwsError> {
        match self {
            Self::DeliveryStream { name, .. } => firehose::delivery::settle(environment, name, answer),
            Self::Mapping { uuid, .. } => lambda::event_sources::settle(environment, uuid, invocation.part, answer),
            Self::Notifications { .. } => sns::delivery::settle(environment, answer),
            Self::Contacts { instance, .. } => live::settle(environment, instance, invocation.part, answer),
        }
    }
}

/// Where the worker of records works.
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

    /// Gives every consumer one step. True where any of them did something.
    pub(crate) fn round(&self) -> Result<bool, AwsError> {
        let mut worked = false;
        for consumer in self.store.transaction(Consumer::all)? {
            match self.within(consumer.region(), |environment| consumer.step(environment))? {
                Step::Idle => {}
                Step::Worked => worked = true,
                Step::Invoke(invocation) => {
                    let Some(answer) = (self.invoke)(consumer.region(), &invocation) else { return Ok(false) };
                    self.within(consumer.region(), |environment| consumer.settle(environment, &invocation, &answer))?;
                    worked = true;
                }
            }
        }
        Ok(worked)
    }
}

/// True where nothing is due: no record waits for anything but the clock.
pub(crate) fn is_settled(store: &Store, account: &str, folder: &Path) -> Result<bool, AwsError> {
    let now = crate::clock::now(folder);
    store.transaction(|tx| {
        for consumer in Consumer::all(tx)? {
            if consumer.is_due(&Environment { tx, account, region: consumer.region(), now, folder })? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

#[cfg(test)]
mod tests;
