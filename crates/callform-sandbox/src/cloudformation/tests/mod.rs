//! The engine and its operations, over a registry of resources that live in the store and nowhere else.

mod change_sets;
mod deletion;
mod drift;
mod early_validation;
mod imports;
mod native;
mod requests;
mod transforms;
mod updates;
mod values;
mod yaml;

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::engine::{Progress, step};
use super::handle;
use crate::error::AwsError;
use crate::faults::{Faults, ResourceFault, ResourceOperation};
use crate::handler::HandlerRegistry;
use crate::handler::{
    Context, Environment, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler,
};
use crate::store::Store;

const ACCOUNT: &str = "123456789012";
const REGION: &str = "us-west-2";
const THING: &str = "test/thing";

/// Resources that are what they were told to be.
struct Thing {
    /// The property that names it, or nothing.
    name: &'static str,
    type_name: &'static str,
}

fn refused(code: HandlerErrorCode, message: &str) -> HandlerError {
    HandlerError { code, message: message.to_owned() }
}

impl Thing {
    fn scope(&self) -> &str {
        self.type_name
    }
}

impl ResourceHandler for Thing {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let tx = context.environment.tx;
        let id = match properties.get(self.name).and_then(Value::as_str) {
            Some(name) => name.to_owned(),
            None => format!("{}-{}-{}", context.stack_name, context.logical_id, tx.count(THING, "made").unwrap()),
        };
        tx.put(THING, "made", &format!("{id}/{}", context.token), None, &context.token).unwrap();
        if tx.get::<Value>(THING, self.scope(), &id).unwrap().is_some() {
            return Err(refused(HandlerErrorCode::AlreadyExists, "it is there already"));
        }
        tx.put(THING, self.scope(), &id, None, properties).unwrap();
        if properties.get("Value").is_some_and(|value| value == "refuse") {
            return Err(refused(HandlerErrorCode::InvalidRequest, "refused"));
        }
        Ok(id)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let found: Option<Properties> = context.environment.tx.get(THING, self.scope(), physical_id).unwrap();
        Ok(found.map(|mut properties| {
            properties.insert("Arn".to_owned(), format!("arn:test:{physical_id}").into());
            properties
        }))
    }

    fn update(&self, context: &Context, id: &str, _old: &Properties, new: &Properties) -> HandlerResult<()> {
        let tx = context.environment.tx;
        if tx.get::<Value>(THING, self.scope(), id).unwrap().is_none() {
            return Err(refused(HandlerErrorCode::NotFound, "it is gone"));
        }
        if new.get("Value").is_some_and(|value| value == "refuse") {
            return Err(refused(HandlerErrorCode::InvalidRequest, "refused"));
        }
        tx.put(THING, self.scope(), id, None, new).unwrap();
        Ok(())
    }

    fn delete(&self, context: &Context, id: &str) -> HandlerResult<()> {
        let removed = context.environment.tx.delete(THING, self.scope(), id).unwrap();
        if removed { Ok(()) } else { Err(refused(HandlerErrorCode::NotFound, "it is gone")) }
    }
}

/// Resources of a service that asks to slow down so often before it works.
struct Busy {
    refusals: AtomicU32,
}

impl ResourceHandler for Busy {
    fn create(&self, _context: &Context, _properties: &Properties) -> HandlerResult<String> {
        let left = self.refusals.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        if left.is_ok() { Err(refused(HandlerErrorCode::Throttling, "slow down")) } else { Ok("busy".to_owned()) }
    }

    fn read(&self, _context: &Context, _physical_id: &str) -> HandlerResult<Option<Properties>> {
        Ok(Some(Properties::new()))
    }

    fn update(&self, _context: &Context, _id: &str, _old: &Properties, _new: &Properties) -> HandlerResult<()> {
        Ok(())
    }

    fn delete(&self, _context: &Context, _id: &str) -> HandlerResult<()> {
        Ok(())
    }
}

fn registry() -> HandlerRegistry {
    let mut registry = HandlerRegistry::new();
    for (type_name, name) in [
        ("AWS::S3::Bucket", "BucketName"),
        ("AWS::SSM::Parameter", "Name"),
        ("AWS::SNS::Topic", "TopicName"),
        ("AWS::IAM::Role", "RoleName"),
        ("AWS::Connect::Rule", "Name"),
    ] {
        registry.insert(type_name, Box::new(Thing { name, type_name }));
    }
    for (type_name, refusals) in [("Test::Rather::Busy", 3), ("Test::Very::Busy", 99)] {
        registry.insert(type_name, Box::new(Busy { refusals: AtomicU32::new(refusals) }));
    }
    registry
}

struct Sandbox {
    /// The clock of the engine.
    now: Cell<SystemTime>,
    folder: TempDir,
    store: Store,
    registry: HandlerRegistry,
}

impl Sandbox {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("sandbox.sqlite")).unwrap();
        Self { now: Cell::new(now()), folder, store, registry: registry() }
    }

    /// What another process finds that opens the folder.
    fn reopen(&mut self) {
        self.store = Store::open(&self.folder.path().join("sandbox.sqlite")).unwrap();
        self.registry = registry();
    }

    fn with<R>(&self, work: impl FnOnce(&Environment) -> Result<R, AwsError>) -> Result<R, AwsError> {
        self.store.transaction(|tx| {
            let folder = self.folder.path();
            work(&Environment { tx, account: ACCOUNT, region: REGION, now: self.now.get(), folder })
        })
    }

    fn call(&self, action: &str, parameters: &[(&str, &str)]) -> Result<Value, AwsError> {
        let parameters: BTreeMap<String, String> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.with(|environment| handle(environment, &self.registry, action, &parameters))
    }

    fn refusal(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.call(action, parameters).expect_err("it is refused").message
    }

    fn step(&self) -> Progress {
        step(&self.store, &self.registry, ACCOUNT, self.folder.path(), &|| self.now.get()).unwrap()
    }

    fn run(&self) -> usize {
        let mut steps = 0;
        while self.step() == Progress::Worked {
            steps += 1;
            assert!(steps < 10_000, "the engine comes to an end");
        }
        steps
    }

    fn create(&self, template: &Value) -> String {
        self.call("CreateStack", &[("StackName", "s"), ("TemplateBody", &template.to_string())]).unwrap();
        self.run();
        self.status()
    }

    fn update(&self, template: &Value) -> String {
        self.call("UpdateStack", &[("StackName", "s"), ("TemplateBody", &template.to_string())]).unwrap();
        self.run();
        self.status()
    }

    fn stack(&self, name: &str) -> Value {
        self.call("DescribeStacks", &[("StackName", name)]).unwrap()["Stacks"][0].clone()
    }

    fn status(&self) -> String {
        self.stack("s")["StackStatus"].as_str().unwrap().to_owned()
    }

    fn physical_id(&self, logical_id: &str) -> String {
        let found =
            self.call("DescribeStackResource", &[("StackName", "s"), ("LogicalResourceId", logical_id)]).unwrap();
        found["StackResourceDetail"]["PhysicalResourceId"].as_str().unwrap().to_owned()
    }

    fn thing(&self, type_name: &str, id: &str) -> Option<Value> {
        self.with(|environment| environment.tx.get(THING, type_name, id)).unwrap()
    }

    fn set_thing(&self, type_name: &str, id: &str, thing: &Value) {
        self.with(|environment| environment.tx.put(THING, type_name, id, None, thing)).unwrap();
    }

    fn remove_thing(&self, type_name: &str, id: &str) {
        self.with(|environment| environment.tx.delete(THING, type_name, id)).unwrap();
    }

    fn things(&self, type_name: &str) -> usize {
        self.with(|environment| environment.tx.count(THING, type_name)).unwrap()
    }

    /// All events of a stack, oldest first: logical ID, physical id where `with_ids`, status, reason.
    fn events(&self, stack: &str) -> Vec<String> {
        let found = self.call("DescribeStackEvents", &[("StackName", stack)]).unwrap();
        let mut lines: Vec<String> = found["StackEvents"]
            .as_array()
            .unwrap()
            .iter()
            .map(|event| {
                let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
                let line = format!(
                    "{} {} {}",
                    text("LogicalResourceId"),
                    text("ResourceStatus"),
                    text("ResourceStatusReason")
                );
                line.trim().to_owned()
            })
            .collect();
        lines.reverse();
        lines
    }

    /// Events after the first `skip`.
    fn later_events(&self, skip: usize) -> Vec<String> {
        self.events("s").split_off(skip)
    }

    fn fail(&self, logical_id: &str, operation: ResourceOperation, times: u64) {
        let fault = ResourceFault { logical_id: logical_id.to_owned(), operation, reason: "no luck".to_owned(), times };
        Faults { fail_resource: vec![fault], ..Faults::default() }.save(self.folder.path()).unwrap();
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_hours(500_000)
}

fn topic(name: &str, display: &str) -> Value {
    json!({ "Type": "AWS::SNS::Topic", "Properties": { "TopicName": name, "DisplayName": display } })
}

fn parameter(value: &Value) -> Value {
    json!({ "Type": "AWS::SSM::Parameter", "Properties": { "Type": "String", "Value": value } })
}

fn template(resources: &Value) -> Value {
    json!({ "Resources": resources })
}
