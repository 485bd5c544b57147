//! The instance and its storage.

use callform_source::{Diagnostic, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Address, Instance, Kind, Value};
use crate::blueprint::{Common, Definition as _, Identity, Name, StorageTarget};

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

    /// An instance that exists keeps its settings: they cannot be changed from here.
    fn existing_instance(&mut self, existing: &Spanned<String>) {
        let written = &self.blueprint().instance;
        let settings = [
            ("alias", written.alias.is_some()),
            ("identity", written.identity.is_some()),
            ("directory_id", written.directory_id.is_some()),
            ("inbound", written.inbound.is_some()),
            ("outbound", written.outbound.is_some()),
            ("flow_logs", written.flow_logs.is_some()),
            ("contact_lens", written.contact_lens.is_some()),
            ("early_media", written.early_media.is_some()),
            ("auto_resolve_best_voices", written.auto_resolve_best_voices.is_some()),
            ("custom_tts_voices", written.custom_tts_voices.is_some()),
            ("multi_party_conference", written.multi_party_conference.is_some()),
            ("multi_party_chat", written.multi_party_chat.is_some()),
            ("high_volume_outbound", written.high_volume_outbound.is_some()),
            ("enhanced_contact_monitoring", written.enhanced_contact_monitoring.is_some()),
            ("enhanced_chat_monitoring", written.enhanced_chat_monitoring.is_some()),
            ("auto_mute_agent_on_hold", written.auto_mute_agent_on_hold.is_some()),
            ("message_streaming", written.message_streaming.is_some()),
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
        let attributes = Members::new()
            .with("InboundCalls", written.inbound.unwrap_or(true))
            .with("OutboundCalls", written.outbound.unwrap_or(true))
            .with("ContactflowLogs", written.flow_logs.unwrap_or(true))
            .with("ContactLens", written.contact_lens.unwrap_or(true))
            .with("EarlyMedia", written.early_media.unwrap_or(true))
            .with("AutoResolveBestVoices", written.auto_resolve_best_voices.unwrap_or(true))
            .with_some("UseCustomTTSVoices", written.custom_tts_voices)
            .with_some("MultiPartyConference", written.multi_party_conference)
            .with_some("MultiPartyChatConference", written.multi_party_chat)
            .with_some("HighVolumeOutBound", written.high_volume_outbound)
            .with_some("EnhancedContactMonitoring", written.enhanced_contact_monitoring)
            .with_some("EnhancedChatMonitoring", written.enhanced_chat_monitoring)
            .with_some("AutoMuteAgentOnHold", written.auto_mute_agent_on_hold)
            .with_some("MessageStreaming", written.message_streaming);
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
