//! `${var.name}` in texts.

use std::collections::{BTreeMap, BTreeSet};

use callform_source::yaml::{Node, NodeValue};
use callform_source::{Diagnostic, Diagnostics, Span, did_you_mean};

const OPEN: &str = "${var.";

/// Bytes that variables may put into a blueprint, in all places together.
const MOST: usize = 16 << 20;

/// Takes `variables:` out of a tree and puts their values in everywhere else. `$${var.x}` stands for `${var.x}` itself.
///
/// A text that is nothing but one variable becomes the variable's value, whatever its type. Values may name other
/// variables, in any order but not in a circle.
pub(super) fn substitute(tree: &mut Node, diagnostics: &mut Diagnostics) {
    let mut variables = resolved(defined(tree, diagnostics), diagnostics);
    variables.replace(tree, diagnostics);
}

/// The variables as they are written.
fn defined(tree: &mut Node, diagnostics: &mut Diagnostics) -> BTreeMap<String, Node> {
    let mut variables = BTreeMap::new();
    let Some(entry) = tree.remove("variables") else { return variables };
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
    variables
}

/// The variables with the values of others put in. One after the other, each after those it names: however long the
/// chain, nothing is nested. Those in a circle are reported, and stay as they are written.
fn resolved(mut written: BTreeMap<String, Node>, diagnostics: &mut Diagnostics) -> Variables {
    let needs: BTreeMap<String, BTreeSet<String>> = written
        .iter()
        .map(|(name, node)| {
            let named = node.as_str().map(pieces).unwrap_or_default();
            let named = named.into_iter().filter_map(|piece| match piece {
                Piece::Variable(other) if written.contains_key(other) => Some(other.to_owned()),
                _ => None,
            });
            (name.clone(), named.collect())
        })
        .collect();
    let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, others) in &needs {
        for other in others {
            users.entry(other).or_default().push(name);
        }
    }
    let mut open: BTreeMap<&str, usize> = needs.iter().map(|(name, others)| (name.as_str(), others.len())).collect();
    let mut ready: Vec<&str> = open.iter().filter(|(_, open)| **open == 0).map(|(name, _)| *name).collect();
    let mut variables = Variables { values: BTreeMap::new(), names: written.keys().cloned().collect(), room: MOST };
    while let Some(name) = ready.pop() {
        open.remove(name);
        if let Some(mut node) = written.remove(name) {
            variables.replace(&mut node, diagnostics);
            variables.values.insert(name.to_owned(), node);
        }
        for user in users.get(name).into_iter().flatten() {
            if let Some(left) = open.get_mut(user) {
                *left -= 1;
                if *left == 0 {
                    ready.push(user);
                }
            }
        }
    }
    circles(&open.into_keys().collect(), &needs, &written, diagnostics);
    variables.values.extend(written);
    variables
}

/// Reports the circles among variables of which each needs another one of them.
fn circles(
    left: &BTreeSet<&str>,
    needs: &BTreeMap<String, BTreeSet<String>>,
    written: &BTreeMap<String, Node>,
    diagnostics: &mut Diagnostics,
) {
    let next = |name: &str| needs.get(name)?.iter().map(String::as_str).find(|other| left.contains(other));
    let mut seen = BTreeSet::new();
    for start in left {
        let mut way = Vec::new();
        let mut name = *start;
        while seen.insert(name) {
            way.push(name);
            let Some(other) = next(name).and_then(|other| left.get(other)) else { break };
            name = other;
        }
        // Where an earlier way came along, its circle is told already.
        let Some(from) = way.iter().position(|one| *one == name) else { continue };
        let circle: Vec<String> = way.iter().skip(from).chain([&name]).map(|name| format!("`{name}`")).collect();
        if let Some(node) = written.get(name) {
            diagnostics.push(
                Diagnostic::error("variable-loop", "a variable needs itself")
                    .at(node.span, "")
                    .note(format!("The way is {}.", circle.join(" → ")))
                    .help("Give one of them a value that names none of the others."),
            );
        }
    }
}

/// What texts may name.
struct Variables {
    values: BTreeMap<String, Node>,
    /// All names, also of those whose values are not known yet.
    names: BTreeSet<String>,
    /// Bytes that may still be put in.
    room: usize,
}

impl Variables {
    fn replace(&mut self, node: &mut Node, diagnostics: &mut Diagnostics) {
        match &mut node.value {
            NodeValue::String(text) if text.contains(OPEN) => {
                if let Some(value) = whole(text).and_then(|name| self.values.get(name)) {
                    let (span, value) = (node.span, value.clone());
                    if self.has_room(value.as_str().map_or(0, str::len), span, diagnostics) {
                        *node = Node { span, ..value };
                    }
                    return;
                }
                *text = self.expand(text, node.span, diagnostics);
            }
            NodeValue::Sequence(items) => {
                for item in items {
                    self.replace(item, diagnostics);
                }
            }
            NodeValue::Mapping(entries) => {
                for entry in entries {
                    self.replace(&mut entry.value, diagnostics);
                }
            }
            NodeValue::Null
            | NodeValue::Bool(_)
            | NodeValue::Integer(_)
            | NodeValue::Float(_)
            | NodeValue::String(_) => {}
        }
    }

    fn expand(&mut self, text: &str, span: Span, diagnostics: &mut Diagnostics) -> String {
        let mut result = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Text(text) => result.push_str(text),
                Piece::Unclosed => {
                    diagnostics.push(
                        Diagnostic::error("unknown-variable", "a variable's name is not closed by `}`").at(span, ""),
                    );
                    result.push_str(OPEN);
                }
                Piece::Variable(name) => match self.values.get(name).map(Node::scalar_text) {
                    Some(value) => {
                        let value = value.unwrap_or_default();
                        if self.has_room(value.len(), span, diagnostics) {
                            result.push_str(&value);
                        }
                    }
                    None => diagnostics.push(unknown(name, span, &self.names)),
                },
            }
        }
        result
    }

    /// False once variables would put in more than anybody means; that is reported once.
    fn has_room(&mut self, bytes: usize, span: Span, diagnostics: &mut Diagnostics) -> bool {
        if bytes <= self.room {
            self.room -= bytes;
            return true;
        }
        if self.room > 0 {
            self.room = 0;
            diagnostics.push(
                Diagnostic::error("variables-too-large", "the values of variables repeat too much")
                    .at(span, format!("more than {} MB in all", MOST >> 20))
                    .help("Shorten the values, or name them in fewer places."),
            );
        }
        false
    }
}

/// A piece of a text.
enum Piece<'t> {
    /// As it stands.
    Text(&'t str),
    /// The name of a variable.
    Variable(&'t str),
    /// `${var.` without an end.
    Unclosed,
}

fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(OPEN) {
        pieces.push(Piece::Text(before));
        rest = after;
        if before.ends_with('$') {
            pieces.push(Piece::Text("{var."));
        } else if let Some((name, behind)) = after.split_once('}') {
            pieces.push(Piece::Variable(name));
            rest = behind;
        } else {
            pieces.push(Piece::Unclosed);
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// The variable a text consists of.
fn whole(text: &str) -> Option<&str> {
    text.strip_prefix(OPEN)?.strip_suffix('}').filter(|name| !name.contains(['$', '}']))
}

fn unknown(name: &str, span: Span, names: &BTreeSet<String>) -> Diagnostic {
    let diagnostic = Diagnostic::error("unknown-variable", format!("there is no variable `{name}`")).at(span, "");
    match did_you_mean(name, names.iter().map(String::as_str)) {
        Some(meant) => diagnostic.help(format!("Did you mean `${{var.{meant}}}`?")),
        None => diagnostic.help("Define it under `variables:`."),
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use callform_source::SourceMap;
    use callform_source::yaml::{self, Limits};

    use super::*;

    /// A diagnostic: code, place and notes.
    type Told = (&'static str, String, Vec<String>);

    /// What becomes of a text, and what is found.
    fn substituted(text: &str) -> (Node, Vec<Told>) {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", text);
        let mut diagnostics = Diagnostics::default();
        let mut tree = yaml::parse(&sources, file, &Limits::default(), &mut diagnostics).unwrap();
        substitute(&mut tree, &mut diagnostics);
        let found = diagnostics
            .iter()
            .map(|one| (one.code, sources.slice(one.primary.as_ref().unwrap().span).to_owned(), one.notes.clone()));
        (tree, found.collect())
    }

    fn text<'n>(tree: &'n Node, key: &str) -> &'n str {
        tree.get(key).and_then(Node::as_str).unwrap()
    }

    #[test]
    fn values_may_name_other_variables_in_any_order() {
        let (tree, found) = substituted(
            "variables: { a: \"${var.b}-${var.n}\", b: \"b of ${var.c}\", c: C, n: 007, same: \"${var.n}\", \
             literal: \"$${var.c}\" }\nx: \"${var.a}\"\ny: \"in ${var.a}\"\nz: \"${var.same}\"\nw: \"${var.literal}\"\n",
        );
        assert_eq!(found, []);
        assert_eq!((text(&tree, "x"), text(&tree, "y")), ("b of C-007", "in b of C-007"));
        assert_eq!(tree.get("z").unwrap().value, NodeValue::Integer(7));
        assert_eq!(text(&tree, "w"), "${var.c}", "what stands for itself is not looked at again");
    }

    #[test]
    fn circles_are_told_with_all_who_are_in_them() {
        let (tree, found) = substituted(
            "variables: { a: \"${var.b}\", b: \"x${var.c}\", c: \"${var.a}\", own: \"${var.own}!\", before: \"${var.a}\", \
             fine: F }\nx: \"${var.fine}\"\ny: \"${var.before}\"\n",
        );
        let way = |notes: &str| vec![notes.to_owned()];
        let expected = [
            ("variable-loop", "\"${var.b}\"".to_owned(), way("The way is `a` → `b` → `c` → `a`.")),
            ("variable-loop", "\"${var.own}!\"".to_owned(), way("The way is `own` → `own`.")),
        ];
        assert_eq!(found, expected);
        assert_eq!(text(&tree, "x"), "F");
    }

    #[test]
    fn unknown_names_are_told_at_the_variable_that_has_them() {
        let (_, found) = substituted("variables: { a: \"${var.bb}\", b: B }\nx: \"${var.a}\"\n");
        assert_eq!(found, [("unknown-variable", "\"${var.bb}\"".to_owned(), Vec::new())]);
    }

    #[test]
    fn a_long_chain_is_no_deep_one_and_a_wide_one_ends() {
        let mut chain = "variables:\n  v0: end\n".to_owned();
        for number in 1..50_000 {
            writeln!(chain, "  v{number}: \"${{var.v{}}}\"", number - 1).unwrap();
        }
        let (tree, found) = substituted(&format!("{chain}x: \"${{var.v49999}}\"\n"));
        assert_eq!((text(&tree, "x"), found.len()), ("end", 0));
        let mut doubled = "variables:\n  v0: 0123456789\n".to_owned();
        for number in 1..64 {
            let name = format!("${{var.v{}}}", number - 1);
            writeln!(doubled, "  v{number}: \"{name}{name}\"").unwrap();
        }
        let (_, found) = substituted(&doubled);
        let codes: Vec<&str> = found.iter().map(|(code, _, _)| *code).collect();
        assert_eq!(codes, ["variables-too-large"]);
    }
}
