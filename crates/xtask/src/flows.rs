//! Counts how well exported flows come out: as steps, in pictures, and in what is found in them.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use callform_flow::measure::Measure;

/// Prints what is counted over all flows of a folder; with `each`, a line for every file too.
pub(crate) fn run(folder: &Path, each: bool) -> Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| folder.display().to_string())?;
    let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    if files.is_empty() {
        bail!("{} has no JSON files", folder.display());
    }
    let mut all = Measure::default();
    let mut lines = String::new();
    for path in &files {
        let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let before = all.clone();
        let json = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
        if let Err(error) = all.add(&name, &text, &json) {
            writeln!(lines, "{name}: {error}")?;
        } else if each {
            let (raw, gotos) = (all.raw - before.raw, all.gotos - before.gotos);
            writeln!(lines, "{name}: {} actions, {raw} raw, {gotos} gotos", all.actions - before.actions)?;
        }
    }
    lines.push_str(&table(&all));
    print(&lines);
    Ok(())
}

fn table(measure: &Measure) -> String {
    let rows = [
        ("flows", measure.flows),
        ("  that come back the same", measure.exact),
        ("actions", measure.actions),
        ("  raw", measure.raw),
        ("  gotos", measure.gotos),
        ("  unguarded: true", measure.unguarded),
        ("  error: continue", measure.errors_continue),
        ("titles", measure.titles),
        ("  cut", measure.cut),
        ("findings", measure.findings.values().sum()),
    ];
    let found = measure.findings.iter().map(|(code, count)| (format!("  {code}"), *count));
    let rows = rows.into_iter().map(|(name, count)| (name.to_owned(), count)).chain(found);
    rows.fold(String::new(), |mut text, (name, count)| {
        // Writing into a text does not fail.
        let _ok = writeln!(text, "{name:<32}{count:>8}");
        text
    })
}

#[expect(clippy::print_stdout, reason = "a development task talks to its terminal")]
fn print(text: &str) {
    print!("{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let action = r#"{ "Identifier": "a", "Type": "Juggle", "Transitions": {} }"#;
        let flow = format!(r#"{{ "Version": "2019-10-30", "StartAction": "a", "Actions": [{action}] }}"#);
        std::fs::write(folder.path().join("one.json"), flow).unwrap();
        std::fs::write(folder.path().join("two.json"), "{}").unwrap();
        run(folder.path(), true).unwrap();
        assert!(run(&folder.path().join("missing"), false).is_err());
        let mut measure = Measure { flows: 1, raw: 1, ..Measure::default() };
        measure.findings.insert("unknown-action", 1);
        let table = table(&measure);
        let count = |name: &str| table.lines().find_map(|line| line.trim().strip_prefix(name)).map(str::trim).unwrap();
        assert_eq!([count("flows"), count("raw"), count("unknown-action")], ["1", "1", "1"]);
    }
}
