//! Attributes that are set under one name and read under another.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Diagnostics, did_you_mean};

use super::{Look, Rule};
use crate::paths;

pub(super) const RULE: Rule = Rule {
    code: "attribute-never-set",
    what: "Finds attributes that the flow reads and does not set, while it sets one whose name is nearly the same and that nothing \
           reads. In a blueprint also those that no flow sets, where contacts come by phone numbers only and no function may \
           set them.",
    why: "Names of attributes are told apart letter by letter, upper and lower case too: what is read is empty.",
    example: "- set: { customerType: gold }\n- if: $.Attributes.customertype\n  equals: gold\n  then: { say: Welcome back }",
    instead: "- set: { customerType: gold }\n- if: $.Attributes.customerType\n  equals: gold\n  then: { say: Welcome back }",
    check,
};

fn check(look: &Look<'_>, diagnostics: &mut Diagnostics) {
    for (root, parameter) in [("Attributes", "Attributes"), ("FlowAttributes", "FlowAttributes")] {
        if !look.texts.reads(root) {
            continue;
        }
        let set = set_names(look, parameter);
        // A name that is made of a path can be any.
        if set.iter().any(|name| name.contains("$.")) {
            continue;
        }
        let read: BTreeSet<&str> = look
            .all_actions()
            .flat_map(|(index, _)| look.paths(index).iter().copied())
            .filter_map(|path| name_in(path, root))
            .collect();
        let unread: BTreeSet<&str> = set.difference(&read).copied().collect();
        if unread.is_empty() {
            continue;
        }
        let mut told = BTreeSet::new();
        for (index, action) in look.actions() {
            for name in look.paths(index).iter().filter_map(|path| name_in(path, root)).filter(|it| !set.contains(it)) {
                let Some(meant) = nearly(name, &unread) else { continue };
                if told.insert(name) {
                    let diagnostic =
                        Diagnostic::warning(RULE.code, format!("`{name}` is read, and `{meant}` is what is set"))
                            .help(format!("Write `$.{root}.{meant}`, or set `{name}`."));
                    diagnostics.push(look.at(diagnostic, action));
                }
            }
        }
    }
}

fn set_names<'a>(look: &Look<'a>, parameter: &str) -> BTreeSet<&'a str> {
    let attributes = look.all_actions().filter_map(|(_, action)| action.parameters.get(parameter)?.as_object());
    attributes.flat_map(|attributes| attributes.keys().map(String::as_str)).collect()
}

pub(super) fn name_in<'a>(path: &'a str, root: &str) -> Option<&'a str> {
    let mut parts = paths::parts(path);
    (parts.next() == Some(root)).then(|| parts.next()).flatten()
}

/// The name that is the same but for case and hyphens, or for one mistyped letter of many. Names that end in different
/// numbers are different.
pub(super) fn nearly<'a>(name: &str, among: &BTreeSet<&'a str>) -> Option<&'a str> {
    let plain = |text: &str| text.replace(['_', '-', ' '], "").to_lowercase();
    let same = among.iter().find(|known| plain(known) == plain(name));
    if let Some(same) = same {
        return Some(same);
    }
    let letters = |text: &str| text.trim_end_matches(|it: char| it.is_ascii_digit()).to_owned();
    let meant = did_you_mean(name, among.iter().copied())?;
    let is_near = name.len() >= 6 && name.len().abs_diff(meant.len()) <= 1 && one_apart(name, meant);
    (is_near && letters(name) != letters(meant)).then_some(meant)
}

/// True where one letter is wrong, too many, missing, or two are swapped.
fn one_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let before = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let behind = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let changed = one.len().max(other.len()).saturating_sub(before + behind);
    let is_swapped = changed == 2
        && one.len() == other.len()
        && one.get(before) == other.get(before + 1)
        && one.get(before + 1) == other.get(before);
    changed <= 1 || is_swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_nearly_the_same() {
        let among = BTreeSet::from(["customerType", "language", "queue_1", "greeting"]);
        assert_eq!(nearly("customer_type", &among), Some("customerType"));
        assert_eq!(nearly("langauge", &among), Some("language"));
        assert_eq!(nearly("languages", &among), Some("language"));
        assert_eq!(nearly("queue_2", &among), None);
        assert_eq!(nearly("meeting", &among), None);
        assert_eq!(nearly("greet", &among), None);
    }
}
