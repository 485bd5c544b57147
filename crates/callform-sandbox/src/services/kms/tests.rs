//! Keys and aliases.

use serde_json::{Value, json};

use super::call;
use crate::handler::Environment;
use crate::input::object;
use crate::resources::sandboxed;

fn ask(environment: &Environment, operation: &str, input: Value) -> Value {
    call(environment, operation, &object(input)).unwrap()
}

#[test]
fn a_key_is_found_by_its_alias_until_it_is_gone() {
    sandboxed(|environment| {
        let key = ask(environment, "CreateKey", json!({ "Description": "d" }))["KeyMetadata"].clone();
        let alias = json!({ "AliasName": "alias/calls", "TargetKeyId": key["Arn"] });
        ask(environment, "CreateAlias", alias.clone());
        assert_eq!(call(environment, "CreateAlias", &object(alias)).unwrap_err().code, "AlreadyExistsException");
        let described = ask(environment, "DescribeKey", json!({ "KeyId": "alias/calls" }));
        assert_eq!(described["KeyMetadata"], key);
        ask(environment, "ScheduleKeyDeletion", json!({ "KeyId": key["KeyId"], "PendingWindowInDays": 7 }));
        let refused = call(environment, "EnableKeyRotation", &object(json!({ "KeyId": key["KeyId"] }))).unwrap_err();
        assert_eq!(refused.code, "KMSInvalidStateException");
        assert_eq!(
            call(environment, "DescribeKey", &object(json!({ "KeyId": "alias/no" }))).unwrap_err().code,
            "NotFoundException"
        );
    });
}

#[test]
fn keys_that_aws_manages_are_there_and_nothing_is_encrypted() {
    sandboxed(|environment| {
        let key = ask(environment, "DescribeKey", json!({ "KeyId": "alias/aws/kinesis" }));
        assert_eq!(key["KeyMetadata"]["KeyManager"], "AWS");
        let refused = call(environment, "Encrypt", &object(json!({}))).unwrap_err();
        assert_eq!((refused.status, refused.message.as_str()), (501, "The sandbox does not support KMS Encrypt."));
    });
}
