//! `AWS::SSM::Parameter`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{call, find, invalid, text, unique, without_empty};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::ssm;
use crate::tags;

pub(super) struct Parameter;

impl ResourceHandler for Parameter {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let generated = || format!("CFN-{}-{}", context.logical_id, unique(context));
        let name = text(properties, "Name").map_or_else(generated, str::to_owned);
        put(context, &name, properties, false)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let Some(answer) = find(context, ssm::call, "GetParameter", json!({ "Name": physical_id }))? else {
            return Ok(None);
        };
        let filter = json!({ "ParameterFilters": [{ "Key": "Name", "Values": [physical_id] }] });
        let described = call(context, ssm::call, "DescribeParameters", filter)?;
        let described = &described["Parameters"][0];
        let key = json!({ "ResourceType": "Parameter", "ResourceId": physical_id });
        let tags = call(context, ssm::call, "ListTagsForResource", key)?;
        let mut properties = Properties::new();
        for member in ["Name", "Type", "Value", "DataType"] {
            properties.insert(member.to_owned(), answer["Parameter"][member].clone());
        }
        for member in ["Description", "AllowedPattern", "Tier"] {
            properties.insert(member.to_owned(), described[member].clone());
        }
        let tags = tags["TagList"].as_array().map(|list| tags::from_list(list)).unwrap_or_default();
        properties.insert("Tags".to_owned(), tags_object(tags));
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        call(context, ssm::call, "GetParameter", json!({ "Name": physical_id }))?;
        put(context, physical_id, new, true)?;
        let of =
            |properties: &Properties| properties.get("Tags").and_then(Value::as_object).cloned().unwrap_or_default();
        let (before, after) = (of(old), of(new));
        let removed: Vec<_> = before.keys().filter(|key| !after.contains_key(*key)).collect();
        let key = |member: &str, value: Value| {
            let mut input = json!({ "ResourceType": "Parameter", "ResourceId": physical_id });
            input[member] = value;
            input
        };
        call(context, ssm::call, "RemoveTagsFromResource", key("TagKeys", json!(removed)))?;
        let set = tags::to_list(&tags::from_object(&after));
        call(context, ssm::call, "AddTagsToResource", key("Tags", set)).map(|_| ())
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, ssm::call, "DeleteParameter", json!({ "Name": physical_id })).map(|_| ())
    }
}

fn tags_object(tags: std::collections::BTreeMap<String, String>) -> Value {
    tags.into_iter().map(|(key, value)| (key, Value::from(value))).collect::<Map<_, _>>().into()
}

fn put(context: &Context, name: &str, properties: &Properties, overwrite: bool) -> HandlerResult<()> {
    if text(properties, "Type") == Some("SecureString") {
        return Err(invalid("SecureString is no type of AWS::SSM::Parameter."));
    }
    let mut input = Properties::new();
    for member in ["Type", "Value", "Description", "AllowedPattern", "Tier", "DataType"] {
        if let Some(value) = properties.get(member) {
            input.insert(member.to_owned(), value.clone());
        }
    }
    input.insert("Name".to_owned(), name.into());
    input.insert("Overwrite".to_owned(), overwrite.into());
    if let Some(tags) = properties.get("Tags").and_then(Value::as_object) {
        input.insert("Tags".to_owned(), tags::to_list(&tags::from_object(tags)));
    }
    call(context, ssm::call, "PutParameter", input.into()).map(|_| ())
}
