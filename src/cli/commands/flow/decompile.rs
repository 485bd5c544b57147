//! `callform flow decompile`

use std::path::{Path, PathBuf};

use callform_flow::decompile::{Decompiled, json_text, of_document};
use callform_flow::{DecodeError, Document};
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use serde_norway::Value as Yaml;

use super::input::{self, TypeArg};
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::model::display_name;

/// `callform flow decompile`
#[derive(Debug, Args)]
pub(crate) struct DecompileArgs {
    /// The exported flow, in the flow language or the console's former format, or what `aws connect
    /// describe-contact-flow` prints; also a list of them; `-` for stdin.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Key of the flow in the blueprint; taken from the flow's name or the file's where it is not given.
    #[arg(long, value_name = "KEY")]
    pub name: Option<String>,
    /// File that says what ARNs are called, a line for each: `ARN: queue/customer_service`.
    #[arg(long, value_name = "FILE")]
    pub arns: Option<PathBuf>,
    /// Type.
    #[command(flatten)]
    pub of_type: TypeArg,
    /// Form of the steps.
    #[arg(long, value_name = "FORM", default_value = "yaml")]
    pub format: StepsFormat,
}

/// Forms of steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum StepsFormat {
    /// As blueprints are written.
    Yaml,
    /// The same as JSON.
    Json,
}

/// Prints an exported flow as part of a blueprint.
pub(super) fn run(ui: &Ui, args: &DecompileArgs) -> Exit {
    match decompiled(ui, args) {
        Ok(text) => {
            ui.data(&text);
            Exit::Success
        }
        Err(error) => {
            ui.error(&error);
            Exit::Failed
        }
    }
}

fn decompiled(ui: &Ui, args: &DecompileArgs) -> Result<String, String> {
    let path = args.file.display();
    let arns = input::arns(args.arns.as_deref())?;
    let json = input::json(&args.file).map_err(|error| format!("cannot read `{path}`: {error}"))?;
    let no_flow = |error: DecodeError| format!("`{path}` holds no flow: {error}");
    let documents = Document::read_all(&json).map_err(no_flow)?;
    if args.name.is_some() && documents.len() > 1 {
        return Err(format!("`{path}` has {} flows; --name is for one", documents.len()));
    }
    let mut fragment = Map::new();
    for document in &documents {
        let guess = args.of_type.of(document, &args.file);
        if let Some(guess) = guess.sentence() {
            ui.say(&format!("note: {guess}"));
        }
        let mut flow = of_document(document, Some(guess.flow_type), &arns).map_err(no_flow)?;
        tell(ui, &flow);
        let section = fragment.entry(input::section(flow.flow_type)).or_insert_with(|| json!({}));
        let Some(flows) = section.as_object_mut() else { continue };
        let key = free(flows, args.name.clone().unwrap_or_else(|| key_of(&flow, &args.file)));
        // The name that the key stands for anyway need not be written.
        flow.name = flow.name.filter(|name| *name != display_name(&key));
        flows.insert(key, flow.to_json());
    }
    let fragment = Value::Object(fragment);
    match args.format {
        StepsFormat::Json => Ok(json_text(&fragment) + "\n"),
        StepsFormat::Yaml => written(&fragment),
    }
}

/// The key, with a number where another flow has it.
fn free(flows: &Map<String, Value>, key: String) -> String {
    let numbered = (2_usize..).map(|number| format!("{key}_{number}"));
    std::iter::once(key.clone()).chain(numbered).find(|key| !flows.contains_key(key)).unwrap_or(key)
}

fn tell(ui: &Ui, flow: &Decompiled) {
    for note in &flow.notes {
        ui.say(&format!("note: {note}"));
    }
    if !flow.unresolved.is_empty() {
        let count = flow.unresolved.len();
        let objects = if count == 1 { "1 object has" } else { &format!("{count} objects have") };
        ui.say(&format!("note: {objects} a name that was made up; see `unresolved`. `--arns` takes better ones."));
    }
    if flow.counts.raw > 0 {
        ui.say(&format!("note: {} of {} actions are `raw` blocks.", flow.counts.raw, flow.counts.actions));
    }
}

/// A key made of the flow's name, or of the file's.
fn key_of(flow: &Decompiled, file: &Path) -> String {
    let stem = file.file_stem().and_then(|stem| stem.to_str()).filter(|stem| *stem != input::STDIN);
    let from = |text: &str| {
        let words: String = text.chars().map(|it| if it.is_alphanumeric() { it } else { ' ' }).collect();
        words.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join("_")
    };
    let names = [flow.name.as_deref(), stem].into_iter().flatten().map(from);
    names.into_iter().find(|key| !key.is_empty()).unwrap_or_else(|| "flow".to_owned())
}

/// Stands around what has to be quoted, until the text is written.
const QUOTE: char = '\u{E003}';

/// Words that other readers of YAML take for truth values.
fn is_truth(text: &str) -> bool {
    const WORDS: [&str; 6] = ["yes", "no", "on", "off", "y", "n"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// A text; words that are no text to everybody get quotes.
fn text(text: &str) -> Yaml {
    Yaml::String(if is_truth(text) { format!("{QUOTE}{text}{QUOTE}") } else { text.to_owned() })
}

/// What is written for the steps.
fn written(value: &Value) -> Result<String, String> {
    let text = serde_norway::to_string(&yaml(value, "")).map_err(|error| error.to_string())?;
    Ok(text.replace(QUOTE, "'"))
}

/// The same as YAML, with the keys of a menu as numbers: `1:` and not `'1':`.
fn yaml(value: &Value, key: &str) -> Yaml {
    match value {
        Value::Null => Yaml::Null,
        Value::Bool(truth) => Yaml::Bool(*truth),
        Value::Number(_) => serde_norway::to_value(value).unwrap_or_default(),
        Value::String(words) => text(words),
        Value::Array(items) => items.iter().map(|item| yaml(item, "")).collect(),
        Value::Object(members) => {
            let pairs = members.iter().map(|(name, member)| {
                let digit = (key == "keys" && name.len() == 1).then(|| name.parse::<u64>().ok()).flatten();
                let name_value = digit.map_or_else(|| text(name), |digit| Yaml::Number(digit.into()));
                (name_value, yaml(member, name))
            });
            Yaml::Mapping(pairs.collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_a_menu_are_numbers() {
        let steps = json!([{ "menu": "Press 1", "keys": { "1": "hang_up", "*": "end" } }]);
        let text = serde_norway::to_string(&yaml(&steps, "")).unwrap();
        assert_eq!(text, "- menu: Press 1\n  keys:\n    1: hang_up\n    '*': end\n");
    }

    #[test]
    fn words_that_may_be_truth_values_are_quoted() {
        let steps = json!([{ "set": { "on": "yes", "zip": "01234", "text": "no more" } }, { "if": "$.Attributes.x", "equals": "No" }]);
        let expected =
            "- set:\n    'on': 'yes'\n    zip: '01234'\n    text: no more\n- if: $.Attributes.x\n  equals: 'No'\n";
        assert_eq!(written(&steps).as_deref(), Ok(expected));
    }
}
