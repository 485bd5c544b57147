//! Customers and agents.

use std::collections::BTreeSet;

use callform_table::Moment;
use serde::{Deserialize, Serialize};

use crate::ids::{CollectionId, PersonId, ProfileId, UserId};
use crate::item::Tries;
use crate::pin::Pin;

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Calls.
    Customer,
    /// Is called.
    Agent,
}

/// How far a person's accounts are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// They are being made; who was to make them and died is found by what is due.
    Creating,
    /// They are there.
    #[default]
    Ready,
    /// They are being deleted.
    Deleting,
}

/// The routing profile of a collection's queue, while an agent has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// Whose queue.
    pub collection: CollectionId,
    /// The profile.
    pub profile: ProfileId,
}

/// An agent's user in Connect. There is no password here, nor anywhere else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// The name they sign in with.
    pub username: String,
    /// The user; nothing while it is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<UserId>,
    /// Where they sit. It is written before Connect is told, and taken away after Connect was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seat: Option<Seat>,
}

/// A customer or an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The person.
    pub id: PersonId,
    /// Their name, as whoever added them wrote it.
    pub name: String,
    /// What they do.
    pub role: Role,
    /// The collections they may take part in; of an agent at most one.
    #[serde(default)]
    pub collections: BTreeSet<CollectionId>,
    /// A customer's PIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// An agent's user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Account>,
    /// Wrong conversation PINs behind this person's PIN.
    #[serde(default)]
    pub wrong: Tries,
    /// When they were added.
    pub created: Moment,
    /// How far their accounts are.
    #[serde(default)]
    pub standing: Standing,
    /// When somebody has to look after their accounts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Moment>,
}

impl Person {
    /// The collection whose agent this is.
    pub fn agent_of(&self) -> Option<&CollectionId> {
        self.collections.first().filter(|_| self.role == Role::Agent)
    }

    /// Where an agent sits.
    pub fn seat(&self) -> Option<&Seat> {
        self.account.as_ref()?.seat.as_ref()
    }
}
