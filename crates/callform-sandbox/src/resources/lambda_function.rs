//! `AWS::Lambda::Function`.

use serde_json::{Value, json};

use crate::functions::runtimes::response_module;
use crate::handler::properties::{
    call, differs, find, list, name_or_generated, not_found, number, tag_changes, tags_list, tags_object, text, texts,
    without_empty,
};
use crate::handler::{Context, HandlerError, HandlerErrorCode, HandlerResult, Properties, ResourceHandler};
use crate::services::lambda;

const TYPE: &str = "AWS::Lambda::Function";

/// Properties under the name that the service has for them too.
const SAME: [&str; 14] = [
    "Description",
    "Runtime",
    "Role",
    "Handler",
    "Environment",
    "VpcConfig",
    "DeadLetterConfig",
    "TracingConfig",
    "EphemeralStorage",
    "LoggingConfig",
    "FileSystemConfigs",
    "ImageConfig",
    "Architectures",
    "PackageType",
];

pub(super) struct Function;

impl ResourceHandler for Function {
    fn create(&self, context: &Context, properties: &Properties) -> HandlerResult<String> {
        let name = name_or_generated(context, properties, "FunctionName", 64);
        let mut input = configuration(properties);
        input["FunctionName"] = name.clone().into();
        input["Code"] = code(properties)?;
        input["Tags"] = tags_object(list(properties, "Tags"));
        call(context, lambda::call, "CreateFunction", input)?;
        concurrency(context, &name, &Properties::new(), properties)?;
        Ok(name)
    }

    fn read(&self, context: &Context, physical_id: &str) -> HandlerResult<Option<Properties>> {
        let key = json!({ "FunctionName": physical_id });
        let Some(answer) = find(context, lambda::call, "GetFunction", key)? else {
            return Ok(None);
        };
        let configuration = &answer["Configuration"];
        let mut properties = Properties::new();
        properties.insert("FunctionName".to_owned(), configuration["FunctionName"].clone());
        properties.insert("Arn".to_owned(), configuration["FunctionArn"].clone());
        properties.insert("KmsKeyArn".to_owned(), configuration["KMSKeyArn"].clone());
        for member in SAME.iter().chain(&["Timeout", "MemorySize"]) {
            properties.insert((*member).to_owned(), configuration[*member].clone());
        }
        // The service answers descriptions that nobody gave as empty.
        if properties.get("Description").and_then(Value::as_str) == Some("") {
            properties.remove("Description");
        }
        let layers = configuration["Layers"].as_array().into_iter().flatten().map(|layer| layer["Arn"].clone());
        properties.insert("Layers".to_owned(), layers.collect());
        properties.insert("SnapStart".to_owned(), json!({ "ApplyOn": configuration["SnapStart"]["ApplyOn"] }));
        properties.insert("SnapStartResponse".to_owned(), configuration["SnapStart"].clone());
        properties.insert("Tags".to_owned(), tags_list(&answer["Tags"]));
        let reserved = &answer["Concurrency"]["ReservedConcurrentExecutions"];
        properties.insert("ReservedConcurrentExecutions".to_owned(), reserved.clone());
        Ok(Some(without_empty(properties)))
    }

    fn update(&self, context: &Context, physical_id: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
        let live = self.read(context, physical_id)?.ok_or_else(|| not_found(TYPE, physical_id))?;
        if differs(old, new, "Code") || differs(old, new, "Architectures") {
            let mut input = code(new)?;
            input["FunctionName"] = physical_id.into();
            input["Architectures"] = new.get("Architectures").cloned().unwrap_or(json!(["x86_64"]));
            call(context, lambda::call, "UpdateFunctionCode", input)?;
        }
        let mut input = configuration(new);
        input["FunctionName"] = physical_id.into();
        call(context, lambda::call, "UpdateFunctionConfiguration", input)?;
        let (set, removed) = tag_changes(old, new, "Tags");
        let arn = live.get("Arn");
        call(context, lambda::call, "UntagResource", json!({ "Resource": arn, "TagKeys": removed }))?;
        call(context, lambda::call, "TagResource", json!({ "Resource": arn, "Tags": tags_object(&set) }))?;
        concurrency(context, physical_id, old, new)
    }

    fn delete(&self, context: &Context, physical_id: &str) -> HandlerResult<()> {
        call(context, lambda::call, "DeleteFunction", json!({ "FunctionName": physical_id })).map(|_| ())
    }
}

/// The configuration with the service's defaults for what the template leaves out, so that an update that removes a
/// property sets it back.
fn configuration(properties: &Properties) -> Value {
    let mut input = json!({
        "Description": "",
        "Environment": {},
        "VpcConfig": {},
        "TracingConfig": { "Mode": "PassThrough" },
        "EphemeralStorage": { "Size": 512 },
    });
    for member in SAME {
        if let Some(value) = properties.get(member) {
            input[member] = value.clone();
        }
    }
    input["Timeout"] = properties.get("Timeout").and_then(number).unwrap_or(3).into();
    input["MemorySize"] = properties.get("MemorySize").and_then(number).unwrap_or(128).into();
    input["Layers"] = texts(properties, "Layers").into();
    if let Some(snap) = properties.get("SnapStart") {
        input["SnapStart"] = json!({ "ApplyOn": snap["ApplyOn"], "OptimizationStatus": "Off" });
    }
    if let Some(key) = text(properties, "KmsKeyArn") {
        input["KMSKeyArn"] = key.into();
    }
    input
}

/// `Code` as the service takes it: inline source is zipped, together with the module for answers of custom resources.
fn code(properties: &Properties) -> HandlerResult<Value> {
    let mut code = properties.get("Code").cloned().unwrap_or(json!({}));
    if let Some(source) = code["ZipFile"].as_str() {
        let runtime = text(properties, "Runtime").unwrap_or_default();
        let name = if runtime.starts_with("python") { "index.py" } else { "index.js" };
        let module = response_module(runtime).map(|(name, text)| (name, text.as_bytes()));
        let files: Vec<(&str, &[u8])> = [(name, source.as_bytes())].into_iter().chain(module).collect();
        let zip = lambda::code::zip_of(&files).map_err(|error| HandlerError {
            code: HandlerErrorCode::ServiceInternalError,
            message: error.to_string(),
        })?;
        code["ZipFile"] = zip.into();
    }
    Ok(code)
}

fn concurrency(context: &Context, name: &str, old: &Properties, new: &Properties) -> HandlerResult<()> {
    if !differs(old, new, "ReservedConcurrentExecutions") {
        return Ok(());
    }
    let count = new.get("ReservedConcurrentExecutions").and_then(number);
    let operation = if count.is_some() { "PutFunctionConcurrency" } else { "DeleteFunctionConcurrency" };
    let input = json!({ "FunctionName": name, "ReservedConcurrentExecutions": count });
    call(context, lambda::call, operation, input).map(|_| ())
}
