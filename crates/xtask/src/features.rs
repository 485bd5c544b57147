//! Tests that what is compiled for programs is what is compiled for tests.

use std::collections::BTreeSet;
use std::process::Command;

/// The packages that are part of a build of the workspace, with their features. One that build scripts need as well may
/// be there twice.
fn packages(edges: &str, more: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--workspace", "--locked", "--edges", edges, "--prefix", "none", "--format", "{p} {f}"])
        .args(more)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

#[test]
fn programs_and_tests_are_built_with_the_same_features() {
    let mut programs = packages("normal,build", &[]);
    assert!(programs.len() > 100, "{}", programs.len());
    // Its feature for pictures is its own.
    programs.retain(|package| !package.starts_with("callform v"));
    for tests in [packages("normal,build,dev", &[]), packages("normal,build,dev", &["--all-features"])] {
        let differ: Vec<_> = programs.difference(&tests).collect();
        assert!(
            differ.is_empty(),
            "these would be compiled twice, with all that depends on them; ask for their features in xtask/Cargo.toml: \
             {differ:?}"
        );
    }
}
