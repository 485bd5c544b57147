//! The SQL that makes a table of the current versions.

use chrono::{Datelike as _, Days, NaiveDate};

/// The column whose days are the partitions of the new table. It is the last: Athena takes partitions from the end.
pub(super) const DAY: &str = "initiation_day";

/// What versions of one contact that say the same last update are ordered by, as in the view `current_contact_records`:
/// column, field of it, expression.
const FURTHER: [(&str, Option<&str>, &str); 10] = [
    ("disconnecttimestamp", None, "from_iso8601_timestamp(disconnecttimestamp)"),
    ("agent", Some("aftercontactworkendtimestamp"), "from_iso8601_timestamp(agent.aftercontactworkendtimestamp)"),
    ("transfercompletedtimestamp", None, "from_iso8601_timestamp(transfercompletedtimestamp)"),
    ("nextcontactid", None, "nextcontactid"),
    ("recording", Some("location"), "recording.location"),
    ("agent", Some("username"), "agent.username"),
    ("queue", Some("name"), "queue.name"),
    ("disconnectreason", None, "disconnectreason"),
    ("attributes", None, "json_format(CAST(attributes AS json))"),
    ("tags", None, "json_format(CAST(tags AS json))"),
];

/// Where the versions are, and where their current ones go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compaction {
    /// The table with every version.
    pub(super) table: String,
    /// Its columns, without partitions: names and types.
    pub(super) columns: Vec<(String, String)>,
    /// The table to make.
    pub(super) into: String,
    /// The first and the last day, both included.
    pub(super) days: (NaiveDate, NaiveDate),
}

/// The statements, in order. One for each month: Athena writes at most 100 partitions in one.
pub(super) fn statements(compaction: &Compaction) -> Vec<String> {
    let Compaction { into, .. } = compaction;
    let select = |month: &(NaiveDate, NaiveDate)| select(compaction, *month);
    months(compaction.days)
        .iter()
        .enumerate()
        .map(|(number, month)| match number {
            0 => format!(
                "CREATE TABLE {into}\nWITH (\n  format = 'PARQUET',\n  write_compression = 'SNAPPY',\n  \
                 partitioned_by = ARRAY['{DAY}']\n) AS\n{}",
                select(month)
            ),
            _ => format!("INSERT INTO {into}\n{}", select(month)),
        })
        .collect()
}

/// The days of each month: its first and its last.
fn months((first, last): (NaiveDate, NaiveDate)) -> Vec<(NaiveDate, NaiveDate)> {
    let mut months = Vec::new();
    let mut start = first;
    while start <= last {
        let (year, month) = if start.month() == 12 { (start.year() + 1, 1) } else { (start.year(), start.month() + 1) };
        let Some(next) = NaiveDate::from_ymd_opt(year, month, 1) else { break };
        months.push((start, last.min(next - Days::new(1))));
        start = next;
    }
    months
}

/// All versions of a contact are in the folder of the day it began: a month can be looked at alone.
fn select(Compaction { table, columns, .. }: &Compaction, (first, last): (NaiveDate, NaiveDate)) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("  {name},\n")).collect();
    let has = |column: &str, field: Option<&str>| {
        columns
            .iter()
            .any(|(name, kind)| name == column && field.is_none_or(|field| kind.contains(&format!("{field}:"))))
    };
    let further: Vec<String> = FURTHER
        .iter()
        .filter(|(column, field, _)| has(column, *field))
        .map(|(_, _, expression)| format!(",\n        {expression} DESC NULLS LAST"))
        .collect();
    let contact = if has("instancearn", None) { "instancearn, contactid" } else { "contactid" };
    let days = if first.day() == last.day() {
        format!("day = '{:02}'", first.day())
    } else {
        format!("day BETWEEN '{:02}' AND '{:02}'", first.day(), last.day())
    };
    format!(
        "SELECT\n{}  concat(year, '-', month, '-', day) AS {DAY}\nFROM (\n  SELECT\n    *,\n    row_number() OVER (\n      \
         PARTITION BY {contact}\n      ORDER BY\n        from_iso8601_timestamp(lastupdatetimestamp) DESC{}\n    ) AS \
         recency\n  FROM {table}\n  WHERE year = '{}' AND month = '{:02}' AND {days}\n)\nWHERE recency = 1",
        names.concat(),
        further.concat(),
        first.year(),
        first.month(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn a_range_is_cut_into_months() {
        let months = months((day(2025, 12, 30), day(2026, 3, 1)));
        let expected = [
            (day(2025, 12, 30), day(2025, 12, 31)),
            (day(2026, 1, 1), day(2026, 1, 31)),
            (day(2026, 2, 1), day(2026, 2, 28)),
            (day(2026, 3, 1), day(2026, 3, 1)),
        ];
        assert_eq!(months, expected);
        assert_eq!(super::months((day(2026, 1, 2), day(2026, 1, 1))), []);
    }

    #[test]
    fn the_order_is_that_of_the_view() {
        let view = include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/blueprints/contact-records/views/current_contact_records.sql"
        ));
        let order = view.split("ORDER BY").nth(1).unwrap().split(") AS recency").next().unwrap();
        let expected = FURTHER.map(|(_, _, text)| format!(",\n        {text} DESC NULLS LAST")).concat();
        assert_eq!(order.trim(), format!("from_iso8601_timestamp(lastupdatetimestamp) DESC{expected}"));
    }

    #[test]
    fn statements_make_a_table_and_add_to_it() {
        let columns = ["contactid", "lastupdatetimestamp", "disconnecttimestamp"];
        let compaction = Compaction {
            table: "contact_records".to_owned(),
            columns: columns.map(|name| (name.to_owned(), "string".to_owned())).to_vec(),
            into: "compacted".to_owned(),
            days: (day(2026, 1, 31), day(2026, 2, 28)),
        };
        let [first, second] = statements(&compaction).try_into().unwrap();
        insta::assert_snapshot!(first, @r"
        CREATE TABLE compacted
        WITH (
          format = 'PARQUET',
          write_compression = 'SNAPPY',
          partitioned_by = ARRAY['initiation_day']
        ) AS
        SELECT
          contactid,
          lastupdatetimestamp,
          disconnecttimestamp,
          concat(year, '-', month, '-', day) AS initiation_day
        FROM (
          SELECT
            *,
            row_number() OVER (
              PARTITION BY contactid
              ORDER BY
                from_iso8601_timestamp(lastupdatetimestamp) DESC,
                from_iso8601_timestamp(disconnecttimestamp) DESC NULLS LAST
            ) AS recency
          FROM contact_records
          WHERE year = '2026' AND month = '01' AND day = '31'
        )
        WHERE recency = 1
        ");
        assert!(second.starts_with("INSERT INTO compacted\nSELECT\n"), "{second}");
        assert!(second.contains("month = '02' AND day BETWEEN '01' AND '28'"), "{second}");
    }
}
