//! CloudFormation's own description of its resource types: which properties exist, what values they take, which of
//! them cannot change in place.
//!
//! The data is condensed from the public resource schemas by `cargo xtask gen-schemas`; a type is parsed when it is
//! first asked for. The deployer plans replacements with it, the sandbox validates resources with it.

mod normalize;
mod permissions;
mod pointer;
mod sample;
mod schema;
mod validate;

use std::collections::BTreeMap;
use std::sync::{LazyLock, OnceLock};

pub use permissions::{Handler, permissions};
pub use pointer::PropertyPointer;
pub use schema::ResourceSchema;
pub use validate::{Violation, property_validation_failure};

static DATA: &str = include_str!("../data/resource-types.jsonl");

/// The day of the schemas that the data are made of.
pub const AS_OF: &str = "2026-10-20";

struct Entry {
    text: &'static str,
    schema: OnceLock<Option<ResourceSchema>>,
}

static ENTRIES: LazyLock<BTreeMap<&'static str, Entry>> = LazyLock::new(|| {
    DATA.lines().filter_map(|text| Some((type_name_of(text)?, Entry { text, schema: OnceLock::new() }))).collect()
});

/// The type name in a line of the data, without parsing the line. `typeName` is one of the last keys.
fn type_name_of(line: &'static str) -> Option<&'static str> {
    const KEY: &str = "\"typeName\":\"";
    let start = line.rfind(KEY)? + KEY.len();
    line.get(start..)?.split('"').next()
}

/// The schema of a resource type such as `AWS::Connect::Queue`; `None` for types Callform does not deal with.
pub fn get(type_name: &str) -> Option<&'static ResourceSchema> {
    let entry = ENTRIES.get(type_name)?;
    entry.schema.get_or_init(|| ResourceSchema::parse(entry.text)).as_ref()
}

/// All resource types there are schemas of, sorted.
pub fn type_names() -> impl Iterator<Item = &'static str> {
    ENTRIES.keys().copied()
}

#[cfg(test)]
mod tests;
