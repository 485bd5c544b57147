//! What is told about a deletion: counts and names of places, nothing of the person.

use std::fmt::Write as _;

use dedup::erase::Subject;
use serde::Serialize;

use super::super::dedup::ReportFormat;
use super::Found;
use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;

/// What was found, and what is left where something was done.
#[derive(Serialize)]
pub(super) struct Report {
    format_version: u32,
    /// True where nothing was changed.
    dry_run: bool,
    looked_at: LookedAt,
    texts: Vec<TextFound>,
    tables: Vec<TableFound>,
    /// What could not be looked through.
    closed: Vec<String>,
    /// What a second look found; absent where nothing was changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    left: Option<Left>,
}

#[derive(Serialize)]
struct LookedAt {
    files: u64,
    object_versions: u64,
    records: u64,
    items: u64,
}

#[derive(Serialize)]
struct TextFound {
    name: String,
    /// Records that go.
    records: u64,
    /// Records of others that lose what names the person.
    blanked: u64,
    /// Whether nothing of it is left.
    goes: bool,
}

#[derive(Serialize)]
struct TableFound {
    name: String,
    items: u64,
    blanked: u64,
}

/// What is left of the person.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
struct Left {
    texts: u64,
    items: u64,
}

impl Report {
    /// Nothing was changed.
    pub(super) fn of_dry_run(subject: &Subject, found: &Found) -> Self {
        let tables = &found.tables;
        let count = |list: Option<usize>| list.unwrap_or(0) as u64;
        Self {
            format_version: 1,
            dry_run: true,
            looked_at: LookedAt {
                files: found.texts.files,
                object_versions: found.texts.versions,
                records: found.texts.records,
                items: tables.read.values().sum(),
            },
            texts: found
                .texts
                .affected
                .iter()
                .map(|text| TextFound {
                    name: text.place.shown(subject),
                    records: text.removed,
                    blanked: text.blanked,
                    goes: text.goes,
                })
                .collect(),
            tables: tables
                .read
                .keys()
                .map(|table| TableFound {
                    name: table.clone(),
                    items: count(tables.removed.get(table).map(Vec::len)),
                    blanked: count(tables.blanked.get(table).map(Vec::len)),
                })
                .collect(),
            closed: found.texts.closed.clone(),
            left: None,
        }
    }

    /// It was deleted, and looked at again.
    pub(super) fn of_deletion(subject: &Subject, before: &Found, after: &Found) -> Self {
        let items = |lists: usize| lists as u64;
        let left = Left {
            texts: after.texts.affected.len() as u64,
            items: items(after.tables.removed.values().map(Vec::len).sum())
                + items(after.tables.blanked.values().map(Vec::len).sum()),
        };
        Self {
            dry_run: false,
            left: Some(left),
            closed: after.texts.closed.clone(),
            ..Self::of_dry_run(subject, before)
        }
    }

    /// Tells it, and how the command ends.
    pub(super) fn tell(&self, ui: Ui, format: ReportFormat) -> Exit {
        match format {
            ReportFormat::Human => ui.data(&self.human()),
            ReportFormat::Json => {
                if let Ok(text) = serde_json::to_string_pretty(self) {
                    ui.data(&(text + "\n"));
                }
            }
        }
        for closed in &self.closed {
            ui.error(closed);
        }
        if let Some(left) = self.left
            && left != (Left { texts: 0, items: 0 })
        {
            ui.error(&format!(
                "looked again: {} and {} still name the person",
                counted(left.texts, "text"),
                counted(left.items, "item")
            ));
            ui.say("help: something may have come in meanwhile; run it again");
            return Exit::Failed;
        }
        if !self.closed.is_empty() {
            ui.say("help: see \"Deleting a person\" in docs/contact-records.md about files of other formats");
            return Exit::Failed;
        }
        Exit::Success
    }

    fn human(&self) -> String {
        let mut text = String::new();
        let mut line = |words: &str| {
            // Writing into a string cannot fail.
            let _infallible = writeln!(text, "{words}");
        };
        let LookedAt { files, object_versions, records, items } = self.looked_at;
        let mut looked = Vec::new();
        if files > 0 {
            looked.push(counted(files, "file"));
        }
        if object_versions > 0 {
            looked.push(counted(object_versions, "version") + " of objects");
        }
        looked.push(counted(records, "record"));
        if !self.tables.is_empty() {
            looked.push(format!("{} of {}", counted(items, "item"), counted(self.tables.len() as u64, "table")));
        }
        line(&format!("looked at {}", looked.join(", ")));
        for found in &self.texts {
            let whole = if found.goes { ", all of it" } else { "" };
            line(&format!("  {}: {}{whole}", found.name, parts(found.records, "record", found.blanked)));
        }
        for found in self.tables.iter().filter(|found| found.items + found.blanked > 0) {
            line(&format!("  table {}: {}", found.name, parts(found.items, "item", found.blanked)));
        }
        let removed: u64 = self.texts.iter().map(|found| found.records).sum();
        let blanked: u64 = self.texts.iter().map(|found| found.blanked).sum::<u64>()
            + self.tables.iter().map(|found| found.blanked).sum::<u64>();
        let items: u64 = self.tables.iter().map(|found| found.items).sum();
        let whole = self.texts.iter().filter(|found| found.goes).count() as u64;
        let mut sum = vec![counted(removed, "record")];
        let more = [(blanked, "name in records of others"), (items, "item"), (whole, "file or object whole")];
        sum.extend(more.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| counted(count, what)));
        let sum = sum.join(", ");
        let nothing = self.texts.is_empty() && items + blanked == 0;
        match (nothing, self.dry_run) {
            (true, true) => line("nothing names the person"),
            (true, false) => line("nothing named the person"),
            (false, true) => {
                line(&format!("to delete: {sum}"));
                line("nothing is changed yet; `--yes` deletes it");
            }
            (false, false) => line(&format!("deleted: {sum}")),
        }
        if self.left == Some(Left { texts: 0, items: 0 }) && self.closed.is_empty() {
            line("looked again: nothing is left");
        }
        text
    }
}

fn parts(removed: u64, what: &str, blanked: u64) -> String {
    match (removed, blanked) {
        (0, 0) => "its name".to_owned(),
        (removed, 0) => counted(removed, what),
        (0, blanked) => format!("named in {}", counted(blanked, what)),
        (removed, blanked) => format!("{}, named in {} more", counted(removed, what), blanked),
    }
}

fn counted(count: u64, what: &str) -> String {
    match (count, what) {
        (1, what) => format!("1 {what}"),
        (count, "file or object whole") => format!("{count} files or objects whole"),
        (count, "name in records of others") => format!("{count} names in records of others"),
        (count, what) => format!("{count} {what}s"),
    }
}
