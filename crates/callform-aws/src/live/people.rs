//! Users, hierarchy, agent statuses, security profiles.

use std::collections::BTreeSet;

use aws_sdk_connect::types::{
    AfterContactWorkConfig, AfterContactWorkConfigPerChannel, AutoAcceptConfig, PersistentConnectionConfig,
    PhoneNumberConfig, VoiceEnhancementConfig,
};
use serde_json::{Map, Value, json};

use super::properties::{arn, set, set_list, set_text, tags};
use super::{LiveObject, Wanted};
use crate::{ConnectInstance, Gateway, GatewayError};

impl Gateway {
    /// The users that are asked for: 500 a call. With `in_detail` two calls a user more, for what the search leaves out:
    /// e-mail addresses, mobile numbers and proficiencies.
    pub async fn live_users(
        &self,
        instance: &ConnectInstance,
        wanted: Wanted<'_>,
        in_detail: bool,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_users().instance_id(&instance.id).max_results(500).into_paginator().send();
        let mut users = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchUsers", &error))?;
            let found = page.users.unwrap_or_default().into_iter().map(|user| user_object(instance, user));
            users.extend(found.filter(|user| wanted(&user.physical_id)));
        }
        if in_detail {
            for user in &mut users {
                self.add_details(instance, user).await?;
            }
        }
        Ok(users)
    }

    async fn add_details(&self, instance: &ConnectInstance, user: &mut LiveObject) -> Result<(), GatewayError> {
        let described = self
            .connect
            .describe_user()
            .instance_id(&instance.id)
            .user_id(&user.physical_id)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Connect DescribeUser", &error))?;
        if let Some(identity) = described.user.and_then(|user| user.identity_info) {
            let mut info = Map::new();
            set_text(&mut info, "FirstName", identity.first_name);
            set_text(&mut info, "LastName", identity.last_name);
            set_text(&mut info, "Email", identity.email);
            set_text(&mut info, "SecondaryEmail", identity.secondary_email);
            set_text(&mut info, "Mobile", identity.mobile);
            user.properties.insert("IdentityInfo".to_owned(), Value::Object(info));
        }
        let mut pages = self
            .connect
            .list_user_proficiencies()
            .instance_id(&instance.id)
            .user_id(&user.physical_id)
            .into_paginator()
            .send();
        let mut proficiencies = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect ListUserProficiencies", &error))?;
            proficiencies.extend(page.user_proficiency_list.unwrap_or_default().into_iter().map(|one| {
                json!({ "AttributeName": one.attribute_name, "AttributeValue": one.attribute_value, "Level": one.level })
            }));
        }
        set_list(&mut user.properties, "UserProficiencies", proficiencies);
        Ok(())
    }

    /// All nodes of the agent hierarchy.
    pub async fn live_hierarchy_groups(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_user_hierarchy_groups().instance_id(&instance.id).into_paginator().send();
        let mut groups = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchUserHierarchyGroups", &error))?;
            groups.extend(
                page.user_hierarchy_groups.unwrap_or_default().into_iter().map(|group| group_object(instance, group)),
            );
        }
        Ok(groups)
    }

    /// The names of the hierarchy's levels.
    pub async fn live_hierarchy_levels(&self, instance: &ConnectInstance) -> Result<LiveObject, GatewayError> {
        let answer = self
            .connect
            .describe_user_hierarchy_structure()
            .instance_id(&instance.id)
            .send()
            .await
            .map_err(|error| GatewayError::from_sdk("Connect DescribeUserHierarchyStructure", &error))?;
        let mut levels = Map::new();
        if let Some(structure) = answer.hierarchy_structure {
            let all = [
                ("LevelOne", structure.level_one),
                ("LevelTwo", structure.level_two),
                ("LevelThree", structure.level_three),
                ("LevelFour", structure.level_four),
                ("LevelFive", structure.level_five),
            ];
            for (name, level) in all {
                set(&mut levels, name, level.and_then(|level| level.name).map(|name| json!({ "Name": name })));
            }
        }
        let mut properties = Map::new();
        set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
        if !levels.is_empty() {
            properties.insert("UserHierarchyStructure".to_owned(), Value::Object(levels));
        }
        Ok(LiveObject { physical_id: format!("{}/user-hierarchy-structure", instance.arn), properties })
    }

    /// All agent statuses.
    pub async fn live_agent_statuses(&self, instance: &ConnectInstance) -> Result<Vec<LiveObject>, GatewayError> {
        let mut pages = self.connect.search_agent_statuses().instance_id(&instance.id).into_paginator().send();
        let mut statuses = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| GatewayError::from_sdk("Connect SearchAgentStatuses", &error))?;
            for status in page.agent_statuses.unwrap_or_default() {
                let mut properties = Map::new();
                set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
                set(&mut properties, "Name", status.name);
                set_text(&mut properties, "Description", status.description);
                set(&mut properties, "DisplayOrder", status.display_order);
                set(&mut properties, "State", status.state.map(|state| state.as_str().to_owned()));
                set(&mut properties, "Type", status.r#type.map(|kind| kind.as_str().to_owned()));
                set_list(&mut properties, "Tags", tags(status.tags));
                statuses.push(LiveObject { physical_id: status.agent_status_arn.unwrap_or_default(), properties });
            }
        }
        Ok(statuses)
    }

    /// The security profiles with these ARNs. Three calls a profile: its access control, its permissions, its
    /// applications.
    pub async fn live_security_profiles(
        &self,
        instance: &ConnectInstance,
        wanted: &BTreeSet<&str>,
    ) -> Result<Vec<LiveObject>, GatewayError> {
        let mut profiles = Vec::new();
        for listed in self.list_objects(&instance.id, crate::ObjectType::SecurityProfile).await? {
            if !wanted.contains(arn(&instance.arn, "security-profile", &listed.id).as_str()) {
                continue;
            }
            let described = self
                .connect
                .describe_security_profile()
                .instance_id(&instance.id)
                .security_profile_id(&listed.id)
                .send()
                .await
                .map_err(|error| GatewayError::from_sdk("Connect DescribeSecurityProfile", &error))?;
            let permissions = self.permissions_of(instance, &listed.id).await?;
            let applications = self.applications_of(instance, &listed.id).await?;
            let tools = self.tools_of(instance, &listed.id).await?;
            if let Some(profile) = described.security_profile {
                let mut object = security_profile_object(instance, profile, permissions);
                set_list(&mut object.properties, "Applications", applications);
                set_list(&mut object.properties, "AllowedFlowModules", tools);
                profiles.push(object);
            }
        }
        Ok(profiles)
    }

    async fn applications_of(&self, instance: &ConnectInstance, profile: &str) -> Result<Vec<Value>, GatewayError> {
        let mut pages = self
            .connect
            .list_security_profile_applications()
            .instance_id(&instance.id)
            .security_profile_id(profile)
            .into_paginator()
            .send();
        let mut applications = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| GatewayError::from_sdk("Connect ListSecurityProfileApplications", &error))?;
            applications.extend(page.applications.unwrap_or_default().into_iter().map(|application| {
                let mut object = Map::new();
                set(&mut object, "Namespace", application.namespace);
                set_list(
                    &mut object,
                    "ApplicationPermissions",
                    application.application_permissions.unwrap_or_default().into_iter().map(Value::from).collect(),
                );
                Value::Object(object)
            }));
        }
        Ok(applications)
    }

    /// The flow modules that AI agents may use for users of a profile.
    async fn tools_of(&self, instance: &ConnectInstance, profile: &str) -> Result<Vec<Value>, GatewayError> {
        let mut pages = self
            .connect
            .list_security_profile_flow_modules()
            .instance_id(&instance.id)
            .security_profile_id(profile)
            .into_paginator()
            .send();
        let mut tools = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| GatewayError::from_sdk("Connect ListSecurityProfileFlowModules", &error))?;
            tools.extend(page.allowed_flow_modules.unwrap_or_default().into_iter().map(|module| {
                json!({ "FlowModuleId": module.flow_module_id, "Type": module.r#type.map(|kind| kind.as_str().to_owned()) })
            }));
        }
        Ok(tools)
    }

    async fn permissions_of(&self, instance: &ConnectInstance, profile: &str) -> Result<Vec<String>, GatewayError> {
        let mut pages = self
            .connect
            .list_security_profile_permissions()
            .instance_id(&instance.id)
            .security_profile_id(profile)
            .into_paginator()
            .send();
        let mut permissions = Vec::new();
        while let Some(page) = pages.next().await {
            let page =
                page.map_err(|error| GatewayError::from_sdk("Connect ListSecurityProfilePermissions", &error))?;
            permissions.extend(page.permissions.unwrap_or_default());
        }
        permissions.sort();
        Ok(permissions)
    }
}

/// What differs by channel.
struct Channels {
    auto_accept: Option<Vec<AutoAcceptConfig>>,
    after_contact_work: Option<Vec<AfterContactWorkConfigPerChannel>>,
    phone_numbers: Option<Vec<PhoneNumberConfig>>,
    persistent: Option<Vec<PersistentConnectionConfig>>,
    voice_enhancement: Option<Vec<VoiceEnhancementConfig>>,
}

impl Channels {
    fn set(self, properties: &mut Map<String, Value>) {
        let mut add = |name: &str, mut items: Vec<Value>| {
            // Those of no kind are not named by templates.
            for members in items.iter_mut().filter_map(Value::as_object_mut) {
                members.retain(|_, value| !value.is_null());
            }
            set_list(properties, name, items);
        };
        let work = |config: Option<AfterContactWorkConfig>| {
            config.map(|config| json!({ "AfterContactWorkTimeLimit": config.after_contact_work_time_limit }))
        };
        let accept = self.auto_accept.unwrap_or_default().into_iter().map(|it| {
            json!({
                "Channel": it.channel.as_str(),
                "AutoAccept": it.auto_accept,
                "AgentFirstCallbackAutoAccept": it.agent_first_callback_auto_accept,
            })
        });
        add("AutoAcceptConfigs", accept.collect());
        let after = self.after_contact_work.unwrap_or_default().into_iter().map(|it| {
            json!({
                "Channel": it.channel.as_str(),
                "AfterContactWorkConfig": work(it.after_contact_work_config),
                "AgentFirstCallbackAfterContactWorkConfig": work(it.agent_first_callback_after_contact_work_config),
            })
        });
        add("AfterContactWorkConfigs", after.collect());
        let phones = self.phone_numbers.unwrap_or_default().into_iter().map(|it| {
            json!({
                "Channel": it.channel.as_str(),
                "PhoneType": it.phone_type.as_str(),
                "PhoneNumber": it.phone_number.filter(|number| !number.is_empty()),
            })
        });
        add("PhoneNumberConfigs", phones.collect());
        let persistent = self.persistent.unwrap_or_default().into_iter();
        add(
            "PersistentConnectionConfigs",
            persistent
                .map(|it| json!({ "Channel": it.channel.as_str(), "PersistentConnection": it.persistent_connection }))
                .collect(),
        );
        let voice = self.voice_enhancement.unwrap_or_default().into_iter();
        add(
            "VoiceEnhancementConfigs",
            voice
                .map(|it| json!({ "Channel": it.channel.as_str(), "VoiceEnhancementMode": it.voice_enhancement_mode.as_str() }))
                .collect(),
        );
    }
}

fn user_object(instance: &ConnectInstance, user: aws_sdk_connect::types::UserSearchSummary) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Username", user.username);
    set_text(&mut properties, "DirectoryUserId", user.directory_user_id);
    if let Some(identity) = user.identity_info {
        let mut info = Map::new();
        set_text(&mut info, "FirstName", identity.first_name);
        set_text(&mut info, "LastName", identity.last_name);
        if !info.is_empty() {
            properties.insert("IdentityInfo".to_owned(), Value::Object(info));
        }
    }
    if let Some(phone) = user.phone_config {
        let mut config = Map::new();
        set(&mut config, "PhoneType", Some(phone.phone_type.as_str()));
        set(&mut config, "AutoAccept", Some(phone.auto_accept));
        // SearchUsers answers in milliseconds where everything else counts seconds.
        set(&mut config, "AfterContactWorkTimeLimit", Some(phone.after_contact_work_time_limit / 1000));
        set_text(&mut config, "DeskPhoneNumber", phone.desk_phone_number);
        set(&mut config, "PersistentConnection", phone.persistent_connection);
        properties.insert("PhoneConfig".to_owned(), Value::Object(config));
    }
    set(
        &mut properties,
        "RoutingProfileArn",
        user.routing_profile_id.map(|id| arn(&instance.arn, "routing-profile", &id)),
    );
    set(&mut properties, "HierarchyGroupArn", user.hierarchy_group_id.map(|id| arn(&instance.arn, "agent-group", &id)));
    let profiles = user.security_profile_ids.unwrap_or_default().into_iter();
    set_list(
        &mut properties,
        "SecurityProfileArns",
        profiles.map(|id| Value::from(arn(&instance.arn, "security-profile", &id))).collect(),
    );
    let channels = Channels {
        auto_accept: user.auto_accept_configs,
        after_contact_work: user.after_contact_work_configs,
        phone_numbers: user.phone_number_configs,
        persistent: user.persistent_connection_configs,
        voice_enhancement: user.voice_enhancement_configs,
    };
    channels.set(&mut properties);
    set_list(&mut properties, "Tags", tags(user.tags));
    LiveObject { physical_id: user.arn.unwrap_or_default(), properties }
}

fn group_object(instance: &ConnectInstance, group: aws_sdk_connect::types::HierarchyGroup) -> LiveObject {
    let mut properties = Map::new();
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "Name", group.name);
    // The path runs from the top to the group itself: the parent is the last but one.
    let path: Vec<_> = group
        .hierarchy_path
        .into_iter()
        .flat_map(|path| [path.level_one, path.level_two, path.level_three, path.level_four, path.level_five])
        .flatten()
        .filter_map(|level| level.arn)
        .collect();
    let parent = path.iter().rev().find(|arn| Some(*arn) != group.arn.as_ref());
    set(&mut properties, "ParentGroupArn", parent.cloned());
    set_list(&mut properties, "Tags", tags(group.tags));
    LiveObject { physical_id: group.arn.unwrap_or_default(), properties }
}

fn security_profile_object(
    instance: &ConnectInstance,
    profile: aws_sdk_connect::types::SecurityProfile,
    permissions: Vec<String>,
) -> LiveObject {
    let mut properties = Map::new();
    let strings = |list: Vec<String>| -> Vec<Value> {
        let mut list = list;
        list.sort();
        list.into_iter().map(Value::from).collect()
    };
    set(&mut properties, "InstanceArn", Some(instance.arn.clone()));
    set(&mut properties, "SecurityProfileName", profile.security_profile_name);
    set_text(&mut properties, "Description", profile.description);
    set_list(&mut properties, "Permissions", strings(permissions));
    set_list(&mut properties, "AllowedAccessControlTags", tags(profile.allowed_access_control_tags));
    set_list(&mut properties, "TagRestrictedResources", strings(profile.tag_restricted_resources.unwrap_or_default()));
    set_list(
        &mut properties,
        "HierarchyRestrictedResources",
        strings(profile.hierarchy_restricted_resources.unwrap_or_default()),
    );
    set_text(
        &mut properties,
        "AllowedAccessControlHierarchyGroupId",
        profile.allowed_access_control_hierarchy_group_id,
    );
    let rows = profile
        .granular_access_control_configuration
        .and_then(|it| it.data_table_access_control_configuration?.primary_attribute_access_control_configuration)
        .and_then(|it| it.primary_attribute_values);
    if let Some(rows) = rows.filter(|rows| !rows.is_empty()) {
        let values = rows.into_iter().map(|row| {
            let access = row.access_type.map(|access| access.as_str().to_owned());
            json!({ "AccessType": access, "AttributeName": row.attribute_name, "Values": row.values })
        });
        let items = json!({ "PrimaryAttributeValues": values.collect::<Vec<_>>() });
        let tables = json!({ "PrimaryAttributeAccessControlConfiguration": items });
        let granular = json!({ "DataTableAccessControlConfiguration": tables });
        set(&mut properties, "GranularAccessControlConfiguration", Some(granular));
    }
    set_list(&mut properties, "Tags", tags(profile.tags));
    LiveObject { physical_id: profile.arn.unwrap_or_default(), properties }
}
