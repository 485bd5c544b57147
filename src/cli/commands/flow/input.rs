//! What commands on flows read: exported JSON, blueprints, parts of blueprints; from files or stdin.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::Path;

use callform_flow::FlowType;
use callform_source::{Diagnostics, SourceMap};
use serde_json::Value;

use crate::blueprint::{self, Disk, FileError, Files};
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
struct WithStdin {
    text: Vec<u8>,
}

impl Files for WithStdin {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        if path == STDIN { Ok(self.text.clone()) } else { Disk.read(path, limit) }
    }
}

/// Reads a file, or stdin for `-`.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, String> {
    if path == Path::new(STDIN) {
        let mut text = Vec::new();
        std::io::stdin().lock().take(LIMIT + 1).read_to_end(&mut text).map_err(|error| error.to_string())?;
        return if text.len() as u64 > LIMIT { Err(format!("more than {LIMIT} bytes")) } else { Ok(text) };
    }
    Disk.read(&path.to_string_lossy(), LIMIT).map_err(|error| error.to_string())
}

/// Compiles all flows of a blueprint or of a part of one.
pub(super) fn compile(path: &Path, environment: Option<&str>) -> Result<Compiled, String> {
    let text = if path == Path::new(STDIN) { read(path)? } else { Vec::new() };
    Ok(compile_bytes(path, text, environment))
}

/// The same, with what was read from stdin already where the path is `-`.
pub(super) fn compile_bytes(path: &Path, stdin: Vec<u8>, environment: Option<&str>) -> Compiled {
    let name = path.to_string_lossy();
    let files = WithStdin { text: stdin };
    let (loaded, sources, mut diagnostics) = blueprint::load_part(&files, &name, environment);
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
            Some(CompiledFlow { key: resource.address.name.clone(), is_module: kind == Kind::FlowModule, content })
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
    let bytes = read(path)?;
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    serde_json::from_slice(text).map_err(|error| format!("no JSON: {error}"))
}

/// The word for a flow's section in a blueprint.
pub(super) fn section(flow_type: FlowType) -> &'static str {
    if flow_type == FlowType::Module { "flow_modules" } else { "flows" }
}
