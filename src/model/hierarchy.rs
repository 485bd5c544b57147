//! The agent hierarchy.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Kind, Value};
use crate::blueprint::{Blueprint, Common, Groups, Hierarchy};

/// CloudFormation's names of the levels, from the top.
const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

impl Resolver<'_> {
    pub(super) fn hierarchy(&mut self) {
        let Some(hierarchy) = &self.blueprint().hierarchy else { return };
        if let Some(extra) = hierarchy.levels.get(LEVELS.len()) {
            self.diagnostics.push(
                Diagnostic::error("too-many-hierarchy-levels", "a hierarchy has at most 5 levels")
                    .at(extra.span, "the sixth"),
            );
        }
        let levels = LEVELS
            .iter()
            .zip(&hierarchy.levels)
            .fold(Members::new(), |levels, (word, name)| levels.with(word, Members::new().with("Name", name)));
        if let Some(first) = hierarchy.levels.first() {
            let key = Spanned::new("levels".to_owned(), first.span);
            let properties = Members::of_instance().with("UserHierarchyStructure", levels).finish();
            self.add(Kind::HierarchyLevels, &key, Common::NONE, "AWS::Connect::UserHierarchyStructure", properties);
        }
        self.groups(hierarchy, &hierarchy.groups, None, None, 1);
        for (new, old) in &hierarchy.renamed {
            if !self.defines(Kind::HierarchyGroup, new) {
                self.unknown(Kind::HierarchyGroup, new, old.span);
            }
        }
    }

    /// `old_parent` is the path `parent` had before it was renamed: the groups below a renamed one are kept with it.
    fn groups(
        &mut self,
        hierarchy: &Hierarchy,
        groups: &Groups,
        parent: Option<&str>,
        old_parent: Option<&str>,
        level: usize,
    ) {
        for (name, below) in &groups.0 {
            if level == hierarchy.levels.len() + 1 {
                self.diagnostics.push(
                    Diagnostic::error("hierarchy-too-deep", "a group lies deeper than the hierarchy has levels")
                        .at(name.span, format!("on level {level} of {}", hierarchy.levels.len()))
                        .help("Name the level under `levels:`, or move the group up."),
                );
            }
            let path = path_of(parent, name);
            let properties = Members::of_instance()
                .with("Name", name)
                .with_some(
                    "ParentGroupArn",
                    parent.map(|parent| Value::arn_of(Address::new(Kind::HierarchyGroup, parent))),
                )
                .finish();
            let key = Spanned::new(path.clone(), name.span);
            let moved = (old_parent != parent).then(|| Spanned::new(path_of(old_parent, name), name.span));
            let renamed_from = hierarchy.renamed.get(&path).or(moved.as_ref());
            let common = Common { renamed_from, ..Common::NONE };
            let group = self.add(Kind::HierarchyGroup, &key, common, "AWS::Connect::UserHierarchyGroup", properties);
            // A group can only be created on a level that has a name by then.
            group.depends_on.push(Address::new(Kind::HierarchyLevels, "levels"));
            if let Some(below) = below {
                let old = renamed_from.map_or(path.as_str(), |old| old.as_str());
                self.groups(hierarchy, below, Some(&path), Some(old), level + 1);
            }
        }
    }
}

/// The paths of all groups of a blueprint.
pub(super) fn paths(blueprint: &Blueprint) -> BTreeSet<String> {
    fn collect(groups: &Groups, parent: Option<&str>, paths: &mut BTreeSet<String>) {
        for (name, below) in &groups.0 {
            let path = path_of(parent, name);
            if let Some(below) = below {
                collect(below, Some(&path), paths);
            }
            paths.insert(path);
        }
    }
    let mut paths = BTreeSet::new();
    if let Some(hierarchy) = &blueprint.hierarchy {
        collect(&hierarchy.groups, None, &mut paths);
    }
    paths
}

fn path_of(parent: Option<&str>, name: &str) -> String {
    match parent {
        Some(parent) => format!("{parent}/{name}"),
        None => name.to_owned(),
    }
}
