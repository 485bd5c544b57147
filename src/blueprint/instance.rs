//! The Connect instance and where it stores its data.

use callform_source::Spanned;
use schemars::JsonSchema;
use serde::Deserialize;

use super::notation::{Duration, Name, resource};

resource! {
    /// The Connect instance: a new one (`alias`), or one that exists (`existing`).
    pub struct Instance {
        /// Alias of an instance this blueprint creates; part of its address `https://<alias>.my.connect.aws`, unique
        /// in all of AWS, cannot be changed later. 1 to 45 letters, digits and hyphens.
        pub alias: Option<Spanned<String>>,
        /// Alias, instance id or ARN of an instance that exists and that this blueprint only furnishes. Of its settings
        /// those that are named here are managed, without a default for the others; `destroy` leaves them as they are.
        pub existing: Option<Spanned<String>>,
        /// How users sign in. Default: `connect-managed`.
        pub identity: Option<Identity>,
        /// Id of the directory, with `identity: existing-directory`.
        pub directory_id: Option<Spanned<String>>,
        /// Accept incoming calls. Default: true.
        pub inbound: Option<bool>,
        /// Allow outgoing calls. Default: true.
        pub outbound: Option<bool>,
        /// Write flow logs to CloudWatch (`/aws/connect/<alias>`). Default: true.
        pub flow_logs: Option<bool>,
        /// Contact Lens conversational analytics. Default: true.
        pub contact_lens: Option<bool>,
        /// Let agents hear early media, such as busy tones, on outgoing calls. Default: true.
        pub early_media: Option<bool>,
        /// Choose the best Polly voice for the language by itself. Default: true.
        pub auto_resolve_best_voices: Option<bool>,
        /// Custom text-to-speech voices; AWS must allow the account to change it.
        pub custom_tts_voices: Option<bool>,
        /// Calls with up to six participants.
        pub multi_party_conference: Option<bool>,
        /// Chats with several participants.
        pub multi_party_chat: Option<bool>,
        /// High-volume outbound communications (campaigns).
        pub high_volume_outbound: Option<bool>,
        /// Enhanced monitoring of calls (supervisors can barge in).
        pub enhanced_contact_monitoring: Option<bool>,
        /// Enhanced monitoring of chats.
        pub enhanced_chat_monitoring: Option<bool>,
        /// Mute the agent's microphone while the customer is on hold.
        pub auto_mute_agent_on_hold: Option<bool>,
        /// Streaming of chat messages as they are written.
        pub message_streaming: Option<bool>,
        /// Where the instance stores its data, by kind of data.
        #[serde(default)]
        pub storage: Storage,
    }
}

/// How users sign in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Identity {
    /// Connect keeps user names and passwords.
    #[default]
    ConnectManaged,
    /// An identity provider signs users in by SAML 2.0.
    Saml,
    /// A directory of AWS Directory Service.
    ExistingDirectory,
}

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
    /// ARN of the KMS key the data is encrypted with. Default: the bucket's own encryption.
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
