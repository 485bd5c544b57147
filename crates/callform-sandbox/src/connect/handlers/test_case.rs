//! `AWS::Connect::TestCase`.

use serde_json::json;

use super::properties::{instance_arn, present, refuse_change, tag_list, tags, text_or_empty};
use super::service::Service;
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};

pub(super) struct TestCase;

impl ResourceHandler for TestCase {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let input = json!({
            "InstanceId": properties.get("InstanceArn"),
            "Name": properties.get("Name"),
            "Description": properties.get("Description"),
            "Content": properties.get("Content"),
            "EntryPoint": properties.get("EntryPoint"),
            "InitializationData": properties.get("InitializationData"),
            "Status": properties.get("Status"),
            "Tags": tags(properties),
        });
        Service::new(context).call_for("CreateTestCase", input, "TestCaseArn")
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let instance = instance_arn(physical_id)?;
        let input = json!({"InstanceId": instance, "TestCaseId": physical_id});
        let test_case = Service::new(context).describe("DescribeTestCase", input, "TestCase")?;
        Ok(test_case.map(|test_case| {
            present(json!({
                "TestCaseArn": physical_id,
                "InstanceArn": instance,
                "Name": test_case.get("Name"),
                "Description": test_case.get("Description"),
                "Content": test_case.get("Content"),
                "EntryPoint": test_case.get("EntryPoint"),
                "InitializationData": test_case.get("InitializationData"),
                "Status": test_case.get("Status"),
                "LastModifiedTime": test_case.get("LastModifiedTime"),
                "LastModifiedRegion": test_case.get("LastModifiedRegion"),
                "Tags": tag_list(test_case.get("Tags")),
            }))
        }))
    }

    /// The type has no property that asks for a new resource, and an instance that cannot be changed.
    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        refuse_change(old, new, &["InstanceArn"])?;
        let service = Service::new(context);
        let input = json!({
            "InstanceId": new.get("InstanceArn"),
            "TestCaseId": physical_id,
            "Name": new.get("Name"),
            "Description": text_or_empty(new, "Description"),
            "Content": new.get("Content"),
            "EntryPoint": new.get("EntryPoint").cloned().unwrap_or_else(|| json!({})),
            "InitializationData": text_or_empty(new, "InitializationData"),
            "Status": new.get("Status"),
        });
        service.call("UpdateTestCase", input)?;
        service.retag(physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        let input = json!({"InstanceId": instance_arn(physical_id)?, "TestCaseId": physical_id});
        Service::new(context).call("DeleteTestCase", input).map(drop)
    }
}
