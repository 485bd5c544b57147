//! What commands on flows read: exported JSON, blueprints, parts of blueprints; from files or stdin.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use callform_flow::document::{Because, Guess};
use callform_flow::{Document, Flow, FlowType};
use callform_source::{Diagnostics, SourceMap};
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use serde_json::Value;

use crate::blueprint::{self, Disk, FileError, Files};
use crate::cli::args::FilesArgs;
use crate::cli::ui::Ui;
use crate::model::{self, Kind, Model};

/// Largest input; the service takes flows of 256,000 characters.
const LIMIT: u64 = 32 << 20;

/// Stands for stdin where a path is asked for.
pub(super) const STDIN: &str = "-";

/// A flow of a blueprint, compiled.
pub(super) struct CompiledFlow {
    /// Key in the blueprint.
    pub(super) key: String,
    /// True for a flow module.
    pub(super) is_module: bool,
    /// What it is for.
    pub(super) flow_type: Option<FlowType>,
    /// The flow document, with `${kind/name}` where an ARN belongs.
    pub(super) content: Value,
}

impl CompiledFlow {
    /// `flow/main_menu`, or `flow_module/greet`.
    pub(super) fn address(&self) -> String {
        format!("{}/{}", if self.is_module { Kind::FlowModule } else { Kind::Flow }, self.key)
    }
}

/// Everything that was read from a blueprint or a part of one.
pub(super) struct Compiled {
    /// The flows, then the modules, in the order of the blueprint.
    pub(super) flows: Vec<CompiledFlow>,
    /// The texts.
    pub(super) sources: SourceMap,
    /// What is wrong with them.
    pub(super) diagnostics: Diagnostics,
}

/// Files of this machine, with a text in the place of `-`.
pub(super) struct WithStdin {
    text: Vec<u8>,
    disk: Disk,
}

impl Files for WithStdin {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if path == STDIN { Ok(self.text.clone()) } else { self.disk.read(path, limit) }
    }
}

/// A flow to be looked at, wherever it comes from.
pub(super) struct NamedFlow {
    /// Key in the blueprint, name in Connect, or name of the file.
    pub(super) name: String,
    /// What the flow is for, where that is known.
    pub(super) flow_type: Option<FlowType>,
    /// What was guessed of that and why, where the file does not say it.
    pub(super) guess: Option<String>,
    /// The flow.
    pub(super) flow: Flow,
}

/// The type of exported flows.
#[derive(Debug, Args)]
pub(crate) struct TypeArg {
    /// Type of the exported flows. Without it: what they say themselves, else what their blocks and names tell.
    #[arg(long = "type", value_name = "TYPE", value_parser = PossibleValuesParser::new(FlowType::ALL.map(FlowType::word)).try_map(|word| word.parse::<FlowType>()))]
    pub flow_type: Option<FlowType>,
}

impl TypeArg {
    /// The type of a document: the one that is given, the one it names, or a guess.
    pub(super) fn of(&self, document: &Document, path: &Path) -> Guess {
        match self.flow_type {
            Some(flow_type) => Guess { flow_type, because: Because::Told, or: None },
            None => document.guess(stem(path).as_deref()),
        }
    }
}

/// The name of a file without folder and ending; `None` for stdin.
pub(super) fn stem(path: &Path) -> Option<String> {
    let stem = path.file_stem().filter(|_| path != Path::new(STDIN))?.to_string_lossy().into_owned();
    // What the API prints is often kept as `NAME.flow.json`, and templates as `NAME.json.tftpl`.
    Some(stem.split('.').next().filter(|first| !first.is_empty()).map_or(stem.clone(), str::to_owned))
}

/// Why there is no flow to look at.
pub(super) enum NoFlow {
    /// The file cannot be read, or holds no flow.
    Unreadable(String),
    /// The blueprint has faults, which were reported.
    Invalid(Box<Compiled>),
    /// There is no flow of this key.
    Unknown(String),
}

/// The flows of a file: an exported one, or those of a blueprint. With a key, only the one that has it.
pub(super) fn flows_in(
    files: &dyn Files,
    path: &str,
    key: Option<&str>,
    environment: Option<&str>,
    of_type: &TypeArg,
) -> Result<Vec<NamedFlow>, NoFlow> {
    let unreadable = |error: String| NoFlow::Unreadable(format!("cannot read `{path}`: {error}"));
    let bytes = files.read(path, LIMIT).map_err(|error| unreadable(error.to_string()))?;
    // Blueprints may be JSON too; an exported flow has members that no blueprint has.
    if let Ok(json) = text(&bytes).and_then(|text| serde_json::from_str(&text).map_err(|error| error.to_string()))
        && Document::is_meant(&json)
    {
        let flows = exported(path, &json, of_type).map_err(unreadable)?;
        return wanted(flows, path, key);
    }
    let compiled = compile_in(files, path, environment);
    if compiled.diagnostics.has_errors() {
        return Err(NoFlow::Invalid(Box::new(compiled)));
    }
    let keys = compiled.flows.iter().map(CompiledFlow::address).collect::<Vec<_>>().join(", ");
    let is_wanted = |flow: &&CompiledFlow| key.is_none_or(|key| flow.key == key || flow.address() == key);
    let flows: Vec<NamedFlow> = compiled
        .flows
        .iter()
        .filter(is_wanted)
        .filter_map(|compiled| {
            let flow = Flow::from_json(&compiled.content).ok()?;
            Some(NamedFlow { name: compiled.key.clone(), flow_type: compiled.flow_type, guess: None, flow })
        })
        .collect();
    match key {
        Some(key) if flows.is_empty() => Err(NoFlow::Unknown(format!("`{path}` has no flow `{key}`; it has: {keys}"))),
        None if flows.is_empty() => Err(NoFlow::Unknown(format!("`{path}` has no flows"))),
        _ => Ok(flows),
    }
}

/// The flow of a name where a file has several; one alone is meant whatever its name is.
fn wanted(mut flows: Vec<NamedFlow>, path: &str, key: Option<&str>) -> Result<Vec<NamedFlow>, NoFlow> {
    let Some(key) = key.filter(|_| flows.len() != 1) else { return Ok(flows) };
    let names = flows.iter().map(|flow| flow.name.as_str()).collect::<Vec<_>>().join(", ");
    flows.retain(|flow| flow.name == key);
    if flows.is_empty() {
        Err(NoFlow::Unknown(format!("`{path}` has no flow `{key}`; it has: {names}")))
    } else {
        Ok(flows)
    }
}

/// Exported flows, in any form that [`Document`] reads.
fn exported(path: &str, json: &Value, of_type: &TypeArg) -> Result<Vec<NamedFlow>, String> {
    let documents = Document::read_all(json).map_err(|error| error.to_string())?;
    let stem = Path::new(path).file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let is_only_one = documents.len() == 1;
    let named = documents.into_iter().enumerate().map(|(at, document)| {
        let of_file = if is_only_one { stem.clone() } else { format!("{stem} {}", at + 1) };
        let guess = of_type.of(&document, Path::new(path));
        NamedFlow {
            name: document.name.unwrap_or(of_file),
            flow_type: Some(guess.flow_type),
            guess: guess.sentence(),
            flow: document.flow,
        }
    });
    Ok(named.collect())
}

/// Says of each flow what was guessed.
pub(super) fn tell_guesses(ui: &Ui, flows: &[NamedFlow]) {
    for flow in flows {
        if let Some(guess) = &flow.guess {
            ui.say(&format!("note: {}: {guess}", flow.name));
        }
    }
}

/// The exported flows in a file; `None` for a file that is meant as something else.
pub(in crate::cli::commands) fn exported_flows(path: &Path) -> Option<Result<Vec<Document>, String>> {
    let bytes = match read(path) {
        Ok(bytes) => bytes,
        Err(error) => return Some(Err(error)),
    };
    let json: Value = serde_json::from_str(&text(&bytes).ok()?).ok()?;
    Document::is_meant(&json).then(|| Document::read_all(&json).map_err(|error| error.to_string()))
}

/// Bytes as text: UTF-8, with or without a mark, or UTF-16 with one, as some shells of Windows write files.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    let wide = |of: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes[2..].as_chunks::<2>();
        let units: Vec<u16> = pairs.iter().map(|pair| of(*pair)).collect();
        let text = String::from_utf16(&units).ok().filter(|_| rest.is_empty());
        text.ok_or_else(|| "it is not UTF-16 text, though it begins like that".to_owned())
    };
    match bytes {
        [0xFF, 0xFE, ..] => wide(u16::from_le_bytes),
        [0xFE, 0xFF, ..] => wide(u16::from_be_bytes),
        _ => {
            let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
            String::from_utf8(bytes.to_vec()).map_err(|_| "it is not UTF-8 text".to_owned())
        }
    }
}

/// Reads a file, or stdin for `-`.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path == Path::new(STDIN) {
        let mut text = Vec::new();
        std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
        return if text.len() as u64 > LIMIT { Err(format!("more than {LIMIT} bytes")) } else { Ok(text) };
    }
    Disk::around(path).read(&path.to_string_lossy(), LIMIT).map_err(|error| error.to_string())
}

/// Compiles all flows of a blueprint or of a part of one.
pub(super) fn compile(path: &Path, files: &FilesArgs, environment: Option<&str>) -> Result<Compiled, String> {
    Ok(compile_in(&stdin_or_disk(path, files)?, &path.to_string_lossy(), environment))
}

/// The same, with what was read from stdin already where the path is `-`.
pub(super) fn compile_bytes(path: &Path, stdin: Vec<u8>, files: &FilesArgs, environment: Option<&str>) -> Compiled {
    compile_in(&WithStdin { text: stdin, disk: files.around(path) }, &path.to_string_lossy(), environment)
}

/// The files of this machine, and stdin where the path says so.
pub(super) fn stdin_or_disk(path: &Path, files: &FilesArgs) -> Result<WithStdin, String> {
    let text = if path == Path::new(STDIN) { read(path)? } else { Vec::new() };
    Ok(WithStdin { text, disk: files.around(path) })
}

fn compile_in(files: &dyn Files, path: &str, environment: Option<&str>) -> Compiled {
    let (loaded, sources, mut diagnostics) = blueprint::load_part(files, path, environment);
    let Some(loaded) = loaded else { return Compiled { flows: Vec::new(), sources, diagnostics } };
    let (model, found) = model::resolve(&loaded, &sources);
    diagnostics.extend(found);
    let diagnostics = crate::check::apply_levels(&loaded, &sources, &diagnostics);
    Compiled { flows: flows(&model), sources, diagnostics }
}

fn flows(model: &Model) -> Vec<CompiledFlow> {
    let of_kind = |kind: Kind| {
        let resources = model.resources.values().filter(move |resource| resource.address.kind == kind);
        resources.filter_map(move |resource| {
            let content = crate::render::readable(resource.properties.get("Content")?);
            let content = serde_json::from_str(content.as_str()?).ok()?;
            let is_module = kind == Kind::FlowModule;
            let named = resource.properties.get("Type").map(crate::render::readable);
            let named = named.as_ref().and_then(Value::as_str).and_then(|name| name.parse().ok());
            let flow_type = if is_module { Some(FlowType::Module) } else { named };
            Some(CompiledFlow { key: resource.address.name.clone(), is_module, flow_type, content })
        })
    };
    of_kind(Kind::Flow).chain(of_kind(Kind::FlowModule)).collect()
}

/// Reads a file that says what ARNs are called: `arn: kind/name`, as YAML or JSON.
pub(super) fn arns(path: Option<&Path>) -> Result<BTreeMap<String, String>, String> {
    let Some(path) = path else { return Ok(BTreeMap::new()) };
    let text = read(path).map_err(|error| format!("cannot read `{}`: {error}", path.display()))?;
    let text = String::from_utf8(text).map_err(|_| format!("`{}` is not UTF-8 text", path.display()))?;
    serde_norway::from_str(&text)
        .map_err(|error| format!("`{}` is no mapping from ARNs to names: {error}", path.display()))
}

/// Reads exported flow JSON.
pub(super) fn json(path: &Path) -> Result<Value, String> {
    let text = text(&read(path)?)?;
    serde_json::from_str(&text).map_err(|error| format!("no JSON: {error}"))
}

/// The word for a flow's section in a blueprint.
pub(super) fn section(flow_type: FlowType) -> &'static str {
    if flow_type == FlowType::Module { "flow_modules" } else { "flows" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_may_be_wide() {
        let wide: Vec<u8> = "\u{feff}{é}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(text(&wide).as_deref(), Ok("{é}"));
        let wide: Vec<u8> = "\u{feff}{é}".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(text(&wide).as_deref(), Ok("{é}"));
        assert_eq!(text("\u{feff}{é}".as_bytes()).as_deref(), Ok("{é}"));
        assert!(text(&[0xFF, 0xFE, 0x7B]).is_err());
        assert!(text(&[0x80]).is_err());
    }
}
