//! A plan for a terminal.

use super::plan_words::{because, counts, details, property, sign_of, subject};
use crate::plan::{Action, Change, Plan, StackChange};

/// How text for a terminal looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether to color it.
    pub color: bool,
    /// Columns; longer lines go on below.
    pub width: usize,
}

/// The plan: a line for each change, details below, and the counts.
pub fn human(plan: &Plan, style: Style) -> String {
    if plan.is_empty() && plan.effective_changes().next().is_none() {
        return format!("No changes: {} equals its blueprint.\n", plan.center);
    }
    let mut lines = Vec::new();
    for change in plan.effective_changes() {
        write_change(change, style, &mut lines);
    }
    for change in &plan.stack_changes {
        write_stack(change, style, &mut lines);
    }
    if !lines.is_empty() {
        lines.push(String::new());
    }
    lines.push(format!("Plan: {}.", counts(&plan.summary())));
    lines.push(String::new());
    lines.join("\n")
}

fn write_change(change: &Change, style: Style, lines: &mut Vec<String>) {
    let sign = sign_of(change);
    let mut head = format!("{sign:>5} {}", subject(change));
    let mut below = Vec::new();
    match <[String; 1]>::try_from(details(change)) {
        Ok([only]) => head.extend([": ", only.as_str()]),
        Err(several) => below = several,
    }
    below.extend(because(change));
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

/// What stands before details.
pub(super) const INDENT: &str = "          ";

fn indented(line: &str, style: Style) -> String {
    let text = wrapped(INDENT, line, style.width);
    if style.color && line.starts_with('!') { format!("\u{1b}[33m{text}\u{1b}[0m") } else { text }
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
        _ => "2",
    };
    // The sign alone is colored; the text stays readable on every background.
    match line.split_once(sign) {
        Some((before, after)) => format!("{before}\u{1b}[{color}m{sign}\u{1b}[0m{after}"),
        None => line.to_owned(),
    }
}
