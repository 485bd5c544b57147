//! A template as a document, whatever it was written in.

use serde_json::{Map, Value};

/// What makes `Fn::ForEach` and others of a template's functions.
pub(crate) const EXTENSIONS: &str = "AWS::LanguageExtensions";

/// A template as it was sent.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    /// The text as it was sent.
    pub(crate) text: String,
    /// The document with its transforms carried out; `None` where it has none, or they are not carried out yet.
    pub(crate) processed: Option<String>,
    pub(super) document: Map<String, Value>,
    /// The transforms it declares.
    pub(super) transforms: Vec<String>,
}

static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);

impl Template {
    /// A section such as `Resources`; empty where the template has none.
    pub(crate) fn section(&self, name: &str) -> &Map<String, Value> {
        self.document.get(name).and_then(Value::as_object).unwrap_or(&NOTHING)
    }

    /// A top-level member.
    pub(crate) fn member(&self, name: &str) -> Option<&Value> {
        self.document.get(name)
    }

    /// Names of the top-level members.
    pub(crate) fn member_names(&self) -> impl Iterator<Item = &str> {
        self.document.keys().map(String::as_str)
    }

    /// The description.
    pub(crate) fn description(&self) -> Option<&str> {
        self.member("Description").and_then(Value::as_str)
    }

    /// A member of a resource's definition.
    pub(crate) fn resource_member(&self, logical_id: &str, member: &str) -> Option<&Value> {
        self.section("Resources").get(logical_id)?.get(member)
    }

    /// The type of each resource, by logical ID, in the template's order.
    pub(crate) fn resource_types(&self) -> impl Iterator<Item = (&str, &str)> {
        let resources = self.section("Resources").iter();
        resources.filter_map(|(id, definition)| Some((id.as_str(), definition.get("Type")?.as_str()?)))
    }

    /// The transforms it declares.
    pub(crate) fn transforms(&self) -> Vec<&str> {
        self.transforms.iter().map(String::as_str).collect()
    }

    /// True where the template may use the functions of `AWS::LanguageExtensions`.
    pub(crate) fn has_extensions(&self) -> bool {
        self.transforms().contains(&EXTENSIONS)
    }

    /// The capability its IAM resources need: one that allows names of one's own where they have such.
    pub(crate) fn required_capability(&self) -> Option<(&'static str, Vec<&str>)> {
        const NAMES: [&str; 6] =
            ["RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName", "PolicyName"];
        let iam: Vec<(&str, &str)> =
            self.resource_types().filter(|(_, type_name)| type_name.starts_with("AWS::IAM::")).collect();
        let named = iam.iter().any(|(id, type_name)| {
            let properties = self.resource_member(id, "Properties");
            let inline_policy = matches!(*type_name, "AWS::IAM::Policy" | "AWS::IAM::RolePolicy");
            !inline_policy && NAMES.iter().any(|name| properties.and_then(|all| all.get(*name)).is_some())
        });
        let mut types: Vec<&str> = iam.into_iter().map(|(_, type_name)| type_name).collect();
        types.dedup();
        (!types.is_empty()).then_some((if named { "CAPABILITY_NAMED_IAM" } else { "CAPABILITY_IAM" }, types))
    }
}

/// The two halves of `A.B.C`: the resource and its attribute.
pub(crate) fn split_attribute(name: &str) -> Option<(&str, &str)> {
    name.split_once('.').filter(|(resource, attribute)| !resource.is_empty() && !attribute.is_empty())
}
