//! Stage 6a: what exists, as plain data.

use std::collections::BTreeMap;

use callform_aws::Beside;
use serde_json::{Map, Value};

use crate::model::{Address, Kind};

/// What was found in the account, as far as it concerns one center.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inventory {
    /// The Connect instance, where it exists.
    pub instance: Option<ObservedInstance>,
    /// The center's deployed stacks, by name.
    pub stacks: BTreeMap<String, DeployedStack>,
    /// Objects every instance has, by kind and name, with their ids (bare, not ARNs).
    pub builtins: BTreeMap<(Kind, String), String>,
    /// Live properties of the center's resources; filled only where asked for (drift).
    pub live: BTreeMap<(String, String), LiveResource>,
    /// Phone number (physical id) -> flow id answered with, for every number of the instance.
    pub phone_number_flows: BTreeMap<String, String>,
    /// The instance's phone numbers by their E.164 form; filled only where the blueprint takes numbers over.
    pub phone_numbers: BTreeMap<String, ObservedPhoneNumber>,
    /// The instance's agent statuses by their names, without the built-in ones; filled only where the blueprint has some.
    pub agent_statuses: BTreeMap<String, ObservedStatus>,
    /// The settings of an instance that is not the center's own, by CloudFormation's names; filled only where the center
    /// has some of them.
    pub instance_settings: BTreeMap<String, bool>,
    /// The name of the artifact bucket, where it exists.
    pub artifact_bucket: Option<String>,
    /// What was kept when stacks of the center were deleted, or will be when an incomplete one is, and is still there;
    /// by logical ID. Filled only where a plan is made.
    pub kept: BTreeMap<String, KeptResource>,
    /// What was kept, too, and nobody can say of whether it is still there: with the reason, by logical ID.
    pub unseen: BTreeMap<String, (KeptResource, String)>,
}

/// A resource that a deletion policy kept.
#[derive(Clone, Debug, PartialEq)]
pub struct KeptResource {
    /// CloudFormation type.
    pub resource_type: String,
    /// What CloudFormation knows it by.
    pub physical_id: String,
    /// Its definition in the template it was last applied with, where that is known.
    pub definition: Option<Value>,
    /// The properties it has now, where its type has nothing else to find it by than these.
    pub live: Option<Map<String, Value>>,
}

/// The instance as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedInstance {
    /// Instance id (a UUID).
    pub id: String,
    /// ARN.
    pub arn: String,
    /// Alias, where it has one.
    pub alias: Option<String>,
}

/// A phone number that is claimed for the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedPhoneNumber {
    /// ARN: what CloudFormation knows it by.
    pub arn: String,
    /// Country, as two letters.
    pub country: String,
    /// The API's word for its kind, such as `TOLL_FREE`.
    pub kind: String,
}

/// An agent status of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObservedStatus {
    /// ARN: what CloudFormation knows it by.
    pub arn: String,
    /// `ENABLED` or `DISABLED`.
    pub state: String,
}

/// A stack as it was last applied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DeployedStack {
    /// The stack's name.
    pub name: String,
    /// Its id (an ARN).
    pub id: String,
    /// Its status, such as `UPDATE_COMPLETE`.
    pub status: String,
    /// The template that was last applied, parsed.
    pub template: Value,
    /// Parameter values that were last applied.
    pub parameters: BTreeMap<String, String>,
    /// Physical ids of its resources, by logical ID; only those that exist.
    pub physical_ids: BTreeMap<String, String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Termination protection.
    pub termination_protection: bool,
}

/// A resource as it is now.
#[derive(Clone, Debug, PartialEq)]
pub enum LiveResource {
    /// Its properties in CloudFormation's names and shape.
    Present {
        /// The properties that are set.
        properties: Map<String, Value>,
        /// Paths of properties that were not read, set or not: `IdentityInfo/Email`, `List/*/Member`.
        unread: Vec<String>,
        /// What CloudFormation says about properties that were not read and that the template names.
        told: Option<Told>,
    },
    /// CloudFormation compared it.
    Compared {
        /// What it says.
        told: Told,
        /// What the resource has beside its template; the reason where that could not be read.
        beside: Result<Vec<Beside>, String>,
    },
    /// It was deleted outside CloudFormation.
    Gone,
    /// It could not be read.
    NotChecked {
        /// Why.
        reason: String,
        /// True where a call failed; false where nobody can read it.
        failed: bool,
    },
}

/// CloudFormation's comparison of a resource: the properties the template names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// As the template has them, resolved.
    pub expected: Map<String, Value>,
    /// Their live values.
    pub actual: Map<String, Value>,
}

/// The status of a stack whose import was rolled back: as it was before, or, where it was to begin with that, empty.
pub(crate) const NEVER_IMPORTED: &str = "IMPORT_ROLLBACK_COMPLETE";

/// The member of `Metadata.Callform` of a resource that notes what was applied of the instance's settings.
pub(crate) const SETTINGS_NOTE: &str = "Settings";

/// The settings that a resource of a template notes.
pub(crate) fn settings_in(resource: &Value) -> BTreeMap<String, bool> {
    let noted = resource.pointer(&format!("/Metadata/Callform/{SETTINGS_NOTE}")).and_then(Value::as_object);
    noted.into_iter().flatten().filter_map(|(name, value)| Some((name.clone(), value.as_bool()?))).collect()
}

/// The member of `Metadata.Callform` of a resource whose revert is under way: its template is not what is meant.
pub(crate) const REVERT_NOTE: &str = "Reverting";

impl DeployedStack {
    /// False for a stack that was never completely made or is on its way out: all CloudFormation lets one do with it is
    /// delete it. What is in it counts as not deployed.
    pub fn exists(&self) -> bool {
        const GONE: [&str; 6] = [
            "REVIEW_IN_PROGRESS",
            "CREATE_FAILED",
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
            "DELETE_FAILED",
            "DELETE_COMPLETE",
        ];
        let is_empty_import = self.status == NEVER_IMPORTED && self.physical_ids.is_empty();
        !GONE.contains(&self.status.as_str()) && !is_empty_import
    }

    /// The address a deployed resource was rendered from, out of its `Metadata.Callform.Address`.
    pub fn address_of(&self, logical_id: &str) -> Option<Address> {
        let text = self.template.pointer(&format!("/Resources/{logical_id}/Metadata/Callform/Address"))?.as_str()?;
        text.parse().ok()
    }
}
