//! Every handler, through the whole life of a resource.

mod instance;
mod life;
mod phone_numbers;
mod refusals;

use std::time::{Duration, SystemTime};

use serde_json::{Map, Value, json};
use tempfile::TempDir;

use super::handlers;
use crate::connect;
use crate::error::AwsError;
use crate::handler::{
    Context, Environment, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler,
};
use crate::services::s3::upload::Receiver;
use crate::services::s3::{self, S3Request};
use crate::store::Store;

/// A sandbox with one instance, and the clock of its requests.
pub(super) struct World {
    store: Store,
    folder: TempDir,
    /// ARN of the instance.
    pub(super) instance: String,
}

impl World {
    pub(super) fn new() -> Self {
        let mut world =
            Self { store: Store::in_memory().unwrap(), folder: tempfile::tempdir().unwrap(), instance: String::new() };
        world.instance = world.create("Instance", "instance", &instance_properties("center"));
        world
    }

    /// Runs one step of a handler in a transaction of its own; an error rolls it back.
    fn step<T>(&self, token: &str, work: impl FnOnce(&Context) -> HandlerResult<T>) -> HandlerResult<T> {
        let mut failure = None;
        let done = self.store.transaction(|tx| {
            let environment = Environment {
                tx,
                account: "123456789012",
                region: "us-west-2",
                now: SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000),
                folder: self.folder.path(),
            };
            let context = Context { environment, token, stack_name: "center", logical_id: "Resource" };
            work(&context).map_err(|error| {
                failure = Some(error);
                AwsError::new(500, "Failed", "")
            })
        });
        done.map_err(|error| failure.unwrap_or_else(|| panic!("{error}")))
    }

    pub(super) fn try_create(&self, kind: &str, token: &str, properties: &Value) -> Result<String, HandlerError> {
        self.step(token, |context| handler(kind).create(context, properties.as_object().unwrap()))
    }

    #[track_caller]
    pub(super) fn create(&self, kind: &str, token: &str, properties: &Value) -> String {
        self.try_create(kind, token, properties).unwrap_or_else(|error| panic!("{kind}: {error:?}"))
    }

    #[track_caller]
    pub(super) fn read(&self, kind: &str, id: &str) -> Option<Properties> {
        self.step("read", |context| handler(kind).read(context, id)).unwrap()
    }

    pub(super) fn try_update(&self, kind: &str, id: &str, old: &Value, new: &Value) -> Result<(), HandlerError> {
        let (old, new) = (old.as_object().unwrap(), new.as_object().unwrap());
        self.step("update", |context| handler(kind).update(context, id, old, new))
    }

    #[track_caller]
    pub(super) fn update(&self, kind: &str, id: &str, old: &Value, new: &Value) {
        self.try_update(kind, id, old, new).unwrap_or_else(|error| panic!("{kind}: {error:?}"));
    }

    pub(super) fn delete(&self, kind: &str, id: &str) -> Result<(), HandlerError> {
        self.step("delete", |context| handler(kind).delete(context, id))
    }

    /// Calls an operation of the service, in place of a user of its console.
    pub(super) fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        let Value::Object(mut members) = input else { panic!("{operation}: members expected") };
        members.entry("InstanceId").or_insert_with(|| self.instance.as_str().into());
        let mut refusal = None;
        let done = self.step("call", |context| {
            connect::call(&context.environment, operation, &members).map_err(|error| {
                let failure = HandlerError { code: HandlerErrorCode::GeneralServiceException, message: String::new() };
                refusal = Some(error);
                failure
            })
        });
        done.map_err(|_| refusal.unwrap())
    }

    /// The ARN of an object that came with the instance.
    #[track_caller]
    pub(super) fn builtin(&self, list: &str, member: &str, name: &str) -> String {
        let listed = self.call(list, json!({"MaxResults": 1000})).unwrap();
        let found = listed[member].as_array().unwrap().iter().find(|one| one["Name"] == name);
        found.unwrap_or_else(|| panic!("{name} is not in {listed}"))["Arn"].as_str().unwrap().to_owned()
    }

    pub(super) fn hours(&self) -> String {
        self.builtin("ListHoursOfOperations", "HoursOfOperationSummaryList", "Basic Hours")
    }

    pub(super) fn queue(&self) -> String {
        self.builtin("ListQueues", "QueueSummaryList", "BasicQueue")
    }

    pub(super) fn flow(&self, name: &str) -> String {
        self.builtin("ListContactFlows", "ContactFlowSummaryList", name)
    }

    /// Puts an object into a bucket, which is made where it is not there.
    pub(super) fn put_object(&self, bucket: &str, key: &str) {
        std::fs::create_dir_all(self.folder.path().join("s3")).unwrap();
        let request = http::Request::put(format!("/{bucket}/{key}")).body(()).unwrap();
        let (head, ()) = request.into_parts();
        let mut receiver = Receiver::new(self.folder.path(), &head.headers, u64::MAX).unwrap();
        receiver.feed(b"RIFF").unwrap();
        let upload = receiver.finish().unwrap();
        self.step("put", |context| {
            let environment = &context.environment;
            if s3::bucket::find(environment, bucket).unwrap().is_none() {
                s3::bucket::create(environment, bucket).unwrap();
            }
            s3::handle(environment, &S3Request::new(&head, &[], Some(upload))).unwrap();
            Ok(())
        })
        .unwrap();
    }

    /// The whole life of a resource: what is given is there, what is changed is changed, what is deleted is gone.
    #[track_caller]
    pub(super) fn live(&self, kind: &str, first: &Value, second: &Value) {
        let id = self.create(kind, kind, first);
        self.check(kind, &id, first);
        self.update(kind, &id, first, second);
        self.check(kind, &id, second);
        self.update(kind, &id, second, first);
        self.check(kind, &id, first);
        self.delete(kind, &id).unwrap();
        assert_eq!(self.read(kind, &id), None, "{kind} is still there");
        let again = self.delete(kind, &id).unwrap_err();
        assert_eq!(again.code, HandlerErrorCode::NotFound, "{kind}: {again:?}");
    }

    /// Properties that are given are there with their values; others have to be allowed by `DEFAULTS`.
    #[track_caller]
    pub(super) fn check(&self, kind: &str, id: &str, given: &Value) {
        let live = self.read(kind, id).unwrap_or_else(|| panic!("{kind} {id} is not there"));
        let given = given.as_object().unwrap();
        for (name, value) in given.iter().filter(|(name, _)| !WRITE_ONLY.contains(&name.as_str())) {
            assert_eq!(sorted(live.get(name).unwrap_or(&Value::Null)), sorted(value), "{kind} {name}");
        }
        let further: Vec<&String> = live
            .keys()
            .filter(|name| {
                !given.contains_key(*name) && !DEFAULTS.contains(&name.as_str()) && !is_read_only(kind, name)
            })
            .collect();
        assert!(further.is_empty(), "{kind} has {further:?} of its own: {live:?}");
    }
}

/// Cannot be read back.
const WRITE_ONLY: &[&str] = &["Password", "S3Uri", "Prefix", "DirectoryId", "ResetOrderNumber"];
/// What the service sets where a template says nothing.
const DEFAULTS: &[&str] = &["State", "Status", "Type", "DisplayOrder", "AgentAvailabilityTimer", "PhoneConfig"];

fn is_read_only(kind: &str, name: &str) -> bool {
    let own = [format!("{kind}Arn"), format!("{kind}ARN")];
    let further = [
        "Arn",
        "Id",
        "LastModifiedTime",
        "LastModifiedRegion",
        "AssociationId",
        "IntegrationAssociationId",
        "QuickConnectType",
        "UseCaseId",
        "Address",
        "Version",
        "FlowContentSha256",
        "FlowModuleContentSha256",
        "AliasId",
        "ViewId",
        "ViewContentSha256",
        "ServiceRole",
        "CreatedTime",
        "InstanceStatus",
    ];
    own.iter().any(|own| own == name) || further.contains(&name)
}

/// Lists in one order, as the schemas give theirs no meaning.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(entries) => {
            let mut entries: Vec<Value> = entries.iter().map(sorted).collect();
            entries.sort_by_key(Value::to_string);
            entries.into()
        }
        Value::Object(members) => {
            let mut members: Vec<(String, Value)> = members.iter().map(|(k, v)| (k.clone(), sorted(v))).collect();
            members.sort_by(|left, right| left.0.cmp(&right.0));
            members.into_iter().collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

fn handler(kind: &str) -> Box<dyn ResourceHandler> {
    let name = format!("AWS::Connect::{kind}");
    let found = handlers().into_iter().find(|(candidate, _)| *candidate == name);
    found.unwrap_or_else(|| panic!("no handler for {name}")).1
}

pub(super) fn instance_properties(alias: &str) -> Value {
    json!({
        "IdentityManagementType": "CONNECT_MANAGED",
        "InstanceAlias": alias,
        "Attributes": {"InboundCalls": true, "OutboundCalls": false},
    })
}

/// A flow that says a text; its further members are the first action's.
pub(super) fn flow(text: &str) -> String {
    json!({
        "Version": "2019-10-30",
        "StartAction": "say",
        "Metadata": {},
        "Actions": [
            {
                "Identifier": "say",
                "Type": "MessageParticipant",
                "Parameters": {"Text": text},
                "Transitions": {"NextAction": "end"},
            },
            {"Identifier": "end", "Type": "DisconnectParticipant", "Parameters": {}, "Transitions": {}},
        ],
    })
    .to_string()
}

/// The same as a module, which has settings and returns.
pub(super) fn module(text: &str) -> String {
    let mut document: Value = serde_json::from_str(&flow(text)).unwrap();
    document["Actions"][1]["Type"] = "EndFlowModuleExecution".into();
    document["Settings"] = json!({"InputParameters": [], "OutputParameters": [], "Transitions": []});
    document.to_string()
}
