//! Where data is kept: buckets and streams.

use callform_source::{Diagnostic, Spanned};

use super::access::{self, with_suffix};
use super::members::Members;
use super::naming::physical_name;
use super::resolver::Resolver;
use super::{Address, Kind, TextPart, Value};
use crate::blueprint::{Bucket, Common, Definition as _, Name};

const SECONDS_PER_DAY: u32 = 86_400;
/// Bytes in the name of a bucket that S3 takes.
const LONGEST_BUCKET_NAME: usize = 63;
/// `123456789012`
const ACCOUNT_ID_LENGTH: usize = 12;

impl Resolver<'_> {
    pub(crate) fn buckets(&mut self) {
        for (key, bucket) in &self.blueprint().buckets {
            let encryption = match &bucket.kms_key {
                Some(kms) => Members::new().with("SSEAlgorithm", "aws:kms").with("KMSMasterKeyID", kms),
                None => Members::new().with("SSEAlgorithm", "AES256"),
            };
            let mut rule = Members::new().with("ServerSideEncryptionByDefault", encryption);
            if bucket.kms_key.is_some() {
                rule = rule.with("BucketKeyEnabled", true);
            }
            let private = Members::new()
                .with("BlockPublicAcls", true)
                .with("BlockPublicPolicy", true)
                .with("IgnorePublicAcls", true)
                .with("RestrictPublicBuckets", true);
            let ownership = Members::new().with("ObjectOwnership", "BucketOwnerEnforced");
            let name = self.name_of_bucket(key, bucket);
            let properties = Members::new()
                .with("BucketName", name.clone())
                .with("BucketEncryption", Members::new().with("ServerSideEncryptionConfiguration", vec![rule.into()]))
                .with("PublicAccessBlockConfiguration", private)
                .with("OwnershipControls", Members::new().with("Rules", vec![ownership.into()]))
                .with("VersioningConfiguration", Members::new().with("Status", "Enabled"))
                .with_some("LifecycleConfiguration", lifecycle(bucket))
                .with_tags(bucket.tags.as_ref())
                .finish();
            self.add(Kind::Bucket, key, bucket.common(), "AWS::S3::Bucket", properties);
            self.bucket_policy(key, bucket, name);
        }
    }

    /// A name that is unique in all of AWS, the same in every deployment, and of the kind that the service-linked role
    /// of Amazon Connect may write to.
    fn name_of_bucket(&mut self, key: &Spanned<String>, bucket: &Bucket) -> Value {
        if let Some(name) = &bucket.name {
            return name.into();
        }
        let blueprint = self.blueprint();
        let dashed = |text: &str| text.to_lowercase().replace(|other: char| !other.is_ascii_alphanumeric(), "-");
        let start = format!("amazon-connect-{}-{}-", dashed(&blueprint.center), dashed(key));
        let end = format!("-{}", blueprint.region);
        if start.len() + ACCOUNT_ID_LENGTH + end.len() > LONGEST_BUCKET_NAME {
            self.diagnostics.push(
                Diagnostic::error("bucket-name-too-long", "the bucket's name would have more than 63 characters")
                    .at(key.span, format!("`{start}<account>{end}`"))
                    .help("Give the bucket a shorter key, or a name of its own with `name:`."),
            );
        }
        Value::Text(vec![TextPart::Literal(start), TextPart::Pseudo("AWS::AccountId"), TextPart::Literal(end)])
    }

    /// Refuses every request that does not come by TLS.
    ///
    /// The bucket is named, not referred to: CloudFormation takes over a policy that was retained together with its
    /// bucket only where it can tell its identifier beforehand. The policy's statement refers to the bucket, so the
    /// order is kept.
    fn bucket_policy(&mut self, key: &Spanned<String>, bucket: &Bucket, name: Value) {
        let address = Address::new(Kind::Bucket, key.value.clone());
        let insecure = Members::new().with("Bool", Members::new().with("aws:SecureTransport", "false"));
        let statement = Members::new()
            .with("Sid", "TlsOnly")
            .with("Effect", "Deny")
            .with("Principal", "*")
            .with("Action", "s3:*")
            .with("Resource", bucket_and_objects(&Value::arn_of(address)))
            .with("Condition", insecure);
        let properties = Members::new()
            .with("Bucket", name)
            .with("PolicyDocument", access::document(vec![statement.into()]))
            .finish();
        let common = Common { retain: bucket.retain, ..Common::NONE };
        self.add(Kind::BucketPolicy, key, common, "AWS::S3::BucketPolicy", properties);
    }

    pub(crate) fn streams(&mut self) {
        for (key, stream) in &self.blueprint().streams {
            let mode = if stream.shards.is_some() { "PROVISIONED" } else { "ON_DEMAND" };
            let hours = stream.retention.as_ref().map_or(24, |time| time.seconds / 3600);
            let kms = stream.kms_key.as_ref().map_or("alias/aws/kinesis", |key| key.value.as_str());
            // As for tables: what is kept must be found again.
            let default = (stream.name.is_none() && stream.retain == Some(true)).then_some("Name");
            let name = default.map(|_| physical_name(&self.blueprint().center, key));
            let properties = Members::new()
                .with_some("Name", stream.name.as_ref().map(|name| name.value.clone()).or(name))
                .with("StreamModeDetails", Members::new().with("StreamMode", mode))
                .with_some("ShardCount", stream.shards.as_ref().map(|shards| shards.value))
                .with("RetentionPeriodHours", hours)
                .with("StreamEncryption", Members::new().with("EncryptionType", "KMS").with("KeyId", kms))
                .with_tags(stream.tags.as_ref())
                .finish();
            self.add(Kind::Stream, key, stream.common(), "AWS::Kinesis::Stream", properties).named_by_default = default;
        }
    }

    pub(super) fn bucket_arn(&mut self, bucket: &Name) -> Value {
        match bucket.strip_prefix("existing/") {
            Some(name) => Value::Text(vec![
                TextPart::Literal("arn:".to_owned()),
                TextPart::Pseudo("AWS::Partition"),
                TextPart::Literal(format!(":s3:::{name}")),
            ]),
            None => self.arn(Kind::Bucket, bucket),
        }
    }
}

pub(super) fn bucket_and_objects(bucket: &Value) -> Vec<Value> {
    vec![bucket.clone(), with_suffix(bucket.clone(), "/*")]
}

/// Old versions go with their objects; unfinished uploads after a week.
fn lifecycle(bucket: &Bucket) -> Option<Members> {
    let days = bucket.expire_after?.seconds.div_ceil(SECONDS_PER_DAY);
    let rule = Members::new()
        .with("Id", "expire")
        .with("Status", "Enabled")
        .with("ExpirationInDays", days)
        .with("NoncurrentVersionExpiration", Members::new().with("NoncurrentDays", days))
        .with("AbortIncompleteMultipartUpload", Members::new().with("DaysAfterInitiation", 7_u32));
    Some(Members::new().with("Rules", vec![rule.into()]))
}
