//! How data in buckets is asked: databases of the Glue Data Catalog, crawlers, Athena workgroups.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::notation::{Name, Section, Short, resource};

resource! {
    /// A database of the Glue Data Catalog.
    pub struct Database {
        /// Name in Glue: lower-case letters, digits and underscores. Default: `<center>_<key>`.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Tables over files in buckets, by name.
        #[serde(default)]
        pub tables: Section<CatalogTable>,
        /// Views for Athena, by name. A view may use tables and the views before it.
        #[serde(default)]
        pub views: Section<View>,
    }
}

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

/// A view for Athena: exactly one of `sql` and `file`, exactly one of `columns` and `columns_of`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// What it shows.
    pub description: Option<Spanned<String>>,
    /// The query, in the SQL of Athena.
    pub sql: Option<Spanned<String>>,
    /// A file beside the blueprint with the query. It may begin with `CREATE OR REPLACE VIEW <name> AS`.
    pub file: Option<Spanned<String>>,
    /// The columns of the result with their types, as Hive writes them, in the order of the query.
    #[serde(default)]
    pub columns: Columns,
    /// The table of the same database whose columns, partitions included, the view has.
    pub columns_of: Option<Spanned<String>>,
}

resource! {
    /// A Glue crawler: it looks through files and makes tables of what it finds. Tables of `databases` need none.
    pub struct Crawler {
        /// Name in Glue. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The database its tables are made in.
        pub database: Name,
        /// A bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// The folder to look through: a prefix that ends with `/`.
        pub prefix: Spanned<String>,
        /// When it runs, such as `cron(0 3 * * ? *)` (UTC). Default: only when it is started.
        pub schedule: Option<Spanned<String>>,
        /// What the names of its tables begin with.
        pub table_prefix: Option<Spanned<String>>,
    }
}

resource! {
    /// An Athena workgroup: what it says holds for every query, results are encrypted.
    pub struct Workgroup {
        /// Name in Athena. Default: `<center>-<key>`.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Where results go: a bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// Prefix of results. Default: `athena/<key>/`.
        pub prefix: Option<Spanned<String>>,
        /// ARN of the KMS key that results are encrypted with. Default: S3's own encryption.
        pub kms_key: Option<Spanned<String>>,
        /// Megabytes after which a query is stopped, 10 at least. Default: 10,000.
        pub scan_limit: Option<Spanned<u32>>,
        /// Saved queries, by name.
        #[serde(default)]
        pub queries: Section<NamedQuery>,
    }
}

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
