//! Diagnostics for people and programs, one file per format. All formats list the same problems in the same order:
//! [`Diagnostics::sorted`](crate::Diagnostics::sorted).

mod place;
mod human;
mod json;
mod sarif;
mod github;
mod markdown;
#[cfg(test)]
mod tests;

pub use github::github;
pub use human::human;
pub use json::json;
pub use markdown::markdown;
pub use sarif::{Sarif, sarif};

fn pretty(value: &impl serde::Serialize) -> String {
    // Only maps with keys that are no strings can fail, and there are none.
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}
