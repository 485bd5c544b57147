//! What a flow's actions are, their texts and the JSONPaths in them, looked for once for all rules.

use std::ops::Range;

use super::speech::{Spoken, spoken};
use crate::catalog::{self, ActionSpec};
use crate::{Flow, paths};

/// Texts and paths by the index of the action.
#[derive(Debug, Default)]
pub(super) struct Texts<'a> {
    /// Name of the parameter, and text.
    all: Vec<(&'a str, &'a str)>,
    paths: Vec<&'a str>,
    /// First parts of paths, each once.
    roots: Vec<&'a str>,
    spoken: Vec<Spoken<'a>>,
    own: Vec<Own>,
}

/// What an action has: of texts, paths and what is spoken the places among all.
#[derive(Debug)]
struct Own {
    spec: Option<&'static ActionSpec>,
    texts: Range<usize>,
    paths: Range<usize>,
    spoken: Range<usize>,
}

impl<'a> Texts<'a> {
    pub(super) fn of(flow: &'a Flow) -> Self {
        let mut found = Self { own: Vec::with_capacity(flow.actions.len()), ..Self::default() };
        for action in &flow.actions {
            let (first_text, first_path, first_spoken) = (found.all.len(), found.paths.len(), found.spoken.len());
            found.all.extend(paths::texts(action));
            for (_, text) in &found.all[first_text..] {
                for path in paths::in_text(text) {
                    if !found.paths[first_path..].contains(&path) {
                        found.paths.push(path);
                        let root = paths::root(path);
                        if !found.roots.contains(&root) {
                            found.roots.push(root);
                        }
                    }
                }
            }
            found.spoken.extend(spoken(action));
            found.own.push(Own {
                spec: catalog::find(&action.action_type),
                texts: first_text..found.all.len(),
                paths: first_path..found.paths.len(),
                spoken: first_spoken..found.spoken.len(),
            });
        }
        found
    }

    /// Every text in the parameters of an action, with the name of the parameter it is in.
    pub(super) fn texts(&self, index: usize) -> &[(&'a str, &'a str)] {
        self.own.get(index).map(|own| &self.all[own.texts.clone()]).unwrap_or_default()
    }

    /// Every JSONPath an action reads, in order, each once.
    pub(super) fn paths(&self, index: usize) -> &[&'a str] {
        self.own.get(index).map(|own| &self.paths[own.paths.clone()]).unwrap_or_default()
    }

    /// True where any action reads a path that begins with this.
    pub(super) fn reads(&self, root: &str) -> bool {
        self.roots.contains(&root)
    }

    /// What an action says or asks.
    pub(super) fn spoken(&self, index: usize) -> &[Spoken<'a>] {
        self.own.get(index).map(|own| &self.spoken[own.spoken.clone()]).unwrap_or_default()
    }

    /// The catalog's row of an action.
    pub(super) fn spec(&self, index: usize) -> Option<&'static ActionSpec> {
        self.own.get(index)?.spec
    }

    /// Every text of the flow.
    pub(super) fn all(&self) -> &[(&'a str, &'a str)] {
        &self.all
    }
}
