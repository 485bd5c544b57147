//! Keys that occur twice in one mapping.

use std::collections::HashMap;

use super::Entry;
use crate::{Diagnostic, Diagnostics, Span};

/// Most duplicates reported of one mapping; more help nobody.
const MAX_DUPLICATES: usize = 50;

/// Reports keys that occur twice and keeps the first of each.
pub(super) fn without_duplicates(mut entries: Vec<Entry>, diagnostics: &mut Diagnostics) -> Vec<Entry> {
    let mut repeated = Vec::new();
    if entries.len() <= 16 {
        for (index, entry) in entries.iter().enumerate() {
            let before = entries.iter().take(index);
            if let Some(first) = before.map(|entry| &entry.key).find(|key| key.value == entry.key.value) {
                repeated.push((index, first.span));
            }
        }
    } else {
        let mut seen: HashMap<&str, Span> = HashMap::with_capacity(entries.len());
        for (index, entry) in entries.iter().enumerate() {
            if let Some(&first) = seen.get(entry.key.value.as_str()) {
                repeated.push((index, first));
            } else {
                seen.insert(&entry.key.value, entry.key.span);
            }
        }
    }
    if repeated.is_empty() {
        return entries;
    }
    for &(index, first) in repeated.iter().take(MAX_DUPLICATES) {
        if let Some(Entry { key, .. }) = entries.get(index) {
            diagnostics.push(
                Diagnostic::error("duplicate-key", format!("`{}` occurs twice", key.value))
                    .at(key.span, "occurs again here")
                    .also(first, "first here")
                    .help("Remove or rename one of them."),
            );
        }
    }
    let mut index = 0;
    let mut repeated = repeated.into_iter().map(|(index, _)| index).peekable();
    entries.retain(|_| {
        let drop = repeated.next_if_eq(&index).is_some();
        index += 1;
        !drop
    });
    entries
}
