//! Reads a blueprint and every file it names.

use std::collections::{BTreeMap, BTreeSet};

use callform_flow::steps::FlowSteps;
use callform_flow::template::{self, Library, Use};
use callform_source::de::from_node;
use callform_source::schema::Checker;
use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{Diagnostic, Diagnostics, FileId, SourceMap, Spanned};
use indexmap::IndexMap;

use super::User;
use super::center::Blueprint;
use super::facts::Facts;
use super::files::Files;
use super::functions::{self, Bundle, Function};
use super::notation::Section;
use super::parts::{self, Reader, TextKind};
use super::prune::{self, Broken};
use super::{cases, users_file, variables};
use crate::digest::sha256_hex;
use crate::kinds::{Content, NamedFile};
use crate::model::{Kind, display_name};

/// Largest Lambda zip: Lambda takes 50 MB zipped, more only from S3 (250 MB unzipped).
pub const ZIP_LIMIT: u64 = 250 << 20;
/// Largest text that a blueprint names. Of flows the service takes 256,000 characters.
const TEXT_LIMIT: u64 = 4 << 20;
/// How often what the schema refuses is taken out: removing a key can leave a mapping without a required one, and so
/// on outward.
const PRUNE_ROUNDS: usize = 8;

/// A blueprint with everything it names.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The blueprint, users of the CSV file included.
    pub blueprint: Blueprint,
    /// The environment that was laid over it.
    pub environment: Option<String>,
    /// SHA-256 of all files that were read and of the environment's name, in lower-case hex.
    pub digest: String,
    /// Path of the blueprint as it was given.
    pub path: String,
    /// True for a part of a blueprint, such as flows by themselves: names that it does not define may be anyone's.
    pub is_part: bool,
    /// Functions that are built, by their keys.
    pub bundles: BTreeMap<String, Bundle>,
    /// What functions need, by their keys; for those that have a manifest.
    pub functions: BTreeMap<String, Function>,
    pub(super) files: BTreeMap<(FileId, String), LoadedFile>,
    templates: BTreeMap<(Kind, String), FlowSteps>,
    broken: Broken,
}

/// A file that a blueprint names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedFile {
    /// Path relative to the blueprint's folder.
    pub path: String,
    /// SHA-256 of the content, in lower-case hex.
    pub sha256: String,
    /// The text, where it is one.
    pub text: Option<FileId>,
    /// What it is.
    pub facts: Facts,
}

impl Loaded {
    /// The file that a text of the blueprint names; `None` where it could not be read.
    pub fn file(&self, name: &Spanned<String>) -> Option<&LoadedFile> {
        self.files.get(&(name.span.file, name.value.clone()))
    }

    /// The steps that the template of a flow or module gave; `None` where it has none or could not be rendered.
    pub fn template(&self, kind: Kind, key: &str) -> Option<&FlowSteps> {
        self.templates.get(&(kind, key.to_owned()))
    }

    /// True where the blueprint has a thing of this name that the schema refused.
    pub fn is_broken(&self, kind: Kind, name: &str) -> bool {
        let Some(section) = kind.section() else { return false };
        let section = section.split(':').next().unwrap_or(section);
        // Of the hierarchy, only the whole is remembered.
        self.broken.contains(&(section.to_owned(), name.to_owned()))
            || self.broken.iter().any(|(broken, key)| broken == section && (key.is_empty() || section == "hierarchy"))
    }
}

/// Reads the blueprint at a path and every file it names, and lays an environment over it.
///
/// Reports all problems at once. There is a result as soon as anything of the blueprint can be looked at; after an
/// error it is good for finding further problems only.
pub fn load(files: &dyn Files, path: &str, environment: Option<&str>) -> (Option<Loaded>, SourceMap, Diagnostics) {
    let mut reader = Reader::new(files);
    let loaded = load_with(&mut reader, path, environment, false);
    (loaded, reader.sources, reader.diagnostics)
}

/// Reads a blueprint, or a part of one that has no `center`: `flows:` alone, as `flow decompile` writes them.
pub fn load_part(files: &dyn Files, path: &str, environment: Option<&str>) -> (Option<Loaded>, SourceMap, Diagnostics) {
    let mut reader = Reader::new(files);
    let loaded = load_with(&mut reader, path, environment, true);
    (loaded, reader.sources, reader.diagnostics)
}

/// Reads a blueprint and further files with call tests, which count as if they stood in it.
pub fn load_with_tests(
    files: &dyn Files,
    path: &str,
    environment: Option<&str>,
    tests: &[String],
) -> (Option<Loaded>, SourceMap, Diagnostics) {
    let mut reader = Reader::new(files);
    let mut loaded = load_with(&mut reader, path, environment, false);
    for path in tests {
        let Some(part) = load_with(&mut reader, path, None, true) else { continue };
        let Some(loaded) = &mut loaded else { continue };
        for (key, test) in part.blueprint.tests {
            if loaded.blueprint.tests.contains_key(&key) {
                let twice = Diagnostic::error("duplicate-key", format!("there are two tests `{}`", key.value));
                reader.diagnostics.push(twice.at(key.span, "").help("Give one of them another name."));
            }
            loaded.blueprint.tests.insert(key, test);
        }
    }
    (loaded, reader.sources, reader.diagnostics)
}

fn load_with(reader: &mut Reader<'_>, path: &str, environment: Option<&str>, may_be_part: bool) -> Option<Loaded> {
    let tree = reader.tree(path)?;
    let schema = super::schema();
    let known_keys = super::top_keys(&schema);
    let mut tree = reader.environment(tree, environment, &known_keys);
    let is_part = may_be_part && tree.get("center").is_none();
    if is_part {
        fill_root(&mut tree);
    }
    variables::substitute(&mut tree, &mut reader.diagnostics);
    cases::expand(&mut tree, &mut reader.diagnostics);
    let mut broken = Broken::new();
    check_schema(&mut tree, &Checker::new(&schema), &known_keys, &mut broken, &mut reader.diagnostics);
    let blueprint = match from_node::<Blueprint>(&tree) {
        Ok(blueprint) => blueprint,
        Err(diagnostic) => {
            // The schema has told the same already, in better words.
            if !reader.diagnostics.has_errors() {
                reader.diagnostics.push(diagnostic);
            }
            return None;
        }
    };
    let mut loaded = Loaded {
        blueprint,
        environment: environment.map(str::to_owned),
        digest: String::new(),
        path: path.to_owned(),
        is_part,
        bundles: BTreeMap::new(),
        functions: BTreeMap::new(),
        files: BTreeMap::new(),
        templates: BTreeMap::new(),
        broken,
    };
    functions::find(reader, &mut loaded);
    read_files(reader, &mut loaded);
    expand_templates(reader, &mut loaded);
    loaded.digest = digest(reader, environment);
    Some(loaded)
}

/// Reports what the schema refuses, and takes it out of the tree.
fn check_schema(
    tree: &mut Node,
    checker: &Checker,
    known_keys: &[String],
    broken: &mut Broken,
    diagnostics: &mut Diagnostics,
) {
    let mut problems = Diagnostics::default();
    checker.check(tree, &mut problems);
    if problems.is_empty() {
        return;
    }
    diagnostics.extend(problems.clone());
    for _ in 0..PRUNE_ROUNDS {
        let changed = prune::prune(tree, &problems, broken);
        prune::remember_meant(known_keys, broken);
        fill_root(tree);
        problems = Diagnostics::default();
        checker.check(tree, &mut problems);
        if problems.is_empty() || !changed {
            return;
        }
    }
}

/// Puts something in the place of required keys that are missing, so that the rest can be looked at.
fn fill_root(tree: &mut Node) {
    let span = tree.span;
    let NodeValue::Mapping(entries) = &mut tree.value else { return };
    let text = |text: &str| Node::new(span, NodeValue::String(text.to_owned()));
    let existing = Entry { key: Spanned::new("existing".to_owned(), span), value: text("unknown") };
    for (key, value) in [
        ("center", text("unnamed")),
        ("region", text("us-east-1")),
        ("instance", Node::new(span, NodeValue::Mapping(vec![existing]))),
    ] {
        if !entries.iter().any(|entry| entry.key.value == key) {
            entries.push(Entry { key: Spanned::new(key.to_owned(), span), value });
        }
    }
}

/// Reads the files that the blueprint names.
fn read_files(reader: &mut Reader<'_>, loaded: &mut Loaded) {
    let lowerings = Kind::ALL.iter().filter_map(|kind| kind.descriptor().lowering.as_ref());
    let named: Vec<NamedFile> =
        lowerings.filter_map(|lowering| lowering.files).flat_map(|files| files(&loaded.blueprint)).collect();
    for bundle in loaded.bundles.values() {
        let Some(path) = &bundle.file else { continue };
        if let Some(bytes) = reader.bytes(path, ZIP_LIMIT, Some(bundle.name.span)) {
            let path = relative(&loaded.path, path);
            let entry = LoadedFile { path, sha256: sha256_hex(&bytes), text: None, facts: Facts::Unknown };
            loaded.files.insert((bundle.name.span.file, bundle.file_name()), entry);
        }
    }
    for NamedFile { name, content } in named {
        match content {
            Content::Bytes(limit, facts) => read_bytes(reader, loaded, name, limit, facts),
            Content::Text(kind) => read_text(reader, loaded, name, kind),
        }
    }
    if let Some(file) = &loaded.blueprint.users_file {
        let path = reader.beside(file.span, file);
        if let Some(text) = reader.text(&path, TextKind::Csv, file.span) {
            let mut read = users_file::read(&mut reader.sources, text, &mut reader.diagnostics);
            if read.is_of_console {
                read.users.iter_mut().for_each(|(_, user)| names_of_connect(&loaded.blueprint, user));
            }
            users_file::add(&mut loaded.blueprint.users, read.users, &mut reader.diagnostics);
        }
    }
}

fn read_bytes(
    reader: &mut Reader<'_>,
    loaded: &mut Loaded,
    file: Spanned<String>,
    limit: u64,
    facts: fn(&[u8]) -> Facts,
) {
    let path = reader.beside(file.span, &file);
    let Some(bytes) = reader.bytes(&path, limit, Some(file.span)) else { return };
    let (sha256, facts) = (sha256_hex(&bytes), facts(&bytes));
    let entry = LoadedFile { path: relative(&loaded.path, &path), sha256, text: None, facts };
    loaded.files.insert((file.span.file, file.value), entry);
}

fn read_text(reader: &mut Reader<'_>, loaded: &mut Loaded, file: Spanned<String>, kind: TextKind) {
    let path = reader.beside(file.span, &file);
    if !reader.allow(&path, kind, file.span) {
        return;
    }
    let Some(bytes) = reader.bytes(&path, TEXT_LIMIT, Some(file.span)) else { return };
    let sha256 = sha256_hex(&bytes);
    let Ok(text) = String::from_utf8(bytes) else {
        let title = format!("{path} is not UTF-8 text");
        reader.diagnostics.push(Diagnostic::error("not-text", title).at(file.span, ""));
        return;
    };
    let text = Some(reader.sources.add(path.clone(), text));
    let entry = LoadedFile { path: relative(&loaded.path, &path), sha256, text, facts: Facts::Unknown };
    loaded.files.insert((file.span.file, file.value), entry);
}

/// Turns the names that profiles have in Connect into keys of the blueprint; others are the instance's own.
fn names_of_connect(blueprint: &Blueprint, user: &mut User) {
    fn key<'k, T>(
        section: &'k Section<T>,
        name_of: impl Fn(&T) -> Option<&Spanned<String>>,
        name: &str,
    ) -> Option<&'k str> {
        let is_it = |(key, item): &(&Spanned<String>, &T)| {
            let shown = name_of(item).map_or_else(|| display_name(key), |name| name.value.clone());
            shown == name || key.value == name
        };
        section.iter().find(is_it).map(|(key, _)| key.value.as_str())
    }
    let own = |found: Option<&str>, name: &str| found.map_or_else(|| format!("builtin/{name}"), str::to_owned);
    if let Some(profile) = &mut user.profile {
        let found = key(&blueprint.routing_profiles, |profile| profile.name.as_ref(), profile);
        profile.value = own(found, profile);
    }
    for security in &mut user.security {
        let found = key(&blueprint.security_profiles, |profile| profile.name.as_ref(), security);
        security.value = own(found, security);
    }
}

/// Renders the flows that are made of templates: those in `contact-flows/` beside the blueprint, and those that come
/// with Callform.
fn expand_templates(reader: &mut Reader<'_>, loaded: &mut Loaded) {
    let blueprint = &loaded.blueprint;
    let flows = blueprint.flows.iter().map(|(key, flow)| (Kind::Flow, key, &flow.template, &flow.with));
    let modules =
        blueprint.flow_modules.iter().map(|(key, module)| (Kind::FlowModule, key, &module.template, &module.with));
    let mut library = Library::default();
    let mut looked_for = BTreeSet::new();
    let nothing = IndexMap::new();
    for (kind, key, template, with) in flows.chain(modules) {
        let Some(template) = template else { continue };
        let path = reader.beside(template.span, &format!("contact-flows/{}.yaml", template.value));
        if looked_for.insert(path.clone())
            && let Some(text) = reader.text_if_there(&path, template.span)
        {
            library.insert(template.value.clone(), path, text);
        }
        let usage = Use { flow: key, template, with: with.as_ref().map_or(&nothing, |with| &with.value) };
        if let Some(steps) = template::expand(&library, &usage, &mut reader.sources, &mut reader.diagnostics) {
            loaded.templates.insert((kind, key.value.clone()), steps);
        }
    }
}

/// A path relative to the folder of the blueprint, where it lies below; as it is otherwise.
fn relative(blueprint: &str, path: &str) -> String {
    let blueprint = parts::normalize(blueprint);
    let Some((folder, _)) = blueprint.rsplit_once('/') else { return path.to_owned() };
    if let Some(inside) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) {
        return inside.to_owned();
    }
    // Beside or above the blueprint's folder: as many steps up as the two paths differ.
    let folders: Vec<&str> = folder.split('/').collect();
    let target: Vec<&str> = path.split('/').collect();
    let common = folders.iter().zip(&target).take_while(|(left, right)| left == right).count();
    let ups = folders.len() - common;
    std::iter::repeat_n("..", ups).chain(target.into_iter().skip(common)).collect::<Vec<_>>().join("/")
}

/// One digest of everything that was read. Paths count relative to the blueprint, so that it is the same everywhere.
fn digest(reader: &Reader<'_>, environment: Option<&str>) -> String {
    let mut contents: Vec<&str> = reader.digests.values().map(String::as_str).collect();
    contents.sort_unstable();
    let mut text = contents.join("\n");
    text.push('\n');
    text.push_str(environment.unwrap_or_default());
    sha256_hex(text.as_bytes())
}
