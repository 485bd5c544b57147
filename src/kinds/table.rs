//! A DynamoDB table.

use std::collections::BTreeMap;

use callform_aws::NamedResource;
use callform_source::{Diagnostic, Span, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Section, Short, Texts, resource};
use crate::model::members::Members;
use crate::model::naming::physical_name;
use crate::model::resolver::Resolver;
use crate::model::{Kind, Value};

resource! {
    /// A DynamoDB table.
    pub struct Table {
        /// Name in DynamoDB. Default: `<center>-<key>`, so that the table is found again when the center was destroyed and
        /// comes back; with `retain: false` CloudFormation makes one up, so that the table can be replaced when it must be.
        pub name: Option<Spanned<String>>,
        /// The partition key: an attribute's name (a string then), or name and type.
        pub key: Spanned<Short<String, TableKey>>,
        /// The sort key.
        pub sort: Option<Spanned<Short<String, TableKey>>>,
        /// Global secondary indexes, by name.
        #[serde(default)]
        pub indexes: Section<TableIndex>,
        /// Local secondary indexes, by name; cannot be changed later.
        #[serde(default)]
        pub local_indexes: Section<LocalIndex>,
        /// The attribute that says when an item expires, in seconds since 1970.
        pub ttl: Option<Spanned<String>>,
        /// What the table's stream carries.
        pub stream: Option<StreamView>,
        /// Who holds the key of the encryption at rest: `aws-owned` (default), `aws-managed`, or the ARN of a KMS key.
        pub encryption: Option<Spanned<String>>,
        /// Continuous backups of the last 35 days. Default: true.
        pub point_in_time_recovery: Option<bool>,
        /// `on-demand` (default), or provisioned units.
        pub capacity: Option<Spanned<Short<OnDemand, Capacity>>>,
        /// Let DynamoDB itself refuse to delete the table. Default: false.
        pub deletion_protection: Option<bool>,
        /// The storage class. Default: `standard`.
        pub class: Option<TableClass>,
    }
}

/// A key of a table.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableKey {
    /// The attribute's name.
    pub name: String,
    /// The attribute's type. Default: `string`.
    #[serde(rename = "type", default)]
    pub kind: AttributeType,
}

/// Type of a key attribute.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AttributeType {
    /// Text.
    #[default]
    String,
    /// A number.
    Number,
    /// Bytes.
    Binary,
}

/// A global secondary index.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TableIndex {
    /// The partition key.
    pub key: Spanned<Short<String, TableKey>>,
    /// The sort key.
    pub sort: Option<Spanned<Short<String, TableKey>>>,
    /// Attributes copied into the index: `all` (default), `keys-only`, or a list of names.
    pub projection: Option<Spanned<Texts>>,
    /// Provisioned units, where the table has them too.
    pub capacity: Option<Capacity>,
}

/// A local secondary index.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalIndex {
    /// The sort key.
    pub sort: Spanned<Short<String, TableKey>>,
    /// Attributes copied into the index: `all` (default), `keys-only`, or a list of names.
    pub projection: Option<Spanned<Texts>>,
}

/// The word for capacity that follows the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OnDemand {
    /// Pay per request.
    OnDemand,
}

/// Provisioned capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Capacity {
    /// Read units per second.
    pub read: u32,
    /// Write units per second.
    pub write: u32,
}

/// What a table's stream carries of a changed item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StreamView {
    /// Its keys.
    KeysOnly,
    /// It as it is now.
    NewImage,
    /// It as it was.
    OldImage,
    /// Both.
    NewAndOldImages,
}

/// A storage class of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TableClass {
    /// For tables in use.
    Standard,
    /// For tables that are rarely read.
    InfrequentAccess,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "table",
    plural: "tables",
    resource_type: "AWS::DynamoDB::Table",
    prefix: "Table",
    is_single: false,
    lowering: Some(Lowering {
        section: "tables",
        names: |blueprint| keys(&blueprint.tables),
        lower: |resolver| resolver.tables(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Id}"),
        attribute: Some("Arn"),
        parameter: "TableNames",
    },
    name: Some(UniqueName::in_account("/TableName")),
    lookup: Some(Lookup { property: "TableName", resource: NamedResource::Table, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the items of the table are lost"),
        is_retained: true,
        holds_data: true,
        is_named_by_default: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 30, ..Service::PLAIN },
    checks: Checks::PLAIN,
};

type Key = Spanned<Short<String, TableKey>>;

/// Key attributes of one table with their types.
#[derive(Default)]
struct Attributes(BTreeMap<String, (AttributeType, Span)>);

impl Resolver<'_> {
    pub(crate) fn tables(&mut self) {
        for (key, table) in &self.blueprint().tables {
            let properties = self.table(key, table);
            let added = self.add(Kind::Table, key, table.common(), properties.finish());
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
