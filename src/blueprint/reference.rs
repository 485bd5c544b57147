//! The reference of the notation, made of its schema: every key with its type, default, limits and an example.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use callform_flow::template::{Library, Parameter};
use indexmap::IndexMap;
use serde_json::{Value, json};

use super::users_file;
use crate::model::Kind;

/// Where definitions stand in a schema.
const DEFINITIONS: &str = "#/$defs/";

/// The text of `docs/blueprint.md`.
pub fn reference() -> String {
    let schema = super::schema();
    let root = schema.as_value();
    let mut page = String::from(HEAD);
    let mut seen = BTreeSet::new();
    let mut waiting = Vec::new();
    section(&mut page, "Blueprint", root, &mut waiting);
    waiting.reverse();
    while let Some(name) = waiting.pop() {
        if seen.insert(name.clone())
            && let Some(definition) = root.pointer(&format!("/$defs/{name}"))
        {
            let mut below = Vec::new();
            section(&mut page, &name, definition, &mut below);
            // What a definition uses follows it.
            waiting.extend(below.into_iter().rev());
        }
    }
    page.push_str(TEXTS);
    words_of_addresses(&mut page);
    page.push_str(ESCAPES);
    templates(&mut page);
    page.push_str(TAIL);
    let _cannot_fail = writeln!(page, "| column | what it has |\n|---|---|");
    for (name, about) in users_file::COLUMNS {
        let _cannot_fail = writeln!(page, "| `{name}` | {about} |");
    }
    page.push_str(CONSOLE);
    page
}

const HEAD: &str = "# Blueprints: every key

This page is made of the JSON Schema of blueprints (`callform schema` prints it, `callform schema reference` prints this page).
`README.md` shows a first blueprint, `blueprints/kwglobal.yaml` is a whole center with comments, and
[diagnostics.md](diagnostics.md) lists what `check` finds.

A blueprint is one YAML file. It can be spread over several (`include:`), and `environments:` say what differs in each.
Included files have the same keys at their top, and so have environments. Texts may refer to `variables:` as
`${var.name}` (`$${var.name}` stands for itself); values may name other variables, but not in a circle. Mappings can take
in others with `<<: *anchor`. What flows set and compare arrives as it is written: `01234` keeps its zero. Everywhere else,
put a number that is a text in quotes: `\"+15550100100\"`.

Files that a blueprint names are relative to the file that names them and stay inside the blueprint's folder; `--root DIR`
names a wider one.

Names of other things are keys of this blueprint, `builtin/NAME` for what every instance has, or ARNs.
";

const TEXTS: &str = "
## Texts that name things

Properties of `resources:`, definitions of state machines, patterns, inputs and templates of rules, inputs of schedules and
dimensions of alarms name things of the blueprint as `${ADDRESS}`. An address is the word of a kind, a slash and the key:
`${queue/sales}`. Alone it is the ARN (of a function or a bot, that of the version that is live). Behind a point stands something
else: `${queue/sales.id}` is the id, `${table/numbers.ref}` what `Ref` of CloudFormation gives (mostly a name),
`${sqs_queue/orders.QueueName}` an attribute, by the name that `Fn::GetAtt` of its type has (CloudFormation Template Reference,
\"Return values\"). `${instance}` and `${instance.id}` are the Connect instance, and `${AWS::AccountId}`, `${AWS::Partition}`,
`${AWS::Region}`, `${AWS::StackName}` and `${AWS::URLSuffix}` what CloudFormation has for them.

The words of kinds are
";

const ESCAPES: &str = "
What is between the braces and looks like none of these stays as it is written, so that other languages keep their own `${…}`.
`$${queue/sales}` stands for the text `${queue/sales}`.
";

const TAIL: &str = "
## Templates of your own

`contact-flows/NAME.yaml` beside the blueprint is a template that `template: NAME` uses; one with the name of a built-in
template takes its place. It has two parts with a line `---` between them: a header that declares the parameters, and the
text, which renders to `type:`, `steps:` and `on_error:`.

```yaml
parameters:
  queue: { type: queue, about: Where callers wait. }
  greeting: { type: speech, default: Welcome., about: What is said first. }
  note: { type: text, optional: true, about: Said where it is given. }
---
type: inbound
steps:
  - say: {{value greeting}}
  {{#if note}}
  - say: {{value note}}
  {{/if}}
  - queue: {{value queue}}
  - transfer: queue
on_error: hang_up
```

`{{value name}}` writes a parameter as a value, whatever its type; `\"… {{name}} …\"` writes it inside double quotes. Types
are `text`, `number`, `flag`, `duration`, `speech`, `queue`, `hours`, `flow`, `flow_module`, `prompt`, `lambda`, `steps` and
`keys`.

## Files of users

`users_file:` names a CSV file whose first line names the columns, in any order. Empty fields count as not given.
Settings of each channel (`channels:`) have no columns: `phone_type`, `desk_phone`, `auto_accept` and `after_contact_work` are those
of all channels in one. Who needs others is written under `users:`; both can be used side by side.

";

const CONSOLE: &str = "
The file that the console takes for adding users in bulk is taken as it is: `first name`, `last name`, `user login`,
`routing profile name`, `security_profile_name_1|security_profile_name_2` and so on. Profiles are called there what they
are called in Connect; those that the blueprint does not define are looked up in the instance.
";

/// One definition: what it is, and its keys.
fn section(page: &mut String, name: &str, definition: &Value, below: &mut Vec<String>) {
    let _cannot_fail = write!(page, "\n## {name}\n\n");
    if let Some(about) = definition["description"].as_str() {
        let _cannot_fail = write!(page, "{}\n\n", about.trim());
    }
    let Some(properties) = definition["properties"].as_object() else {
        let words = words_of(definition);
        if words.is_empty() {
            let _cannot_fail = writeln!(page, "Written as {}.", kind(definition, below));
        }
        for (word, about) in words {
            let _cannot_fail = writeln!(page, "- `{word}`: {about}");
        }
        return;
    };
    let required: Vec<&str> =
        definition["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    page.push_str("| key | type | default | limits | example | what it is |\n|---|---|---|---|---|---|\n");
    for (key, property) in properties {
        let (about, default) = about(property);
        let default = match default {
            Some(default) => default,
            None if required.contains(&key.as_str()) => "required".to_owned(),
            None => "none".to_owned(),
        };
        let kind = kind(property, below);
        let example = example(key, property, &about);
        let cells = [format!("`{key}`"), kind, default, limits(property), format!("`{example}`"), about];
        let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
        let _cannot_fail = writeln!(page, "| {} |", cells.join(" | "));
    }
}

/// Words of which one is written, each with what it means; none where that is not said of all.
fn words_of(definition: &Value) -> Vec<(String, &str)> {
    let word = |one: &&Value| one.get("const").is_some() && one["description"].is_string();
    let all = alternatives(definition);
    if !all.iter().all(word) {
        return Vec::new();
    }
    all.into_iter().map(|one| (plain(&one["const"]), one["description"].as_str().unwrap_or_default())).collect()
}

/// What stands before the name in an address, for every kind.
fn words_of_addresses(page: &mut String) {
    let words: Vec<String> = Kind::ALL.iter().map(|kind| format!("`{}`", kind.word())).collect();
    let _cannot_fail = writeln!(page, "{}.", words.join(", "));
}

/// The parameters of the templates that come with Callform.
fn templates(page: &mut String) {
    page.push_str("\n## Flow templates\n\nTemplates that come with Callform, for `template:` of a flow, with what `with:` takes.\n");
    let library = Library::default();
    for name in library.names() {
        let _cannot_fail =
            write!(page, "\n### {name}\n\n| parameter | type | default | what it is |\n|---|---|---|---|\n");
        for (key, parameter) in library.parameters(name).unwrap_or_default() {
            let default = match &parameter.default {
                Some(Value::String(text)) => format!("`{text}`"),
                Some(other) => format!("`{other}`"),
                None if parameter.optional => "none".to_owned(),
                None => "required".to_owned(),
            };
            let cells = [format!("`{key}`"), parameter.r#type.word().to_owned(), default, parameter.about];
            let cells: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|").replace('\n', " ")).collect();
            let _cannot_fail = writeln!(page, "| {} |", cells.join(" | "));
        }
    }
}

/// The words about a key, and its default, which they say at the end.
fn about(property: &Value) -> (String, Option<String>) {
    let text = property["description"].as_str().unwrap_or_default().trim().to_owned();
    if let Some((before, default)) = text.split_once("Default: ") {
        let (default, after) = default.split_once(". ").unwrap_or((default.trim_end_matches('.'), ""));
        return (format!("{before}{after}").trim().to_owned(), Some(default.to_owned()));
    }
    let default = property.get("default").filter(|default| !default.is_null()).map(|default| match default {
        Value::Object(members) if members.is_empty() => "empty".to_owned(),
        Value::Array(items) if items.is_empty() => "empty".to_owned(),
        Value::Object(_) => "see there".to_owned(),
        other => format!("`{other}`"),
    });
    (text, default)
}

/// The schemas that a value may fit, without `null`, which stands for what is left out.
fn alternatives(schema: &Value) -> Vec<&Value> {
    let listed = ["anyOf", "oneOf"].iter().find_map(|word| schema[*word].as_array());
    match listed {
        Some(listed) => listed.iter().filter(|one| one["type"] != "null").collect(),
        None => vec![schema],
    }
}

/// What kind of value it is, in words, with links to what has a section of its own.
fn kind(schema: &Value, below: &mut Vec<String>) -> String {
    let mut words: Vec<String> = Vec::new();
    for one in alternatives(schema) {
        let word = if let Some(name) = one["$ref"].as_str().and_then(|target| target.strip_prefix(DEFINITIONS)) {
            below.push(name.to_owned());
            format!("[{name}](#{})", name.to_lowercase())
        } else if let Some(choices) = one["enum"].as_array() {
            choices.iter().map(|choice| format!("`{}`", plain(choice))).collect::<Vec<_>>().join(", ")
        } else if one.get("const").is_some() {
            format!("`{}`", plain(&one["const"]))
        } else if one.get("anyOf").is_some() {
            kind(one, below)
        } else {
            of_types(one, below)
        };
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words.join(" or ")
}

fn of_types(schema: &Value, below: &mut Vec<String>) -> String {
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(several) => several.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect(),
        _ => return "anything".to_owned(),
    };
    let words: Vec<String> = types
        .into_iter()
        .map(|one| match one {
            "string" if schema["pattern"].as_str().is_some_and(|pattern| pattern.contains("{1,9}d")) => {
                "length of time".to_owned()
            }
            "string" => "text".to_owned(),
            "integer" => "whole number".to_owned(),
            "number" => "number".to_owned(),
            "boolean" => "`true` or `false`".to_owned(),
            "array" => format!("list of {}", kind(&schema["items"], below)),
            "object" => match &schema["additionalProperties"] {
                inner @ Value::Object(_) => format!("names with {}", kind(inner, below)),
                _ => "mapping".to_owned(),
            },
            other => other.to_owned(),
        })
        .collect();
    words.join(" or ")
}

fn limits(schema: &Value) -> String {
    let mut limits = Vec::new();
    for one in alternatives(schema) {
        let mut bound = |low: &str, high: &str, unit: &str| {
            let number = |word: &str| one.get(word).filter(|value| value.is_number());
            match (number(low).filter(|low| low.as_f64() != Some(0.0)), number(high)) {
                (Some(low), Some(high)) => limits.push(format!("{low} to {high}{unit}")),
                (Some(low), None) => limits.push(format!("at least {low}{unit}")),
                (None, Some(high)) => limits.push(format!("at most {high}{unit}")),
                (None, None) => {}
            }
        };
        bound("minimum", "maximum", "");
        bound("minLength", "maxLength", " characters");
        bound("minItems", "maxItems", " items");
    }
    limits.dedup();
    limits.join("; ")
}

/// Something that may stand there: what the words give as an example, or a value of the type.
fn example(key: &str, schema: &Value, about: &str) -> String {
    let given = schema["examples"].as_array().and_then(|all| all.first()).map(plain);
    let of_words =
        ["such as `", "like `", "written `"].iter().find_map(|word| about.split_once(word)?.1.split('`').next());
    let whole = about.split('`').nth(1).filter(|text| text.starts_with(&format!("{key}:")) || text.starts_with('{'));
    if let Some(whole) = whole {
        return if whole.starts_with('{') { format!("{key}: {whole}") } else { whole.to_owned() };
    }
    let one = alternatives(schema).into_iter().next().unwrap_or(schema);
    let types = one["type"].to_string();
    let value = match given.or(of_words.map(str::to_owned)) {
        Some(value) if types.contains("array") => format!("[{value}]"),
        // Without quotes it would be a number.
        Some(value) if types.contains("string") && value.parse::<f64>().is_ok() => format!("\"{value}\""),
        Some(value) => value,
        None => value_of(one, &types),
    };
    format!("{key}: {value}")
}

fn value_of(schema: &Value, types: &str) -> String {
    if let Some(first) = schema["enum"].as_array().and_then(|choices| choices.first()) {
        return plain(first);
    }
    let least = schema["minimum"].as_u64().unwrap_or(1).max(1);
    match types {
        _ if schema.get("$ref").is_some() => "…".to_owned(),
        types if types.contains("array") => "[…]".to_owned(),
        types if types.contains("object") => "{ name: … }".to_owned(),
        types if types.contains("integer") => least.to_string(),
        types if types.contains("boolean") => "true".to_owned(),
        types if types.contains("string") => "text".to_owned(),
        _ => "…".to_owned(),
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The schema of an included file or of an environment: a blueprint of which nothing is required.
pub fn part_json_schema() -> String {
    let mut schema = super::schema().to_value();
    if let Some(members) = schema.as_object_mut() {
        members.insert("title".to_owned(), "Part of a Callform blueprint".into());
        members.remove("required");
    }
    pretty(&schema)
}

/// The schema of the header of a template, the part before its `---`.
pub fn template_json_schema() -> String {
    let mut parameters = schemars::schema_for!(IndexMap<String, Parameter>).to_value();
    let definitions = parameters.as_object_mut().and_then(|members| {
        members.remove("$schema");
        members.remove("title");
        members.remove("$defs")
    });
    pretty(&json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Header of a Callform template",
        "type": "object",
        "properties": { "parameters": parameters },
        "additionalProperties": false,
        "$defs": definitions.unwrap_or_default(),
    }))
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    /// Set `CALLFORM_UPDATE_DOCS` to write the page anew.
    #[test]
    fn the_page_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/blueprint.md");
        let page = super::reference();
        if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "write it anew: callform schema reference > docs/blueprint.md");
    }

    #[test]
    fn every_key_has_its_words() {
        let page = super::reference();
        for line in page.lines().filter(|line| line.starts_with("| `")) {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").collect();
            assert!(cells.len() < 6 || !cells[5].trim().is_empty(), "{line}");
        }
    }
}
