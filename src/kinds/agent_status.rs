//! An agent status.

use std::borrow::Cow;
use std::fmt;

use callform_aws::ObjectType;
use callform_source::Spanned;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::descriptor::{
    ArnForm, Builtins, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Section, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Kind, naming};

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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "agent_status",
    plural: "agent statuses",
    resource_type: "AWS::Connect::AgentStatus",
    prefix: "AgentStatus",
    is_single: false,
    lowering: Some(Lowering {
        section: "agent_statuses",
        names: |blueprint| keys(&blueprint.agent_statuses.0),
        lower: |resolver| resolver.agent_statuses(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("agent-state"),
        attribute: Some("AgentStatusArn"),
        parameter: "AgentStatusIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins { known: &["Available", "Offline"], objects: ObjectType::AgentStatus }),
    lifetime: Lifetime { is_retained: true, is_deletable: false, ..Lifetime::PLAIN },
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_agent_statuses(reading.instance))),
    drift: Drift {
        filled_in: &[("Type", FilledIn::Text("CUSTOM")), ("DisplayOrder", FilledIn::Anything)],
        written_together: &["Name", "Description", "State", "DisplayOrder"],
        ..Drift::PLAIN
    },
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn agent_statuses(&mut self) {
        for (key, status) in &self.blueprint().agent_statuses.0 {
            let status = status.as_ref();
            let name = status.and_then(|status| status.name.as_ref());
            let enabled = status.and_then(|status| status.enabled).unwrap_or(true);
            let properties = Members::of_instance()
                .with("Name", name.map_or_else(|| naming::display_name(key), |name| name.value.clone()))
                .with_some("Description", status.and_then(|status| status.description.as_ref()))
                .with("State", if enabled { "ENABLED" } else { "DISABLED" })
                .with_some("DisplayOrder", status.and_then(|status| status.order))
                .with_tags(status.and_then(|status| status.tags.as_ref()))
                .finish();
            let common = status.map_or(Common::NONE, |status| status.common());
            self.add(Kind::AgentStatus, key, common, properties);
        }
    }
}
