//! Tables of cases: one call test for each row.

use callform_source::yaml::{Entry, Node, NodeValue};
use callform_source::{Diagnostic, Diagnostics, Spanned};

/// Takes `cases:` out of each test and makes a test of every case, with the case's values in the place of `<name>`.
pub(super) fn expand(tree: &mut Node, diagnostics: &mut Diagnostics) {
    let NodeValue::Mapping(sections) = &mut tree.value else { return };
    let Some(tests) = sections.iter_mut().find(|section| section.key.value == "tests") else { return };
    let NodeValue::Mapping(entries) = &mut tests.value.value else { return };
    let written = std::mem::take(entries);
    for mut entry in written {
        match entry.value.remove("cases") {
            Some(cases) => entries.extend(of_cases(&entry, &cases, diagnostics)),
            None => entries.push(entry),
        }
    }
    let mut seen = std::collections::BTreeSet::new();
    for entry in entries.iter() {
        if !seen.insert(entry.key.value.clone()) {
            diagnostics.push(
                Diagnostic::error("duplicate-key", format!("there are two tests `{}`", entry.key.value))
                    .at(entry.key.span, "")
                    .help("Give one of them another name; a case is called `test / case`."),
            );
        }
    }
}

fn of_cases(test: &Entry, cases: &Entry, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let rows = cases.value.entries();
    if rows.is_empty() {
        diagnostics.push(
            Diagnostic::error("invalid-value", "`cases` has no cases")
                .at(cases.key.span, "")
                .help("Write a name for each case, and its values: `cases: { first: { key: 1 } }`."),
        );
    }
    let of_row = |row: &Entry| {
        let mut made = test.value.clone();
        for value in row.value.entries() {
            let placeholder = format!("<{}>", value.key.value);
            if !put(&mut made, &placeholder, &value.value) {
                diagnostics.push(
                    Diagnostic::warning("unused-case-value", format!("nothing in the test is `{placeholder}`"))
                        .at(value.key.span, "")
                        .help(format!("Write `{placeholder}` where the value belongs, or take it out.")),
                );
            }
        }
        let name = format!("{} / {}", test.key.value, row.key.value);
        Entry { key: Spanned::new(name, row.key.span), value: made }
    };
    rows.iter().map(of_row).collect()
}

/// Puts a value in the place of a word, everywhere. A text that is nothing but the word becomes the value, whatever its
/// type. False where the word does not occur.
fn put(node: &mut Node, word: &str, value: &Node) -> bool {
    match &mut node.value {
        NodeValue::String(text) if text == word => {
            // What is wrong with a value is shown where the value stands.
            *node = value.clone();
            true
        }
        NodeValue::String(text) => {
            let found = text.contains(word);
            if found {
                *text = text.replace(word, &value.scalar_text().unwrap_or_default());
            }
            found
        }
        NodeValue::Sequence(items) => {
            // Everywhere, not only up to the first.
            items.iter_mut().map(|item| put(item, word, value)).filter(|found| *found).count() > 0
        }
        NodeValue::Mapping(entries) => entries.iter_mut().fold(false, |found, entry| {
            let in_key = entry.key.value.contains(word);
            if in_key {
                entry.key.value = entry.key.value.replace(word, &value.scalar_text().unwrap_or_default());
            }
            put(&mut entry.value, word, value) || found || in_key
        }),
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use callform_source::{SourceMap, yaml};

    use super::*;

    fn expanded(text: &str) -> (serde_json::Value, usize) {
        let mut sources = SourceMap::default();
        let file = sources.add("tests.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let mut tree = yaml::parse(&sources, file, &yaml::Limits::default(), &mut diagnostics).unwrap();
        expand(&mut tree, &mut diagnostics);
        (tree.to_json(), diagnostics.len())
    }

    #[test]
    fn a_test_with_cases_is_one_for_each() {
        let text = "tests:\n  keys:\n    steps: [{ press: <key> }, { hear: 'To <team>, <team>.' }]\n    cases:\n      \
                    one: { key: 1, team: sales }\n      two: { key: 2, team: help }\n  plain: { steps: [] }\n";
        let steps = |key: u32, team: &str| serde_json::json!({ "steps": [{ "press": key }, { "hear": format!("To {team}, {team}.") }] });
        let expected = serde_json::json!({ "tests": {
            "keys / one": steps(1, "sales"), "keys / two": steps(2, "help"), "plain": { "steps": [] },
        } });
        assert_eq!(expanded(text), (expected, 0));
    }

    #[test]
    fn a_case_and_a_test_of_one_name_are_told() {
        assert_eq!(expanded("tests: { a: { cases: { b: {} } }, a / b: {} }").1, 1);
    }

    #[test]
    fn values_without_a_place_and_tables_without_rows_are_told() {
        assert_eq!(expanded("tests: { a: { cases: { x: { key: 1 } } } }").1, 1);
        assert_eq!(expanded("tests: { a: { cases: {} } }").1, 1);
    }
}
