//! Which fields a state may have.

use super::Language;

/// Types of states.
pub(super) const TYPES: [&str; 8] = ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

type Names = &'static [&'static str];
type Row = (Names, Names, Names, Names);

const ALWAYS: &[&str] = &["Type", "Comment", "QueryLanguage"];

/// Fields of both languages, of JSONPath, and of `JSONata`, by types.
const TABLE: &[Row] = &[
    (&["Task", "Pass", "Wait", "Parallel", "Map"], &["Next", "End"], &[], &[]),
    (&["Task", "Pass", "Wait", "Parallel", "Map", "Choice", "Succeed"], &[], &["InputPath", "OutputPath"], &["Output"]),
    (&["Task", "Pass", "Wait", "Parallel", "Map", "Choice"], &["Assign"], &[], &[]),
    (&["Task", "Pass", "Parallel", "Map"], &[], &["ResultPath", "Parameters"], &[]),
    (&["Task", "Parallel", "Map"], &["Retry", "Catch"], &["ResultSelector"], &[]),
    (&["Task", "Parallel"], &[], &[], &["Arguments"]),
    (&["Pass"], &[], &["Result"], &[]),
    (
        &["Task"],
        &["Resource", "TimeoutSeconds", "HeartbeatSeconds", "Credentials"],
        &["TimeoutSecondsPath", "HeartbeatSecondsPath"],
        &[],
    ),
    (&["Choice"], &["Choices", "Default"], &[], &[]),
    (&["Wait"], &["Seconds", "Timestamp"], &["SecondsPath", "TimestampPath"], &[]),
    (&["Fail"], &["Error", "Cause"], &["ErrorPath", "CausePath"], &[]),
    (&["Parallel"], &["Branches"], &[], &[]),
    (
        &["Map"],
        &[
            "ItemProcessor",
            "Iterator",
            "ItemSelector",
            "MaxConcurrency",
            "ItemReader",
            "ItemBatcher",
            "ResultWriter",
            "Label",
            "ToleratedFailureCount",
            "ToleratedFailurePercentage",
        ],
        &["ItemsPath", "MaxConcurrencyPath", "ToleratedFailureCountPath", "ToleratedFailurePercentagePath"],
        &["Items"],
    ),
];

/// True where a state of a type has a field in a language.
pub(super) fn is_known(kind: &str, language: Language, field: &str) -> bool {
    ALWAYS.contains(&field)
        || TABLE.iter().filter(|(kinds, ..)| kinds.contains(&kind)).any(|(_, both, paths, expressions)| {
            let own = match language {
                Language::JsonPath => paths,
                Language::Jsonata => expressions,
            };
            both.contains(&field) || own.contains(&field)
        })
}
