//! Delivery streams that write Parquet: what Firehose has to know of the table they write for.

use callform_source::{Diagnostic, Spanned};

use super::access::allow;
use super::members::Members;
use super::resolver::Resolver;
use super::{Attribute, Kind, Reference, Target, TextPart, Value};
use crate::blueprint::{DeliveryStream, TableFormat};
use crate::kinds::database::catalog_address;

/// The least buffer with conversion, in megabytes, and the one that Firehose has where none is given (API reference,
/// `DataFormatConversionConfiguration`).
pub(crate) const LEAST_BUFFER: u32 = 64;
pub(crate) const DEFAULT_BUFFER: u32 = 128;

/// The table whose columns the files have: the name of its database and itself.
pub(crate) struct Schema {
    database: Value,
    database_name: String,
    table: Value,
    table_name: String,
}

impl Resolver<'_> {
    /// The table of `parquet:`, where there is one and it is fit for it.
    pub(crate) fn parquet_schema(&mut self, key: &Spanned<String>, stream: &DeliveryStream) -> Option<Schema> {
        let name = stream.parquet.as_ref()?;
        let blueprint = self.blueprint();
        let found = name.split_once('.').and_then(|(database, table)| {
            let (database, settings) = blueprint.databases.iter().find(|(key, _)| key.value == database)?;
            let (table, found) = settings.tables.iter().find(|(key, _)| key.value == table)?;
            Some((database, settings, table, found.format.unwrap_or_default()))
        });
        let mut refuse = |title: String, help: &str| {
            let place = Diagnostic::error("parquet-table", title).at(name.span, format!("the delivery stream {key}"));
            self.diagnostics.push(place.help(help));
        };
        let Some((database, settings, table, format)) = found else {
            refuse(format!("there is no table `{}`", name.value), "Name it as `database.table`, by their keys.");
            return None;
        };
        if format != TableFormat::Parquet {
            refuse(format!("the table `{}` reads no Parquet", name.value), "Give the table `format: parquet`.");
        }
        if stream.compress == Some(true) {
            refuse("files of Parquet are not packed with gzip".to_owned(), "Leave `compress:` out.");
        }
        let database_name = self.database_name(database, settings);
        let reference =
            |address| Value::Reference(Reference { target: Target::Resource(address), attribute: Attribute::Ref });
        Some(Schema {
            database: reference(super::Address::new(Kind::Database, database.value.clone())),
            database_name,
            table: reference(catalog_address(database, table)),
            table_name: table.value.clone(),
        })
    }
}

impl Schema {
    /// `DataFormatConversionConfiguration`. Names of members are compared without regard to case, as in tables.
    pub(crate) fn conversion(&self, role: &Value) -> Members {
        let json = Members::new().with("OpenXJsonSerDe", Members::new().with("CaseInsensitive", true));
        let parquet = Members::new().with("ParquetSerDe", Members::new().with("Compression", "SNAPPY"));
        let schema = Members::new()
            .with("CatalogId", Value::Pseudo("AWS::AccountId"))
            .with("DatabaseName", self.database.clone())
            .with("Region", Value::Pseudo("AWS::Region"))
            .with("RoleARN", role.clone())
            .with("TableName", self.table.clone())
            .with("VersionId", "LATEST");
        Members::new()
            .with("Enabled", true)
            .with("InputFormatConfiguration", Members::new().with("Deserializer", json))
            .with("OutputFormatConfiguration", Members::new().with("Serializer", parquet))
            .with("SchemaConfiguration", schema)
    }

    /// The permission to read the table's columns.
    pub(crate) fn statement(&self) -> Value {
        let Self { database_name, table_name, .. } = self;
        let in_catalog = |rest: String| {
            Value::Text(vec![
                TextPart::Literal("arn:".to_owned()),
                TextPart::Pseudo("AWS::Partition"),
                TextPart::Literal(":glue:".to_owned()),
                TextPart::Pseudo("AWS::Region"),
                TextPart::Literal(":".to_owned()),
                TextPart::Pseudo("AWS::AccountId"),
                TextPart::Literal(format!(":{rest}")),
            ])
        };
        let resources = vec![
            in_catalog("catalog".to_owned()),
            in_catalog(format!("database/{database_name}")),
            in_catalog(format!("table/{database_name}/{table_name}")),
        ];
        allow(&["glue:GetTable", "glue:GetTableVersion", "glue:GetTableVersions"], resources)
    }
}
