//! A node of the agent hierarchy; its name is the path, `KWGlobal/Consulting`.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service,
};
use crate::blueprint::{Blueprint, Common, Section};
use crate::kinds::Names;
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Kind, Value};

/// The agent hierarchy.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Hierarchy {
    /// Names of the levels, from the top; 5 at most, 50 characters each.
    pub levels: Vec<Spanned<String>>,
    /// The groups, nested as deep as there are levels: `KWGlobal: { Consulting: { Shanghai: {} } }`. Elsewhere a group
    /// is named by its path, `KWGlobal/Consulting`.
    pub groups: Groups,
    /// Groups that had another path before: new path to old path. Keeps them instead of replacing them.
    pub renamed: BTreeMap<String, Spanned<String>>,
}

/// Groups of one level, each with the groups below it.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Groups(pub Section<Option<Groups>>);

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "group",
    plural: "hierarchy groups",
    resource_type: "AWS::Connect::UserHierarchyGroup",
    prefix: "Group",
    is_single: false,
    lowering: Some(Lowering {
        section: "hierarchy: groups",
        names: paths,
        lower: |resolver| resolver.hierarchy(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("agent-group"),
        attribute: Some("UserHierarchyGroupArn"),
        parameter: "UserHierarchyGroupIds",
    },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::held_losing("reports lose the history of the group"),
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_hierarchy_groups(reading.instance))),
    drift: Drift::PLAIN,
    service: Service::limited("L-D68AAAE4", "User hierarchy groups per instance", 500),
    checks: Checks { told_by_rules: &["/Name"], ..Checks::PLAIN },
};

/// CloudFormation's names of the levels, from the top.
const LEVELS: [&str; 5] = ["LevelOne", "LevelTwo", "LevelThree", "LevelFour", "LevelFive"];

impl Resolver<'_> {
    pub(crate) fn hierarchy(&mut self) {
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
            // An instance that exists may have levels, and groups of others on them: they stay.
            let retain = self.blueprint().instance.existing.is_some().then_some(true);
            let common = Common { retain, ..Common::NONE };
            self.add(Kind::HierarchyLevels, &key, common, properties);
        }
        let paths = Paths::of(&hierarchy.groups);
        self.groups(hierarchy, &paths, &hierarchy.groups, &mut Vec::new(), None, None);
        for (new, old) in &hierarchy.renamed {
            if !self.defines(Kind::HierarchyGroup, new) {
                self.unknown(Kind::HierarchyGroup, new, old.span);
            }
        }
    }

    /// `old_parent` is the path `parent` had before it was renamed: the groups below a renamed one are kept with it.
    fn groups<'h>(
        &mut self,
        hierarchy: &'h Hierarchy,
        paths: &Paths,
        groups: &'h Groups,
        above: &mut Vec<&'h str>,
        parent: Option<&str>,
        old_parent: Option<&str>,
    ) {
        let level = above.len() + 1;
        for (name, below) in &groups.0 {
            if level == hierarchy.levels.len() + 1 {
                self.diagnostics.push(
                    Diagnostic::error("hierarchy-too-deep", "a group lies deeper than the hierarchy has levels")
                        .at(name.span, format!("on level {level} of {}", hierarchy.levels.len()))
                        .help("Name the level under `levels:`, or move the group up."),
                );
            }
            above.push(name);
            let path = paths.path(above);
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
            let group = self.add(Kind::HierarchyGroup, &key, common, properties);
            // A group can only be created on a level that has a name by then.
            group.depends_on.push(Address::new(Kind::HierarchyLevels, "levels"));
            if let Some(below) = below {
                let old = renamed_from.map_or(path.as_str(), |old| old.as_str());
                self.groups(hierarchy, paths, below, above, Some(&path), Some(old));
            }
            above.pop();
        }
    }
}

/// The paths of all groups of a blueprint.
pub(crate) fn paths(blueprint: &Blueprint) -> Names<'_> {
    let Some(hierarchy) = &blueprint.hierarchy else { return BTreeSet::new() };
    let (paths, mut all) = (Paths::of(&hierarchy.groups), Vec::new());
    walk(&hierarchy.groups, &mut Vec::new(), &mut |names| all.push(paths.path(names)));
    all.into_iter().map(Into::into).collect()
}

/// How groups are called.
struct Paths {
    /// What names joined by `/` say of more than one group: `Sales/EMEA` beside EMEA of Sales.
    ambiguous: BTreeSet<String>,
}

impl Paths {
    fn of(groups: &Groups) -> Self {
        let (mut seen, mut ambiguous) = (BTreeSet::new(), BTreeSet::new());
        walk(groups, &mut Vec::new(), &mut |names| {
            let path = names.join("/");
            if !seen.insert(path.clone()) {
                ambiguous.insert(path);
            }
        });
        Self { ambiguous }
    }

    /// The path of a group. Where it could be another group's, a `/` of a name is written `\/`.
    fn path(&self, names: &[&str]) -> String {
        let path = names.join("/");
        if !self.ambiguous.contains(&path) {
            return path;
        }
        names.iter().map(|name| name.replace('/', "\\/")).collect::<Vec<_>>().join("/")
    }
}

/// Calls back for each group with its name and those above it.
fn walk<'h>(groups: &'h Groups, above: &mut Vec<&'h str>, visit: &mut dyn FnMut(&[&str])) {
    for (name, below) in &groups.0 {
        above.push(name);
        visit(above);
        if let Some(below) = below {
            walk(below, above, visit);
        }
        above.pop();
    }
}

fn path_of(parent: Option<&str>, name: &str) -> String {
    match parent {
        Some(parent) => format!("{parent}/{name}"),
        None => name.to_owned(),
    }
}
