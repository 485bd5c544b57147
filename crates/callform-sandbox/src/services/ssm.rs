//! AWS Systems Manager: the parameter store.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::table::{Operation, Service, operation, service};
use crate::clock::epoch_seconds;
use crate::error::AwsError;
use crate::handler::Environment;
use crate::input::{Input, page};
use crate::tags;

const KIND: &str = "ssm/parameter";

/// A parameter; the store's key is its name.
#[derive(Serialize, Deserialize)]
struct Parameter {
    kind: String,
    data_type: String,
    tier: String,
    description: Option<String>,
    allowed_pattern: Option<String>,
    tags: BTreeMap<String, String>,
    versions: Vec<Version>,
}

#[derive(Serialize, Deserialize)]
struct Version {
    number: u64,
    value: String,
    modified: f64,
}

impl Parameter {
    fn describe(&self, environment: &Environment, name: &str, version: &Version) -> Value {
        json!({
            "Name": name,
            "Type": self.kind,
            "Value": version.value,
            "Version": version.number,
            "LastModifiedDate": version.modified,
            "ARN": arn(environment, name),
            "DataType": self.data_type,
        })
    }
}

fn arn(environment: &Environment, name: &str) -> String {
    let name = name.trim_start_matches('/');
    format!("arn:aws:ssm:{}:{}:parameter/{name}", environment.region, environment.account)
}

/// The service.
pub(crate) static SERVICE: Service = service("SSM", "ValidationException", &[OPERATIONS]);

const OPERATIONS: &[Operation] = &[
    operation("PutParameter", put),
    operation("GetParameter", get),
    operation("GetParameters", get_many),
    operation("GetParametersByPath", by_path),
    operation("DescribeParameters", describe),
    operation("DeleteParameter", delete),
    operation("DeleteParameters", delete_many),
    operation("AddTagsToResource", tag),
    operation("RemoveTagsFromResource", tag),
    operation("ListTagsForResource", tag),
];

/// Carries out an operation.
pub fn call(environment: &Environment, operation: &str, input: &Map<String, Value>) -> Result<Value, AwsError> {
    SERVICE.call(environment, operation, input)
}

fn get(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let parameter = find(environment, name)?.ok_or_else(|| not_found(name))?;
    Ok(json!({ "Parameter": parameter }))
}

fn get_many(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (mut found, mut invalid) = (Vec::new(), Vec::new());
    for name in input.texts("Names") {
        match find(environment, name)? {
            Some(parameter) => found.push(parameter),
            None => invalid.push(name),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": invalid }))
}

fn delete(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    if environment.tx.delete(KIND, environment.region, name)? { Ok(json!({})) } else { Err(not_found(name)) }
}

fn delete_many(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let (mut deleted, mut invalid) = (Vec::new(), Vec::new());
    for name in input.texts("Names") {
        let list = if environment.tx.delete(KIND, environment.region, name)? { &mut deleted } else { &mut invalid };
        list.push(name);
    }
    Ok(json!({ "DeletedParameters": deleted, "InvalidParameters": invalid }))
}

fn not_found(name: &str) -> AwsError {
    AwsError::new(400, "ParameterNotFound", format!("Parameter {name} not found."))
}

/// The parameter of a name, an ARN, or either with `:<version>`.
fn find(environment: &Environment, name: &str) -> Result<Option<Value>, AwsError> {
    let own = |name: &str| environment.tx.get::<Parameter>(KIND, environment.region, name);
    let plain = name.split_once(":parameter").map_or(name, |(_, name)| name);
    let (plain, version) = match plain.rsplit_once(':') {
        Some((plain, version)) => (plain, Some(version.parse::<u64>().unwrap_or_default())),
        None => (plain, None),
    };
    // The ARN of `a` and of `/a` is the same.
    let (name, parameter) = match own(plain)? {
        Some(parameter) => (plain, parameter),
        None => match own(plain.trim_start_matches('/'))? {
            Some(parameter) if name.starts_with("arn:") => (plain.trim_start_matches('/'), parameter),
            _ => return Ok(None),
        },
    };
    let found = match version {
        Some(number) => {
            let found = parameter.versions.iter().find(|version| version.number == number);
            Some(found.ok_or_else(|| {
                AwsError::new(
                    400,
                    "ParameterVersionNotFound",
                    format!("Systems Manager could not find version {number} of {name}."),
                )
            })?)
        }
        None => parameter.versions.last(),
    };
    Ok(found.map(|version| parameter.describe(environment, name, version)))
}

fn put(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let name = input.need("Name")?;
    let right = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte);
    if name.len() > 1011 || !name.bytes().all(right) || (name.contains('/') && !name.starts_with('/')) {
        return Err(input.wrong("Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_"));
    }
    let value = input.need("Value")?;
    let old = environment.tx.get::<Parameter>(KIND, environment.region, name)?;
    if old.is_some() && !input.flag("Overwrite") {
        return Err(AwsError::new(
            400,
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
        ));
    }
    let mut parameter = match old {
        Some(parameter) => parameter,
        None => Parameter {
            kind: input
                .text("Type")
                .ok_or_else(|| input.wrong("A parameter type is required when you create a parameter."))?
                .to_owned(),
            data_type: input.text("DataType").unwrap_or("text").to_owned(),
            tier: input.text("Tier").unwrap_or("Standard").to_owned(),
            description: None,
            allowed_pattern: None,
            tags: tags::from_list(input.list("Tags")),
            versions: Vec::new(),
        },
    };
    if let Some(kind) = input.text("Type") {
        kind.clone_into(&mut parameter.kind);
    }
    if !matches!(parameter.kind.as_str(), "String" | "StringList" | "SecureString") {
        return Err(
            input.wrong(format!("{} is no parameter type: String, StringList or SecureString.", parameter.kind))
        );
    }
    if let Some(description) = input.text("Description") {
        parameter.description = Some(description.to_owned());
    }
    if let Some(pattern) = input.text("AllowedPattern") {
        let expression = regex::Regex::new(pattern).map_err(|_| {
            AwsError::new(400, "InvalidAllowedPatternException", "The regular expression is not valid.")
        })?;
        if !expression.is_match(value) {
            return Err(AwsError::new(
                400,
                "ParameterPatternMismatchException",
                "Parameter value, cannot be validated against allowedPattern",
            ));
        }
        parameter.allowed_pattern = Some(pattern.to_owned());
    }
    fit_tier(input, &mut parameter, value)?;
    let number = parameter.versions.last().map_or(1, |version| version.number + 1);
    parameter.versions.push(Version { number, value: value.to_owned(), modified: epoch_seconds(environment.now) });
    let excess = parameter.versions.len().saturating_sub(100);
    parameter.versions.drain(..excess);
    environment.tx.put(KIND, environment.region, name, None, &parameter)?;
    Ok(json!({ "Version": number, "Tier": parameter.tier }))
}

/// Holds a value to the size of its tier; intelligent tiering takes the tier that fits.
fn fit_tier(input: &Input, parameter: &mut Parameter, value: &str) -> Result<(), AwsError> {
    const STANDARD: usize = 4096;
    const ADVANCED: usize = 8192;
    let asked = input.text("Tier").unwrap_or(&parameter.tier).to_owned();
    let is_large = value.chars().count() > STANDARD;
    parameter.tier = match asked.as_str() {
        "Intelligent-Tiering" if is_large => "Advanced".to_owned(),
        "Intelligent-Tiering" => "Standard".to_owned(),
        // A parameter that is advanced stays so.
        "Standard" if parameter.tier == "Advanced" && !parameter.versions.is_empty() => "Advanced".to_owned(),
        "Standard" | "Advanced" => asked,
        other => {
            let tiers = "Standard, Advanced, Intelligent-Tiering";
            return Err(input.wrong(format!("Tier {other} is none of {tiers}.")));
        }
    };
    let most = if parameter.tier == "Advanced" { ADVANCED } else { STANDARD };
    if value.chars().count() <= most {
        return Ok(());
    }
    let advice = if most == STANDARD { " Use the tier Advanced for up to 8192 characters." } else { "" };
    Err(input.wrong(format!(
        "{} tier parameters support a maximum parameter value of {most} characters.{advice}",
        parameter.tier
    )))
}

fn by_path(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let path = input.need("Path")?;
    let prefix = if path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    let recursive = input.flag("Recursive");
    let parameters = environment.tx.list::<Parameter>(KIND, environment.region)?;
    let parameters = parameters.iter().filter_map(|(name, parameter)| {
        let rest = name.strip_prefix(&prefix)?;
        let version = parameter.versions.last()?;
        (recursive || !rest.contains('/')).then(|| parameter.describe(environment, name, version))
    });
    Ok(paged("Parameters", parameters.collect(), input, 10))
}

fn describe(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let parameters = environment.tx.list::<Parameter>(KIND, environment.region)?;
    let named = |name: &str| {
        input.list("ParameterFilters").iter().filter(|filter| filter["Key"] == "Name").all(|filter| {
            let values = filter["Values"].as_array().map(Vec::as_slice).unwrap_or_default();
            let mut values = values.iter().filter_map(Value::as_str);
            match filter["Option"].as_str() {
                Some("BeginsWith") => values.any(|value| name.starts_with(value)),
                Some("Contains") => values.any(|value| name.contains(value)),
                _ => values.any(|value| name == value),
            }
        })
    };
    let parameters = parameters.iter().filter(|(name, _)| named(name)).map(|(name, parameter)| {
        let mut entry = json!({
            "Name": name,
            "ARN": arn(environment, name),
            "Type": parameter.kind,
            "Tier": parameter.tier,
            "DataType": parameter.data_type,
            "Version": parameter.versions.last().map(|version| version.number),
            "LastModifiedDate": parameter.versions.last().map(|version| version.modified),
            "Policies": [],
        });
        if let Some(description) = &parameter.description {
            entry["Description"] = description.clone().into();
        }
        if let Some(pattern) = &parameter.allowed_pattern {
            entry["AllowedPattern"] = pattern.clone().into();
        }
        entry
    });
    Ok(paged("Parameters", parameters.collect(), input, 50))
}

fn paged(member: &str, entries: Vec<Value>, input: &Input, most: usize) -> Value {
    let size = input.number("MaxResults").and_then(|size| usize::try_from(size).ok()).unwrap_or(most).clamp(1, most);
    let (entries, next) = page(entries, input.text("NextToken"), size);
    let mut answer = json!({ member: entries });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    answer
}

fn tag(environment: &Environment, input: &Input) -> Result<Value, AwsError> {
    let operation = input.operation();
    let name = input.need("ResourceId")?;
    let parameter = environment.tx.get::<Parameter>(KIND, environment.region, name)?;
    let mut parameter = parameter
        .ok_or_else(|| AwsError::new(400, "InvalidResourceId", format!("The resource ID {name} is not valid.")))?;
    match operation {
        "ListTagsForResource" => return Ok(json!({ "TagList": tags::to_list(&parameter.tags) })),
        "AddTagsToResource" => parameter.tags.extend(tags::from_list(input.list("Tags"))),
        "RemoveTagsFromResource" => {
            let keys = input.texts("TagKeys");
            parameter.tags.retain(|key, _| !keys.contains(&key.as_str()));
        }
        _ => return Err(AwsError::unsupported("SSM", operation)),
    }
    environment.tx.put(KIND, environment.region, name, None, &parameter)?;
    Ok(json!({}))
}
