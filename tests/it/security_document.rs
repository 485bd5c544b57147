//! The threat model names a test with every line: they exist.

use std::path::Path;

use crate::support::ROOT;

/// Text of all Rust sources in a folder and below.
fn sources(folder: &Path, into: &mut String) {
    for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_threat_model_names_exists() {
    let mut text = String::new();
    for folder in ["src", "tests", "crates", "lambdas"] {
        sources(&Path::new(ROOT).join(folder), &mut text);
    }
    let document = std::fs::read_to_string(Path::new(ROOT).join("docs/security.md")).unwrap();
    // The last cell of each line of a table.
    let cells = document.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once("| "));
    let named: Vec<&str> = cells.flat_map(|(_, tests)| tests.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 30, "{named:?}");
    let exists = |name: &str| text.contains(&format!("fn {}(", name.rsplit("::").next().unwrap_or(name)));
    let missing: Vec<&&str> = named.iter().filter(|name| !exists(name)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
