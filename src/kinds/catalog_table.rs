//! A table or view of a database of the Glue Data Catalog; its name is `<database>.<table>`.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Service};
use crate::blueprint::{Name, Section, Short};

/// A table over files in a bucket.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CatalogTable {
    /// What it holds.
    pub description: Option<Spanned<String>>,
    /// A bucket of this blueprint, or `existing/<bucket name>`.
    pub bucket: Name,
    /// The folder of the files: a prefix that ends with `/`.
    pub prefix: Spanned<String>,
    /// How the files look. Default: `json-lines`.
    pub format: Option<TableFormat>,
    /// The columns: names with types as Hive writes them (`string`, `bigint`, `struct<arn:string,name:string>`), or a
    /// JSON file beside the blueprint: `{ "columns": [{ "name": "contactid", "type": "string" }] }`.
    pub columns: Spanned<Short<String, Columns>>,
    /// The partitions, in the order of their folders (`<name>=<value>/`), with the values they can have: Athena works
    /// out the folders (partition projection), so that no crawler is needed.
    #[serde(default)]
    pub partitions: Section<Partition>,
}

/// Types of columns by name.
pub type Columns = IndexMap<Spanned<String>, Spanned<String>>;

/// How the files of a table look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableFormat {
    /// One JSON object a line, its members named as the columns in any case; lines that are none are passed over.
    #[default]
    JsonLines,
    /// Apache Parquet.
    Parquet,
}

/// A partition and the values it can have.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Partition {
    /// What its values are.
    #[serde(rename = "type")]
    pub kind: PartitionType,
    /// The first and the last value, as Athena writes them: `2024,2034`, or `2024-01-01,NOW` for dates.
    pub range: Option<Spanned<String>>,
    /// The values of an `enum`.
    #[serde(default)]
    pub values: Vec<Spanned<String>>,
    /// How many digits an integer has at least.
    pub digits: Option<u32>,
    /// How a date is written. Default: `yyyy-MM-dd`.
    pub format: Option<Spanned<String>>,
}

/// What the values of a partition are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PartitionType {
    /// Whole numbers in a range.
    Integer,
    /// Days in a range.
    Date,
    /// Some words.
    Enum,
    /// Whatever a query asks for; every query has to.
    Injected,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "catalog_table",
    plural: "catalog tables",
    resource_type: "AWS::Glue::Table",
    prefix: "CatalogTable",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "CatalogTableRefs" },
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
