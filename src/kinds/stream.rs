//! A Kinesis data stream.

use callform_aws::NamedResource;
use callform_source::Spanned;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lookup, Lowering, Outside, Reach, Service,
    UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, resource};
use crate::model::members::Members;
use crate::model::naming::physical_name;
use crate::model::{Kind, Resolver};

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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "stream",
    plural: "streams",
    resource_type: "AWS::Kinesis::Stream",
    prefix: "Stream",
    is_single: false,
    lowering: Some(Lowering {
        section: "streams",
        names: |blueprint| keys(&blueprint.streams),
        lower: |resolver| resolver.streams(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:kinesis:${AWS::Region}:${AWS::AccountId}:stream/${Id}"),
        attribute: Some("Arn"),
        parameter: "StreamNames",
    },
    name: Some(UniqueName::in_account("/Name")),
    lookup: Some(Lookup { property: "Name", resource: NamedResource::Stream, is_physical_id: true }),
    builtins: None,
    lifetime: Lifetime {
        loss: Some("records on their way are lost"),
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

impl Resolver<'_> {
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
            self.add(Kind::Stream, key, stream.common(), properties).named_by_default = default;
        }
    }
}
