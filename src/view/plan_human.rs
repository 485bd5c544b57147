//! A plan for a terminal.

use super::plan_words::{because, details, property, sign_of, subject, touches};
use super::{PlanView, preflight_words};
use crate::plan::{Action, Change, Severity, StackChange};

/// How text for a terminal looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to color it.
    pub color: bool,
    /// Columns; longer lines go on below.
    pub width: usize,
}

/// The plan: a line for each change, details below, what was done by hand, and the counts.
pub fn human(view: &PlanView, style: Style) -> String {
    let mut lines = Vec::new();
    for change in view.plan.told_changes() {
        write_change(view, change, style, &mut lines);
    }
    for change in &view.plan.stack_changes {
        write_stack(change, style, &mut lines);
    }
    write_by_hand(view, style, &mut lines);
    if view.is_empty() {
        lines.push(view.nothing());
    } else {
        if !lines.is_empty() {
            lines.push(String::new());
        }
        lines.push(view.headline());
    }
    match view.change_sets() {
        Some(Ok(agrees)) => lines.push(wrapped("", &agrees, style.width)),
        Some(Err(differing)) => {
            let told = differing.iter().map(|line| wrapped("", &format!("! {line}"), style.width));
            lines.extend(told.map(|line| warning(line, style)));
        }
        None => {}
    }
    write_preflight(view, style, &mut lines);
    let flags = view.allowed_by();
    if !flags.is_empty() {
        // Not broken into lines: they are there to be pasted.
        lines.extend(super::with_allow_flags("What cannot be undone has to be allowed:", &flags));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn write_change(view: &PlanView, change: &Change, style: Style, lines: &mut Vec<String>) {
    let sign = sign_of(change);
    let mut head = format!("{sign:>5} {}", subject(change));
    let mut below = Vec::new();
    match <[String; 1]>::try_from(details(change)) {
        Ok([only]) => head.extend([": ", only.as_str()]),
        Err(several) => below = several,
    }
    if change.action == Action::NoOp {
        head.push_str(": only its key changes");
    }
    below.extend(because(change));
    if let Some(touched) = touches(change, &view.open) {
        let is_open = change.impact.phone_numbers.iter().any(|number| view.open.contains(number));
        below.push(if is_open { format!("! {touched}") } else { touched });
    }
    if let Some(loss) = &change.irreversible {
        below.push(format!("! {loss}"));
    }
    lines.push(painted(&wrapped("", &head, style.width), sign, change.action, style));
    lines.extend(below.iter().map(|line| indented(line, style)));
}

fn write_stack(change: &StackChange, style: Style, lines: &mut Vec<String>) {
    lines.push(painted(&format!("{:>5} stack {}", "~", change.stack), "~", Action::Update, style));
    lines.extend(change.properties.iter().flat_map(property).map(|line| indented(&line, style)));
}

fn write_by_hand(view: &PlanView, style: Style, lines: &mut Vec<String>) {
    let by_hand = view.by_hand();
    if by_hand.is_empty() {
        return;
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push("Changed by hand since the last apply:".to_owned());
    lines.extend(by_hand.iter().map(|line| {
        let line = wrapped("", &format!("{:>5} {line}", "#"), style.width);
        painted(&line, "#", Action::NoOp, style)
    }));
    lines.push(wrapped("", "`callform reconcile` takes back what apply does not touch.", style.width));
    if view.is_empty() {
        lines.push(String::new());
    }
}

fn write_preflight(view: &PlanView, style: Style, lines: &mut Vec<String>) {
    let findings = view.plan.preflight.iter().flat_map(|preflight| &preflight.findings);
    let told: Vec<String> = findings
        .map(|one| {
            let line = format!("{:>9}: {}", preflight_words::severity(one.severity), preflight_words::finding(one));
            let line = wrapped("", &line, style.width);
            if one.severity == Severity::Note { line } else { warning(line, style) }
        })
        .collect();
    if !told.is_empty() {
        lines.push("Preflight:".to_owned());
        lines.extend(told);
    }
    lines.extend(preflight_words::estimate(view.plan).map(|line| wrapped("", &line, style.width)));
}

/// What stands before details.
pub(super) const INDENT: &str = "          ";

fn indented(line: &str, style: Style) -> String {
    let text = wrapped(INDENT, line, style.width);
    if line.starts_with('!') { warning(text, style) } else { text }
}

fn warning(text: String, style: Style) -> String {
    if style.color { format!("\u{1b}[33m{text}\u{1b}[0m") } else { text }
}

/// A line in as many lines as the width asks for, broken at blanks; what follows is indented more.
pub(super) fn wrapped(indent: &str, line: &str, width: usize) -> String {
    let mut text = String::from(indent);
    let mut column = indent.len();
    for (position, word) in line.split(' ').enumerate() {
        let length = word.chars().count();
        if position > 0 && column + 1 + length > width && column > INDENT.len() + 2 {
            text.extend(["\n", INDENT, "  ", word]);
            column = INDENT.len() + 2 + length;
        } else {
            if position > 0 {
                text.push(' ');
                column += 1;
            }
            text.push_str(word);
            column += length;
        }
    }
    text
}

fn painted(line: &str, sign: &str, action: Action, style: Style) -> String {
    if !style.color {
        return line.to_owned();
    }
    let color = match (sign, action) {
        ("+" | "<", _) => "32",
        ("~", _) => "33",
        ("-/+", _) => "35",
        ("-", _) => "31",
        ("#", _) => "36",
        _ => "2",
    };
    // The sign alone is colored; the text stays readable on every background.
    match line.split_once(sign) {
        Some((before, after)) => format!("{before}\u{1b}[{color}m{sign}\u{1b}[0m{after}"),
        None => line.to_owned(),
    }
}
