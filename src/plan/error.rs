//! Why there is no plan.

use super::Action;
use crate::model::{Address, Kind};

/// Why no plan can be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// CloudFormation is working on a stack.
    #[error("the stack {stack} is {status}; wait until CloudFormation is done with it")]
    Busy {
        /// The stack.
        stack: String,
        /// Its status.
        status: String,
    },
    /// The instance the blueprint names is not there.
    #[error("there is no Connect instance `{0}`")]
    NoInstance(String),
    /// A built-in object is not in the instance.
    #[error("the instance has no {} `{name}` (builtin/{name})", kind.word().replace('_', " "))]
    NoBuiltin {
        /// What it is.
        kind: Kind,
        /// Its name.
        name: String,
    },
    /// A number that is to be taken over is not claimed for the instance.
    #[error("the instance has no phone number {number}; claim it first, or remove `existing:` to claim another one")]
    NoPhoneNumber {
        /// The resource.
        address: Address,
        /// The number, in E.164 form.
        number: String,
    },
    /// A number that is to be taken over is of another kind than the blueprint says.
    #[error("the phone number {number} has the {member} {live}, and the blueprint says {wanted}")]
    PhoneNumberDiffers {
        /// The resource.
        address: Address,
        /// The number, in E.164 form.
        number: String,
        /// The blueprint's member: `country` or `type`.
        member: &'static str,
        /// What the blueprint says.
        wanted: String,
        /// What the number has.
        live: String,
    },
    /// A number that is to be taken over is managed already.
    #[error("the phone number {number} is {by} already; if that was renamed, say so with `renamed_from:`")]
    TakenOverTwice {
        /// The resource.
        address: Address,
        /// The number, in E.164 form.
        number: String,
        /// The resource it is.
        by: Address,
    },
    /// `existing:` names another number than the one that was taken over or claimed.
    #[error("this phone number is {managed}, and cannot become {number}; give {number} a key of its own")]
    OtherPhoneNumber {
        /// The resource.
        address: Address,
        /// The number of the blueprint, in E.164 form.
        number: String,
        /// The number that is managed.
        managed: String,
    },
    /// `prevent_destroy: true` forbids what would happen.
    #[error("{address} has `prevent_destroy: true` and would be {}", if *action == Action::Replace { "replaced" } else { "deleted" })]
    Prevented {
        /// The resource.
        address: Address,
        /// [`Action::Replace`] or [`Action::Delete`].
        action: Action,
    },
    /// A user was renamed in the blueprint.
    #[error(
        "{address} was {before}, and Connect cannot change a username; remove `renamed_from` and `id`, and a new user is made in place of the old one"
    )]
    RenamedUser {
        /// The user.
        address: Address,
        /// The name it is deployed under.
        before: Address,
    },
    /// A name is still taken when CloudFormation wants to give it.
    #[error("{}", name_taken(address, name, by.as_ref()))]
    NameTaken {
        /// The resource that is to get the name.
        address: Address,
        /// The name.
        name: String,
        /// What has it; none where that is the resource itself, which has to be made anew.
        by: Option<Address>,
    },
    /// A resource would be made anew because what ties it to the deployed one is gone from the blueprint.
    #[error("{}", forgotten(address, logical_id))]
    Forgotten {
        /// The resource.
        address: Address,
        /// Its name in the deployed template.
        logical_id: String,
    },
    /// The instance would be made anew, and everything is in it.
    #[error(
        "the instance cannot be made anew in one apply ({} cannot change in place): {} in it would be lost with the old \
         one before {} there again",
        properties.join(" and "),
        if *inside == 1 { "1 resource".to_owned() } else { format!("{inside} resources") },
        if *inside == 1 { "it is" } else { "they are" },
    )]
    InstanceReplaced {
        /// The instance.
        address: Address,
        /// The properties because of which, or what else is the reason.
        properties: Vec<String>,
        /// How many resources are in the instance.
        inside: usize,
    },
    /// The center is in another instance than the blueprint names.
    #[error(
        "the center is in the instance {deployed}, and the blueprint has it in {wanted}; a center cannot move to another instance"
    )]
    OtherInstance {
        /// ARN of the instance its stacks were applied to.
        deployed: String,
        /// ARN of the instance that the blueprint means.
        wanted: String,
    },
    /// What is deployed and what is wanted need one another in a way no order of operations solves.
    #[error("no order of stack operations leads to the blueprint; these stacks wait for one another: {}", stacks.join(", "))]
    NoOrder {
        /// The stacks that are not done.
        stacks: Vec<String>,
    },
}

impl PlanError {
    /// The resource of the blueprint it is about, where it is about one.
    pub fn address(&self) -> Option<&Address> {
        match self {
            Self::NoPhoneNumber { address, .. }
            | Self::PhoneNumberDiffers { address, .. }
            | Self::TakenOverTwice { address, .. }
            | Self::OtherPhoneNumber { address, .. }
            | Self::Prevented { address, .. }
            | Self::RenamedUser { address, .. }
            | Self::NameTaken { address, .. }
            | Self::InstanceReplaced { address, .. }
            | Self::Forgotten { address, .. } => Some(address),
            Self::Busy { .. }
            | Self::NoInstance(_)
            | Self::NoBuiltin { .. }
            | Self::OtherInstance { .. }
            | Self::NoOrder { .. } => None,
        }
    }

    /// What to do about it, where the message does not say that.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::InstanceReplaced { .. } | Self::OtherInstance { .. } => Some(
                "do it in two steps: 1. give the blueprint another `center:` too and apply it, which makes a second \
                 center beside this one; 2. when nobody needs the old one any more, `callform destroy` it with its old \
                 blueprint",
            ),
            Self::Prevented { action: Action::Replace, .. } => Some(
                "take back what makes it anew; or, to have it made anew, set `prevent_destroy: false` and apply with the \
                 flag that the plan asks for",
            ),
            Self::Prevented { .. } => Some(
                "put it back into the blueprint; or, to delete it, set `prevent_destroy: false` there, apply, and take it \
                 out then",
            ),
            _ => None,
        }
    }
}

fn forgotten(address: &Address, logical_id: &str) -> String {
    let advice = if address.kind == Kind::HierarchyGroup {
        format!("keep what `hierarchy:` says under `renamed:` about {}", address.name)
    } else {
        format!("keep its `renamed_from`, or write `id: {logical_id}`")
    };
    format!("{address} is deployed as `{logical_id}`, and would be made anew and the old one deleted; {advice}")
}

fn name_taken(address: &Address, name: &str, by: Option<&Address>) -> String {
    match by {
        None => format!(
            "{address} has to be made anew, and CloudFormation makes the new one while the old one still has the name \
             `{name}`; give it another `name:` as well"
        ),
        Some(by) => format!(
            "{address} cannot get the name `{name}` while {by} still has it, and CloudFormation deletes and renames when \
             it has made what is new; apply without {address} first, or give it another `name:`"
        ),
    }
}
