//! Who works in the center: hierarchy, agent statuses, security profiles, users.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use callform_source::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::notation::{Duration, Name, Password, Section, resource};

/// The agent hierarchy.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hierarchy {
    /// Names of the levels, from the top; 5 at most, 50 characters each.
    pub levels: Vec<Spanned<String>>,
    /// The groups, nested as deep as there are levels: `KWGlobal: { Consulting: { Shanghai: {} } }`. Elsewhere a group
    /// is named by its path, `KWGlobal/Consulting`.
    pub groups: Groups,
    /// Groups that had another path before: new path to old path. Keeps them instead of replacing them.
    pub renamed: BTreeMap<String, Spanned<String>>,
}

/// Groups of one level, each with the groups below it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Groups(pub Section<Option<Groups>>);

resource! {
    /// A status agents can choose, besides the built-in Available and Offline.
    #[derive(Default)]
    pub struct AgentStatus {
        /// Name in Connect. Default: the key.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Whether agents can choose it. Default: true. (Connect cannot delete a status, only disable it.)
        pub enabled: Option<bool>,
        /// Position in the list, 1 to 50.
        pub order: Option<u32>,
    }
}

/// Agent statuses: a list of names, or names with details.
#[derive(Clone, Debug, Default)]
pub struct AgentStatuses(pub Section<Option<AgentStatus>>);

impl<'de> Deserialize<'de> for AgentStatuses {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AgentStatusesVisitor)
    }
}

struct AgentStatusesVisitor;

impl<'de> Visitor<'de> for AgentStatusesVisitor {
    type Value = AgentStatuses;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of names, or names with details")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<AgentStatuses, A::Error> {
        let names: Vec<Spanned<String>> = Vec::deserialize(SeqAccessDeserializer::new(list))?;
        Ok(AgentStatuses(names.into_iter().map(|name| (name, None)).collect()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AgentStatuses, A::Error> {
        Section::deserialize(MapAccessDeserializer::new(map)).map(AgentStatuses)
    }
}

impl JsonSchema for AgentStatuses {
    fn schema_name() -> Cow<'static, str> {
        "AgentStatuses".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let detailed = generator.subschema_for::<Section<Option<AgentStatus>>>();
        let names = json_schema!({ "type": "array", "items": { "type": "string" }, "uniqueItems": true });
        json_schema!({ "anyOf": [names, detailed] })
    }
}

resource! {
    /// A set of permissions for users.
    pub struct SecurityProfile {
        /// Name in Connect; cannot be changed without replacing the profile.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Permissions, by their API names, such as `BasicAgentAccess`.
        #[serde(default)]
        pub permissions: Vec<Spanned<String>>,
        /// Limits users to resources with certain tags or of one part of the hierarchy.
        #[serde(default)]
        pub access_control: AccessControl,
        /// Third-party applications its users may open.
        #[serde(default)]
        pub applications: Vec<Application>,
    }
}

/// What users of a security profile may see.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AccessControl {
    /// Tags a resource must carry; 4 at most.
    pub tags: BTreeMap<String, String>,
    /// Kinds of resources that `tags` applies to, such as `User` or `Queue`.
    pub tag_restricted: Vec<Spanned<String>>,
    /// The hierarchy group users must belong to, by its path.
    pub hierarchy_group: Option<Name>,
    /// Kinds of resources that `hierarchy_group` applies to, such as `User`.
    pub hierarchy_restricted: Vec<Spanned<String>>,
}

/// A third-party application and what may be done in it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The application's namespace.
    pub namespace: String,
    /// Its permissions, such as `ACCESS`.
    pub permissions: Vec<String>,
}

resource! {
    /// A user; the key is the username.
    #[derive(Default)]
    pub struct User {
        /// The full name; the last word is the last name. Give this, or `first_name` and `last_name`.
        pub name: Option<Spanned<String>>,
        /// First name.
        pub first_name: Option<Spanned<String>>,
        /// Last name.
        pub last_name: Option<Spanned<String>>,
        /// E-mail address; not with `identity: saml`, where it is the username.
        pub email: Option<Spanned<String>>,
        /// A second e-mail address, for notifications.
        pub secondary_email: Option<Spanned<String>>,
        /// Mobile number in E.164 form.
        pub mobile: Option<Spanned<String>>,
        /// The routing profile. Default: `builtin/Basic Routing Profile`.
        pub profile: Option<Name>,
        /// Security profiles, 1 to 10.
        #[serde(default)]
        pub security: Vec<Name>,
        /// The hierarchy group, by its path.
        pub group: Option<Name>,
        /// How the user takes calls. Default: a soft phone.
        pub phone: Option<Phone>,
        /// The first password, as a reference to a secret; only with `identity: connect-managed`.
        pub password: Option<Password>,
        /// The user's id in the directory, with `identity: existing-directory`.
        pub directory_user_id: Option<Spanned<String>>,
        /// What the user is good at: predefined attribute to value to level (1 to 5).
        #[serde(default)]
        pub proficiencies: BTreeMap<String, BTreeMap<String, u8>>,
    }
}

/// How a user takes calls.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Phone {
    /// `soft` (in the browser) or `desk`. Default: `soft`, or `desk` where a number is given.
    #[serde(rename = "type")]
    pub kind: Option<Spanned<PhoneKind>>,
    /// The desk phone's number in E.164 form.
    pub number: Option<Spanned<String>>,
    /// Accept calls without a click. Default: false.
    pub auto_accept: Option<bool>,
    /// Time for work after a contact. Default: `0s`, which means without limit.
    pub after_contact_work: Option<Duration>,
    /// Keep the connection open between calls (soft phone). Default: false.
    pub persistent: Option<bool>,
}

/// A kind of phone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PhoneKind {
    /// A phone in the browser.
    #[default]
    Soft,
    /// A phone on the desk, reached by its number.
    Desk,
}
