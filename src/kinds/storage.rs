//! Storage of one kind of data of the instance.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Spanned};
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Outside, Reach, Reading, Service,
};
use crate::blueprint::{Common, Duration, Name};
use crate::model::members::Members;
use crate::model::{Address, Attribute, Kind, Resolver, Value};

/// Where the instance stores its data, by kind of data. What is left out is not stored.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Storage {
    /// Call recordings (S3).
    pub call_recordings: Option<Spanned<StorageTarget>>,
    /// Screen recordings (S3).
    pub screen_recordings: Option<Spanned<StorageTarget>>,
    /// Chat transcripts (S3).
    pub chat_transcripts: Option<Spanned<StorageTarget>>,
    /// E-mail messages (S3).
    pub email_messages: Option<Spanned<StorageTarget>>,
    /// Attachments of chats, tasks, cases and e-mails (S3).
    pub attachments: Option<Spanned<StorageTarget>>,
    /// Exported and scheduled reports (S3).
    pub scheduled_reports: Option<Spanned<StorageTarget>>,
    /// Evaluations of agents (S3).
    pub contact_evaluations: Option<Spanned<StorageTarget>>,
    /// Contact records (Kinesis stream or Firehose).
    pub contact_records: Option<Spanned<StorageTarget>>,
    /// Agent events (Kinesis stream).
    pub agent_events: Option<Spanned<StorageTarget>>,
    /// Live audio of calls (Kinesis video streams).
    pub media_streams: Option<Spanned<StorageTarget>>,
    /// Real-time Contact Lens segments of calls (Kinesis stream).
    pub voice_analysis_segments: Option<Spanned<StorageTarget>>,
    /// Real-time Contact Lens segments of chats (Kinesis stream).
    pub chat_analysis_segments: Option<Spanned<StorageTarget>>,
}

impl Storage {
    /// Every place that is given.
    pub fn targets(&self) -> impl Iterator<Item = &Spanned<StorageTarget>> {
        let all = [
            &self.call_recordings,
            &self.screen_recordings,
            &self.chat_transcripts,
            &self.email_messages,
            &self.attachments,
            &self.scheduled_reports,
            &self.contact_evaluations,
            &self.contact_records,
            &self.agent_events,
            &self.media_streams,
            &self.voice_analysis_segments,
            &self.chat_analysis_segments,
        ];
        all.into_iter().flatten()
    }
}

/// A place to store data: exactly one of `bucket`, `stream`, `delivery_stream` and `video_stream`.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StorageTarget {
    /// A bucket of this blueprint, or `existing/<bucket name>`.
    pub bucket: Option<Name>,
    /// Prefix of the keys in the bucket. Default: `connect/<instance alias>/<kind of data>`.
    pub prefix: Option<Spanned<String>>,
    /// KMS key the data is encrypted with: one of this blueprint, or its ARN. Default: the bucket's own encryption.
    pub kms_key: Option<Spanned<String>>,
    /// A Kinesis stream of this blueprint, or the ARN of one that exists.
    pub stream: Option<Name>,
    /// A Firehose delivery stream of this blueprint, or the ARN of one that exists.
    pub delivery_stream: Option<Name>,
    /// Kinesis video streams that Connect creates, with this prefix of their names; needs `kms_key`.
    pub video_stream: Option<Spanned<String>>,
    /// How long video streams keep their media. Default: `24h`.
    pub retention: Option<Duration>,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "storage",
    plural: "storage configurations",
    resource_type: "AWS::Connect::InstanceStorageConfig",
    prefix: "Storage",
    is_single: false,
    lowering: None,
    finish: None,
    identifiers: Identifiers { arn: ArnForm::Whole(None), attribute: None, parameter: "InstanceStorageConfigRefs" },
    name: None,
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::NONE,
    outside: Outside::REGIONAL,
    live: Live::bulk(|reading| {
        Box::pin(async { reading.gateway.live_storage(reading.instance, &types_of(reading)).await })
    }),
    drift: Drift::PLAIN,
    service: Service { needs: &["ds", "iam"], ..Service::PLAIN },
    checks: Checks::PLAIN,
};

/// The storage resource types that the center configures.
fn types_of(reading: &Reading<'_>) -> Vec<String> {
    let types: BTreeSet<&str> =
        reading.deployed.iter().filter_map(|properties| properties["ResourceType"].as_str()).collect();
    types.into_iter().map(str::to_owned).collect()
}

const HOURS_PER_DAY: u32 = 24;

impl Resolver<'_> {
    pub(crate) fn storage(&mut self) {
        let storage = &self.blueprint().instance.storage;
        let bucket = &[Place::Bucket][..];
        let stream = &[Place::Stream][..];
        let records = &[Place::Stream, Place::DeliveryStream][..];
        // What may go where: Amazon Connect, AssociateInstanceStorageConfig. Combinations the service refuses are
        // reported here, since neither the resource schema nor the linters know them.
        let kinds = [
            ("call_recordings", "CALL_RECORDINGS", bucket, &storage.call_recordings),
            ("screen_recordings", "SCREEN_RECORDINGS", bucket, &storage.screen_recordings),
            ("chat_transcripts", "CHAT_TRANSCRIPTS", bucket, &storage.chat_transcripts),
            ("email_messages", "EMAIL_MESSAGES", bucket, &storage.email_messages),
            ("attachments", "ATTACHMENTS", bucket, &storage.attachments),
            ("scheduled_reports", "SCHEDULED_REPORTS", bucket, &storage.scheduled_reports),
            ("contact_evaluations", "CONTACT_EVALUATIONS", bucket, &storage.contact_evaluations),
            ("contact_records", "CONTACT_TRACE_RECORDS", records, &storage.contact_records),
            ("agent_events", "AGENT_EVENTS", stream, &storage.agent_events),
            ("media_streams", "MEDIA_STREAMS", &[Place::VideoStream], &storage.media_streams),
            (
                "voice_analysis_segments",
                "REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS",
                stream,
                &storage.voice_analysis_segments,
            ),
            (
                "chat_analysis_segments",
                "REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS",
                stream,
                &storage.chat_analysis_segments,
            ),
        ];
        for (key, resource_type, places, target) in kinds {
            if let Some(target) = target
                && let Some(place) = self.place_of(key, places, target)
                && let Some(members) = self.stored_in(key, place, target)
            {
                self.stored(key, members.with("ResourceType", resource_type), target);
            }
        }
    }

    /// The one place a kind of data is stored in, where it is one of those that are possible.
    fn place_of(&mut self, key: &str, places: &[Place], target: &Spanned<StorageTarget>) -> Option<Place> {
        let given = [
            (Place::Bucket, target.bucket.is_some()),
            (Place::Stream, target.stream.is_some()),
            (Place::DeliveryStream, target.delivery_stream.is_some()),
            (Place::VideoStream, target.video_stream.is_some()),
        ];
        let given: Vec<Place> = given.into_iter().filter_map(|(place, given)| given.then_some(place)).collect();
        let title = match given.as_slice() {
            [place] if places.contains(place) => return Some(*place),
            [place] => format!("`{key}` cannot be stored in a {}", place.word()),
            _ => "storage needs exactly one place".to_owned(),
        };
        let allowed = places.iter().map(|place| format!("`{}`", place.word())).collect::<Vec<_>>().join(" or ");
        self.diagnostics.push(
            Diagnostic::error("storage-target", title).at(target.span, "").help(format!("`{key}` takes {allowed}.")),
        );
        None
    }

    /// The members that say where data is stored.
    fn stored_in(&mut self, key: &str, place: Place, target: &Spanned<StorageTarget>) -> Option<Members> {
        let members = Members::of_instance();
        let kms = target.kms_key.as_ref().map(|key| self.kms_key(key));
        let kms = kms.map(|key| Members::new().with("EncryptionType", "KMS").with("KeyId", key));
        Some(match place {
            Place::Bucket => {
                let prefix =
                    target.prefix.as_ref().map_or_else(|| self.default_prefix(key), |prefix| prefix.value.clone());
                let config = Members::new()
                    .with_some("BucketName", target.bucket.as_ref().map(|bucket| self.bucket_name(bucket)))
                    .with("BucketPrefix", prefix)
                    .with_some("EncryptionConfig", kms);
                members.with("StorageType", "S3").with("S3Config", config)
            }
            Place::Stream => {
                let stream = target.stream.as_ref().map(|stream| self.arn(Kind::Stream, stream));
                let config = Members::new().with_some("StreamArn", stream);
                members.with("StorageType", "KINESIS_STREAM").with("KinesisStreamConfig", config)
            }
            Place::DeliveryStream => {
                let stream = target.delivery_stream.as_ref().map(|stream| self.arn(Kind::DeliveryStream, stream));
                let config = Members::new().with_some("FirehoseArn", stream);
                members.with("StorageType", "KINESIS_FIREHOSE").with("KinesisFirehoseConfig", config)
            }
            Place::VideoStream => {
                if kms.is_none() {
                    self.diagnostics.push(
                        Diagnostic::error("storage-target", "video streams need a KMS key")
                            .at(target.span, "")
                            .help("Add `kms_key:` with a key of `kms_keys:`, or the ARN of one."),
                    );
                }
                let hours = target.retention.map_or(HOURS_PER_DAY, |retention| retention.seconds / 3600);
                let config = Members::new()
                    .with_some("Prefix", target.video_stream.as_ref())
                    .with("RetentionPeriodHours", hours)
                    .with("EncryptionConfig", kms?);
                members.with("StorageType", "KINESIS_VIDEO_STREAM").with("KinesisVideoStreamConfig", config)
            }
        })
    }

    fn stored(&mut self, key: &str, members: Members, target: &Spanned<StorageTarget>) {
        let key = Spanned::new(key.to_owned(), target.span);
        let resource = self.add(Kind::Storage, &key, Common::NONE, members.finish());
        if let Some(bucket) = &target.bucket
            && !bucket.contains('/')
        {
            // Connect writes a test object: the bucket's policy must stand by then.
            resource.depends_on.push(Address::new(Kind::BucketPolicy, bucket.value.clone()));
        }
    }

    fn default_prefix(&self, key: &str) -> String {
        let instance = &self.blueprint().instance;
        let name = instance.alias.as_ref().unwrap_or(&self.blueprint().center);
        format!("connect/{name}/{key}")
    }

    /// The name of a bucket of this blueprint, or of one that exists.
    pub(crate) fn bucket_name(&mut self, bucket: &Name) -> Value {
        match bucket.strip_prefix("existing/") {
            Some(name) => name.into(),
            None => self.reference(Kind::Bucket, bucket, Attribute::Ref),
        }
    }
}

/// A service that data can be stored in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Bucket,
    Stream,
    DeliveryStream,
    VideoStream,
}

impl Place {
    fn word(self) -> &'static str {
        match self {
            Place::Bucket => "bucket",
            Place::Stream => "stream",
            Place::DeliveryStream => "delivery_stream",
            Place::VideoStream => "video_stream",
        }
    }
}
