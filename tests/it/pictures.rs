//! Pictures of flows and what differs between flows, by the command itself.

use std::path::Path;

use crate::support::{ROOT, TestEnvironment};

/// The picture in the README. Set `CALLFORM_UPDATE_DOCS` to draw it anew.
#[test]
fn the_picture_in_the_readme_is_fresh() {
    let path = Path::new(ROOT).join("docs/images/main-menu.svg");
    let test = TestEnvironment::with_blueprints();
    let drawn = test.expect(0, &["flow", "draw", "blueprints/kwglobal.yaml", "--flow", "main_menu"]).stdout;
    if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == drawn, "draw it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test -p callform readme_is_fresh");
}

#[test]
fn all_flows_of_a_blueprint_are_drawn() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["flow", "draw", "blueprints/kwglobal.yaml", "--out", "pictures"]);
    assert!(test.read("pictures/main_menu.svg").contains("Get customer input"));
    test.expect(0, &["flow", "draw", "blueprints/kwglobal.yaml", "--out", "text", "--format", "mermaid"]);
    assert!(test.read("text/main_menu.mmd").starts_with("flowchart LR\n"));
    let several = test.expect(64, &["flow", "draw", "blueprints/kwglobal.yaml"]);
    assert!(several.stderr.contains("main_menu"), "{}", several.stderr);
    test.expect(64, &["flow", "draw", "blueprints/kwglobal.yaml", "--flow", "nothing"]);
    test.expect(1, &["flow", "draw", "nothing.json"]);
}

#[test]
fn a_png_has_text_or_says_why_there_is_none() {
    let test = TestEnvironment::with_blueprints();
    let arguments = ["flow", "draw", "blueprints/kwglobal.yaml", "--flow", "main_menu", "--out", "menu.png"];
    let outcome = test.run(&arguments);
    if outcome.code == 0 {
        let png = std::fs::read(test.path("menu.png")).unwrap();
        assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]));
        assert!(png.len() > 10_000, "{} bytes are no picture", png.len());
    } else {
        let reason = if cfg!(feature = "png") { "no fonts" } else { "--features png" };
        assert!(outcome.stderr.contains(reason), "{}", outcome.stderr);
        assert!(!test.path("menu.png").exists());
    }
}

#[test]
fn flows_are_compared_in_words() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["render", "blueprints/kwglobal.yaml", "--out", "old"]);
    let blueprint = test.read("blueprints/kwglobal.yaml");
    test.write("blueprints/other.yaml", blueprint.replacen("Welcome to KWGlobal", "Hello from KWGlobal", 1));
    let file = "old/flows/main_menu.json";

    let same = test
        .expect(0, &["flow", "diff", file, "blueprints/kwglobal.yaml", "--flow", "main_menu", "--detailed-exitcode"]);
    assert_eq!((same.stdout.as_str(), same.stderr.as_str()), ("", "no differences\n"));

    let both = ["flow", "diff", "blueprints/kwglobal.yaml", "blueprints/other.yaml"];
    let words = test.expect(0, &both).stdout;
    assert!(words.starts_with("flow main_menu: say: text changed from \"Welcome to KWGlobal"), "{words}");
    assert_eq!(words.lines().count(), 1, "{words}");
    test.expect(2, &[&both[..], &["--detailed-exitcode"]].concat());

    let json = test.json(&[&both[..], &["--flow", "main_menu", "--format", "json"]].concat());
    assert_eq!(json["format_version"], 1);
    assert_eq!(json["flows"][0]["blocks"][0]["action"], "changed");
    let mermaid = test.expect(0, &[&both[..], &["--flow", "main_menu", "--format", "mermaid"]].concat()).stdout;
    assert!(mermaid.contains("(changed)"), "{mermaid}");
    let svg = test.expect(0, &[&both[..], &["--flow", "main_menu", "--format", "svg"]].concat()).stdout;
    assert!(svg.contains(">changed "), "{svg}");
    test.expect(64, &[&both[..], &["--format", "svg"]].concat());
}

/// Every flow of a blueprint as text, one after the other.
fn drawn(test: &TestEnvironment, blueprint: &str) -> String {
    test.expect(0, &["flow", "draw", blueprint, "--out", "pinned", "--format", "mermaid"]);
    let mut paths: Vec<_> =
        std::fs::read_dir(test.path("pinned")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let one = |path: &std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        format!("%% {name}\n{}\n", std::fs::read_to_string(path).unwrap())
    };
    paths.iter().map(one).collect()
}

#[test]
fn pictures_of_the_example_center_stay_as_they_are() {
    let test = TestEnvironment::with_blueprints();
    insta::assert_snapshot!("pictures_of_kwglobal", drawn(&test, "blueprints/kwglobal.yaml"));
}

#[test]
fn pictures_of_the_templates_stay_as_they_are() {
    let test = TestEnvironment::empty();
    let blueprint = format!("{ROOT}/tests/data/templates/templates.yaml");
    insta::assert_snapshot!("pictures_of_the_templates", drawn(&test, &blueprint));
}
