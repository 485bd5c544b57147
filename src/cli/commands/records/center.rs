//! Where the contact records of a center are, by its blueprint.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use callform_aws::Gateway;

use super::remote::Prefix;
use crate::cli::args::{CenterArgs, FilesArgs};
use crate::cli::center::{Center, load};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::model::{Address, Kind, Properties, Target, TextPart, Value};
use crate::observe;
use crate::plan::Known;

/// The attribute that is the key of the functions' tables.
pub(super) const KEY: &str = "RecordKey";

/// Where records are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Places {
    /// What delivery streams write to.
    pub(super) prefixes: BTreeSet<Prefix>,
    /// What the functions remember.
    pub(super) tables: BTreeSet<String>,
}

/// Reads a blueprint.
pub(super) fn center(ui: &Ui, blueprint: &Path, env: Option<&str>) -> Result<Center, Exit> {
    let files = FilesArgs::default();
    load(ui, &CenterArgs { blueprint: blueprint.to_owned(), env: env.map(str::to_owned), files })
}

/// The one blueprint around here in which something is so; `None` where there is none, or several.
pub(super) fn only_blueprint(fits: impl Fn(&Path) -> bool) -> Option<PathBuf> {
    let in_folder = |folder: &str| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut found = [".", "blueprints"].into_iter().flat_map(in_folder).map(|entry| entry.path()).filter(|path| {
        let is_yaml = path.extension().is_some_and(|extension| extension == "yaml" || extension == "yml");
        // Cheaper than reading every YAML file there is as a blueprint.
        let is_blueprint = |text: String| text.lines().any(|line| line.starts_with("center:"));
        is_yaml && std::fs::read_to_string(path).is_ok_and(is_blueprint) && fits(path)
    });
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

/// The name in AWS of something that is deployed.
pub(super) async fn physical_name(
    gateway: &Gateway,
    center: &Center,
    address: &Address,
) -> Result<Option<String>, String> {
    let inventory =
        observe::stacks_and_associations(gateway, &center.model).await.map_err(|error| error.to_string())?;
    Ok(Known::new(&inventory, None).physical_id(address).map(str::to_owned))
}

/// Where the deployed center keeps its records.
pub(super) async fn places(gateway: &Gateway, center: &Center) -> Result<Places, String> {
    let inventory =
        observe::stacks_and_associations(gateway, &center.model).await.map_err(|error| error.to_string())?;
    let known = Known::new(&inventory, None);
    let mut places = Places::default();
    for (address, resource) in &center.model.resources {
        match address.kind {
            Kind::DeliveryStream => {
                let Some(Value::Object(destination)) = resource.properties.get("ExtendedS3DestinationConfiguration")
                else {
                    continue;
                };
                let Some(bucket) = destination.get("BucketARN").and_then(|arn| bucket_name(arn, &known)) else {
                    continue;
                };
                for prefix in written(destination.get("Prefix"), destination.get("ErrorOutputPrefix")) {
                    places.prefixes.insert(Prefix { bucket: bucket.clone(), prefix });
                }
            }
            Kind::Table if is_of_functions(&resource.properties) => {
                places.tables.extend(known.physical_id(address).map(str::to_owned));
            }
            _ => {}
        }
    }
    let covered = |one: &Prefix, others: &BTreeSet<Prefix>| {
        others.iter().any(|other| other != one && other.bucket == one.bucket && one.prefix.starts_with(&other.prefix))
    };
    let all = places.prefixes.clone();
    places.prefixes.retain(|one| !covered(one, &all));
    Ok(places)
}

/// Whether a table has the key that the functions write.
fn is_of_functions(properties: &Properties) -> bool {
    let Some(Value::List(keys)) = properties.get("KeySchema") else { return false };
    keys.iter().any(|key| match key {
        Value::Object(key) => {
            key.get("AttributeName") == Some(&KEY.into()) && key.get("KeyType") == Some(&"HASH".into())
        }
        _ => false,
    })
}

fn bucket_name(arn: &Value, known: &Known<'_>) -> Option<String> {
    match arn {
        Value::Reference(reference) => match &reference.target {
            Target::Resource(address) => known.physical_id(address).map(str::to_owned),
            _ => None,
        },
        Value::Text(parts) => match parts.last()? {
            TextPart::Literal(end) => end.rsplit(":::").next().map(str::to_owned),
            _ => None,
        },
        _ => None,
    }
}

/// What keys begin with: both prefixes up to their first expression.
fn written(prefix: Option<&Value>, errors: Option<&Value>) -> Vec<String> {
    let start = |value: Option<&Value>| match value {
        Some(Value::String(text)) => text.split("!{").next().unwrap_or_default().to_owned(),
        _ => String::new(),
    };
    let first = start(prefix);
    let errors = if errors.is_some() { start(errors) } else { first.clone() };
    vec![first, errors]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_begin_with_what_stands_before_expressions() {
        let text = |text: &str| Value::String(text.to_owned());
        let errors = text("errors/!{firehose:error-output-type}/");
        assert_eq!(written(Some(&text("records/day=!{x}/")), Some(&errors)), ["records/day=", "errors/"]);
        assert_eq!(written(Some(&text("!{partitionKeyFromLambda:kind}/")), Some(&errors)), ["", "errors/"]);
        assert_eq!(written(None, None), ["", ""]);
    }
}
