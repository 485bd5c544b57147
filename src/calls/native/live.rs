//! What things of the blueprint are called in the account.

use std::collections::BTreeMap;

use callform_call::Center;
use callform_call::event::QueueId;
use callform_call::test_case::run::{Resource, Used};
use callform_flow::catalog::ObjectKind;

use crate::model::{Address, Kind};
use crate::observe::Portrait;

/// Identifiers of the live center.
#[derive(Clone, Debug, Default)]
pub struct Live {
    ids: BTreeMap<Address, String>,
    numbers: BTreeMap<String, String>,
}

impl Live {
    /// Those that a look at the center has found.
    pub fn of(portrait: &Portrait) -> Self {
        let ids = portrait.resources.iter().map(|thing| (thing.address.clone(), thing.id.clone()));
        let numbers = portrait.numbers.iter().map(|number| (number.address.name.clone(), number.number.clone()));
        Self { ids: ids.collect(), numbers: numbers.collect() }
    }

    /// The id or ARN of a thing.
    pub(super) fn id(&self, kind: Kind, name: &str) -> Option<&str> {
        self.ids.get(&Address::new(kind, name.to_owned())).map(String::as_str)
    }

    /// The number of a key, E.164.
    pub(super) fn number(&self, name: &str) -> Option<&str> {
        self.numbers.get(name).map(String::as_str)
    }

    /// The id or ARN of what a block uses.
    pub(super) fn used(&self, used: &Used, center: &Center) -> Option<String> {
        let id = |kind: Kind, name: Option<&str>| self.id(kind, name?).map(str::to_owned);
        match &used.resource {
            Resource::Named(name) => name.starts_with("arn:").then(|| name.to_string()),
            Resource::Known(ObjectKind::Queue, at) => self.queue(QueueId::Queue(*at), center),
            Resource::Known(ObjectKind::HoursOfOperation, at) => {
                id(Kind::Hours, center.hours().get(*at).map(|hours| &*hours.name))
            }
            Resource::Known(ObjectKind::LambdaFunction, at) => {
                id(Kind::LambdaAlias, center.functions().get(*at).map(|function| &*function.name))
            }
            Resource::Known(..) => None,
        }
    }

    /// The ARN of a queue; none for those of agents.
    pub(super) fn queue(&self, queue: QueueId, center: &Center) -> Option<String> {
        let QueueId::Queue(at) = queue else { return None };
        self.id(Kind::Queue, &center.queues().get(at)?.key).map(str::to_owned)
    }
}
