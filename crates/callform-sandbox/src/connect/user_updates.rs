//! Changes of users. Username and password cannot be changed.

use serde_json::Value;

use crate::error::AwsError;
use crate::handler::Environment;

use super::document::{assign, hide};
use super::input::Input;
use super::operation::{Operation, TEXT, operation, optional, required};
use super::user_rules::{self, CONFIGS, IDENTITY, PHONE};
use super::users::{SECURITY_PROFILES, of_path, save, set_references};

pub(super) const OPERATIONS: &[Operation] = &[
    operation(
        "UpdateUserConfig",
        "POST",
        "/users/{InstanceId}/{UserId}/config",
        &[
            optional("AutoAcceptConfigs", user_rules::AUTO_ACCEPT),
            optional("AfterContactWorkConfigs", user_rules::AFTER_CONTACT_WORK),
            optional("PhoneNumberConfigs", user_rules::PHONE_NUMBER),
            optional("PersistentConnectionConfigs", user_rules::PERSISTENT_CONNECTION),
            optional("VoiceEnhancementConfigs", user_rules::VOICE_ENHANCEMENT),
        ],
        update_config,
    ),
    operation(
        "UpdateUserHierarchy",
        "POST",
        "/users/{InstanceId}/{UserId}/hierarchy",
        &[optional("HierarchyGroupId", TEXT)],
        update_hierarchy,
    ),
    operation(
        "UpdateUserIdentityInfo",
        "POST",
        "/users/{InstanceId}/{UserId}/identity-info",
        &[required("IdentityInfo", IDENTITY)],
        update_identity,
    ),
    operation(
        "UpdateUserPhoneConfig",
        "POST",
        "/users/{InstanceId}/{UserId}/phone-config",
        &[required("PhoneConfig", PHONE)],
        update_phone,
    ),
    operation(
        "UpdateUserRoutingProfile",
        "POST",
        "/users/{InstanceId}/{UserId}/routing-profile",
        &[required("RoutingProfileId", TEXT)],
        update_references,
    ),
    operation(
        "UpdateUserSecurityProfiles",
        "POST",
        "/users/{InstanceId}/{UserId}/security-profiles",
        &[required("SecurityProfileIds", SECURITY_PROFILES)],
        update_references,
    ),
];

/// Replaces the settings that are given; they take the place of `PhoneConfig`.
fn update_config(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    user_rules::check_phone_numbers(input)?;
    assign(&mut body, input, CONFIGS);
    hide(&mut body, &["PhoneConfig"]);
    save(environment, input, body)
}

/// Without a group the user is in none.
fn update_hierarchy(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    body.remove("HierarchyGroupId");
    set_references(environment, input, &mut body)?;
    save(environment, input, body)
}

fn update_identity(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    user_rules::check_identity(input)?;
    assign(&mut body, input, &["IdentityInfo"]);
    save(environment, input, body)
}

/// Sets the phone for all channels, in place of settings by channel.
fn update_phone(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    user_rules::check_phone(input)?;
    hide(&mut body, CONFIGS);
    assign(&mut body, input, &["PhoneConfig"]);
    user_rules::complete_phone(&mut body);
    save(environment, input, body)
}

fn update_references(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let mut body = of_path(environment, input)?;
    set_references(environment, input, &mut body)?;
    save(environment, input, body)
}
