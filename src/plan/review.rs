//! What a reviewer has to know beside the changes themselves.

use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::PropertyChange;
use crate::model::Address;

/// What a plan is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// The live center becomes as the blueprint has it.
    Apply,
    /// The center is taken away.
    Destroy,
    /// What was changed by hand is taken back.
    Revert,
    /// Two blueprints are compared; there is nothing to apply.
    Compare,
}

/// What a change touches, the changed resource itself included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Impact {
    /// Phone numbers whose callers may notice.
    pub phone_numbers: Vec<Address>,
    /// Flows and modules that refer to it, directly or through others.
    pub flows: Vec<Address>,
    /// Queues that refer to it.
    pub queues: Vec<Address>,
    /// Users who may notice.
    pub agents: Vec<Address>,
}

impl Impact {
    /// True where nothing is touched.
    pub fn is_empty(&self) -> bool {
        let Self { phone_numbers, flows, queues, agents } = self;
        phone_numbers.is_empty() && flows.is_empty() && queues.is_empty() && agents.is_empty()
    }
}

/// A phone number that is answered now, and that callers may find changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LiveNumber {
    /// The number.
    pub address: Address,
    /// The flow that answers it, by name where that is known.
    pub flow: String,
    /// The hours its flow and what that leads to ask for, as they are deployed.
    pub schedules: Vec<Schedule>,
}

/// Hours of operation, as CloudFormation and Connect write them: `TimeZone`, `Config` and `HoursOfOperationOverrides`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Its own.
    pub hours: Json,
    /// Those whose overrides it inherits.
    pub inherited: Vec<Json>,
}

/// Something that was changed by hand since the last apply.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandChange {
    /// The resource.
    pub address: Address,
    /// The stack it is in.
    pub stack: String,
    /// Its name in the stack's template.
    pub logical_id: String,
    /// What differs: `before` is what was last applied, `after` is live. `None` where the resource was deleted.
    pub property: Option<PropertyChange>,
    /// What the plan does about it.
    pub outcome: HandOutcome,
}

/// What happens to something that was changed by hand when the plan is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HandOutcome {
    /// The plan changes the same property: the blueprint's value comes.
    Overwritten,
    /// The live value is what the blueprint says now.
    AsWanted,
    /// The plan does not touch it: CloudFormation changes only what differs from what it applied last.
    Kept,
    /// It is deleted or replaced anyway.
    Gone,
    /// The plan changes something that is not there any more: applying will fail.
    Fails,
}

/// What CloudFormation said about a stack that the plan updates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeSetCheck {
    /// The stack.
    pub stack: String,
    /// What came of it.
    pub outcome: ChangeSetOutcome,
}

/// Whether CloudFormation's change set and the plan agree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeSetOutcome {
    /// Both have the same actions and replacements.
    Agrees {
        /// How many resources the change set has.
        resources: usize,
    },
    /// They differ.
    Differs(Vec<Disagreement>),
    /// CloudFormation refused to make one; its reason.
    Refused(String),
}

/// A resource that CloudFormation would treat otherwise than the plan says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disagreement {
    /// The resource, where the plan knows it.
    pub address: Option<Address>,
    /// Its name in the template.
    pub logical_id: String,
    /// What the plan does, in a word: `update`.
    pub plan: String,
    /// What CloudFormation would do, in a word: `replace`.
    pub change_set: String,
}
