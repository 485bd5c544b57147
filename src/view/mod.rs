//! Text for people and programs: plans and drift as lines for a terminal, JSON, and Markdown for pull requests.

mod allow;
mod portrait;
mod plan_names;
mod plan_words;
mod plan_view;
mod preflight_words;
mod preflight_json;
mod plan_human;
mod plan_contents;
mod plan_json_types;
mod plan_json;
mod plan_pictures;
mod plan_markdown;
mod drift_text;
pub(crate) mod collection;
mod dialer;
mod drift_human;
mod drift_json;
mod drift_markdown;
mod flow_json;
#[cfg(feature = "png")]
pub(crate) mod png;

pub use allow::{flags as allow_flags, with_flags as with_allow_flags};
pub(crate) use dialer::{dialer_outcomes, dialer_results, dialer_status};
pub use drift_human::human as drift_human;
pub use drift_json::json as drift_json;
pub use drift_markdown::markdown as drift_markdown;
pub(crate) use flow_json::flow_differences_json;
pub use plan_contents::human as plan_contents;
pub use plan_human::{Style, human as plan_human};
pub use plan_json::{json as plan_json, json_schema as plan_json_schema};
pub use plan_markdown::markdown as plan_markdown;
pub use plan_view::PlanView;
pub use portrait::{
    human as portrait_human, json as portrait_json, lines as portrait_lines, markdown as portrait_markdown,
};

#[cfg(test)]
mod plan_tests;
