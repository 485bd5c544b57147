//! What `callform render` writes.

use std::collections::BTreeMap;

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value as Json, json};

use super::{Artifacts, ParameterSource, StackArtifact};

/// Version of `manifest.json`.
const FORMAT_VERSION: u32 = 1;
/// CloudFormation takes templates of up to 1 MB, white space included.
const LARGEST_TEMPLATE: usize = 1_000_000;

/// The files of `callform render`: path below the output folder -> content.
///
/// One `<stack>.template.json` per stack, `flows/<flow>.json` with names in place of ARNs, and `manifest.json`.
pub fn files(artifacts: &Artifacts) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> =
        artifacts.stacks.iter().map(|stack| (template_file(stack), pretty(&stack.template))).collect();
    files.extend(artifacts.flows.iter().map(|(path, content)| (path.clone(), content.clone())));
    files.insert("manifest.json".to_owned(), pretty(&manifest(artifacts)));
    files
}

fn template_file(stack: &StackArtifact) -> String {
    format!("{}.template.json", stack.name)
}

/// JSON with a member a line; indented where that leaves a template small enough for CloudFormation.
fn pretty(json: &Json) -> String {
    let indented = text(json, b"  ");
    if indented.len() <= LARGEST_TEMPLATE { indented } else { text(json, b"") }
}

fn text(json: &Json, indent: &[u8]) -> String {
    let mut bytes = Vec::new();
    let mut serializer = Serializer::with_formatter(&mut bytes, PrettyFormatter::with_indent(indent));
    // Writing values to memory cannot fail, and what is written is UTF-8.
    let _infallible = json.serialize(&mut serializer);
    bytes.push(b'\n');
    String::from_utf8(bytes).unwrap_or_default()
}

fn manifest(artifacts: &Artifacts) -> Json {
    json!({
        "format_version": FORMAT_VERSION,
        "center": artifacts.center,
        "region": artifacts.region,
        "environment": artifacts.environment,
        "digest": artifacts.digest,
        "stacks": artifacts.stacks.iter().map(stack).collect::<Vec<_>>(),
        "associations": artifacts.associations.iter().map(|association| json!({
            "phone_number": association.phone_number.to_string(),
            "flow": association.flow.to_string(),
        })).collect::<Vec<_>>(),
        "assets": artifacts.assets,
    })
}

fn stack(stack: &StackArtifact) -> Json {
    let parameters: Map<String, Json> = stack
        .parameters
        .iter()
        .map(|(name, source)| {
            let source = match source {
                ParameterSource::References(references) => {
                    json!({ "identifiers_of": references.iter().map(|each| each.target.to_string()).collect::<Vec<_>>() })
                }
                ParameterSource::ArtifactBucket => json!({ "name_of": "the artifact bucket" }),
            };
            (name.clone(), source)
        })
        .collect();
    json!({
        "name": stack.name,
        "template": template_file(stack),
        "depends_on": stack.depends_on,
        "termination_protection": stack.termination_protection,
        "tags": stack.tags,
        "parameters": parameters,
    })
}
