//! `docs/flows.md` shows exported flows as the program turns them into steps and pictures.

use std::path::Path;

use crate::support::{ROOT, TestEnvironment};

/// The exports beside the page.
const FLOWS: [&str; 3] = ["workshop", "garden-shop", "insurance"];

/// Set `CALLFORM_UPDATE_DOCS` to write page and pictures anew.
#[test]
fn the_page_of_flows_is_fresh() {
    let docs = Path::new(ROOT).join("docs");
    let page = docs.join("flows.md");
    let mut written = std::fs::read_to_string(&page).unwrap();
    let test = TestEnvironment::empty();
    let is_update = std::env::var_os("CALLFORM_UPDATE_DOCS").is_some();
    for name in FLOWS {
        let file = format!("{name}.json");
        test.write(&file, std::fs::read_to_string(docs.join("flows").join(&file)).unwrap());
        let steps = test.expect(0, &["flow", "decompile", &file]).stdout;
        written = with_steps(&written, name, &steps);
        let picture = test.expect(0, &["flow", "draw", &file]).stdout;
        let image = docs.join(format!("images/{name}.svg"));
        if is_update {
            std::fs::write(&image, &picture).unwrap();
        }
        let committed = std::fs::read_to_string(&image).unwrap_or_default();
        assert!(committed == picture, "draw {name} anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test fresh");
        // What is shown is what is exported, and nothing in it is to be mended.
        test.write("steps.yaml", &steps);
        let back = test.expect(0, &["flow", "compile", "steps.yaml"]).stdout;
        test.write("back.json", back);
        test.expect(0, &["flow", "diff", &file, "back.json", "--detailed-exitcode"]);
        test.expect(0, &["flow", "lint", &file, "--deny=warnings"]);
    }
    if is_update {
        std::fs::write(&page, &written).unwrap();
    }
    let committed = std::fs::read_to_string(&page).unwrap();
    assert!(committed == written, "write it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test fresh");
}

/// The page with these steps in the block that follows the export's name.
fn with_steps(page: &str, name: &str, steps: &str) -> String {
    let (before, rest) = page.split_once(&format!("<!-- {name} -->\n```yaml\n")).expect("a place for the steps");
    let (_, after) = rest.split_once("```\n").expect("an end of the block");
    format!("{before}<!-- {name} -->\n```yaml\n{steps}```\n{after}")
}
