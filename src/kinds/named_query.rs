//! A saved query of an Athena workgroup; its name is `<workgroup>.<query>`.

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::Name;

/// A saved query of Athena: exactly one of `sql` and `file`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NamedQuery {
    /// What it answers.
    pub description: Option<Spanned<String>>,
    /// The database it asks.
    pub database: Name,
    /// The query, in the SQL of Athena.
    pub sql: Option<Spanned<String>>,
    /// A file beside the blueprint with the query.
    pub file: Option<Spanned<String>>,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "named_query",
    plural: "queries",
    resource_type: "AWS::Athena::NamedQuery",
    prefix: "NamedQuery",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "NamedQueryIds" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};
