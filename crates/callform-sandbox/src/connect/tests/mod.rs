//! What the tests of the operations share: an instance in memory, and calls that show what a client sees.

mod contacts;
mod directory;
mod frame;
mod routing;
mod scale;
mod test_case_executions;
mod test_cases;

use std::cell::Cell;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::handler::Environment;
use crate::store::Store;

use super::resource::{FLOW, INSTANCE, PHONE_NUMBER};

pub(super) const ID: &str = "11111111-2222-4333-8444-555555555555";
pub(super) const ARN: &str = "arn:aws:connect:us-west-2:123456789012:instance/11111111-2222-4333-8444-555555555555";

/// An instance with its built-in objects.
pub(super) struct Instance {
    store: Store,
    folder: tempfile::TempDir,
    /// How long it has been there.
    age: Cell<Duration>,
}

impl Instance {
    pub(super) fn new() -> Self {
        Self::managed("CONNECT_MANAGED")
    }

    pub(super) fn managed(identity_management: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let instance = Self { store: Store::in_memory().expect("a store"), folder, age: Cell::default() };
        instance.with(|environment| {
            let body = json!({ "Id": ID, "Arn": ARN, "InstanceAlias": "kwglobal", "IdentityManagementType": identity_management });
            environment.tx.put(INSTANCE.document, "", ID, Some("kwglobal"), &body)?;
            super::builtins::create(environment, ID)
        });
        instance
    }

    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Lets time pass.
    pub(super) fn pass(&self, seconds: u64) {
        self.age.set(self.age.get() + Duration::from_secs(seconds));
    }

    pub(super) fn try_with<R>(&self, work: impl FnOnce(&Environment) -> Result<R, AwsError>) -> Result<R, AwsError> {
        self.store.transaction(|tx| {
            work(&Environment {
                tx,
                account: "123456789012",
                region: "us-west-2",
                now: UNIX_EPOCH + Duration::from_millis(1_795_251_600_250) + self.age.get(),
                folder: self.folder.path(),
            })
        })
    }

    pub(super) fn with<R>(&self, work: impl FnOnce(&Environment) -> Result<R, AwsError>) -> R {
        self.try_with(work).expect("it works")
    }

    /// Calls an operation of the instance.
    pub(super) fn attempt(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        let mut members: Map<String, Value> = serde_json::from_value(input).expect("an object");
        members.entry("InstanceId").or_insert_with(|| ID.into());
        self.try_with(|environment| super::call(environment, operation, &members))
    }

    #[track_caller]
    pub(super) fn call(&self, operation: &str, input: Value) -> Value {
        match self.attempt(operation, input) {
            Ok(answer) => answer,
            Err(error) => panic!("{operation}: {error}"),
        }
    }

    /// Code and message of the error an operation answers.
    #[track_caller]
    pub(super) fn refusal(&self, operation: &str, input: Value) -> String {
        match self.attempt(operation, input) {
            Ok(answer) => panic!("{operation} answered {answer}"),
            Err(error) => error.to_string(),
        }
    }

    /// Calls an operation and returns a text member of the answer.
    #[track_caller]
    pub(super) fn made(&self, operation: &str, input: Value, member: &str) -> String {
        self.call(operation, input)[member].as_str().expect("a text").to_owned()
    }

    /// The id a List operation gives for a name.
    #[track_caller]
    pub(super) fn id_of(&self, operation: &str, list: &str, name: &str) -> String {
        let answer = self.call(operation, json!({}));
        let found = answer[list].as_array().expect("a list").iter().find(|entry| entry["Name"] == name);
        found.expect("an entry with the name")["Id"].as_str().expect("an id").to_owned()
    }

    /// A flow as the flow operations store it.
    pub(super) fn flow(&self, id: &str, flow_type: &str) -> String {
        let body = json!({ "Id": id, "Arn": format!("{ARN}/contact-flow/{id}"), "Name": flow_type, "Type": flow_type });
        self.with(|environment| environment.tx.put(FLOW.document, ID, id, Some(flow_type), &body));
        id.to_owned()
    }

    /// A phone number of an instance as the phone number operations store it.
    pub(super) fn phone_number(&self, id: &str, target: &str) -> String {
        let body = json!({ "PhoneNumberId": id, "PhoneNumber": "+15550100100", "TargetArn": target });
        self.with(|environment| environment.tx.put(PHONE_NUMBER.document, "", id, None, &body));
        id.to_owned()
    }

    pub(super) fn queue(&self, name: &str) -> String {
        let hours = self.id_of("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours");
        self.made("CreateQueue", json!({ "Name": name, "HoursOfOperationId": hours }), "QueueId")
    }

    pub(super) fn user_input(&self, username: &str) -> Value {
        let routing = self.id_of("ListRoutingProfiles", "RoutingProfileSummaryList", "Basic Routing Profile");
        let security = self.id_of("ListSecurityProfiles", "SecurityProfileSummaryList", "Agent");
        json!({
            "Username": username,
            "Password": "Passw0rd1",
            "IdentityInfo": { "FirstName": "Mary", "LastName": "Jane", "Email": "mary@example.com" },
            "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AfterContactWorkTimeLimit": 30 },
            "RoutingProfileId": routing,
            "SecurityProfileIds": [security],
        })
    }
}

/// `value` with some members changed.
pub(super) fn but(mut value: Value, changes: Value) -> Value {
    let changes: Map<String, Value> = serde_json::from_value(changes).expect("an object");
    value.as_object_mut().expect("an object").extend(changes);
    value
}
