//! The page about diagnostics in the documentation, made of the rules themselves.

use std::fmt::Write;

use super::codes::OTHER_CODES;
use super::rules;
use crate::kinds::Kind;

/// The text of `docs/diagnostics.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Diagnostics\n\nWhat `callform check` finds. A code never changes its meaning. Levels of warnings and notes can be changed in the \
         blueprint: `lints: { dead-end: deny }` (or `warn`, or `allow`). A comment `# allow: dead-end` beside a step, or above it, \
         drops the warning there.\n\nOf one code, the first 100 are shown and the rest is counted.\n\n## Blueprints\n",
    );
    for rule in rules() {
        entry(&mut page, &rule.codes.join("`, `"), rule.about, rule.why);
    }
    page.push_str("\n## Flows\n");
    for rule in callform_flow::lint::RULES {
        entry(&mut page, rule.code, rule.what, rule.why);
        example(&mut page, "", rule.example);
        example(&mut page, "Instead:\n\n", rule.instead);
    }
    page.push_str("\n## Reading and compiling\n\n| code | what it is about |\n|---|---|\n");
    for (code, about) in other_codes() {
        let _writing_to_a_string_cannot_fail = writeln!(page, "| `{code}` | {about} |");
    }
    page
}

/// What the code of a diagnostic is about, in one sentence.
pub fn about(code: &str) -> Option<String> {
    let of_rules = rules().find(|rule| rule.codes.contains(&code)).map(|rule| rule.about);
    let of_flows = || callform_flow::lint::RULES.iter().find(|rule| rule.code == code).map(|rule| rule.what);
    let other = || other_codes().find(|(other, _)| *other == code).map(|(_, about)| *about);
    of_rules.or_else(of_flows).or_else(other).map(str::to_owned)
}

/// Codes that no rule reports.
fn other_codes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    OTHER_CODES.iter().chain(Kind::ALL.iter().flat_map(|kind| kind.descriptor().checks.codes))
}

fn entry(page: &mut String, codes: &str, what: &str, why: &str) {
    let _writing_to_a_string_cannot_fail = write!(page, "\n### `{codes}`\n\n{what}\n\n{why}\n");
}

fn example(page: &mut String, before: &str, example: &str) {
    let _writing_to_a_string_cannot_fail = write!(page, "\n{before}```yaml\n{}\n```\n", example.trim_end());
}

#[cfg(test)]
mod tests {
    /// Codes in the text of a source file: `Diagnostic::error("code"`.
    fn codes_in(text: &str) -> impl Iterator<Item = &str> {
        ["Diagnostic::error(", "Diagnostic::warning(", "replaceable("].into_iter().flat_map(move |call| {
            text.split(call).skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        })
    }

    fn sources(folder: &std::path::Path, texts: &mut Vec<String>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_test = path.file_stem().is_some_and(|stem| stem.to_str().is_some_and(|stem| stem.contains("test")));
            if path.is_dir() && !is_test {
                sources(&path, texts);
            } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test {
                let text = std::fs::read_to_string(&path).unwrap();
                texts.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
            }
        }
    }

    #[test]
    fn every_code_is_described() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut texts = Vec::new();
        for folder in ["src", "crates/callform-source/src", "crates/callform-flow/src"] {
            sources(&root.join(folder), &mut texts);
        }
        let codes: std::collections::BTreeSet<&str> = texts.iter().flat_map(|text| codes_in(text)).collect();
        assert!(codes.len() > 100, "{}", codes.len());
        let unknown: Vec<&&str> = codes.iter().filter(|code| super::about(code).is_none()).collect();
        assert!(unknown.is_empty(), "{unknown:?}");
    }

    /// Set `CALLFORM_UPDATE_DOCS` to write the page anew.
    #[test]
    fn the_page_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/diagnostics.md");
        let page = super::page();
        if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == page, "write it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test -p callform page_is_fresh");
    }
}
