//! Where data is kept: buckets and streams.

use callform_aws::NamedResource;
use callform_source::{Diagnostic, Spanned};

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Duration, Name, resource};
use crate::model::access::{self, with_suffix};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Address, Kind, TextPart, Value};

resource! {
    /// An S3 bucket: private, encrypted, versioned, reachable by TLS only.
    pub struct Bucket {
        /// Name in S3. Default: `amazon-connect-<center>-<key>-<account>-<region>`.
        pub name: Option<Spanned<String>>,
        /// KMS key: one of this blueprint, its ARN, id or alias. Default: S3's own encryption.
        pub kms_key: Option<Spanned<String>>,
        /// Days after which objects are deleted. Default: never.
        pub expire_after: Option<Duration>,
        /// Whether `EventBridge` is told of objects that are put and deleted, for `event_rules`. Default: false.
        #[serde(default)]
        pub events: bool,
    }
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "bucket",
    plural: "buckets",
    resource_type: "AWS::S3::Bucket",
    prefix: "Bucket",
    is_single: false,
    lowering: Some(Lowering {
        section: "buckets",
        names: |blueprint| keys(&blueprint.buckets),
        lower: |resolver| resolver.buckets(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:s3:::${Id}"),
        attribute: Some("Arn"),
        parameter: "BucketNames",
    },
    name: Some(UniqueName::in_account("/BucketName")),
    lookup: Some(Lookup { property: "BucketName", resource: NamedResource::Bucket, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("the files in the bucket are lost"),
        is_retained: true,
        holds_data: true,
        ..Lifetime::PLAIN
    },
    reach: Reach::PLAIN,
    outside: Outside::REGIONAL,
    live: Live::Template { but: Some("lifecycle and CORS rules") },
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks::PLAIN,
};

const SECONDS_PER_DAY: u32 = 86_400;

/// Bytes in the name of a bucket that S3 takes.
const LONGEST_BUCKET_NAME: usize = 63;

/// `123456789012`
const ACCOUNT_ID_LENGTH: usize = 12;

impl Resolver<'_> {
    pub(crate) fn buckets(&mut self) {
        for (key, bucket) in &self.blueprint().buckets {
            let encryption = match &bucket.kms_key {
                Some(kms) => Members::new().with("SSEAlgorithm", "aws:kms").with("KMSMasterKeyID", self.kms_key(kms)),
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
            let told = || {
                let bridge = Members::new().with("EventBridgeEnabled", true);
                Members::new().with("EventBridgeConfiguration", bridge)
            };
            let properties = Members::new()
                .with("BucketName", name.clone())
                .with("BucketEncryption", Members::new().with("ServerSideEncryptionConfiguration", vec![rule.into()]))
                .with("PublicAccessBlockConfiguration", private)
                .with("OwnershipControls", Members::new().with("Rules", vec![ownership.into()]))
                .with("VersioningConfiguration", Members::new().with("Status", "Enabled"))
                .with_some("LifecycleConfiguration", lifecycle(bucket))
                .with_some("NotificationConfiguration", bucket.events.then(told))
                .with_tags(bucket.tags.as_ref())
                .finish();
            self.add(Kind::Bucket, key, bucket.common(), properties);
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
        let common = Common { retain: bucket.retain, renamed_from: bucket.renamed_from.as_ref(), ..Common::NONE };
        self.add(Kind::BucketPolicy, key, common, properties);
    }

    pub(crate) fn bucket_arn(&mut self, bucket: &Name) -> Value {
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

pub(crate) fn bucket_and_objects(bucket: &Value) -> Vec<Value> {
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
