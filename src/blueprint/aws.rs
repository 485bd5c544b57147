//! What a center needs besides Connect: tables, roles, policies, functions, bots, buckets, streams.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::notation::{Duration, Name, Section, Short, Texts, resource};

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

/// One statement of an IAM policy.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Whether the statement denies instead of allowing. Default: false.
    #[serde(default)]
    pub deny: bool,
    /// Actions, such as `dynamodb:GetItem`.
    pub actions: Texts,
    /// Resources: ARNs, or addresses of this blueprint, such as `table/vanity_numbers` and `bucket/recordings/*`.
    pub resources: Spanned<Texts>,
    /// Conditions, as IAM writes them: `{ StringEquals: { "aws:SourceAccount": "123456789012" } }`.
    #[serde(default)]
    pub conditions: Map<String, Value>,
}

resource! {
    /// An IAM role.
    pub struct Role {
        /// Name in IAM. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// Who may take the role: services (`lambda.amazonaws.com`) or ARNs.
        pub trust: Spanned<Texts>,
        /// Managed policies: keys of `policies`, ARNs, or `aws/<path>` for those of AWS itself, such as
        /// `aws/service-role/AWSLambdaBasicExecutionRole`.
        #[serde(default)]
        pub managed_policies: Vec<Name>,
        /// What the role may do.
        #[serde(default)]
        pub statements: Vec<Statement>,
        /// How long a session lasts at most, 1 to 12 hours. Default: `1h`.
        pub max_session: Option<Duration>,
        /// ARN of the permissions boundary.
        pub permissions_boundary: Option<Spanned<String>>,
        /// Path in IAM. Default: `/`.
        pub path: Option<Spanned<String>>,
    }
}

resource! {
    /// An IAM managed policy.
    pub struct Policy {
        /// Name in IAM. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// What it allows.
        pub statements: Vec<Statement>,
        /// Path in IAM. Default: `/`.
        pub path: Option<Spanned<String>>,
    }
}

resource! {
    /// A Lambda function: exactly one of `bundle`, `code` and `arn`.
    pub struct Lambda {
        /// ARN of a function that exists, of its alias or version. Nothing of it is managed here, but flows of the
        /// instance may invoke it (`connect`); environments can name another one.
        pub arn: Option<Spanned<String>>,
        /// Name in Lambda. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it does.
        pub description: Option<Spanned<String>>,
        /// Name of a function in `lambdas/` of the project, or of one that comes with Callform, such as `vanity`. Its
        /// zip file comes from `callform lambda build`; `apply` builds what is missing or has changed.
        pub bundle: Option<Spanned<String>>,
        /// What the function of `bundle` has to be told, as its manifest says. Variables and permissions follow.
        pub with: Option<Spanned<IndexMap<Spanned<String>, Spanned<Value>>>>,
        /// A zip file beside the blueprint; it is uploaded.
        pub code: Option<Spanned<String>>,
        /// The entry point. Default: `bootstrap`.
        pub handler: Option<Spanned<String>>,
        /// The runtime. Default: `provided.al2023`.
        pub runtime: Option<Spanned<String>>,
        /// The processor. Default: `x86_64`, which the sandbox can run on most machines.
        pub architecture: Option<Architecture>,
        /// Environment variables: texts, or `{ ref: table/vanity_numbers }` for the name of another resource.
        #[serde(default)]
        pub environment: IndexMap<String, Spanned<Short<String, EnvironmentReference>>>,
        /// How long one invocation may take. Connect waits 8 seconds at most. Default: `8s`.
        pub timeout: Option<Spanned<Duration>>,
        /// Memory in MB. Default: 128.
        pub memory: Option<Spanned<u32>>,
        /// A role of this blueprint, or the ARN of one; it has to allow all that the function does. Default: a role of
        /// its own that may write its log and do what the manifest and `statements` say.
        pub role: Option<Name>,
        /// What the function may do, with the role of its own.
        #[serde(default)]
        pub statements: Vec<Statement>,
        /// Whether flows of the instance may invoke it. Default: true.
        pub connect: Option<bool>,
        /// Days its log is kept. Default: 30.
        pub log_retention: Option<Spanned<u32>>,
    }
}

/// A processor architecture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Architecture {
    /// AWS Graviton.
    #[serde(rename = "arm64")]
    Arm64,
    /// Intel and AMD.
    #[default]
    #[serde(rename = "x86_64")]
    X8664,
}

/// The value of an environment variable that only AWS knows.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EnvironmentReference {
    /// The address of a resource of this blueprint, such as `table/vanity_numbers`.
    #[serde(rename = "ref")]
    pub target: Spanned<String>,
    /// Give its ARN instead of its name. Default: false.
    #[serde(default)]
    pub arn: bool,
}

resource! {
    /// An Amazon Lex V2 bot that flows of the instance may use.
    pub struct LexBot {
        /// ARN of the bot's alias: `arn:aws:lex:<region>:<account>:bot-alias/<bot>/<alias>`.
        pub alias_arn: Spanned<String>,
    }
}

resource! {
    /// An S3 bucket: private, encrypted, versioned, reachable by TLS only.
    pub struct Bucket {
        /// Name in S3. Default: `amazon-connect-<center>-<key>-<account>-<region>`.
        pub name: Option<Spanned<String>>,
        /// ARN of the KMS key. Default: S3's own encryption.
        pub kms_key: Option<Spanned<String>>,
        /// Days after which objects are deleted. Default: never.
        pub expire_after: Option<Duration>,
    }
}

resource! {
    /// A Kinesis data stream.
    pub struct Stream {
        /// Name in Kinesis. Default: CloudFormation makes one up; with `retain: true` it is `<center>-<key>`.
        pub name: Option<Spanned<String>>,
        /// Number of shards. Default: as many as the load needs (on demand).
        pub shards: Option<Spanned<u32>>,
        /// How long records are kept, 24 hours to 365 days. Default: `24h`.
        pub retention: Option<Spanned<Duration>>,
        /// ARN or alias of the KMS key. Default: `alias/aws/kinesis`.
        pub kms_key: Option<Spanned<String>>,
    }
}
