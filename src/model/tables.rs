//! DynamoDB tables.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Span, Spanned};

use super::members::Members;
use super::naming::physical_name;
use super::resolver::Resolver;
use super::{Kind, Value};
use crate::blueprint::{
    AttributeType, Capacity, Definition as _, Section, Short, StreamView, Table, TableClass, TableIndex, TableKey,
    Texts,
};

type Key = Spanned<Short<String, TableKey>>;

/// Key attributes of one table with their types.
#[derive(Default)]
struct Attributes(BTreeMap<String, (AttributeType, Span)>);

impl Resolver<'_> {
    pub(crate) fn tables(&mut self) {
        for (key, table) in &self.blueprint().tables {
            let properties = self.table(key, table);
            let added = self.add(Kind::Table, key, table.common(), "AWS::DynamoDB::Table", properties.finish());
            added.named_by_default = is_named_by_default(table).then_some("TableName");
        }
    }

    fn table(&mut self, key: &Spanned<String>, table: &Table) -> Members {
        let default = is_named_by_default(table).then(|| physical_name(&self.blueprint().center, key));
        let mut attributes = Attributes::default();
        let provisioned = table.capacity.as_ref().and_then(|capacity| match &capacity.value {
            Short::Short(_) => None,
            Short::Full(capacity) => Some(*capacity),
        });
        let keys = self.key_schema(&mut attributes, &table.key, table.sort.as_ref());
        let global = self.global_indexes(&mut attributes, &table.indexes, provisioned);
        let local = table
            .local_indexes
            .iter()
            .map(|(name, index)| {
                Members::new()
                    .with("IndexName", name)
                    .with("KeySchema", self.key_schema(&mut attributes, &table.key, Some(&index.sort)))
                    .with("Projection", projection(index.projection.as_ref()))
                    .into()
            })
            .collect();
        let backups = Members::new().with("PointInTimeRecoveryEnabled", table.point_in_time_recovery.unwrap_or(true));
        Members::new()
            .with_some("TableName", table.name.as_ref().map(|name| name.value.clone()).or(default))
            .with("AttributeDefinitions", attributes.definitions())
            .with("KeySchema", keys)
            .with("BillingMode", if provisioned.is_some() { "PROVISIONED" } else { "PAY_PER_REQUEST" })
            .with_some("ProvisionedThroughput", provisioned.map(throughput))
            .with_list("GlobalSecondaryIndexes", global)
            .with_list("LocalSecondaryIndexes", local)
            .with_some(
                "TimeToLiveSpecification",
                table.ttl.as_ref().map(|name| Members::new().with("AttributeName", name).with("Enabled", true)),
            )
            .with_some(
                "StreamSpecification",
                table.stream.map(|view| Members::new().with("StreamViewType", stream_word(view))),
            )
            .with_some("SSESpecification", table.encryption.as_ref().and_then(|choice| self.encryption(choice)))
            .with("PointInTimeRecoverySpecification", backups)
            .with("DeletionProtectionEnabled", table.deletion_protection.unwrap_or(false))
            .with_some("TableClass", table.class.map(class_word))
            .with_tags(table.tags.as_ref())
    }

    fn global_indexes(
        &mut self,
        attributes: &mut Attributes,
        indexes: &Section<TableIndex>,
        provisioned: Option<Capacity>,
    ) -> Vec<Value> {
        let mut items = Vec::new();
        for (name, index) in indexes {
            if index.capacity.is_some() && provisioned.is_none() {
                self.diagnostics.push(
                    Diagnostic::error("index-capacity", "an index has provisioned units, its table has not")
                        .at(name.span, "")
                        .help("Remove the index's `capacity:`, or give the table one too."),
                );
            }
            items.push(
                Members::new()
                    .with("IndexName", name)
                    .with("KeySchema", self.key_schema(attributes, &index.key, index.sort.as_ref()))
                    .with("Projection", projection(index.projection.as_ref()))
                    .with_some(
                        "ProvisionedThroughput",
                        provisioned.map(|of_table| throughput(index.capacity.unwrap_or(of_table))),
                    )
                    .into(),
            );
        }
        items
    }

    fn key_schema(&mut self, attributes: &mut Attributes, key: &Key, sort: Option<&Key>) -> Vec<Value> {
        let mut schema = Vec::new();
        for (key, word) in [(Some(key), "HASH"), (sort, "RANGE")] {
            let Some(key) = key else { continue };
            let (name, kind) = match &key.value {
                Short::Short(name) => (name, AttributeType::String),
                Short::Full(full) => (&full.name, full.kind),
            };
            let (first, span) = *attributes.0.entry(name.clone()).or_insert((kind, key.span));
            if first != kind {
                self.diagnostics.push(
                    Diagnostic::error("attribute-type-conflict", "a key attribute has two types")
                        .at(key.span, "")
                        .also(span, "its first type"),
                );
            }
            schema.push(Members::new().with("AttributeName", name.as_str()).with("KeyType", word).into());
        }
        schema
    }

    fn encryption(&mut self, choice: &Spanned<String>) -> Option<Members> {
        let kms = Members::new().with("SSEEnabled", true).with("SSEType", "KMS");
        match choice.as_str() {
            "aws-owned" => None,
            "aws-managed" => Some(kms),
            arn if arn.starts_with("arn:") && arn.contains(":kms:") => Some(kms.with("KMSMasterKeyId", arn)),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("invalid-encryption", "this is no way to encrypt a table")
                        .at(choice.span, "")
                        .help("Write `aws-owned`, `aws-managed` or the ARN of a KMS key."),
                );
                None
            }
        }
    }
}

impl Attributes {
    fn definitions(&self) -> Vec<Value> {
        self.0
            .iter()
            .map(|(name, (kind, _))| {
                let word = match kind {
                    AttributeType::String => "S",
                    AttributeType::Number => "N",
                    AttributeType::Binary => "B",
                };
                Members::new().with("AttributeName", name.as_str()).with("AttributeType", word).into()
            })
            .collect()
    }
}

/// A table that is kept when the center is destroyed has to be found again. Another one needs no name, and can be
/// replaced where it must be.
fn is_named_by_default(table: &Table) -> bool {
    table.name.is_none() && table.retain != Some(false)
}

fn projection(written: Option<&Spanned<Texts>>) -> Members {
    let names: Vec<&str> =
        written.map(|texts| texts.0.iter().map(|text| text.value.as_str()).collect()).unwrap_or_default();
    match names.as_slice() {
        [] | ["all"] => Members::new().with("ProjectionType", "ALL"),
        ["keys-only"] => Members::new().with("ProjectionType", "KEYS_ONLY"),
        names => Members::new()
            .with("ProjectionType", "INCLUDE")
            .with("NonKeyAttributes", names.iter().map(|name| Value::from(*name)).collect::<Vec<_>>()),
    }
}

fn throughput(capacity: Capacity) -> Members {
    Members::new().with("ReadCapacityUnits", capacity.read).with("WriteCapacityUnits", capacity.write)
}

fn stream_word(view: StreamView) -> &'static str {
    match view {
        StreamView::KeysOnly => "KEYS_ONLY",
        StreamView::NewImage => "NEW_IMAGE",
        StreamView::OldImage => "OLD_IMAGE",
        StreamView::NewAndOldImages => "NEW_AND_OLD_IMAGES",
    }
}

fn class_word(class: TableClass) -> &'static str {
    match class {
        TableClass::Standard => "STANDARD",
        TableClass::InfrequentAccess => "STANDARD_INFREQUENT_ACCESS",
    }
}
