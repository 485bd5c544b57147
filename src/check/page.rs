//! The page about diagnostics in the documentation, made of the rules themselves.

use std::fmt::Write;

use super::RULES;

/// The text of `docs/diagnostics.md`.
pub fn page() -> String {
    let mut page = String::from(
        "# Diagnostics\n\nWhat `callform check` finds. A code never changes its meaning. Levels of warnings can be changed in the \
         blueprint: `lints: { dead-end: deny }` (or `warn`, or `allow`). A comment `# allow: dead-end` beside a step, or above it, \
         drops the warning there.\n\nBesides these, reading a blueprint reports syntax errors, unknown and \
         missing keys, and values of the wrong type or form; each says in its help what to write instead.\n\n## Blueprints\n",
    );
    for rule in RULES {
        entry(&mut page, &rule.codes.join("`, `"), rule.about, rule.why);
    }
    page.push_str("\n## Flows\n");
    for rule in callform_flow::lint::RULES {
        entry(&mut page, rule.code, rule.what, rule.why);
        example(&mut page, "", rule.example);
        example(&mut page, "Instead:\n\n", rule.instead);
    }
    page
}

fn entry(page: &mut String, codes: &str, what: &str, why: &str) {
    let _writing_to_a_string_cannot_fail = write!(page, "\n### `{codes}`\n\n{what}\n\n{why}\n");
}

fn example(page: &mut String, before: &str, example: &str) {
    let _writing_to_a_string_cannot_fail = write!(page, "\n{before}```yaml\n{}\n```\n", example.trim_end());
}

#[cfg(test)]
mod tests {
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
