//! A security profile.

use std::collections::BTreeMap;

use callform_aws::ObjectType;
use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Builtins, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, resource};
use crate::model::members::{Members, tag};
use crate::model::resolver::Resolver;
use crate::model::{Attribute, Kind, Value, naming};

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
        /// Flow modules that AI agents may use as tools (MCP) for its users; 10 at most.
        #[serde(default)]
        pub flow_modules: Vec<Name>,
        /// Values of attributes of data tables that its users may see or edit; 5 attributes at most.
        #[serde(default)]
        pub data_tables: Vec<DataTableAccess>,
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

/// Rows of data tables, by the values of a primary attribute.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DataTableAccess {
    /// The primary attribute.
    pub attribute: String,
    /// Its values.
    pub values: Vec<String>,
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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "security_profile",
    plural: "security profiles",
    resource_type: "AWS::Connect::SecurityProfile",
    prefix: "SecurityProfile",
    is_single: false,
    lowering: Some(Lowering {
        section: "security_profiles",
        names: |blueprint| keys(&blueprint.security_profiles),
        lower: |resolver| resolver.security_profiles(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("security-profile"),
        attribute: Some("SecurityProfileArn"),
        parameter: "SecurityProfileIds",
    },
    name: Some(UniqueName::in_instance("/SecurityProfileName")),
    lookup: None,
    builtins: Some(Builtins {
        known: &["Admin", "Agent", "CallCenterManager", "QualityAnalyst"],
        objects: ObjectType::SecurityProfile,
    }),
    lifetime: Lifetime::held_losing("its users lose its permissions"),
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_security_profiles(reading.instance, reading.managed))),
    drift: Drift { written_together: &["Description", "Permissions"], ..Drift::PLAIN },
    service: Service::limited("L-F325A715", "Security profiles per instance", 100),
    checks: Checks::PLAIN,
};

impl Resolver<'_> {
    pub(crate) fn security_profiles(&mut self) {
        for (key, profile) in &self.blueprint().security_profiles {
            let access = &profile.access_control;
            let group = access.hierarchy_group.as_ref();
            let name = &profile.name;
            let properties = Members::of_instance()
                .with(
                    "SecurityProfileName",
                    name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()),
                )
                .with_some("Description", profile.description.as_ref())
                .with_list("Permissions", sorted(&profile.permissions))
                .with_list("AllowedAccessControlTags", access.tags.iter().map(|(key, value)| tag(key, value)).collect())
                .with_list("TagRestrictedResources", sorted(&access.tag_restricted))
                .with_some(
                    "AllowedAccessControlHierarchyGroupId",
                    group.map(|group| self.reference(Kind::HierarchyGroup, group, Attribute::Id)),
                )
                .with_list("HierarchyRestrictedResources", sorted(&access.hierarchy_restricted))
                .with_list(
                    "Applications",
                    profile
                        .applications
                        .iter()
                        .map(|application| {
                            let permissions = application.permissions.iter().map(|name| name.as_str().into()).collect();
                            Members::new()
                                .with("Namespace", application.namespace.as_str())
                                .with_list("ApplicationPermissions", permissions)
                                .into()
                        })
                        .collect(),
                )
                .with_list("AllowedFlowModules", self.tools(&profile.flow_modules))
                .with_some("GranularAccessControlConfiguration", rows(&profile.data_tables))
                .with_tags(profile.tags.as_ref())
                .finish();
            self.add(Kind::SecurityProfile, key, profile.common(), properties);
        }
    }

    /// Flow modules in an order that does not depend on how they are written.
    fn tools(&mut self, modules: &[Name]) -> Vec<Value> {
        let mut names: Vec<&Name> = modules.iter().collect();
        names.sort();
        names.dedup();
        let tool = |id: Value| Members::new().with("FlowModuleId", id).with("Type", "MCP").into();
        names.into_iter().map(|name| tool(self.reference(Kind::FlowModule, name, Attribute::Id))).collect()
    }
}

fn rows(access: &[DataTableAccess]) -> Option<Members> {
    let value = |one: &DataTableAccess| -> Value {
        let values: Vec<Value> = one.values.iter().map(|value| value.as_str().into()).collect();
        let members = Members::new().with("AccessType", "ALLOW").with("AttributeName", one.attribute.as_str());
        members.with("Values", values).into()
    };
    let values: Vec<Value> = access.iter().map(value).collect();
    let items = (!values.is_empty()).then(|| Members::new().with("PrimaryAttributeValues", values))?;
    let tables = Members::new().with("PrimaryAttributeAccessControlConfiguration", items);
    Some(Members::new().with("DataTableAccessControlConfiguration", tables))
}

/// Texts as a list without duplicates, in an order that does not depend on how they are written: Connect keeps sets.
fn sorted(texts: &[Spanned<String>]) -> Vec<Value> {
    let mut texts: Vec<&str> = texts.iter().map(|text| text.value.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Value::from).collect()
}
