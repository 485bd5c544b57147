//! Trees, places, and what is refused.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::{Entry, Limits, Node, NodeValue, decode, merge, parse};
use crate::render::human;
use crate::{Diagnostics, SourceMap};

fn read(text: &str) -> (Option<Node>, SourceMap, Diagnostics) {
    let mut sources = SourceMap::default();
    let file = sources.add("test.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let node = parse(&sources, file, &Limits::default(), &mut diagnostics);
    (node, sources, diagnostics)
}

#[track_caller]
fn tree(text: &str) -> Node {
    let (node, sources, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{}", human(&diagnostics, &sources, false, 80));
    node.expect("there are no problems")
}

#[track_caller]
fn check_json(text: &str, expected: &serde_json::Value) {
    assert_eq!(tree(text).to_json(), *expected);
}

#[track_caller]
fn code(text: &str) -> &'static str {
    let (_, _, diagnostics) = read(text);
    diagnostics.iter().next().expect("there is a problem").code
}

/// The tree with the text of every place.
fn places(text: &str) -> String {
    fn write(node: &Node, sources: &SourceMap, depth: usize, out: &mut String) {
        let indent = "  ".repeat(depth);
        writeln!(out, "{indent}{}: {:?}", node.kind_word(), sources.slice(node.span)).expect("strings take all text");
        for item in node.items() {
            write(item, sources, depth + 1, out);
        }
        for Entry { key, value } in node.entries() {
            writeln!(out, "{indent}- {:?}: {:?}", key.value, sources.slice(key.span)).expect("strings take all text");
            write(value, sources, depth + 1, out);
        }
    }
    let (node, sources, diagnostics) = read(text);
    assert!(diagnostics.is_empty(), "{}", human(&diagnostics, &sources, false, 80));
    let mut out = String::new();
    write(&node.expect("there are no problems"), &sources, 0, &mut out);
    out
}

#[test]
fn scalars_follow_the_core_schema() {
    check_json(
        "[09:00, yes, 15s, 1, -7, 0o17, 0x1F, 1.5, 1e3, .5, true, False, null, ~, '1', \"x\\ty\", 1_000, 0b1, +1]",
        &serde_json::json!([
            "09:00", "yes", "15s", 1, -7, 15, 31, 1.5, 1000.0, 0.5, true, false, null, null, "1", "x\ty", "1_000",
            "0b1", 1
        ]),
    );
    check_json(
        "[2026-11-23, 1.2.3, 1e, e1, '', --, ., +, 08]",
        &serde_json::json!(["2026-11-23", "1.2.3", "1e", "e1", "", "--", ".", "+", 8]),
    );
    assert_eq!(tree("9223372036854775807").value, NodeValue::Integer(i64::MAX));
    assert_eq!(tree("9223372036854775808").value, NodeValue::Float(9_223_372_036_854_775_808.0));
    assert_eq!(tree("-.inf").value, NodeValue::Float(f64::NEG_INFINITY));
}

#[test]
fn keys_keep_their_text() {
    check_json(
        "1: a\n01: b\ntrue: c\n~: d\n'x y': e\n",
        &serde_json::json!({"1": "a", "01": "b", "true": "c", "~": "d", "x y": "e"}),
    );
}

#[test]
fn core_tags_decide_and_others_are_refused() {
    check_json("[!!str 1, !!float 1, !!int 1]", &serde_json::json!(["1", 1.0, 1]));
    assert_eq!(code("a: !Ref b"), "unknown-tag");
    assert_eq!(code("a: !!int b"), "unknown-tag");
    assert_eq!(code("a: !!set {b: 1}"), "unknown-tag");
}

#[test]
fn empty_files_are_null() {
    for text in ["", "\n\n", "# only a comment\n", "---\n"] {
        assert_eq!(tree(text).value, NodeValue::Null, "{text:?}");
    }
}

#[test]
fn spans_cover_what_was_written() {
    insta::assert_snapshot!(places(
        "# Ünïcode before\ncenter: kw   # comment\nlist:\n  - 'it''s' \n  - {a: 1, b: [x, y]}\nempty:\ntext: |\n  one\n  two\n\nplain: several\n  lines\n\nlast: \"q\"\n"
    ));
}

#[test]
fn aliases_repeat_values() {
    check_json(
        "a: &x {k: [1, 2]}\nb: *x\nc: &y text\n*y : d\n",
        &serde_json::json!({"a": {"k": [1, 2]}, "b": {"k": [1, 2]}, "c": "text", "text": "d"}),
    );
    assert_eq!(code("a: &x [*x]"), "yaml-syntax");
    assert_eq!(code("a: *nobody"), "yaml-syntax");
}

#[test]
fn alias_bombs_are_refused() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..40 {
        let before = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(bomb, "a{level}: &a{level} [{before}]").expect("strings take all text");
    }
    assert_eq!(code(&bomb), "too-many-aliases");
    let long_text = format!("a: &a {}\nb: [{}]\n", "x".repeat(1_000_000), "*a, ".repeat(100_000));
    assert_eq!(code(&long_text), "too-many-aliases");
    let keys = format!("a: &a {}\nb:\n{}", "x".repeat(1_000_000), "- *a : 1\n".repeat(1_000));
    assert_eq!(code(&keys), "too-many-aliases");
}

#[test]
fn anchors_inside_anchors_are_affordable() {
    let limits = Limits { nodes: 10_000, ..Limits::default() };
    let mut text = "&a [".repeat(60);
    text.push_str(&"x, ".repeat(5_000));
    text.push_str(&"]".repeat(60));
    let mut sources = SourceMap::default();
    let file = sources.add("test.yaml", text);
    let mut diagnostics = Diagnostics::default();
    assert!(parse(&sources, file, &limits, &mut diagnostics).is_none());
    assert_eq!(diagnostics.iter().next().map(|diagnostic| diagnostic.code), Some("too-many-aliases"));
}

#[test]
fn deep_nesting_is_refused() {
    assert_eq!(code(&"[".repeat(100_000)), "nesting-too-deep");
    assert_eq!(code(&"{a: ".repeat(100_000)), "nesting-too-deep");
    assert_eq!(code(&"- ".repeat(100_000)), "nesting-too-deep");
    let mut block = String::new();
    for level in 0..2_000 {
        writeln!(block, "{}a:", " ".repeat(level)).expect("strings take all text");
    }
    assert_eq!(code(&block), "nesting-too-deep");
    let mut aliases = "a0: &a0 [x]\n".to_owned();
    for level in 1..2_000 {
        writeln!(aliases, "a{level}: &a{level} [*a{}]", level - 1).expect("strings take all text");
    }
    assert_eq!(code(&aliases), "nesting-too-deep");
    let fits = format!("{}{}", "[".repeat(64), "]".repeat(64));
    assert!(tree(&fits).items().len() == 1);
    assert_eq!(code(&format!("[{fits}]")), "nesting-too-deep");
}

#[test]
fn huge_lists_are_read() {
    let text = format!("[{}]", "1, ".repeat(300_000));
    assert_eq!(tree(&text).items().len(), 300_000);
    let keys = (0..50_000).map(|index| format!("k{index}: v\n")).collect::<Vec<_>>().concat();
    assert_eq!(tree(&keys).entries().len(), 50_000);
}

#[test]
fn limits_hold() {
    let refused = |text: &str, limits: &Limits| {
        let mut sources = SourceMap::default();
        let file = sources.add("test.yaml", text);
        let mut diagnostics = Diagnostics::default();
        assert!(parse(&sources, file, limits, &mut diagnostics).is_none());
        diagnostics.iter().next().map(|diagnostic| diagnostic.code)
    };
    assert_eq!(refused("[1, 2, 3]", &Limits { nodes: 3, ..Limits::default() }), Some("file-too-large"));
    assert_eq!(refused("[1, 2, 3]", &Limits { bytes: 8, ..Limits::default() }), Some("file-too-large"));
}

#[test]
fn duplicate_keys_show_both_places() {
    let (node, sources, diagnostics) = read("a: 1\nb: 2\na: 3\n");
    insta::assert_snapshot!(human(&diagnostics, &sources, false, 80));
    assert_eq!(node.map(|node| node.to_json()), Some(serde_json::json!({"a": 1, "b": 2})));
    let many = (0..40).chain([7, 9]).map(|index| format!("k{index}: {index}\n")).collect::<Vec<_>>().concat();
    let (node, _, diagnostics) = read(&many);
    assert_eq!(diagnostics.len(), 2);
    assert_eq!(node.map(|node| node.entries().len()), Some(40));
}

#[test]
fn syntax_errors_are_understandable() {
    let broken = [
        "a:\n\t- b\n",
        "a:\n  b: 1\n\tc: 2\n",
        "list: [a, b\nnext: 1\n",
        "map: {a: 1, b: 2\n",
        "text: \"open\nnext: 1\n",
        "a: b: c\n",
        "a: 1\n b: 2\n",
        "- a\nb: 1\n",
        "a: @b\n",
        "a: {b: ${c}, d: 1}\n",
        "a: 'it's'\n",
        "a: \"\\q\"\n",
        "a: *b\n",
        "a: 1\n---\nb: 2\n",
        "[a]: 1\n",
        "a: ]\n",
        "a: [1}\n",
        "key\nother: 1\n",
    ];
    let mut report = String::new();
    for text in broken {
        let (node, sources, diagnostics) = read(text);
        assert!(node.is_none(), "{text:?}");
        writeln!(report, "{text:?}\n{}", human(&diagnostics, &sources, false, 80)).expect("strings take all text");
    }
    insta::assert_snapshot!(report);
}

#[test]
fn binary_is_not_text() {
    let limits = Limits::default();
    let refused = |bytes: &[u8]| decode("f", bytes.to_vec(), &limits).expect_err("it is no text").code;
    assert_eq!(refused(b"a: \xFF\n"), "not-text");
    assert_eq!(refused(&[0xFF, 0xFE, b'a', 0]), "not-text");
    assert_eq!(decode("f", "\u{FEFF}a: ä".into(), &limits), Ok("a: ä".to_owned()));
    let small = Limits { bytes: 2, ..limits };
    assert_eq!(decode("f", b"abc".to_vec(), &small).expect_err("it is too long").code, "file-too-large");
    for text in ["a: \0", "a: \u{1b}[31m", "a: \u{7f}", "a: \u{9f}"] {
        assert_eq!(code(text), "not-text", "{text:?}");
    }
    assert_eq!(tree("a: ü\u{85}").get("a").map(Node::kind_word), Some("a string"));
}

#[test]
fn overlays_merge_mappings_and_replace_the_rest() {
    let base = tree("a: {b: 1, c: [1, 2], d: {e: x}}\nf: 1\n");
    let overlay = tree("a: {c: [3], d: {g: y}}\nf: {h: 1}\ni: 1\n");
    assert_eq!(
        merge(base, overlay).to_json(),
        serde_json::json!({"a": {"b": 1, "c": [3], "d": {"e": "x", "g": "y"}}, "f": {"h": 1}, "i": 1})
    );
}

#[test]
fn every_string_can_be_changed() {
    let mut node = tree("a: x\nb: [y, 1, {z: \"w\"}]\n");
    let mut seen = Vec::new();
    node.strings_mut(&mut |text, span| {
        seen.push((text.clone(), span.start));
        text.push('!');
    });
    assert_eq!(seen, [("x".to_owned(), 3), ("y".to_owned(), 9), ("w".to_owned(), 19)]);
    assert_eq!(node.to_json(), serde_json::json!({"a": "x!", "b": ["y!", 1, {"z": "w!"}]}));
}

/// Every plain string's span holds exactly its text, and every span lies inside its parent's.
fn check_spans(node: &Node, sources: &SourceMap) {
    let inside = |inner: &Node| inner.span.start >= node.span.start && inner.span.end <= node.span.end;
    for child in node.items() {
        assert!(inside(child), "{child:?} in {node:?}");
        check_spans(child, sources);
    }
    for Entry { key, value } in node.entries() {
        assert!(inside(value), "{value:?} in {node:?}");
        assert!(!sources.slice(key.span).is_empty() || key.value.is_empty());
        check_spans(value, sources);
    }
}

/// Text made of the pieces YAML gives a meaning.
fn yaml_like() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "b: ",
        "- ",
        "\n",
        "  ",
        "\n  ",
        "\n    ",
        "[",
        "]",
        "{",
        "}",
        ", ",
        "'",
        "\"",
        "|\n",
        ">\n",
        "&x ",
        "*x",
        "!!str ",
        "? ",
        ": ",
        "#c",
        "---\n",
        "...\n",
        "\t",
        "é",
        "${v}",
        "1",
        "~",
        "\r\n",
        "%YAML 1.2\n",
        "\\",
        "!t ",
        "@",
    ];
    prop::collection::vec(prop::sample::select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(text) = decode("f", bytes, &Limits::default()) {
            let (_, sources, diagnostics) = read(&text);
            human(&diagnostics, &sources, false, 80);
        }
    }

    #[test]
    fn no_yaml_panics(text in yaml_like()) {
        let (node, sources, diagnostics) = read(&text);
        prop_assert!(node.is_some() || diagnostics.has_errors());
        human(&diagnostics, &sources, true, 40);
        if let Some(node) = node.filter(|_| !text.contains('*')) {
            check_spans(&node, &sources);
        }
    }

    #[test]
    fn plain_strings_slice_back(words in prop::collection::vec("[a-zé][a-z0-9 é._/-]{0,12}[a-z]", 1..8)) {
        let listed = words.iter().map(|word| format!("- {word}  # c\n")).collect::<Vec<_>>().concat();
        let keyed = words.iter().enumerate().map(|(index, word)| format!("k{index}:   {word}\n\n")).collect::<Vec<_>>().concat();
        let flow = format!("[ {} ]", words.join(" , "));
        for text in [listed, keyed, flow] {
            let (node, sources, _) = read(&text);
            let node = node.expect("the text is valid");
            let scalars = node.items().iter().chain(node.entries().iter().map(|entry| &entry.value));
            let sliced: Vec<&str> = scalars.map(|scalar| sources.slice(scalar.span)).collect();
            prop_assert_eq!(&sliced, &words.iter().map(|word| word.trim_end()).collect::<Vec<_>>());
        }
    }
}
