//! Databases of the Glue Data Catalog with their tables.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Content, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, NamedFile, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{
    Blueprint, CatalogTable, Columns, Common, Definition as _, Name, Partition, PartitionType, Section, Short,
    TableFormat, TextKind, resource,
};
use crate::model::access::with_suffix;
use crate::model::column_types::presto;
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Attribute, Kind, Reference, Target, TextPart, Value};

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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "database",
    plural: "databases",
    resource_type: "AWS::Glue::Database",
    prefix: "Database",
    is_single: false,
    lowering: Some(Lowering {
        section: "databases",
        names: |blueprint| keys(&blueprint.databases),
        lower: |resolver| resolver.databases(),
        files: Some(files),
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:glue:${AWS::Region}:${AWS::AccountId}:database/${Id}"),
        attribute: None,
        parameter: "DatabaseNames",
    },
    name: Some(UniqueName::in_account("/DatabaseInput/Name")),
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

/// A column: name and type as Hive writes it.
pub(crate) type ColumnList = Vec<(String, String)>;

/// A file with columns.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnsFile {
    columns: Vec<ColumnEntry>,
    /// Those of the partitions, for readers; the blueprint says which there are.
    #[serde(default)]
    partition_keys: Vec<ColumnEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnEntry {
    name: String,
    #[serde(rename = "type")]
    kind: String,
}

fn files(blueprint: &Blueprint) -> Vec<NamedFile> {
    let mut files = Vec::new();
    for database in blueprint.databases.values() {
        for table in database.tables.values() {
            if let Short::Short(file) = &table.columns.value {
                let name = Spanned::new(file.clone(), table.columns.span);
                files.push(NamedFile { name, content: Content::Text(TextKind::Json) });
            }
        }
        let views = database.views.values().filter_map(|view| view.file.clone());
        files.extend(views.map(|name| NamedFile { name, content: Content::Text(TextKind::Sql) }));
    }
    files
}

impl Resolver<'_> {
    pub(crate) fn databases(&mut self) {
        for (key, database) in &self.blueprint().databases {
            let name = self.database_name(key, database);
            let input =
                Members::new().with("Name", name.as_str()).with_some("Description", database.description.as_ref());
            let properties =
                Members::new().with("CatalogId", Value::Pseudo("AWS::AccountId")).with("DatabaseInput", input).finish();
            self.tags_not_possible(key, database.tags.is_some());
            self.add(Kind::Database, key, database.common(), properties);
            for (table_key, table) in &database.tables {
                let input = self.table_input(table_key, table);
                self.catalog_table(key, table_key, input, database.common(), Vec::new());
            }
            // A view is made after the tables and the views it may use.
            let mut before: Vec<_> = database.tables.keys().map(|table| catalog_address(key, table)).collect();
            for (view_key, view) in &database.views {
                if let Some(input) = self.view_input(&name, database, view_key, view) {
                    self.catalog_table(key, view_key, input, database.common(), before.clone());
                    before.push(catalog_address(key, view_key));
                }
            }
        }
    }

    fn tags_not_possible(&mut self, key: &Spanned<String>, has_tags: bool) {
        if has_tags {
            self.diagnostics.push(
                Diagnostic::error("tags-not-possible", "CloudFormation cannot tag databases")
                    .at(key.span, "has `tags:`")
                    .help("Remove the tags."),
            );
        }
    }

    /// The name of a database, which queries and views have to know.
    pub(crate) fn database_name(&mut self, key: &Spanned<String>, database: &Database) -> String {
        let blueprint = self.blueprint();
        let own = || format!("{}_{key}", blueprint.center.value);
        let name = database.name.as_ref().map_or_else(own, |name| name.value.clone());
        let name = if database.name.is_some() {
            name
        } else {
            name.to_lowercase().replace(|other: char| !other.is_ascii_alphanumeric(), "_")
        };
        let right = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
        if name.is_empty() || name.len() > 255 || !name.bytes().all(right) {
            let span = database.name.as_ref().map_or(key.span, |name| name.span);
            self.diagnostics.push(
                Diagnostic::error("invalid-database-name", "this cannot be the name of a database in Athena")
                    .at(span, "")
                    .help("Use lower-case letters, digits and underscores."),
            );
        }
        name
    }

    fn catalog_table(
        &mut self,
        database: &Spanned<String>,
        table: &Spanned<String>,
        input: Members,
        of_database: Common<'_>,
        after: Vec<Address>,
    ) {
        let target = Target::Resource(Address::new(Kind::Database, database.value.clone()));
        let properties = Members::new()
            .with("CatalogId", Value::Pseudo("AWS::AccountId"))
            .with("DatabaseName", Value::Reference(Reference { target, attribute: Attribute::Ref }))
            .with("TableInput", input)
            .finish();
        let key = Spanned::new(catalog_address(database, table).name, table.span);
        let common = Common { retain: of_database.retain, ..Common::NONE };
        let resource = self.add(Kind::CatalogTable, &key, common, properties);
        resource.depends_on.extend(after);
    }

    fn table_input(&mut self, key: &Spanned<String>, table: &CatalogTable) -> Members {
        if !table.prefix.ends_with('/') {
            self.diagnostics.push(
                Diagnostic::error("prefix-without-slash", "the files of a table are in a folder")
                    .at(table.prefix.span, "does not end with `/`")
                    .help("Put a `/` at the end."),
            );
        }
        let location = self.location(&table.bucket, &table.prefix);
        let columns = self.columns(table);
        let format = table.format.unwrap_or_default();
        let descriptor = Members::new()
            .with("Columns", column_values(&columns))
            .with("Location", location.clone())
            .with("InputFormat", input_format(format))
            .with("OutputFormat", output_format(format))
            .with("SerdeInfo", serde_info(format));
        let mut parameters = Members::new().with("EXTERNAL", "TRUE").with("classification", classification(format));
        if !table.partitions.is_empty() {
            parameters = parameters.with("projection.enabled", "true");
            for (name, partition) in &table.partitions {
                parameters = self.projection(parameters, name, partition);
            }
            let folders: Vec<_> = table.partitions.keys().map(|name| format!("{name}=${{{name}}}/")).collect();
            parameters = parameters.with("storage.location.template", with_suffix(location, &folders.concat()));
        }
        let partitions = table.partitions.keys().map(|name| (name.value.clone(), "string".to_owned())).collect();
        Members::new()
            .with("Name", key)
            .with_some("Description", table.description.as_ref())
            .with("TableType", "EXTERNAL_TABLE")
            .with("Parameters", parameters)
            .with_list("PartitionKeys", column_values(&partitions))
            .with("StorageDescriptor", descriptor)
    }

    /// `s3://<bucket>/<prefix>`
    pub(crate) fn location(&mut self, bucket: &Name, prefix: &str) -> Value {
        let mut parts = vec![TextPart::Literal("s3://".to_owned())];
        match self.bucket_name(bucket) {
            Value::Reference(reference) => parts.push(TextPart::Reference(reference)),
            Value::String(name) => parts.push(TextPart::Literal(name)),
            _ => {}
        }
        parts.push(TextPart::Literal(format!("/{prefix}")));
        Value::Text(parts)
    }

    /// What Athena needs to know to work out the folders of a partition.
    fn projection(&mut self, parameters: Members, name: &Spanned<String>, partition: &Partition) -> Members {
        let at = |member: &str| format!("projection.{name}.{member}");
        let (word, needs_range) = match partition.kind {
            PartitionType::Integer => ("integer", true),
            PartitionType::Date => ("date", true),
            PartitionType::Enum => ("enum", false),
            PartitionType::Injected => ("injected", false),
        };
        let has_values = !partition.values.is_empty();
        if needs_range != partition.range.is_some() || (partition.kind == PartitionType::Enum) != has_values {
            self.diagnostics.push(
                Diagnostic::error("partition-values", "it is not said which values the partition can have")
                    .at(name.span, "")
                    .help(
                        "Numbers and dates have a `range:`, an enum has `values:`, an injected partition has neither.",
                    ),
            );
        }
        let mut parameters = parameters.with(&at("type"), word);
        if let Some(range) = &partition.range {
            parameters = parameters.with(&at("range"), range);
        }
        if has_values {
            let values: Vec<&str> = partition.values.iter().map(|value| value.value.as_str()).collect();
            parameters = parameters.with(&at("values"), values.join(","));
        }
        if let Some(digits) = partition.digits {
            parameters = parameters.with(&at("digits"), digits.to_string());
        }
        if partition.kind == PartitionType::Date {
            let format = partition.format.as_ref().map_or("yyyy-MM-dd", |format| format.value.as_str());
            parameters =
                parameters.with(&at("format"), format).with(&at("interval"), "1").with(&at("interval.unit"), "DAYS");
        }
        parameters
    }

    /// The columns of a table, out of the blueprint or out of a file.
    pub(crate) fn columns(&mut self, table: &CatalogTable) -> ColumnList {
        let columns: ColumnList = match &table.columns.value {
            Short::Full(columns) => {
                columns.iter().map(|(name, kind)| (name.value.clone(), kind.value.clone())).collect()
            }
            Short::Short(file) => {
                let file = Spanned::new(file.clone(), table.columns.span);
                let Some(text) = self.text_of(&file) else { return Vec::new() };
                match serde_json::from_str::<ColumnsFile>(&text) {
                    Ok(read) => {
                        let foreign = read
                            .partition_keys
                            .iter()
                            .find(|entry| !table.partitions.keys().any(|name| name.value == entry.name));
                        if let Some(entry) = foreign {
                            self.diagnostics.push(
                                Diagnostic::error(
                                    "partition-values",
                                    format!("the partition `{}` of the file is not there", entry.name),
                                )
                                .at(file.span, "")
                                .help("Say under `partitions:` which values it can have."),
                            );
                        }
                        read.columns.into_iter().map(|entry| (entry.name, entry.kind)).collect()
                    }
                    Err(error) => {
                        self.diagnostics.push(
                            Diagnostic::error("columns-file", "this file has no columns")
                                .at(file.span, error.to_string())
                                .help(r#"It looks like `{ "columns": [{ "name": "contactid", "type": "string" }] }`."#),
                        );
                        return Vec::new();
                    }
                }
            }
        };
        for (name, kind) in &columns {
            self.check_column(name, kind, table.columns.span);
        }
        columns
    }

    pub(crate) fn check_column(&mut self, name: &str, kind: &str, span: callform_source::Span) {
        if let Err(unknown) = presto(kind) {
            self.diagnostics.push(
                Diagnostic::error("unknown-column-type", format!("the column `{name}` has no type of Hive"))
                    .at(span, format!("`{}`", unknown.0))
                    .help("There are string, int, bigint, double, boolean, date, timestamp, decimal(p,s), array<…>, map<…,…> and struct<name:type,…>."),
            );
        }
    }

    /// The text of a file that the blueprint names; problems with it are reported where it is read.
    pub(crate) fn text_of(&self, file: &Spanned<String>) -> Option<String> {
        let text = self.loaded.file(file)?.text?;
        Some(self.sources.file(text).text().to_owned())
    }
}

pub(crate) fn catalog_address(database: &str, table: &str) -> Address {
    Address::new(Kind::CatalogTable, format!("{database}.{table}"))
}

pub(crate) fn column_values(columns: &ColumnList) -> Vec<Value> {
    columns
        .iter()
        .map(|(name, kind)| Members::new().with("Name", name.as_str()).with("Type", kind.as_str()).into())
        .collect()
}

fn classification(format: TableFormat) -> &'static str {
    match format {
        TableFormat::JsonLines => "json",
        TableFormat::Parquet => "parquet",
    }
}

fn input_format(format: TableFormat) -> &'static str {
    match format {
        TableFormat::JsonLines => "org.apache.hadoop.mapred.TextInputFormat",
        TableFormat::Parquet => "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    }
}

fn output_format(format: TableFormat) -> &'static str {
    match format {
        TableFormat::JsonLines => "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
        TableFormat::Parquet => "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    }
}

/// Names of members are compared without regard to case, which is how columns in lower case find `ContactId`.
fn serde_info(format: TableFormat) -> Members {
    match format {
        TableFormat::JsonLines => Members::new()
            .with("SerializationLibrary", "org.openx.data.jsonserde.JsonSerDe")
            .with("Parameters", Members::new().with("case.insensitive", "true").with("ignore.malformed.json", "true")),
        TableFormat::Parquet => Members::new()
            .with("SerializationLibrary", "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe")
            .with("Parameters", Members::new().with("serialization.format", "1")),
    }
}
