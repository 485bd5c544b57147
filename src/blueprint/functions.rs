//! What functions need: the manifests beside their sources.
//!
//! `lambdas/<package>/functions.yaml` has an entry for every binary of the package. It is looked for in the folder of
//! the blueprint and in those above it, as far as the project may go; the manifests of Callform's own functions are part
//! of the program, so that a blueprint needs nothing but a zip file to use them.

use std::collections::BTreeMap;

use callform_source::yaml::{self, Limits};
use callform_source::{Diagnostic, SourceMap, Span, Spanned, de, did_you_mean, schema};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

use super::load::{Loaded, LoadedFile};
use super::notation::Duration;
use super::parts::{Reader, normalize};
use super::{Architecture, Short, TableKey};
use crate::digest::sha256_hex;

/// Where the zip files of functions are, below the folder of a project.
pub const BUNDLES: &str = ".callform/lambda";
/// How many folders above the current one are looked at, where a path is relative.
const HIGHEST: usize = 8;

/// Manifests that come with Callform: path in the project, and text.
const OWN: [(&str, &str); 4] = [
    ("lambdas/collection/functions.yaml", include_str!("../../lambdas/collection/functions.yaml")),
    ("lambdas/dedup/functions.yaml", include_str!("../../lambdas/dedup/functions.yaml")),
    ("lambdas/dialer/functions.yaml", include_str!("../../lambdas/dialer/functions.yaml")),
    ("lambdas/vanity/functions.yaml", include_str!("../../lambdas/vanity/functions.yaml")),
];

/// The functions of one package, by the names of their binaries.
type Manifest = IndexMap<Spanned<String>, Function>;

/// What one function needs.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Function {
    /// What it does; one sentence, the description in Lambda.
    pub about: String,
    /// How long one invocation takes at most. Default: that of all functions.
    pub timeout: Option<Spanned<Duration>>,
    /// Memory in MB. Default: that of all functions.
    pub memory: Option<Spanned<u32>>,
    /// Whether flows invoke it. Default: true.
    pub connect: Option<bool>,
    /// What it does with the center's instance. Default: nothing.
    pub instance: Option<FunctionInstance>,
    /// What it has to be told, by name.
    #[serde(default)]
    pub parameters: IndexMap<Spanned<String>, FunctionParameter>,
}

/// What a function does with the instance.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionInstance {
    /// The environment variable that the instance's ARN comes in.
    pub environment: String,
    /// Actions on the instance itself, such as `connect:SearchContacts`.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Actions on the instance's contacts, such as `connect:StopContact`.
    #[serde(default)]
    pub contact_actions: Vec<String>,
}

/// Something a function has to be told. Without `default` and `optional` it has to be given.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionParameter {
    /// What it is.
    pub r#type: FunctionParameterType,
    /// What it is for; one sentence.
    pub about: String,
    /// The environment variable it comes in: a text as it is, the name of a resource, the id of an object of the instance.
    pub environment: String,
    /// Its value where none is given.
    pub default: Option<Value>,
    /// May be left out; the variable is not set then.
    #[serde(default)]
    pub optional: bool,
    /// Actions that the function carries out on the resource itself, such as `dynamodb:GetItem`.
    #[serde(default)]
    pub actions: Vec<String>,
    /// Actions on the indexes of the table: those of `indexes`, or all where none is named.
    #[serde(default)]
    pub index_actions: Vec<String>,
    /// Actions on the objects in the bucket.
    #[serde(default)]
    pub object_actions: Vec<String>,
    /// The texts that are possible. Default: any.
    #[serde(default)]
    pub values: Vec<String>,
    /// The partition key that the table must have, a text.
    pub key: Option<String>,
    /// The sort key that the table must have, a text. With `key` and without `sort` it must have none.
    pub sort: Option<String>,
    /// The attribute that says when an item expires.
    pub ttl: Option<String>,
    /// Global secondary indexes that the table must have, by name.
    #[serde(default)]
    pub indexes: IndexMap<String, FunctionIndex>,
}

/// An index that a function needs; its partition key is a text.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FunctionIndex {
    /// The partition key.
    pub key: String,
    /// The sort key, a text, or name and type; without it the index must have none.
    pub sort: Option<Short<String, TableKey>>,
}

/// What a parameter of a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunctionParameterType {
    /// Text.
    Text,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// A key of `tables`.
    Table,
    /// A key of `buckets`.
    Bucket,
    /// A key of `streams`.
    Stream,
    /// A key of `delivery_streams`.
    DeliveryStream,
    /// A key of `queues`.
    Queue,
    /// A key of `flows`.
    Flow,
}

/// A function of a blueprint whose zip file is built with `callform lambda build`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    /// Name of the function's binary.
    pub name: Spanned<String>,
    /// The processor it is built for.
    pub architecture: Architecture,
    /// Path of the zip file; none where there is none.
    pub file: Option<String>,
}

impl Architecture {
    /// Lambda's name.
    pub fn name(self) -> &'static str {
        match self {
            Architecture::Arm64 => "arm64",
            Architecture::X8664 => "x86_64",
        }
    }
}

impl Bundle {
    /// The name of its zip file.
    pub fn file_name(&self) -> String {
        format!("{}-{}.zip", self.name, self.architecture.name())
    }
}

/// The folders that a project with a blueprint at a path may be in, the nearest first.
fn folders(path: &str) -> Vec<String> {
    let path = normalize(path);
    let mut parts: Vec<&str> = path.split('/').collect();
    let mut folders = Vec::new();
    while parts.pop().is_some() && parts.last() != Some(&"..") {
        folders.push(parts.iter().flat_map(|part| [*part, "/"]).collect());
    }
    if path.starts_with('/') {
        // The last one is the root, once.
        folders.retain(|folder: &String| !folder.is_empty());
        return folders;
    }
    let above = path.split('/').take_while(|part| *part == "..").count();
    folders.extend((above..HIGHEST).skip(1).map(|count| "../".repeat(count)));
    folders
}

/// Packages that a binary may be of: the one of its name, or one whose name it goes on from (`dedup-firehose` may be of
/// `dedup`).
fn packages(binary: &str) -> impl Iterator<Item = &str> {
    let ends = std::iter::once(binary.len()).chain(binary.rmatch_indices('-').map(|(end, _)| end));
    ends.filter_map(move |end| binary.get(..end)).filter(|name| !name.is_empty())
}

/// Finds the zip file and the manifest of every function that is built, and reads the manifests.
pub(super) fn find(reader: &mut Reader<'_>, loaded: &mut Loaded) {
    let mut read: BTreeMap<String, Option<Manifest>> = BTreeMap::new();
    for (key, lambda) in &loaded.blueprint.lambdas {
        let Some(name) = &lambda.bundle else { continue };
        if !is_name(name) {
            reader.diagnostics.push(
                Diagnostic::error("invalid-bundle", "this is no name of a function")
                    .at(name.span, "")
                    .help("It is the name of a binary in `lambdas/`: letters, digits, `-` and `_`."),
            );
            continue;
        }
        let folders = folders(&loaded.path);
        let mut bundle =
            Bundle { name: name.clone(), architecture: lambda.architecture.unwrap_or_default(), file: None };
        let file_name = bundle.file_name();
        bundle.file =
            folders.iter().map(|folder| format!("{folder}{BUNDLES}/{file_name}")).find(|path| reader.exists(path));
        loaded.bundles.insert(key.value.clone(), bundle);
        if let Some(manifest) = manifest(reader, &mut read, &folders, name)
            && let Some(function) = of_binary(reader, manifest, name)
        {
            loaded.functions.insert(key.value.clone(), function);
        }
    }
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}

/// The manifest of a binary's package: the project's own, or the one that came with Callform.
fn manifest<'m>(
    reader: &mut Reader<'_>,
    read: &'m mut BTreeMap<String, Option<Manifest>>,
    folders: &[String],
    name: &Spanned<String>,
) -> Option<&'m Manifest> {
    for package in packages(name) {
        let place = format!("lambdas/{package}/functions.yaml");
        let found = folders.iter().find_map(|folder| {
            let path = format!("{folder}{place}");
            reader.text_if_there(&path, name.span).map(|text| (path, text))
        });
        let own = || {
            let (path, text) = OWN.into_iter().find(|(path, _)| *path == place)?;
            Some((format!("callform:{path}"), text.to_owned()))
        };
        if let Some((path, text)) = found.or_else(own) {
            return read.entry(path.clone()).or_insert_with(|| parse(reader, &path, text)).as_ref();
        }
    }
    None
}

fn parse(reader: &mut Reader<'_>, path: &str, text: String) -> Option<Manifest> {
    let sources: &mut SourceMap = &mut reader.sources;
    let file = sources.add(path, text);
    let node = yaml::parse(sources, file, &Limits::default(), &mut reader.diagnostics)?;
    let mut own = callform_source::Diagnostics::default();
    schema::check(&node, &schemars::schema_for!(Manifest), &mut own);
    let is_sound = !own.has_errors();
    reader.diagnostics.extend(own);
    if !is_sound {
        return None;
    }
    de::from_node(&node).map_err(|diagnostic| reader.diagnostics.push(diagnostic)).ok()
}

fn of_binary(reader: &mut Reader<'_>, manifest: &Manifest, name: &Spanned<String>) -> Option<Function> {
    if let Some(function) = manifest.get(name) {
        return Some(function.clone());
    }
    let names = || manifest.keys().map(|name| name.value.as_str());
    let diagnostic = Diagnostic::error("unknown-function", format!("there is no function `{name}`"))
        .at(name.span, "not in the manifest of its package");
    reader.diagnostics.push(match did_you_mean(name, names()) {
        Some(similar) => diagnostic.help(format!("Did you mean `{similar}`?")),
        None => diagnostic
            .help(format!("There is {}.", names().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    });
    None
}

impl Loaded {
    /// Gives a function its zip file: one that was built after the blueprint was read, or that lies elsewhere. `path` is
    /// relative to the blueprint's folder, or absolute.
    pub fn place_zip(&mut self, function: &str, path: String, zip: &[u8]) {
        let Some(bundle) = self.bundles.get_mut(function) else { return };
        let entry =
            LoadedFile { path: path.clone(), sha256: sha256_hex(zip), text: None, facts: super::facts::Facts::Unknown };
        self.files.insert((bundle.name.span.file, bundle.file_name()), entry);
        bundle.file = Some(path);
    }
}

/// The place of a bundle's zip file where it cannot be read from: a key that says so and that nothing is uploaded under.
pub(crate) fn not_built(bundle: &Bundle) -> String {
    format!("lambda/not-built/{}", bundle.file_name())
}

/// A diagnostic about a function that has neither a zip file nor sources.
pub fn not_there(bundle: &Bundle) -> Diagnostic {
    let span: Span = bundle.name.span;
    Diagnostic::error("bundle-not-built", format!("the function `{}` is not built", bundle.name))
        .at(span, format!("there is no {BUNDLES}/{}", bundle.file_name()))
        .note("It is looked for in the folder of the blueprint and in those above it.")
        .help(format!(
            "Build it with `callform lambda build {}{}` where its sources are, or put the zip file there.",
            bundle.name,
            match bundle.architecture {
                Architecture::X8664 => "",
                Architecture::Arm64 => " --arch arm64",
            }
        ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_go_from_the_blueprint_upward() {
        let first = |path: &str, count: usize| folders(path).into_iter().take(count).collect::<Vec<_>>();
        assert_eq!(first("blueprints/a.yaml", 3), ["blueprints/", "", "../"]);
        assert_eq!(first("a.yaml", 2), ["", "../"]);
        assert_eq!(first("../x/a.yaml", 2), ["../x/", "../../"]);
        assert_eq!(folders("/x/y/a.yaml"), ["/x/y/", "/x/", "/"]);
        assert_eq!(folders("a.yaml").len(), HIGHEST);
    }

    #[test]
    fn a_binary_may_go_on_from_its_package() {
        assert_eq!(packages("dedup-firehose").collect::<Vec<_>>(), ["dedup-firehose", "dedup"]);
        assert_eq!(packages("vanity").collect::<Vec<_>>(), ["vanity"]);
        assert_eq!(packages("-x").collect::<Vec<_>>(), ["-x"]);
    }

    #[test]
    fn own_manifests_are_sound() {
        for (path, text) in OWN {
            let mut sources = SourceMap::default();
            let file = sources.add(path, text.to_owned());
            let mut diagnostics = callform_source::Diagnostics::default();
            let node = yaml::parse(&sources, file, &Limits::default(), &mut diagnostics).unwrap();
            schema::check(&node, &schemars::schema_for!(Manifest), &mut diagnostics);
            assert!(!diagnostics.has_errors(), "{path}: {diagnostics:?}");
            de::from_node::<Manifest>(&node).unwrap();
        }
    }
}
