//! How contacts reach agents: hours, phone numbers, queues, quick connects, routing profiles.

use callform_source::Spanned;
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::notation::{Duration, Name, Section, Short, Texts, resource};

resource! {
    /// Hours of operation.
    pub struct Hours {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What they are for.
        pub description: Option<Spanned<String>>,
        /// IANA time zone, such as `America/Los_Angeles`.
        pub time_zone: Spanned<String>,
        /// Opening times by day: `mon-fri: 09:00-18:00`, `sat: [09:00-12:00, 13:00-15:00]`, `daily: 24h`. A range that
        /// ends before it starts runs into the next day.
        pub open: IndexMap<Spanned<String>, Spanned<Texts>>,
        /// Days with other hours, such as holidays; 50 at most.
        #[serde(default)]
        pub overrides: Section<Override>,
    }
}

/// Hours of one day or of several days in a row that differ from the usual ones. Closed, unless `open` says otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// Name in Connect. Default: from the key.
    pub name: Option<Spanned<String>>,
    /// Why the hours differ.
    pub description: Option<Spanned<String>>,
    /// The day, `2026-12-25`. Give this, or `from` and `till`.
    pub on: Option<Spanned<String>>,
    /// The first day.
    pub from: Option<Spanned<String>>,
    /// The last day.
    pub till: Option<Spanned<String>>,
    /// Opening times on these days, such as `10:00-14:00`. Without it the center is closed.
    pub open: Option<Spanned<Texts>>,
}

resource! {
    /// A phone number.
    pub struct PhoneNumber {
        /// Country, as two letters (ISO 3166-1), such as `US`.
        pub country: Option<Spanned<String>>,
        /// What kind of number to claim.
        #[serde(rename = "type")]
        pub kind: Option<PhoneNumberType>,
        /// Beginning of the number to claim, with country code: `+1206`. Letters stand for the digits of their keys:
        /// `+1-555-FLOWERS`; `callform vanity claim` looks for such numbers.
        pub prefix: Option<Spanned<String>>,
        /// A number that is already claimed for the instance, in E.164 form: it is taken over instead of claiming one.
    /// `country` and `type` must be the number's own. It is retained when it leaves the blueprint.
        pub existing: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The flow that answers calls to this number.
        pub flow: Option<Name>,
    }
}

/// A kind of phone number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PhoneNumberType {
    /// A local number (direct inward dialing).
    Did,
    /// A number that is free for the caller.
    TollFree,
    /// A universal international freephone number.
    Uifn,
    /// A shared-cost number.
    Shared,
    /// A local number of a third party.
    ThirdPartyDid,
    /// A toll-free number of a third party.
    ThirdPartyTf,
    /// A short code for messages.
    ShortCode,
}

impl PhoneNumberType {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            PhoneNumberType::Did => "DID",
            PhoneNumberType::TollFree => "TOLL_FREE",
            PhoneNumberType::Uifn => "UIFN",
            PhoneNumberType::Shared => "SHARED",
            PhoneNumberType::ThirdPartyDid => "THIRD_PARTY_DID",
            PhoneNumberType::ThirdPartyTf => "THIRD_PARTY_TF",
            PhoneNumberType::ShortCode => "SHORT_CODE",
        }
    }
}

resource! {
    /// A queue where contacts wait for an agent.
    pub struct Queue {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// The hours of operation.
        pub hours: Name,
        /// How the center appears on outgoing calls.
        pub caller_id: Option<CallerId>,
        /// The flow an outgoing call runs before the agent talks (outbound whisper).
        pub outbound_flow: Option<Name>,
        /// How many contacts may wait. Default: no limit but the instance's.
        pub max_contacts: Option<Spanned<u32>>,
        /// Whether contacts can be put into the queue. Default: true.
        pub enabled: Option<bool>,
        /// Quick connects that agents see while they serve this queue; 50 at most.
        pub quick_connects: Option<Spanned<Vec<Name>>>,
    }
}

/// How a center appears on outgoing calls.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CallerId {
    /// The name shown.
    pub name: Option<Spanned<String>>,
    /// The number shown: a phone number of this blueprint, or its ARN.
    pub number: Option<Name>,
}

resource! {
    /// A destination agents can transfer to with one click: exactly one of `phone`, `queue`, `agent` and `flow`.
    pub struct QuickConnect {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it is for.
        pub description: Option<Spanned<String>>,
        /// An external number in E.164 form.
        pub phone: Option<Spanned<String>>,
        /// A queue.
        pub queue: Option<Name>,
        /// A user.
        pub agent: Option<Name>,
        /// A flow.
        pub flow: Option<Name>,
        /// The flow that makes the transfer, with `queue` and `agent`. Default: `builtin/Default queue transfer` and
        /// `builtin/Default agent transfer`.
        pub transfer_flow: Option<Name>,
    }
}

resource! {
    /// Which contacts its agents get, and in which order.
    pub struct RoutingProfile {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What it is for. Default: the name.
        pub description: Option<Spanned<String>>,
        /// How many contacts of each channel an agent serves at once: `{ voice: 1, chat: 3 }`.
        pub channels: IndexMap<Channel, Spanned<Short<u32, ChannelSettings>>>,
        /// Queues whose contacts its agents get.
        #[serde(default)]
        pub queues: Vec<QueueEntry>,
        /// Queues whose contacts its agents may pick by hand; 10 entries at most.
        #[serde(default)]
        pub manual_queues: Vec<ManualQueueEntry>,
        /// The queue of outgoing calls.
        pub outbound: Name,
        /// What makes an agent the one who waited longest.
        pub longest_idle: Option<LongestIdle>,
    }
}

/// A channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Channel {
    /// Calls.
    Voice,
    /// Chats.
    Chat,
    /// Tasks.
    Task,
    /// E-mails.
    Email,
}

impl Channel {
    /// The API's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Channel::Voice => "VOICE",
            Channel::Chat => "CHAT",
            Channel::Task => "TASK",
            Channel::Email => "EMAIL",
        }
    }
}

/// How an agent serves one channel.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ChannelSettings {
    /// How many contacts at once: 1 for voice, 1 to 10 for the others.
    pub concurrency: u32,
    /// Whether contacts of other channels come in meanwhile. Default: false.
    #[serde(default)]
    pub cross_channel: bool,
}

/// A queue of a routing profile.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct QueueEntry {
    /// The queue.
    pub queue: Name,
    /// 1 is served first; 1 to 99.
    pub priority: Option<Spanned<u32>>,
    /// How long a contact waits before agents of this profile get it. Default: `0s`.
    pub delay: Option<Spanned<Duration>>,
    /// Channels of the queue. Default: all of the profile.
    #[serde(default)]
    pub channels: Vec<Spanned<Channel>>,
}

/// A queue of a routing profile whose contacts are picked by hand.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ManualQueueEntry {
    /// The queue.
    pub queue: Name,
    /// Channels of the queue. Default: all of the profile.
    #[serde(default)]
    pub channels: Vec<Spanned<Channel>>,
}

/// What makes an agent the one who waited longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LongestIdle {
    /// The time since the last contact of any kind.
    LastActivity,
    /// The time since the last incoming contact.
    LastInbound,
}
