//! Whether two flows mean the same, and what differs where they do not.
//!
//! Blind to what means nothing to a contact: the editor's metadata, identifiers (renamed along the way from the
//! start), the order of actions, keys and error branches, numbers and truth values written as text, empty lists and
//! objects, the `NextAction` of menus and other branching actions is compared like any other branch.

mod canonical;
mod describe;
#[cfg(test)]
mod tests;

pub use describe::describe_difference;

use serde_json::Value;

/// True where both flow documents mean the same.
///
/// What is no flow is compared as plain JSON.
pub fn same(a: &Value, b: &Value) -> bool {
    match (canonical::flow(a), canonical::flow(b)) {
        (Some(a), Some(b)) => a == b,
        (None, None) => a == b,
        _ => false,
    }
}
