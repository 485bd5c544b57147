//! The instance and its storage.

use std::collections::BTreeMap;

use callform_source::{Diagnostic, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Instance, Kind, Value};
use crate::blueprint::{self, Common, Definition as _, Identity, Name, StorageTarget};

const HOURS_PER_DAY: u32 = 24;

impl Resolver<'_> {
    /// Lowers `instance:` and says where the instance comes from.
    pub(super) fn instance(&mut self) -> Instance {
        let written = &self.blueprint().instance;
        let instance = match (&written.alias, &written.existing) {
            (_, Some(existing)) => {
                self.existing_instance(existing);
                Instance::Existing(existing.value.clone())
            }
            (Some(_), None) => {
                self.new_instance();
                Instance::Created(Address::new(Kind::Instance, "instance"))
            }
            (None, None) => {
                if written.directory_id.is_none() {
                    self.diagnostics.push(
                        Diagnostic::error("instance-without-name", "the instance has neither alias nor id")
                            .at(written.span, "")
                            .help("Write `alias:` to create an instance, or `existing:` with the alias, id or ARN of one."),
                    );
                }
                self.new_instance();
                Instance::Created(Address::new(Kind::Instance, "instance"))
            }
        };
        self.storage();
        instance
    }

    /// What an instance that exists was made with cannot be changed from here.
    fn existing_instance(&mut self, existing: &Spanned<String>) {
        let written = &self.blueprint().instance;
        let settings = [
            ("alias", written.alias.is_some()),
            ("identity", written.identity.is_some()),
            ("directory_id", written.directory_id.is_some()),
            ("tags", written.tags.is_some()),
        ];
        for (name, _) in settings.into_iter().filter(|(_, set)| *set) {
            self.diagnostics.push(
                Diagnostic::error(
                    "setting-of-existing-instance",
                    format!("`{name}` cannot be set on an instance that exists"),
                )
                .at(existing.span, "the instance is not created here")
                .help(format!("Remove `{name}`, or create the instance with `alias:`.")),
            );
        }
    }

    /// The settings of an instance that exists which the blueprint names. Those it does not name stay as they are.
    pub(super) fn settings_of_existing(&mut self) -> BTreeMap<String, bool> {
        let written = &self.blueprint().instance;
        let Some(existing) = &written.existing else { return BTreeMap::new() };
        let settings = attributes(written).into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?)));
        let settings: BTreeMap<String, bool> = settings.collect();
        if !settings.is_empty() && self.resources.is_empty() {
            let diagnostic = Diagnostic::error(
                "setting-of-existing-instance",
                "a blueprint of nothing but settings has no place to remember them",
            );
            let help = "Give the center something in the instance, such as `hours:`: its stack is the memory.";
            self.diagnostics.push(diagnostic.at(existing.span, "").help(help));
        }
        settings
    }

    fn new_instance(&mut self) {
        let written = &self.blueprint().instance;
        let identity = written.identity.unwrap_or_default();
        if (identity == Identity::ExistingDirectory) != written.directory_id.is_some() {
            self.diagnostics.push(
                Diagnostic::error(
                    "directory-mismatch",
                    "`directory_id` and `identity: existing-directory` belong together",
                )
                .at(written.span, "only one of them is given"),
            );
        }
        // What has a default here that Connect has not is spelled out.
        let default = |name: &str| DEFAULTS.contains(&name).then_some(true);
        let attributes = attributes(written)
            .into_iter()
            .fold(Members::new(), |members, (name, value)| members.with_some(name, value.or(default(name))));
        let properties = Members::new()
            .with_some("InstanceAlias", written.alias.as_ref())
            .with("IdentityManagementType", identity_word(identity))
            .with_some("DirectoryId", written.directory_id.as_ref())
            .with("Attributes", attributes)
            .with_tags(written.tags.as_ref())
            .finish();
        let span = written.alias.as_ref().map_or(written.span, |alias| alias.span);
        let key = Spanned::new("instance".to_owned(), span);
        self.add(Kind::Instance, &key, written.common(), "AWS::Connect::Instance", properties);
    }

    fn storage(&mut self) {
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
        let kms = target.kms_key.as_ref().map(|key| Members::new().with("EncryptionType", "KMS").with("KeyId", key));
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
                            .help("Add `kms_key:` with the ARN of a key."),
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
        let resource =
            self.add(Kind::Storage, &key, Common::NONE, "AWS::Connect::InstanceStorageConfig", members.finish());
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
    pub(super) fn bucket_name(&mut self, bucket: &Name) -> Value {
        match bucket.strip_prefix("existing/") {
            Some(name) => name.into(),
            None => self.reference(Kind::Bucket, bucket, super::Attribute::Ref),
        }
    }
}

/// Settings that a new instance has turned on unless the blueprint says otherwise.
const DEFAULTS: [&str; 6] =
    ["InboundCalls", "OutboundCalls", "ContactflowLogs", "ContactLens", "EarlyMedia", "AutoResolveBestVoices"];

/// What can be turned on and off about an instance, by CloudFormation's names.
fn attributes(written: &blueprint::Instance) -> [(&'static str, Option<bool>); 14] {
    [
        ("InboundCalls", written.inbound),
        ("OutboundCalls", written.outbound),
        ("ContactflowLogs", written.flow_logs),
        ("ContactLens", written.contact_lens),
        ("EarlyMedia", written.early_media),
        ("AutoResolveBestVoices", written.auto_resolve_best_voices),
        ("UseCustomTTSVoices", written.custom_tts_voices),
        ("MultiPartyConference", written.multi_party_conference),
        ("MultiPartyChatConference", written.multi_party_chat),
        ("HighVolumeOutBound", written.high_volume_outbound),
        ("EnhancedContactMonitoring", written.enhanced_contact_monitoring),
        ("EnhancedChatMonitoring", written.enhanced_chat_monitoring),
        ("AutoMuteAgentOnHold", written.auto_mute_agent_on_hold),
        ("MessageStreaming", written.message_streaming),
    ]
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

fn identity_word(identity: Identity) -> &'static str {
    match identity {
        Identity::ConnectManaged => "CONNECT_MANAGED",
        Identity::Saml => "SAML",
        Identity::ExistingDirectory => "EXISTING_DIRECTORY",
    }
}
