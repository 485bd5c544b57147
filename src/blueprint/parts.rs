//! Puts a blueprint together: its file, the files it includes, the environment laid over them.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::yaml::{self, Entry, Limits, Node, NodeValue};
use callform_source::{Diagnostic, Diagnostics, FileId, SourceMap, Span, Spanned, did_you_mean};

use super::files::{FileError, Files};
use super::secrets;
use crate::digest::sha256_hex;

/// Files that include files that include files, at most.
const DEEPEST_INCLUDE: usize = 16;

/// What a text that a blueprint names has to be. Messages quote lines of such files, so that nothing else may pass for
/// one: the name has to say what it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum TextKind {
    /// A part of a blueprint.
    Blueprint,
    /// Users.
    Csv,
    /// An exported flow, or columns.
    Json,
    /// A query.
    Sql,
}

impl TextKind {
    fn endings(self) -> &'static [&'static str] {
        match self {
            TextKind::Blueprint => &["yaml", "yml", "json"],
            TextKind::Csv => &["csv"],
            TextKind::Json => &["json"],
            TextKind::Sql => &["sql"],
        }
    }

    /// A problem where the name of a file does not say that it is of this kind.
    fn check(self, path: &str) -> Option<Diagnostic> {
        let name = path.rsplit('/').next().unwrap_or(path).to_lowercase();
        let ending = name.rsplit_once('.').map(|(_, ending)| ending);
        if ending.is_some_and(|ending| self.endings().contains(&ending)) {
            return None;
        }
        let known: Vec<String> = self.endings().iter().map(|ending| format!("`.{ending}`")).collect();
        Some(
            Diagnostic::error(
                "file-kind",
                "the name of this file does not say that it is of the kind that belongs here",
            )
            .help(format!("Give it a name that ends in {}.", known.join(" or "))),
        )
    }
}

/// Everything read so far, and what was wrong with it.
pub(super) struct Reader<'f> {
    files: &'f dyn Files,
    pub(super) sources: SourceMap,
    pub(super) diagnostics: Diagnostics,
    /// SHA-256 of every file that was read, by path.
    pub(super) digests: BTreeMap<String, String>,
    limits: Limits,
}

impl<'f> Reader<'f> {
    pub(super) fn new(files: &'f dyn Files) -> Self {
        Self {
            files,
            sources: SourceMap::default(),
            diagnostics: Diagnostics::default(),
            digests: BTreeMap::new(),
            limits: Limits::default(),
        }
    }

    /// Reads a text file that is named at a place.
    pub(super) fn text(&mut self, path: &str, kind: TextKind, at: Span) -> Option<FileId> {
        self.allow(path, kind, at).then(|| self.text_of(path, Some(at)))?
    }

    /// Reports a file that is not of the kind that belongs at a place.
    pub(super) fn allow(&mut self, path: &str, kind: TextKind, at: Span) -> bool {
        let problem = kind.check(path);
        let is_allowed = problem.is_none();
        self.diagnostics.extend(problem.into_iter().map(|problem| problem.at(at, "")).collect());
        is_allowed
    }

    fn text_of(&mut self, path: &str, at: Option<Span>) -> Option<FileId> {
        let bytes = self.bytes(path, self.limits.bytes, at)?;
        match yaml::decode(path, bytes, &self.limits) {
            Ok(text) => Some(self.sources.add(path, text)),
            Err(diagnostic) => {
                self.diagnostics.push(match at {
                    Some(span) => diagnostic.at(span, ""),
                    None => diagnostic,
                });
                None
            }
        }
    }

    /// The text of a file that need not exist.
    pub(super) fn text_if_there(&mut self, path: &str, at: Span) -> Option<String> {
        if self.files.read(path, self.limits.bytes) == Err(FileError::NotFound) {
            return None;
        }
        let bytes = self.bytes(path, self.limits.bytes, Some(at))?;
        yaml::decode(path, bytes, &self.limits).map_err(|diagnostic| self.diagnostics.push(diagnostic.at(at, ""))).ok()
    }

    /// Reads a file of any content.
    pub(super) fn bytes(&mut self, path: &str, limit: u64, at: Option<Span>) -> Option<Vec<u8>> {
        let diagnostic = match self.files.read(path, limit) {
            Ok(bytes) => {
                self.digests.insert(path.to_owned(), sha256_hex(&bytes));
                return Some(bytes);
            }
            Err(FileError::NotFound) => Diagnostic::error("file-not-found", format!("there is no file {path}")),
            Err(FileError::TooLarge { size }) => Diagnostic::error("file-too-large", format!("{path} is too large"))
                .note(format!("The file has {size} bytes; at most {limit} are read.")),
            Err(FileError::Outside) => {
                Diagnostic::error("file-outside", format!("{path} is outside of the blueprint's folder"))
                    .note("Neither the path nor a link on its way may lead out of it.")
                    .help("Put the file beside the blueprint, or name a folder that both are in with `--root DIR`.")
            }
            Err(error @ (FileError::NotRegular | FileError::OtherKind | FileError::Other(_))) => {
                Diagnostic::error("file-unreadable", format!("{path} cannot be read")).note(format!("{error}."))
            }
        };
        self.diagnostics.push(match at {
            Some(span) => diagnostic.at(span, ""),
            None => diagnostic,
        });
        None
    }

    /// True where there is a file that is not empty.
    pub(super) fn exists(&self, path: &str) -> bool {
        match self.files.read(path, 0) {
            Ok(content) => !content.is_empty(),
            Err(error) => matches!(error, FileError::TooLarge { .. }),
        }
    }

    /// The path of a file named at some place: relative to the file it is named in.
    pub(super) fn beside(&self, at: Span, path: &str) -> String {
        resolve(self.sources.file(at.file).path(), path)
    }

    /// Reads a blueprint file and everything it includes.
    pub(super) fn tree(&mut self, path: &str) -> Option<Node> {
        let mut seen = BTreeSet::new();
        self.part(&normalize(path), None, 0, &mut Vec::new(), &mut seen)
    }

    fn part(
        &mut self,
        path: &str,
        at: Option<Span>,
        depth: usize,
        chain: &mut Vec<String>,
        seen: &mut BTreeSet<String>,
    ) -> Option<Node> {
        if let Some(span) = at
            && let Some(problem) = refuse_include(path, depth, chain, seen)
        {
            self.diagnostics.push(problem.at(span, ""));
            return None;
        }
        seen.insert(path.to_owned());
        if at.is_some_and(|at| !self.allow(path, TextKind::Blueprint, at)) {
            return None;
        }
        let file = self.text_of(path, at)?;
        let Some(mut tree) = yaml::parse(&self.sources, file, &self.limits, &mut self.diagnostics) else {
            secrets::hide_in_text(file, &mut self.sources);
            return None;
        };
        secrets::hide(&tree, &mut self.sources);
        let Some(includes) = tree.remove("include") else { return Some(tree) };
        chain.push(path.to_owned());
        let single = [includes.value.clone()];
        let items = if includes.value.as_str().is_some() { &single[..] } else { includes.value.items() };
        for item in items {
            let Some(name) = item.as_str() else {
                self.diagnostics.push(
                    Diagnostic::error("wrong-type", format!("expected the path of a file, found {}", item.kind_word()))
                        .at(item.span, ""),
                );
                continue;
            };
            let included = self.beside(item.span, name);
            if let Some(part) = self.part(&included, Some(item.span), depth + 1, chain, seen) {
                self.join(&mut tree, part);
            }
        }
        chain.pop();
        Some(tree)
    }

    /// Adds the sections of an included file. Unlike an environment, a part cannot change what is there.
    fn join(&mut self, tree: &mut Node, part: Node) {
        let span = part.span;
        let NodeValue::Mapping(added) = part.value else {
            if part.value != NodeValue::Null {
                self.diagnostics
                    .push(Diagnostic::error("wrong-type", "an included file is a mapping of sections").at(span, ""));
            }
            return;
        };
        let NodeValue::Mapping(entries) = &mut tree.value else { return };
        for entry in added {
            match entries.iter_mut().find(|known| known.key.value == entry.key.value) {
                Some(known) => join_section(known, entry, &mut self.diagnostics),
                None => entries.push(entry),
            }
        }
    }

    /// Takes `environments:` out of a tree and lays the chosen one over it.
    pub(super) fn environment(&mut self, tree: Node, chosen: Option<&str>, known_keys: &[String]) -> Node {
        let mut tree = tree;
        let environments = tree.remove("environments");
        let entries = match &environments {
            Some(entry) => {
                if !matches!(entry.value.value, NodeValue::Mapping(_) | NodeValue::Null) {
                    self.diagnostics.push(wrong_environment(&entry.key));
                }
                entry.value.entries()
            }
            None => &[],
        };
        for entry in entries {
            self.overlay_keys(entry, known_keys);
            self.overlay_names(&tree, entry);
        }
        let Some(chosen) = chosen else { return tree };
        if let Some(entry) = entries.iter().find(|entry| entry.key.value == chosen) {
            return match &entry.value.value {
                NodeValue::Mapping(_) => drop_nulls(yaml::merge(tree, entry.value.clone())),
                _ => tree,
            };
        }
        let diagnostic = Diagnostic::error("unknown-environment", format!("there is no environment `{chosen}`"));
        let diagnostic = match did_you_mean(chosen, entries.iter().map(|entry| entry.key.value.as_str())) {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None if entries.is_empty() => diagnostic.help("Define it under `environments:`."),
            None => {
                let names: Vec<String> = entries.iter().map(|entry| format!("`{}`", entry.key)).collect();
                diagnostic.help(format!("There are {}.", names.join(", ")))
            }
        };
        self.diagnostics.push(match &environments {
            Some(section) => diagnostic.at(section.key.span, "defined are only these"),
            None => diagnostic,
        });
        tree
    }

    /// Environments that are not chosen are not checked in depth, but a key of theirs may not go unnoticed.
    fn overlay_keys(&mut self, environment: &Entry, known_keys: &[String]) {
        if !matches!(environment.value.value, NodeValue::Mapping(_) | NodeValue::Null) {
            self.diagnostics.push(wrong_environment(&environment.key));
        }
        for entry in environment.value.entries() {
            let key = entry.key.value.as_str();
            if known_keys.iter().any(|known| known == key) && !matches!(key, "include" | "environments") {
                continue;
            }
            let diagnostic = Diagnostic::error("unknown-key", format!("unknown key `{key}`")).at(entry.key.span, "");
            self.diagnostics.push(match did_you_mean(key, known_keys.iter().map(String::as_str)) {
                Some(meant) if meant != key => diagnostic.help(format!("Did you mean `{meant}`?")),
                _ => diagnostic
                    .help("An environment has sections of a blueprint, but neither `include` nor `environments`."),
            });
        }
    }
}

impl Reader<'_> {
    /// A name that an environment adds and that is almost one of the blueprint was probably meant to change that one.
    fn overlay_names(&mut self, tree: &Node, environment: &Entry) {
        for section in environment.value.entries() {
            let Some(known) = tree.get(&section.key.value) else { continue };
            for entry in section.value.entries() {
                let name = entry.key.value.as_str();
                let others = known.entries().iter().map(|entry| entry.key.value.as_str());
                if known.get(name).is_some() || section.key.value == "variables" {
                    continue;
                }
                if let Some(meant) = did_you_mean(name, others) {
                    self.diagnostics.push(
                        Diagnostic::warning("overlay-adds", format!("the environment adds `{name}` beside `{meant}`"))
                            .at(entry.key.span, "not in the blueprint itself")
                            .help(format!("Did you mean `{meant}`?")),
                    );
                }
            }
        }
    }
}

fn wrong_environment(key: &Spanned<String>) -> Diagnostic {
    Diagnostic::error("wrong-type", "an environment is a partial blueprint, a mapping of sections").at(key.span, "")
}

fn refuse_include(path: &str, depth: usize, chain: &[String], seen: &BTreeSet<String>) -> Option<Diagnostic> {
    if chain.iter().any(|above| above == path) {
        let way = chain.iter().chain([&path.to_owned()]).cloned().collect::<Vec<_>>().join(" → ");
        return Some(
            Diagnostic::error("include-loop", "a file includes itself")
                .note(format!("The way is {way}."))
                .help("Remove this include."),
        );
    }
    if seen.contains(path) {
        return Some(
            Diagnostic::error("included-twice", format!("{path} is included already")).help("Remove this include."),
        );
    }
    (depth > DEEPEST_INCLUDE).then(|| {
        Diagnostic::error("include-too-deep", format!("more than {DEEPEST_INCLUDE} files include one another"))
    })
}

fn join_section(known: &mut Entry, added: Entry, diagnostics: &mut Diagnostics) {
    match (&mut known.value.value, added.value.value) {
        (NodeValue::Mapping(entries), NodeValue::Mapping(more)) => {
            let places: BTreeMap<String, Span> =
                entries.iter().map(|entry| (entry.key.value.clone(), entry.key.span)).collect();
            for entry in more {
                match places.get(&entry.key.value) {
                    Some(&first) => diagnostics.push(
                        Diagnostic::error("duplicate-key", "a key is defined in two files")
                            .at(entry.key.span, "again here")
                            .also(first, "first here")
                            .help("Remove one of them, or give it another key."),
                    ),
                    None => entries.push(entry),
                }
            }
        }
        (NodeValue::Sequence(items), NodeValue::Sequence(more)) => items.extend(more),
        (_, NodeValue::Null) => {}
        (NodeValue::Null, value) => known.value = Node::new(added.value.span, value),
        _ => diagnostics.push(
            Diagnostic::error("duplicate-key", "a key is defined in two files")
                .at(added.key.span, "again here")
                .also(known.key.span, "first here")
                .help("Only sections can be spread over several files."),
        ),
    }
}

/// An environment takes something away by laying `null` over it.
fn drop_nulls(mut tree: Node) -> Node {
    if let NodeValue::Mapping(entries) = &mut tree.value {
        for section in entries.iter_mut() {
            // Agent statuses and hierarchy groups without details are written as nothing.
            if matches!(section.key.value.as_str(), "agent_statuses" | "hierarchy") {
                continue;
            }
            if let NodeValue::Mapping(resources) = &mut section.value.value {
                resources.retain(|resource| resource.value.value != NodeValue::Null);
            }
        }
        entries.retain(|section| section.value.value != NodeValue::Null);
    }
    tree
}

/// The path of a file that another file names, without `.` and `..` where they can be resolved.
fn resolve(from: &str, path: &str) -> String {
    match from.rsplit_once('/') {
        Some((folder, _)) if !path.starts_with('/') => normalize(&format!("{folder}/{path}")),
        _ => normalize(path),
    }
}

pub(super) fn normalize(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." if parts.last().is_some_and(|last| !last.is_empty() && *last != "..") => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{normalize, resolve};

    #[test]
    fn paths_are_relative_to_the_naming_file() {
        assert_eq!(resolve("blueprints/a.yaml", "parts/b.yaml"), "blueprints/parts/b.yaml");
        assert_eq!(resolve("blueprints/parts/b.yaml", "../c.csv"), "blueprints/c.csv");
        assert_eq!(resolve("a.yaml", "b.yaml"), "b.yaml");
        assert_eq!(resolve("/x/a.yaml", "./b.yaml"), "/x/b.yaml");
        assert_eq!(resolve("x/a.yaml", "/b.yaml"), "/b.yaml");
        assert_eq!(normalize("../../a"), "../../a");
        assert_eq!(normalize("./a//b/../c"), "a/c");
    }
}
