//! What has to be asked of an account for one plan, and what it answered.

use std::collections::{BTreeMap, BTreeSet};

/// An answer, or why there is none.
pub type Answer<T> = Result<T, String>;

/// What is worth knowing before a plan is applied. Everything in it is asked in bulk, but for names that are spelled out
/// and objects of S3, of which a center has few.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "questions that do not exclude one another")]
pub struct Questions {
    /// The caller's account.
    pub account: String,
    /// The instance, where it exists.
    pub instance: Option<String>,
    /// Types of Connect of which the plan makes more: what there is of them on the instance.
    pub objects: BTreeSet<String>,
    /// Types and names of resources outside Connect that the plan makes: whether they are taken.
    pub names: BTreeSet<(String, String)>,
    /// Buckets and keys that the plan needs: whether they are there.
    pub files: BTreeSet<(String, String)>,
    /// Secrets that CloudFormation reads for new and changed resources, by name or ARN: whether they are there.
    pub secrets: BTreeSet<String>,
    /// Whether users are made in an instance that exists: how they sign in.
    pub identity: bool,
    /// Whether the levels of the hierarchy are named: which there are.
    pub levels: bool,
    /// Kinds of data that the plan gives a place, in the words of Connect: where each is stored.
    pub storage: BTreeSet<String>,
    /// Whether an instance is made: which ones there are.
    pub instances: bool,
    /// Stacks the plan makes: how many there are already.
    pub new_stacks: usize,
    /// Whether the quotas of Amazon Connect matter.
    pub quotas: bool,
    /// IAM actions: whether the caller may call them.
    pub actions: BTreeSet<String>,
}

/// Something with a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

/// Who has a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// It is free.
    Nobody,
    /// Something in this account.
    Account,
    /// Something that the caller may not use, of another account perhaps.
    Other,
}

/// A quota as it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The value.
    pub value: u64,
    /// The resource it is applied to; `None` where it is the account's.
    pub resource: Option<String>,
}

/// What IAM would say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// It is allowed.
    Allowed,
    /// No policy allows it on every resource.
    NotAllowed,
    /// It is forbidden.
    Denied,
}

/// What an account answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The account.
    pub account: String,
    /// Objects of the instance by type.
    pub objects: BTreeMap<String, Answer<Vec<Named>>>,
    /// Who has a name, by type and name.
    pub names: BTreeMap<(String, String), Answer<Holder>>,
    /// Whether objects of S3 are there, by bucket and key.
    pub files: BTreeMap<(String, String), Answer<bool>>,
    /// Secrets that are not there.
    pub secrets: Option<Answer<BTreeSet<String>>>,
    /// How users sign in to the instance: `CONNECT_MANAGED`, `SAML` or `EXISTING_DIRECTORY`; none where it does not say.
    pub identity: Option<Answer<Option<String>>>,
    /// The names of the levels of the hierarchy, from the top.
    pub levels: Option<Answer<Vec<String>>>,
    /// Where each kind of data is stored, in words; none where it is not.
    pub storage: BTreeMap<String, Answer<Option<String>>>,
    /// The account's instances.
    pub instances: Option<Answer<Vec<Named>>>,
    /// How many stacks there are.
    pub stacks: Option<Answer<usize>>,
    /// Quotas of Amazon Connect, and of CloudFormation where they were asked for.
    pub quotas: Option<Answer<Vec<Quota>>>,
    /// What the caller may do; empty for the root of the account, which may do everything.
    pub permissions: Option<Answer<BTreeMap<String, Permission>>>,
}
