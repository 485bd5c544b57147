//! Firehose delivery streams, each with a role that may do just what it does, and a log of its errors.

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Duration, Name, Short, resource};
use crate::model::access::{self, allow, key_statement, with_suffix};
use crate::model::members::Members;
use crate::model::parquet::{self, Schema};
use crate::model::resolver::{Found, Resolver};
use crate::model::{Address, Attribute, Kind, Reference, Target, TextPart, Value};

resource! {
    /// A Firehose delivery stream into a bucket.
    pub struct DeliveryStream {
        /// Name in Firehose. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// The stream whose records are delivered: one of this blueprint, or its ARN. Default: records are put into the
        /// delivery stream directly.
        pub source: Option<Name>,
        /// The function that records go through: one of this blueprint, or its ARN. It may change them, drop them, say
        /// that they failed, and give the partition keys of `prefix`.
        pub transform: Option<Spanned<Short<String, Transform>>>,
        /// A bucket of this blueprint, or `existing/<bucket name>`.
        pub bucket: Name,
        /// Prefix of the keys, with expressions as Firehose has them: `!{timestamp:yyyy/MM/dd}/`, and
        /// `!{partitionKeyFromLambda:day}/` for partition keys that the function gives (dynamic partitioning). Default
        /// of Firehose: `yyyy/MM/dd/HH/`.
        pub prefix: Option<Spanned<String>>,
        /// Prefix of the keys of records that could not be delivered. Where `prefix` has expressions, Firehose needs
        /// `!{firehose:error-output-type}` in it: that is put at the end where it is missing. Default: `errors/`, where
        /// one is needed.
        pub error_prefix: Option<Spanned<String>>,
        /// Longest time before a file is written, up to 15 minutes. Default: `5m`.
        pub buffer: Option<Spanned<Duration>>,
        /// Megabytes after which a file is written, 1 to 128. Default: 5; 64 with partition keys, which is the least
        /// there; 128 with `parquet`, where 64 is the least.
        pub buffer_size: Option<Spanned<u32>>,
        /// Write GZIP files. Default: true, except with `parquet`.
        pub compress: Option<bool>,
        /// Write Parquet files with the columns of a table of this blueprint that has `format: parquet`, named by keys as
        /// `database.table`. What does not fit the columns is lost, and records of another kind do not fit: give them
        /// a stream of their own. Default: records are written as they are.
        pub parquet: Option<Name>,
        /// Put a line feed behind each record, so that readers of JSON lines find them all. Default: true, except with
        /// a `transform`, which does so itself.
        pub line_feeds: Option<bool>,
        /// Days its log of errors is kept. Default: 30.
        pub log_retention: Option<Spanned<u32>>,
    }
}

/// How records go through a function.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Transform {
    /// The function: one of this blueprint, or its ARN.
    pub lambda: Name,
    /// Longest time before the function is invoked, up to 15 minutes. Default: `1m`.
    pub buffer: Option<Duration>,
    /// Megabytes after which the function is invoked, 1 to 3. Default: 1.
    pub buffer_size: Option<Spanned<u32>>,
    /// How often an invocation that failed is tried again, up to 300 times; then the batch goes to the error prefix.
    /// Default: 3.
    pub retries: Option<Spanned<u32>>,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "delivery_stream",
    plural: "delivery streams",
    resource_type: "AWS::KinesisFirehose::DeliveryStream",
    prefix: "DeliveryStream",
    is_single: false,
    lowering: Some(Lowering {
        section: "delivery_streams",
        names: |blueprint| keys(&blueprint.delivery_streams),
        lower: |resolver| resolver.delivery_streams(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:firehose:${AWS::Region}:${AWS::AccountId}:deliverystream/${Id}"),
        attribute: Some("Arn"),
        parameter: "DeliveryStreamNames",
    },
    name: Some(UniqueName::in_account("/DeliveryStreamName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::losing("records on their way are lost"),
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service { seconds: 60, needs: &["iam"], ..Service::PLAIN },
    checks: Checks::PLAIN,
};

/// The log stream that Firehose writes errors of S3 deliveries to.
const LOG_STREAM: &str = "S3Delivery";

/// Keys that a function gives, in a prefix.
const PARTITION_KEY: &str = "!{partitionKeyFromLambda:";

const ERROR_TYPE: &str = "!{firehose:error-output-type}";

/// The least buffer of a delivery stream with dynamic partitioning, in megabytes.
const LEAST_DYNAMIC_BUFFER: u32 = 64;

const DEFAULT_BUFFER: u32 = 5;

const DEFAULT_LOG_RETENTION_DAYS: u32 = 30;

impl Resolver<'_> {
    pub(crate) fn delivery_streams(&mut self) {
        for (key, stream) in &self.blueprint().delivery_streams {
            let parts = self.parts_of_delivery(key, stream);
            let log = self.delivery_log(key, stream);
            let role = self.delivery_role(key, stream, &parts, &log);
            let destination = self.destination(key, stream, &parts, &role, log);
            let mut properties = Members::new()
                .with_some("DeliveryStreamName", stream.name.as_ref())
                .with("ExtendedS3DestinationConfiguration", destination);
            properties = match parts.source {
                Some(source) => properties.with("DeliveryStreamType", "KinesisStreamAsSource").with(
                    "KinesisStreamSourceConfiguration",
                    Members::new().with("KinesisStreamARN", source).with("RoleARN", role),
                ),
                None => properties.with("DeliveryStreamType", "DirectPut").with(
                    "DeliveryStreamEncryptionConfigurationInput",
                    Members::new().with("KeyType", "AWS_OWNED_CMK"),
                ),
            };
            let properties = properties.with_tags(stream.tags.as_ref()).finish();
            self.add(Kind::DeliveryStream, key, stream.common(), properties);
        }
    }

    /// What a delivery stream is made of, as values.
    fn parts_of_delivery(&mut self, key: &Spanned<String>, stream: &DeliveryStream) -> Parts {
        let transform = stream.transform.as_ref().map(|transform| match &transform.value {
            Short::Short(name) => Transform {
                lambda: Spanned::new(name.clone(), transform.span),
                buffer: None,
                buffer_size: None,
                retries: None,
            },
            Short::Full(transform) => transform.clone(),
        });
        let prefix = stream.prefix.as_ref().map_or("", |prefix| prefix.value.as_str());
        let dynamic = prefix.contains(PARTITION_KEY);
        if dynamic && transform.is_none() {
            self.diagnostics.push(
                Diagnostic::error("partition-keys-without-function", "partition keys come from a function")
                    .at(stream.prefix.as_ref().map_or(key.span, |prefix| prefix.span), "names keys that nothing gives")
                    .help("Name the function under `transform:`."),
            );
        }
        Parts {
            bucket: self.bucket_arn(&stream.bucket),
            parquet: self.parquet_schema(key, stream),
            source: stream.source.as_ref().map(|source| self.arn(Kind::Stream, source)),
            function: transform.as_ref().map(|transform| self.invoked_function(&transform.lambda)),
            transform,
            dynamic,
        }
    }

    /// What is invoked where a function is named: the alias of one of this blueprint. Permissions are about it too.
    pub(crate) fn invoked_function(&mut self, name: &Name) -> Value {
        match self.find(Kind::Lambda, name) {
            Found::Target(_) => Value::arn_of(Address::new(Kind::LambdaAlias, name.value.clone())),
            Found::Arn(arn) => Value::String(arn),
        }
    }

    fn destination(
        &mut self,
        key: &Spanned<String>,
        stream: &DeliveryStream,
        parts: &Parts,
        role: &Value,
        log: Value,
    ) -> Members {
        let interval = stream.buffer.as_ref().map_or(300, |time| time.seconds);
        let (least, default) = match (&parts.parquet, parts.dynamic) {
            (Some(_), _) => (parquet::LEAST_BUFFER, parquet::DEFAULT_BUFFER),
            (None, true) => (LEAST_DYNAMIC_BUFFER, LEAST_DYNAMIC_BUFFER),
            (None, false) => (1, DEFAULT_BUFFER),
        };
        let size = stream.buffer_size.as_ref().map_or(default, |size| size.value);
        if let Some(written) = &stream.buffer_size
            && !(least..=128).contains(&written.value)
        {
            self.diagnostics.push(
                Diagnostic::error("delivery-buffer", format!("the buffer has to hold {least} to 128 megabytes"))
                    .at(written.span, "")
                    .help("Firehose takes no other sizes; with partition keys or Parquet it needs 64 at least."),
            );
        }
        let logging = Members::new().with("Enabled", true).with("LogGroupName", log).with("LogStreamName", LOG_STREAM);
        let dynamic = parts.dynamic.then(|| {
            Members::new().with("Enabled", true).with("RetryOptions", Members::new().with("DurationInSeconds", 300_u32))
        });
        let packed = parts.parquet.is_none() && stream.compress.unwrap_or(true);
        let conversion = parts.parquet.as_ref().map(|schema| schema.conversion(role));
        Members::new()
            .with("BucketARN", parts.bucket.clone())
            .with("RoleARN", role.clone())
            .with_some("Prefix", stream.prefix.as_ref())
            .with_some("ErrorOutputPrefix", error_prefix(stream))
            .with("BufferingHints", Members::new().with("IntervalInSeconds", interval).with("SizeInMBs", size))
            // Files of Parquet are compressed within.
            .with("CompressionFormat", if packed { "GZIP" } else { "UNCOMPRESSED" })
            .with_some("DataFormatConversionConfiguration", conversion)
            .with_some("DynamicPartitioningConfiguration", dynamic)
            .with_some("ProcessingConfiguration", self.processing(key, stream, parts))
            .with("CloudWatchLoggingOptions", logging)
    }

    fn processing(&mut self, key: &Spanned<String>, stream: &DeliveryStream, parts: &Parts) -> Option<Members> {
        let parameter = |name: &str, value: Value| -> Value {
            Members::new().with("ParameterName", name).with("ParameterValue", value).into()
        };
        let mut processors = Vec::new();
        if let (Some(transform), Some(function)) = (&parts.transform, &parts.function) {
            let seconds = transform.buffer.map_or(60, |time| time.seconds);
            let size = transform.buffer_size.as_ref().map_or(1, |size| size.value);
            let retries = transform.retries.as_ref().map_or(3, |retries| retries.value);
            if seconds > 900 || !(1..=3).contains(&size) || retries > 300 {
                self.diagnostics.push(
                    Diagnostic::error("delivery-buffer", "Firehose does not take these settings of a transform")
                        .at(transform.lambda.span, format!("the function of {}", key.value))
                        .help("`buffer` has 15 minutes at most, `buffer_size` is 1 to 3, `retries` 300 at most."),
                );
            }
            let parameters = vec![
                parameter("LambdaArn", function.clone()),
                parameter("NumberOfRetries", retries.to_string().into()),
                parameter("BufferSizeInMBs", size.to_string().into()),
                parameter("BufferIntervalInSeconds", seconds.to_string().into()),
            ];
            processors.push(Members::new().with("Type", "Lambda").with("Parameters", parameters).into());
        }
        if stream.line_feeds.unwrap_or(parts.transform.is_none()) {
            let delimiter = vec![parameter("Delimiter", "\\n".into())];
            processors
                .push(Members::new().with("Type", "AppendDelimiterToRecord").with("Parameters", delimiter).into());
        }
        (!processors.is_empty()).then(|| Members::new().with("Enabled", true).with("Processors", processors))
    }

    /// The log group and stream of a delivery stream: Firehose makes neither.
    fn delivery_log(&mut self, key: &Spanned<String>, stream: &DeliveryStream) -> Value {
        let name = Spanned::new(format!("delivery_stream.{key}"), key.span);
        let retention = stream.log_retention.as_ref().map_or(DEFAULT_LOG_RETENTION_DAYS, |days| days.value);
        let group = Members::new().with("RetentionInDays", retention).finish();
        self.add(Kind::LogGroup, &name, Common::NONE, group);
        let group = Address::new(Kind::LogGroup, name.value.clone());
        let group = Value::Reference(Reference { target: Target::Resource(group), attribute: Attribute::Ref });
        let log = Members::new().with("LogGroupName", group.clone()).with("LogStreamName", LOG_STREAM).finish();
        self.add(Kind::LogStream, &name, Common::NONE, log);
        group
    }

    fn delivery_role(&mut self, key: &Spanned<String>, stream: &DeliveryStream, parts: &Parts, log: &Value) -> Value {
        let role = Spanned::new(format!("delivery_stream.{key}"), key.span);
        let objects = written_prefixes(stream)
            .into_iter()
            .map(|prefix| with_suffix(parts.bucket.clone(), &format!("/{prefix}*")))
            .collect();
        let mut statements = vec![
            allow(
                &["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
                vec![parts.bucket.clone()],
            ),
            allow(&["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"], objects),
            allow(&["logs:PutLogEvents"], vec![log_stream(log)]),
        ];
        if let Some(source) = &parts.source {
            let actions =
                ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"];
            statements.push(allow(&actions, vec![source.clone()]));
            statements.extend(self.decrypting(stream.source.as_ref()));
        }
        if let Some(function) = &parts.function {
            let actions = ["lambda:GetFunctionConfiguration", "lambda:InvokeFunction"];
            statements.push(allow(&actions, vec![function.clone()]));
        }
        statements.extend(parts.parquet.as_ref().map(Schema::statement));
        statements.extend(self.encrypting(&stream.bucket));
        let properties = Members::new()
            .with("Description", format!("Role of the delivery stream {key} of {}", self.blueprint().center))
            .with("AssumeRolePolicyDocument", access::own_account_trust_policy("firehose.amazonaws.com"))
            .with_list("Policies", access::inline_policy(key, statements))
            .finish();
        self.add(Kind::Role, &role, Common::NONE, properties);
        Value::arn_of(Address::new(Kind::Role, role.value))
    }

    /// The permission to use the key of a stream; none where AWS manages the key, which Kinesis uses for whoever may
    /// read the stream.
    pub(crate) fn decrypting(&self, stream: Option<&Name>) -> Option<Value> {
        let stream = self.blueprint().streams.get(stream?)?;
        let key = stream.kms_key.as_ref()?;
        key_statement(key, &["kms:Decrypt"], "kinesis")
    }

    /// The permission to use the key of a bucket of this blueprint.
    fn encrypting(&self, bucket: &Name) -> Option<Value> {
        let key = self.blueprint().buckets.get(bucket)?.kms_key.as_ref()?;
        key_statement(key, &["kms:Decrypt", "kms:GenerateDataKey"], "s3")
    }
}

/// What a delivery stream is made of.
struct Parts {
    bucket: Value,
    source: Option<Value>,
    function: Option<Value>,
    transform: Option<Transform>,
    /// The table whose columns its Parquet files have.
    parquet: Option<Schema>,
    /// Whether the prefix has keys that the function gives.
    dynamic: bool,
}

/// The ARN of the log stream of a delivery stream, out of the name of its group.
fn log_stream(group: &Value) -> Value {
    let parts = [
        TextPart::Literal("arn:".to_owned()),
        TextPart::Pseudo("AWS::Partition"),
        TextPart::Literal(":logs:".to_owned()),
        TextPart::Pseudo("AWS::Region"),
        TextPart::Literal(":".to_owned()),
        TextPart::Pseudo("AWS::AccountId"),
        TextPart::Literal(":log-group:".to_owned()),
    ];
    let mut text = parts.to_vec();
    if let Value::Reference(reference) = group {
        text.push(TextPart::Reference(reference.clone()));
    }
    with_suffix(Value::Text(text), &format!(":log-stream:{LOG_STREAM}"))
}

/// The prefix of failures: where the other prefix has expressions, Firehose wants one that says what failed.
fn error_prefix(stream: &DeliveryStream) -> Option<String> {
    let needed = stream.prefix.as_ref().is_some_and(|prefix| prefix.contains("!{"));
    match (&stream.error_prefix, needed) {
        (None, false) => None,
        (None, true) => Some(format!("errors/{ERROR_TYPE}/")),
        (Some(written), true) if !written.contains(ERROR_TYPE) => Some(format!("{}{ERROR_TYPE}/", written.value)),
        (Some(written), _) => Some(written.value.clone()),
    }
}

/// What every object's key begins with: both prefixes up to their first expression, none of them twice.
fn written_prefixes(stream: &DeliveryStream) -> Vec<String> {
    let before_expressions = |prefix: &str| prefix.split("!{").next().unwrap_or_default().to_owned();
    let prefix = before_expressions(stream.prefix.as_ref().map_or("", |prefix| prefix.value.as_str()));
    // Without an error prefix, failures stand below the other one (developer guide, "Custom prefixes for Amazon S3
    // objects").
    let errors = error_prefix(stream).map_or_else(|| prefix.clone(), |errors| before_expressions(&errors));
    match (errors.starts_with(&prefix), prefix.starts_with(&errors)) {
        (true, _) => vec![prefix],
        (false, true) => vec![errors],
        (false, false) => vec![prefix, errors],
    }
}
