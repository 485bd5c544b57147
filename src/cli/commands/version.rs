//! `callform version`

use std::fmt::Write as _;

use clap::Args;

use crate::cli::exit_code::Exit;
use crate::cli::ui::Ui;
use crate::pinned::Pinned;
use crate::{check, preflight, time_zone};

/// `callform version`
#[derive(Debug, Args)]
pub(crate) struct VersionArgs {
    /// Also print from when the data are that the program comes with: actions of flows, resource types, permissions and
    /// the like. What is newer than they are passes with a note or a warning, or is not looked at.
    #[arg(long)]
    pub catalogs: bool,
}

/// Prints the version, and those of the data that come with it.
pub(in crate::cli) fn run(ui: &Ui, args: &VersionArgs) -> Exit {
    let version = format!("callform {}\n", env!("CARGO_PKG_VERSION"));
    let rest = if args.catalogs { table(&catalogs()) } else { format!("time zones {} (IANA)\n", time_zone::edition()) };
    ui.data(&(version + &rest));
    Exit::Success
}

/// Everything that was true on a day.
fn catalogs() -> Vec<Pinned> {
    let flows = [
        Pinned {
            what: "flow actions",
            entries: Some(callform_flow::catalog::all().count()),
            as_of: callform_flow::catalog::AS_OF,
            source: "Amazon Connect's reference of the flow language and of blocks; exported flows",
        },
        Pinned {
            what: "voices",
            entries: Some(callform_flow::lint::voices().count()),
            as_of: callform_flow::lint::VOICES_AS_OF,
            source: "Amazon Polly's API",
        },
    ];
    let resource_types = Pinned {
        what: "CloudFormation resource types",
        entries: Some(callform_schemas::type_names().count()),
        as_of: callform_schemas::AS_OF,
        source: "CloudFormation's resource schemas",
    };
    let time_zones = Pinned {
        what: "time zones",
        entries: Some(time_zone::names().count()),
        as_of: time_zone::edition(),
        source: "IANA",
    };
    let mut all = vec![resource_types, time_zones];
    all.extend(flows);
    all.extend(check::pinned());
    all.extend(preflight::pinned());
    all.sort_by_key(|pinned| pinned.what);
    all
}

/// A line for each, in columns.
fn table(catalogs: &[Pinned]) -> String {
    let width = |of: fn(&Pinned) -> usize| catalogs.iter().map(of).max().unwrap_or_default();
    let what = width(|pinned| pinned.what.len());
    let as_of = width(|pinned| pinned.as_of.len());
    let mut text = String::new();
    for Pinned { what: name, entries, as_of: date, source } in catalogs {
        let entries = entries.map_or_else(String::new, |entries| entries.to_string());
        let _writing_to_a_string_cannot_fail = writeln!(text, "{name:<what$}  {date:<as_of$}  {entries:>5}  {source}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `2026`, `2026-11`, `2026-11-30`, or an edition of the time zones.
    fn is_date(text: &str) -> bool {
        let parts: Vec<&str> = text.split('-').collect();
        let are_numbers = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
        are_numbers
            && matches!(parts.as_slice(), [year] | [year, _] | [year, _, _] if year.len() == 4)
            && parts.iter().skip(1).all(|part| part.len() == 2)
    }

    #[test]
    fn each_catalog_says_from_when_it_is() {
        let catalogs = catalogs();
        for Pinned { what, entries, as_of, source } in &catalogs {
            assert!(is_date(as_of) || *as_of == time_zone::edition(), "{what}: {as_of}");
            assert!(entries.is_none_or(|entries| entries > 0) && !source.is_empty(), "{what}");
        }
        let names: Vec<&str> = catalogs.iter().map(|pinned| pinned.what).collect();
        let expected = [
            "CloudFormation resource types",
            "countries of numbers",
            "default quotas",
            "flow actions",
            "permissions of security profiles",
            "prices of phone numbers",
            "retired runtimes",
            "time zones",
            "voices",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    fn columns_are_aligned() {
        let one = |what, as_of| Pinned { what, entries: Some(7), as_of, source: "S" };
        assert_eq!(
            table(&[one("a", "2026"), one("long", "2026-11")]),
            "a     2026         7  S\nlong  2026-11      7  S\n"
        );
    }
}
