//! A plan for a pull request.

use super::plan_words::{because, counts, details, property, sign_of, subject};
use crate::plan::{Change, Plan};

/// Above this many new resources without anything to say about them, they are folded away.
const FOLDED: usize = 20;

/// The plan as Markdown: the counts, then a table of changes.
pub fn markdown(plan: &Plan) -> String {
    let environment = plan.environment.as_ref().map(|name| format!(" ({})", escaped(name))).unwrap_or_default();
    let mut text = format!("### Plan for {}{environment} in {}\n\n", escaped(&plan.center), plan.region);
    if plan.is_empty() && plan.effective_changes().next().is_none() {
        text.push_str("No changes.\n");
        return text;
    }
    text.extend(["**", counts(&plan.summary()).as_str(), "**\n"]);
    let plain: Vec<&Change> = plan.effective_changes().filter(|change| is_plain(change)).collect();
    let folds = plain.len() > FOLDED;
    let mut rows: Vec<String> =
        plan.effective_changes().filter(|change| !folds || !is_plain(change)).map(row).collect();
    rows.extend(plan.stack_changes.iter().map(|change| {
        let lines: Vec<String> = change.properties.iter().flat_map(property).map(|line| escaped(&line)).collect();
        format!("| `~` | stack {} | {} |\n", escaped(&change.stack), lines.join("<br>"))
    }));
    text.push_str(&table(&rows));
    if folds {
        let rows: Vec<String> = plain.into_iter().map(row).collect();
        let count = rows.len().to_string();
        text.extend(["\n<details><summary>", count.as_str(), " new resources</summary>\n"]);
        text.push_str(&table(&rows));
        text.push_str("\n</details>\n");
    }
    text
}

fn is_plain(change: &Change) -> bool {
    sign_of(change) == "+" && change.properties.is_empty() && change.irreversible.is_none()
}

fn table(rows: &[String]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("\n| | Resource | What changes |\n|---|---|---|\n{}", rows.concat())
}

fn row(change: &Change) -> String {
    let mut lines: Vec<String> = details(change).iter().map(|line| escaped(line)).collect();
    lines.extend(because(change).map(|line| escaped(&line)));
    lines.extend(change.irreversible.iter().map(|loss| format!("**{}**", escaped(loss))));
    format!("| `{}` | {} | {} |\n", sign_of(change), escaped(&subject(change)), lines.join("<br>"))
}

/// Text that Markdown shows as it is, inside a table cell.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            other => escaped.push(other),
        }
    }
    escaped
}
