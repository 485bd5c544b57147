//! `${var.name}` in texts.

use std::collections::BTreeMap;

use callform_source::yaml::{Node, NodeValue};
use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};

const OPEN: &str = "${var.";

/// Takes `variables:` out of a tree and puts their values in everywhere else. `$${var.x}` stands for `${var.x}` itself.
///
/// A text that is nothing but one variable becomes the variable's value, whatever its type.
pub(super) fn substitute(tree: &mut Node, diagnostics: &mut Diagnostics) {
    let mut variables = BTreeMap::new();
    if let Some(entry) = tree.remove("variables") {
        if !matches!(entry.value.value, NodeValue::Mapping(_) | NodeValue::Null) {
            diagnostics.push(
                Diagnostic::error("wrong-type", "expected a mapping, found something else")
                    .at(entry.key.span, "")
                    .help("Write `variables: { name: value }`."),
            );
        }
        for variable in entry.value.entries() {
            match &variable.value.value {
                NodeValue::Sequence(_) | NodeValue::Mapping(_) => diagnostics.push(
                    Diagnostic::error("invalid-variable", "a variable is one text, number or truth value")
                        .at(variable.value.span, ""),
                ),
                NodeValue::Null
                | NodeValue::Bool(_)
                | NodeValue::Integer(_)
                | NodeValue::Float(_)
                | NodeValue::String(_) => {
                    variables.insert(variable.key.value.clone(), variable.value.clone());
                }
            }
        }
    }
    replace(tree, &variables, diagnostics);
}

fn replace(node: &mut Node, variables: &BTreeMap<String, Node>, diagnostics: &mut Diagnostics) {
    match &mut node.value {
        NodeValue::String(text) if text.contains(OPEN) => {
            if let Some(value) = whole(text).and_then(|name| variables.get(name)) {
                *node = Node { span: node.span, ..value.clone() };
                return;
            }
            *text = expand(text, node.span, variables, diagnostics);
        }
        NodeValue::Sequence(items) => {
            for item in items {
                replace(item, variables, diagnostics);
            }
        }
        NodeValue::Mapping(entries) => {
            for entry in entries {
                replace(&mut entry.value, variables, diagnostics);
            }
        }
        NodeValue::Null | NodeValue::Bool(_) | NodeValue::Integer(_) | NodeValue::Float(_) | NodeValue::String(_) => {}
    }
}

/// The variable a text consists of.
fn whole(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)?.strip_suffix('}').filter(|name| !name.contains(['$', '}']))
}

fn expand(text: &str, span: Span, variables: &BTreeMap<String, Node>, diagnostics: &mut Diagnostics) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        if before.ends_with('$') {
            result.push_str(before);
            result.push_str("{var.");
            rest = after;
            continue;
        }
        result.push_str(before);
        let Some((name, behind)) = after.split_once('}') else {
            diagnostics
                .push(Diagnostic::error("unknown-variable", "a variable's name is not closed by `}`").at(span, ""));
            result.push_str(OPEN);
            rest = after;
            continue;
        };
        match variables.get(name) {
            Some(value) => result.push_str(&value.scalar_text().unwrap_or_default()),
            None => diagnostics.push(unknown(name, span, variables)),
        }
        rest = behind;
    }
    result.push_str(rest);
    result
}

fn unknown(name: &str, span: Span, variables: &BTreeMap<String, Node>) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-variable", format!("there is no variable `{name}`")).at(span, "");
    match did_you_mean(name, variables.keys().map(String::as_str)) {
        Some(meant) => diagnostic.help(format!("Did you mean `${{var.{meant}}}`?")),
        None => diagnostic.help("Define it under `variables:`."),
    }
}
