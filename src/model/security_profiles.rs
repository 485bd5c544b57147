//! Security profiles.

use callform_source::Spanned;

use super::members::{Members, tag};
use super::resolver::Resolver;
use super::{Attribute, Kind, Value, naming};
use crate::blueprint::Definition as _;

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
                .with_tags(profile.tags.as_ref())
                .finish();
            self.add(Kind::SecurityProfile, key, profile.common(), "AWS::Connect::SecurityProfile", properties);
        }
    }
}

/// Texts as a list without duplicates, in an order that does not depend on how they are written: Connect keeps sets.
fn sorted(texts: &[Spanned<String>]) -> Vec<Value> {
    let mut texts: Vec<&str> = texts.iter().map(|text| text.value.as_str()).collect();
    texts.sort_unstable();
    texts.dedup();
    texts.into_iter().map(Value::from).collect()
}
