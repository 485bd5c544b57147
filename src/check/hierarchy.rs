//! Names of hierarchy levels and groups.

use callform_source::{Diagnostic, Diagnostics, Spanned};

use super::{Context, Rule};
use crate::blueprint::Groups;

/// Characters of a level's name (`UpdateUserHierarchyStructure`); the resource schema has no limit.
const LONGEST_LEVEL: usize = 50;
/// Characters of a group's name.
const LONGEST_GROUP: usize = 100;

pub(super) const NAMES: Rule = Rule {
    codes: &["hierarchy-name-too-long"],
    about: "The name of a hierarchy level has more than 50 characters, or that of a group more than 100.",
    why: "Connect refuses it; the resource schema does not limit the names of levels.",
    check: names,
};

fn names(context: Context<'_>, diagnostics: &mut Diagnostics) {
    let Some(hierarchy) = &context.loaded.blueprint.hierarchy else { return };
    for level in &hierarchy.levels {
        check(level, "level", LONGEST_LEVEL, diagnostics);
    }
    groups(&hierarchy.groups, diagnostics);
}

fn groups(below: &Groups, diagnostics: &mut Diagnostics) {
    for (name, below) in &below.0 {
        check(name, "group", LONGEST_GROUP, diagnostics);
        if let Some(below) = below {
            groups(below, diagnostics);
        }
    }
}

fn check(name: &Spanned<String>, what: &str, longest: usize, diagnostics: &mut Diagnostics) {
    let length = name.chars().count();
    if length == 0 || length > longest {
        diagnostics.push(
            Diagnostic::error(
                "hierarchy-name-too-long",
                format!("the name of a hierarchy {what} has 1 to {longest} characters"),
            )
            .at(name.span, format!("{length} characters")),
        );
    }
}
