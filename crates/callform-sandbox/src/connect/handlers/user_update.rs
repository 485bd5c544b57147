//! Updates of `AWS::Connect::User`: one operation per group of properties.

use serde_json::{Value, json};

use super::properties::{differs, instance_arn, list, refuse_change};
use super::service::Service;
use super::user::CONFIGS;
use crate::handler::{HandlerResult, Properties};

/// Changes what differs. The service has no operation for the username, and the handler none for the password.
pub(super) fn update(service: Service, arn: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    refuse_change(old, new, &["InstanceArn", "Username", "DirectoryUserId"])?;
    // A password that was never readable is no change.
    if old.contains_key("Password") {
        refuse_change(old, new, &["Password"])?;
    }
    let instance = instance_arn(arn)?;
    let call = |operation: &str, members: Value| {
        let mut input = json!({"InstanceId": instance, "UserId": arn});
        if let (Value::Object(input), Value::Object(members)) = (&mut input, members) {
            input.extend(members);
        }
        service.call(operation, input).map(drop)
    };
    if differs(old, new, &["IdentityInfo"]) && new.contains_key("IdentityInfo") {
        call("UpdateUserIdentityInfo", json!({"IdentityInfo": new.get("IdentityInfo")}))?;
    }
    if differs(old, new, &["PhoneConfig"]) && new.contains_key("PhoneConfig") {
        call("UpdateUserPhoneConfig", json!({"PhoneConfig": new.get("PhoneConfig")}))?;
    }
    if differs(old, new, &CONFIGS) && !new.contains_key("PhoneConfig") {
        let members: Vec<(String, Value)> =
            CONFIGS.iter().map(|name| ((*name).to_owned(), list(new, name).into())).collect();
        call("UpdateUserConfig", members.into_iter().collect())?;
    }
    if differs(old, new, &["RoutingProfileArn"]) {
        call("UpdateUserRoutingProfile", json!({"RoutingProfileId": new.get("RoutingProfileArn")}))?;
    }
    if differs(old, new, &["SecurityProfileArns"]) {
        call("UpdateUserSecurityProfiles", json!({"SecurityProfileIds": new.get("SecurityProfileArns")}))?;
    }
    if differs(old, new, &["HierarchyGroupArn"]) {
        call("UpdateUserHierarchy", json!({"HierarchyGroupId": new.get("HierarchyGroupArn")}))?;
    }
    proficiencies(service, arn, old, new)?;
    service.retag(arn, old, new)
}

/// Takes out the proficiencies that are gone, then adds the new ones and changes those with another level.
pub(super) fn proficiencies(service: Service, arn: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    let (old, new) = (list(old, "UserProficiencies"), list(new, "UserProficiencies"));
    let key = |one: &Value| (one.get("AttributeName").cloned(), one.get("AttributeValue").cloned());
    let has = |entries: &[Value], one: &Value| entries.iter().any(|entry| key(entry) == key(one));
    let call = |operation: &str, entries: Vec<Value>| {
        if entries.is_empty() {
            return Ok(());
        }
        let input = json!({"InstanceId": instance_arn(arn)?, "UserId": arn, "UserProficiencies": entries});
        service.call(operation, input).map(drop)
    };
    let gone = old
        .iter()
        .filter(|one| !has(new, one))
        .map(|one| json!({"AttributeName": one.get("AttributeName"), "AttributeValue": one.get("AttributeValue")}));
    call("DisassociateUserProficiencies", gone.collect())?;
    call("AssociateUserProficiencies", new.iter().filter(|one| !has(old, one)).cloned().collect())?;
    let changed = new.iter().filter(|one| has(old, one) && !old.contains(one));
    call("UpdateUserProficiencies", changed.cloned().collect())
}
