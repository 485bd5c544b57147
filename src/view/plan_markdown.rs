//! A plan for a pull request.

use super::plan_pictures::{FlowPicture, pictures};
use super::plan_words::{because, details, property, sign_of, subject, touches};
use super::{PlanView, preflight_words};
use crate::plan::{Action, Change, Purpose};
use crate::render::words;

/// What GitHub takes for a comment is 65,536 characters; bytes are never fewer.
const MOST_BYTES: usize = 65_536;
/// Kept free for what says that something was left out.
const RESERVE: usize = 1_000;
/// Bytes of one row; what is longer is cut.
const ROW: usize = 4_000;
/// Most differences that are told of what the callers of a number meet.
const CALLER_LINES: usize = 40;
/// What ends a section.
const END: &str = "\n</details>\n";
/// Above this many rows, a section starts folded.
const FOLDED: usize = 20;

/// The plan as Markdown: the counts and what to watch out for, then the changes in sections that fold.
pub fn markdown(view: &PlanView) -> String {
    let plan = view.plan;
    let environment = plan.environment.as_ref().map(|name| format!(" ({})", escaped(name))).unwrap_or_default();
    let title = if plan.purpose == Purpose::Compare { "Differences of" } else { "Plan for" };
    let mut text = format!("### {title} {}{environment} in {}\n\n", escaped(&plan.center), plan.region);
    if view.is_empty() {
        text.push_str(&escaped(&view.nothing()));
        text.push('\n');
    } else {
        text.extend(["**", escaped(&view.headline()).as_str(), "**\n"]);
    }
    for warning in warnings(view) {
        text.extend(["\n> [!WARNING]\n> ", warning.as_str(), "\n"]);
    }
    let mut left_out = 0;
    for section in sections(view) {
        left_out += section.write(&mut text);
    }
    if left_out > 0 {
        let left_out = left_out.to_string();
        text.extend(["\n", left_out.as_str(), " more changes do not fit here; `callform plan` shows them all.\n"]);
    }
    callers(view, &mut text);
    draw(view, &mut text);
    if let Some(estimate) = preflight_words::estimate(plan) {
        text.extend(["\n<sub>", escaped(&estimate).as_str(), "</sub>\n"]);
    }
    if let Some(Ok(agrees)) = view.change_sets() {
        text.extend(["\n<sub>", escaped(&agrees).as_str(), "</sub>\n"]);
    }
    text
}

/// What must not be overlooked.
fn warnings(view: &PlanView) -> Vec<String> {
    let mut warnings = Vec::new();
    let open: Vec<String> = view.open.iter().map(|address| escaped(&words(address))).collect();
    if !open.is_empty() {
        warnings.push(format!("Open now, so that callers may notice: {}.", open.join(", ")));
    }
    let flags = view.allowed_by().join(" ");
    if !flags.is_empty() {
        let losses = view.plan.irreversible_changes().filter_map(|change| {
            let loss = change.irreversible.as_ref()?;
            Some(format!("{}: {}", escaped(&words(&change.address)), escaped(loss)))
        });
        // The number of lines is that of decisions somebody has to take.
        let losses: Vec<String> = losses.take(FOLDED).collect();
        let flags = cut(&flags, ROW);
        warnings.push(format!("Cannot be undone, and has to be allowed: {}. `{flags}`", losses.join("; ")));
    }
    if let Some(Err(differing)) = view.change_sets() {
        let lines: Vec<String> = differing.iter().take(FOLDED).map(|line| escaped(line)).collect();
        warnings.push(format!("CloudFormation sees it otherwise. {}.", lines.join("; ")));
    }
    if let Some(counts) = view.plan.preflight.as_ref().and_then(preflight_words::counts) {
        warnings.push(format!("Preflight has {counts}; see below."));
    }
    warnings
}

struct Section {
    title: String,
    /// Whether there is a table around the rows.
    is_table: bool,
    rows: Vec<String>,
}

fn sections(view: &PlanView) -> Vec<Section> {
    let groups: [(&str, &[Action]); 7] = [
        ("to delete", &[Action::Delete, Action::Disassociate]),
        ("to replace", &[Action::Replace]),
        ("to change", &[Action::Update]),
        ("to import", &[Action::Import]),
        ("to create", &[Action::Create, Action::Associate]),
        ("kept", &[Action::Retain]),
        ("with another key", &[Action::NoOp]),
    ];
    let mut sections = Vec::new();
    for (title, actions) in groups {
        let is_change = title == "to change";
        let belongs = |change: &&Change| match sign_of(change) {
            "~" => is_change,
            _ => actions.contains(&change.action),
        };
        let mut rows: Vec<String> = view.plan.told_changes().filter(belongs).map(|change| row(view, change)).collect();
        if is_change {
            rows.extend(view.plan.stack_changes.iter().map(|change| {
                let lines: Vec<String> =
                    change.properties.iter().flat_map(property).map(|line| escaped(&line)).collect();
                format!("| `~` | stack {} | {} |\n", escaped(&change.stack), lines.join("<br>"))
            }));
        }
        sections.push(Section { title: format!("{} {title}", rows.len()), is_table: true, rows });
    }
    let by_hand: Vec<String> = view.by_hand().iter().map(|line| format!("- {}\n", escaped(line))).collect();
    sections.push(Section { title: "Changed by hand since the last apply".to_owned(), is_table: false, rows: by_hand });
    let findings = view.plan.preflight.iter().flat_map(|preflight| &preflight.findings);
    let findings = findings.map(|one| {
        let line = escaped(&preflight_words::finding(one));
        format!("- **{}**: {}\n", preflight_words::severity(one.severity), cut(&line, ROW))
    });
    sections.push(Section { title: "Preflight".to_owned(), is_table: false, rows: findings.collect() });
    sections
}

impl Section {
    /// Adds the section, as much of it as there is room for; returns how many rows were left out.
    fn write(self, text: &mut String) -> usize {
        if self.rows.is_empty() {
            return 0;
        }
        let open = if self.rows.len() <= FOLDED { " open" } else { "" };
        let mut section = format!("\n<details{open}><summary>{}</summary>\n\n", self.title);
        if self.is_table {
            section.push_str("| | Resource | What changes |\n|---|---|---|\n");
        }
        let room = MOST_BYTES.saturating_sub(RESERVE + text.len() + section.len() + END.len());
        let mut used = 0;
        let fits = self.rows.iter().take_while(|row| {
            used += row.len();
            used <= room
        });
        let shown = fits.count();
        if shown > 0 {
            section.extend(self.rows.iter().take(shown).map(String::as_str));
            text.extend([section.as_str(), END]);
        }
        self.rows.len() - shown
    }
}

/// Adds what callers of the touched numbers meet before and after, number by number, as much of it as there is room for.
fn callers(view: &PlanView, text: &mut String) {
    let mut left_out = 0;
    for change in &view.plan.callers {
        let names: Vec<String> = change.numbers.iter().map(|number| escaped(&number.name)).collect();
        let numbers = if names.len() == 1 { "number" } else { "numbers" };
        let names = cut(&names.join(", "), RESERVE / 2);
        let mut section =
            format!("\n<details open><summary>What callers of the {numbers} {names} meet</summary>\n\n```diff\n");
        let more = change.lines.len().saturating_sub(CALLER_LINES);
        for line in change.lines.iter().take(CALLER_LINES) {
            section.extend([plain(line).as_str(), "\n"]);
        }
        if more > 0 {
            section.extend(["# and ", &more.to_string(), " more\n"]);
        }
        section.extend(["```\n", END]);
        if text.len() + section.len() + RESERVE <= MOST_BYTES {
            text.push_str(&section);
        } else {
            left_out += change.numbers.len();
        }
    }
    if left_out > 0 {
        let left_out = left_out.to_string();
        text.extend(["\nNo room for what callers of ", left_out.as_str(), " more numbers meet.\n"]);
    }
}

/// A line of a code block, which nothing in it can end. What changed has the mark that pages color.
fn plain(line: &str) -> String {
    let line = line.strip_prefix('~').map_or_else(|| line.to_owned(), |rest| format!("!{rest}"));
    line.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect::<String>().replace('`', "'")
}

/// Adds pictures of the flows that change, each folded, as many as there is room for. Rows come first: pictures take what
/// they leave.
fn draw(view: &PlanView, text: &mut String) {
    let mut left_out = Vec::new();
    for FlowPicture { subject, mermaid } in pictures(view) {
        let subject = escaped(&subject);
        let section =
            format!("\n<details><summary>{subject} in a picture</summary>\n\n```mermaid\n{mermaid}```\n{END}");
        if text.len() + section.len() + RESERVE <= MOST_BYTES {
            text.push_str(&section);
        } else {
            left_out.push(subject);
        }
    }
    if !left_out.is_empty() {
        let names = cut(&left_out.join(", "), RESERVE / 2);
        text.extend(["\nNo room for the pictures of ", names.as_str(), "; `callform flow diff` draws them.\n"]);
    }
}

fn row(view: &PlanView, change: &Change) -> String {
    let mut lines = details(change);
    if change.action == Action::NoOp {
        lines.push("only its key changes".to_owned());
    }
    lines.extend(because(change));
    lines.extend(touches(change, &view.open));
    let mut cell = cut(&lines.iter().map(|line| escaped(line)).collect::<Vec<_>>().join("<br>"), ROW);
    if let Some(loss) = &change.irreversible {
        let between = if cell.is_empty() { "" } else { "<br>" };
        cell = format!("{cell}{between}**{}**", escaped(loss));
    }
    format!("| `{}` | {} | {cell} |\n", sign_of(change), escaped(&subject(change)))
}

/// The beginning of a text, in at most so many bytes; ends where a line or a word does.
fn cut(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    let end = kept.rfind("<br>").or_else(|| kept.rfind(' ')).unwrap_or(kept.len());
    format!("{}…", kept.get(..end).unwrap_or_default())
}

/// Text that Markdown shows as it is, inside a table cell.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' => escaped.push(' '),
            '<' => escaped.push_str("&lt;"),
            '&' => escaped.push_str("&amp;"),
            // A zero-width space keeps GitHub from calling people.
            '@' => escaped.push_str("@\u{200B}"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '~' | '#' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            other => escaped.push(other),
        }
    }
    escaped
}
