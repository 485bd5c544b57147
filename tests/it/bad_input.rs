//! Input nobody wants: clear errors, quickly, and nothing done.

use std::fmt::Write;

use serde_json::Value;

use crate::support::{ROOT, TestEnvironment};

#[test]
fn ten_mistakes_are_ten_diagnostics() {
    let test = TestEnvironment::empty();
    let blueprint = std::fs::read(format!("{ROOT}/tests/data/ten-mistakes.yaml")).unwrap();
    test.write("ten-mistakes.yaml", blueprint);
    let outcome = test.expect(3, &["check", "ten-mistakes.yaml", "--format=json"]);
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let diagnostics = report["diagnostics"].as_array().unwrap();
    let mut codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic["code"].as_str().unwrap()).collect();
    codes.sort_unstable();
    let expected = [
        "duplicate-flow-name",
        "duplicate-name",
        "literal-password",
        "misspelled-reference",
        "phone-number-not-e164",
        "too-many-quick-connects",
        "unknown-key",
        "unknown-reference",
        "unknown-time-zone",
        "wrong-type",
    ];
    assert_eq!(codes, expected, "{}", outcome.stdout);
    for diagnostic in diagnostics {
        assert!(diagnostic["line"].as_u64().unwrap() > 0, "{diagnostic}");
        assert!(diagnostic["column"].as_u64().unwrap() > 0, "{diagnostic}");
        assert!(!diagnostic["help"].as_array().unwrap().is_empty(), "{diagnostic}");
    }
}

#[track_caller]
fn refused(content: &[u8], code: &str) {
    let test = TestEnvironment::empty();
    test.write("bad.yaml", content);
    let outcome = test.expect(3, &["check", "bad.yaml"]);
    assert!(outcome.stderr.contains(code), "{code}:\n{}", outcome.stderr);
    assert!(outcome.stderr.len() < 20_000, "an error of {} bytes helps nobody", outcome.stderr.len());
}

#[test]
fn a_file_of_50_megabytes_is_refused() {
    let mut text = String::with_capacity(50_000_000);
    while text.len() < 50_000_000 {
        text.push_str("# a comment that goes on and on and on and on\n");
    }
    refused(text.as_bytes(), "file-too-large");
}

#[test]
fn binary_rubbish_is_refused() {
    let rubbish: Vec<u8> =
        (0..50_000_u32).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    refused(&rubbish, "not-text");
}

#[test]
fn deep_nesting_is_refused() {
    refused("[".repeat(100_000).as_bytes(), "nesting-too-deep");
}

#[test]
fn an_alias_bomb_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..30 {
        let before = level - 1;
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![format!("*a{before}"); 10].join(", ")).unwrap();
    }
    refused(bomb.as_bytes(), "too-many-aliases");
}

#[test]
fn an_include_loop_is_refused() {
    let test = TestEnvironment::empty();
    test.write("a.yaml", "center: a\nregion: us-west-2\ninclude: [b.yaml]\n");
    test.write("b.yaml", "include: [a.yaml]\n");
    let outcome = test.expect(3, &["check", "a.yaml"]);
    assert!(outcome.stderr.contains("include-loop"), "{}", outcome.stderr);
}

#[test]
fn a_missing_file_is_told_with_its_name() {
    let outcome = TestEnvironment::empty().expect(3, &["check", "nowhere.yaml"]);
    assert!(outcome.stderr.contains("nowhere.yaml"), "{}", outcome.stderr);
}
