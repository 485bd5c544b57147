//! `AWS::DynamoDB::Table`.

use serde_json::{Map, Value, json};

use crate::handler::properties::{
    call, differs, find, flag, invalid, list, name_or_generated, not_found, number, tag_changes, text, without_empty,
};
use crate::handler::{Context, HandlerResult, Properties, ResourceHandler};
use crate::services::dynamodb;

pub(super) struct Table;

const TYPE: &str = "AWS::DynamoDB::Table";

impl ResourceHandler for Table {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "TableName", 255);
        let indexes: Vec<_> = list(properties, "GlobalSecondaryIndexes").iter().map(index).collect();
        let mut input = json!({ "TableName": name });
        for member in ["AttributeDefinitions", "KeySchema", "TableClass", "Tags", "OnDemandThroughput"] {
            copy(properties, member, &mut input);
        }
        if !list(properties, "LocalSecondaryIndexes").is_empty() {
            copy(properties, "LocalSecondaryIndexes", &mut input);
        }
        if !indexes.is_empty() {
            input["GlobalSecondaryIndexes"] = indexes.into();
        }
        billing(properties, &mut input);
        if let Some(encryption) = encryption(properties) {
            input["SSESpecification"] = encryption;
        }
        if let Some(protection) = properties.get("DeletionProtectionEnabled") {
            input["DeletionProtectionEnabled"] = flag(protection).into();
        }
        if let Some(stream) = stream(properties) {
            input["StreamSpecification"] = stream;
        }
        call(context, dynamodb::call, "CreateTable", input)?;
        settings(context, &name, &Properties::new(), properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let name = json!({ "TableName": physical_id });
        let Some(answer) = find(context, dynamodb::call, "DescribeTable", name.clone())? else {
            return Ok(None);
        };
        let table = &answer["Table"];
        let mut properties = described(table);
        let ttl = call(context, dynamodb::call, "DescribeTimeToLive", name.clone())?;
        if ttl["TimeToLiveDescription"]["TimeToLiveStatus"] == "ENABLED" {
            let attribute = &ttl["TimeToLiveDescription"]["AttributeName"];
            let specification = json!({ "AttributeName": attribute, "Enabled": true });
            properties.insert("TimeToLiveSpecification".to_owned(), specification);
        }
        let backups = call(context, dynamodb::call, "DescribeContinuousBackups", name)?;
        let recovery = &backups["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"];
        let mut specification =
            json!({ "PointInTimeRecoveryEnabled": recovery["PointInTimeRecoveryStatus"] == "ENABLED" });
        if let Some(days) = recovery.get("RecoveryPeriodInDays") {
            specification["RecoveryPeriodInDays"] = days.clone();
        }
        properties.insert("PointInTimeRecoverySpecification".to_owned(), specification);
        let arn = json!({ "ResourceArn": table["TableArn"] });
        let tags = call(context, dynamodb::call, "ListTagsOfResource", arn)?;
        properties.insert("Tags".to_owned(), tags["Tags"].clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let live = self.read(context, physical_id)?.ok_or_else(|| not_found(TYPE, physical_id))?;
        let throughput = ["BillingMode", "ProvisionedThroughput", "OnDemandThroughput"];
        if throughput.into_iter().any(|name| differs(old, new, name)) {
            let mut input = json!({ "TableName": physical_id });
            billing(new, &mut input);
            copy(new, "OnDemandThroughput", &mut input);
            call(context, dynamodb::call, "UpdateTable", input)?;
        }
        for name in ["TableClass", "DeletionProtectionEnabled", "SSESpecification", "StreamSpecification"] {
            if differs(old, new, name) {
                update_setting(context, physical_id, name, new)?;
            }
        }
        update_indexes(context, physical_id, old, new)?;
        let (set, removed) = tag_changes(old, new, "Tags");
        let arn = live.get("Arn");
        if !removed.is_empty() {
            call(context, dynamodb::call, "UntagResource", json!({ "ResourceArn": arn, "TagKeys": removed }))?;
        }
        if !set.is_empty() {
            call(context, dynamodb::call, "TagResource", json!({ "ResourceArn": arn, "Tags": set }))?;
        }
        settings(context, physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, dynamodb::call, "DeleteTable", json!({ "TableName": physical_id })).map(|_| ())
    }
}

fn copy(properties: &Properties, name: &str, input: &mut Value) {
    if let Some(value) = properties.get(name) {
        input[name] = value.clone();
    }
}

/// Numbers of a throughput, which templates may write as texts.
fn throughput(value: &Value) -> Value {
    let members = value.as_object().into_iter().flatten();
    members
        .map(|(name, value)| (name.clone(), number(value).map_or(value.clone(), Value::from)))
        .collect::<Map<_, _>>()
        .into()
}

fn billing(properties: &Properties, input: &mut Value) {
    input["BillingMode"] = text(properties, "BillingMode").unwrap_or("PROVISIONED").into();
    if let Some(value) = properties.get("ProvisionedThroughput") {
        input["ProvisionedThroughput"] = throughput(value);
    }
}

/// A secondary index as the service takes it.
fn index(property: &Value) -> Value {
    let mut index = Map::new();
    for name in ["IndexName", "KeySchema", "Projection", "OnDemandThroughput"] {
        if let Some(value) = property.get(name) {
            index.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(value) = property.get("ProvisionedThroughput") {
        index.insert("ProvisionedThroughput".to_owned(), throughput(value));
    }
    index.into()
}

/// `SSESpecification`, whose first member has another name in the service.
fn encryption(properties: &Properties) -> Option<Value> {
    let property = properties.get("SSESpecification")?;
    let enabled = property.get("SSEEnabled").is_some_and(flag);
    let mut specification = json!({ "Enabled": enabled });
    if enabled {
        specification["SSEType"] = "KMS".into();
        if let Some(key) = property.get("KMSMasterKeyId") {
            specification["KMSMasterKeyId"] = key.clone();
        }
    }
    Some(specification)
}

fn stream(properties: &Properties) -> Option<Value> {
    let view = properties.get("StreamSpecification")?.get("StreamViewType")?;
    Some(json!({ "StreamEnabled": true, "StreamViewType": view }))
}

fn update_setting(context: &Context, table: &str, name: &str, new: &Properties) -> HandlerResult<()> {
    let mut input = json!({ "TableName": table });
    match name {
        "TableClass" => input[name] = text(new, name).unwrap_or("STANDARD").into(),
        "DeletionProtectionEnabled" => input[name] = new.get(name).is_some_and(flag).into(),
        "SSESpecification" => input[name] = encryption(new).unwrap_or(json!({ "Enabled": false })),
        _ => {
            // A stream cannot become another kind: the old one ends first.
            let off = json!({ "TableName": table, "StreamSpecification": { "StreamEnabled": false } });
            let answer = call(context, dynamodb::call, "DescribeTable", json!({ "TableName": table }))?;
            if !answer["Table"]["StreamSpecification"].is_null() {
                call(context, dynamodb::call, "UpdateTable", off)?;
            }
            match stream(new) {
                Some(stream) => input[name] = stream,
                None => return Ok(()),
            }
        }
    }
    call(context, dynamodb::call, "UpdateTable", input).map(|_| ())
}

/// CloudFormation makes or deletes at most one index in an update, and none is changed but in its throughput.
fn update_indexes(context: &Context, table: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    let name = |index: &Value| index["IndexName"].as_str().unwrap_or_default().to_owned();
    let (before, after) = (list(old, "GlobalSecondaryIndexes"), list(new, "GlobalSecondaryIndexes"));
    let mut made = Vec::new();
    let mut updates = Vec::new();
    for wanted in after {
        match before.iter().find(|index| name(index) == name(wanted)) {
            None => made.push(json!({ "Create": index(wanted) })),
            Some(own) if own["KeySchema"] != wanted["KeySchema"] || own["Projection"] != wanted["Projection"] => {
                return Err(invalid(format!(
                    "GSI {} cannot be changed in place; delete it in one update and create it anew in another.",
                    name(wanted)
                )));
            }
            Some(own) if own["ProvisionedThroughput"] != wanted["ProvisionedThroughput"] => {
                let throughput = throughput(&wanted["ProvisionedThroughput"]);
                updates.push(json!({ "Update": { "IndexName": name(wanted), "ProvisionedThroughput": throughput } }));
            }
            Some(_) => {}
        }
    }
    for own in before.iter().filter(|own| !after.iter().any(|index| name(index) == name(own))) {
        made.push(json!({ "Delete": { "IndexName": name(own) } }));
    }
    if made.len() > 1 {
        return Err(invalid("Cannot perform more than one GSI creation or deletion in a single update"));
    }
    for update in updates.into_iter().chain(made) {
        call(
            context,
            dynamodb::call,
            "UpdateTable",
            json!({
                "TableName": table,
                "AttributeDefinitions": list(new, "AttributeDefinitions"),
                "GlobalSecondaryIndexUpdates": [update],
            }),
        )?;
    }
    Ok(())
}

/// Time to live and point-in-time recovery, which have operations of their own.
fn settings(context: &Context, table: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    if differs(old, new, "TimeToLiveSpecification") {
        let part = |properties: &Properties| {
            let specification = properties.get("TimeToLiveSpecification").cloned().unwrap_or(Value::Null);
            let attribute = specification["AttributeName"].as_str().unwrap_or_default().to_owned();
            (specification.get("Enabled").is_some_and(flag), attribute)
        };
        let ((was, before), (is, after)) = (part(old), part(new));
        let set = |enabled: bool, attribute: &str| {
            let specification = json!({ "Enabled": enabled, "AttributeName": attribute });
            let input = json!({ "TableName": table, "TimeToLiveSpecification": specification });
            call(context, dynamodb::call, "UpdateTimeToLive", input)
        };
        if was && (!is || before != after) {
            set(false, &before)?;
        }
        if is && (!was || before != after) {
            set(true, &after)?;
        }
    }
    if differs(old, new, "PointInTimeRecoverySpecification") {
        let wanted = new.get("PointInTimeRecoverySpecification");
        let enabled = wanted.and_then(|wanted| wanted.get("PointInTimeRecoveryEnabled")).is_some_and(flag);
        let mut specification = json!({ "PointInTimeRecoveryEnabled": enabled });
        if let Some(days) = wanted.and_then(|wanted| wanted.get("RecoveryPeriodInDays")).and_then(number) {
            specification["RecoveryPeriodInDays"] = days.into();
        }
        let input = json!({ "TableName": table, "PointInTimeRecoverySpecification": specification });
        call(context, dynamodb::call, "UpdateContinuousBackups", input)?;
    }
    Ok(())
}

/// A table's description as properties.
fn described(table: &Value) -> Properties {
    let mut properties = Properties::new();
    let mut put = |name: &str, value: Value| {
        properties.insert(name.to_owned(), value);
    };
    for name in ["TableName", "KeySchema", "AttributeDefinitions", "OnDemandThroughput"] {
        put(name, table[name].clone());
    }
    put("Arn", table["TableArn"].clone());
    put("StreamArn", table["LatestStreamArn"].clone());
    put("TableClass", table["TableClassSummary"]["TableClass"].clone());
    let on_demand = table["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST";
    put("BillingMode", if on_demand { "PAY_PER_REQUEST".into() } else { "PROVISIONED".into() });
    if !on_demand {
        put("ProvisionedThroughput", units(&table["ProvisionedThroughput"]));
    }
    put("DeletionProtectionEnabled", (table["DeletionProtectionEnabled"] == true).into());
    for name in ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"] {
        let indexes = table[name].as_array().into_iter().flatten().map(|index| {
            let mut property = Map::new();
            for member in ["IndexName", "KeySchema", "Projection"] {
                property.insert(member.to_owned(), index[member].clone());
            }
            if name == "GlobalSecondaryIndexes" && !on_demand {
                property.insert("ProvisionedThroughput".to_owned(), units(&index["ProvisionedThroughput"]));
            }
            Value::Object(property)
        });
        put(name, indexes.collect());
    }
    if table["StreamSpecification"]["StreamEnabled"] == true {
        put("StreamSpecification", json!({ "StreamViewType": table["StreamSpecification"]["StreamViewType"] }));
    }
    let encryption = &table["SSEDescription"];
    let enabled = encryption["Status"] == "ENABLED";
    let mut specification = json!({ "SSEEnabled": enabled });
    if enabled {
        specification["SSEType"] = encryption["SSEType"].clone();
        specification["KMSMasterKeyId"] = encryption["KMSMasterKeyArn"].clone();
    }
    put("SSESpecification", specification);
    properties
}

fn units(throughput: &Value) -> Value {
    json!({
        "ReadCapacityUnits": throughput["ReadCapacityUnits"],
        "WriteCapacityUnits": throughput["WriteCapacityUnits"],
    })
}
