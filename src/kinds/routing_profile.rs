//! A routing profile.

use std::collections::BTreeSet;

use callform_aws::ObjectType;
use callform_source::{Diagnostic, Spanned};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Audience, Builtins, Bulk, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering,
    Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Duration, Name, Short, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Kind, Value, naming};

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

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "routing_profile",
    plural: "routing profiles",
    resource_type: "AWS::Connect::RoutingProfile",
    prefix: "RoutingProfile",
    is_single: false,
    lowering: Some(Lowering {
        section: "routing_profiles",
        names: |blueprint| keys(&blueprint.routing_profiles),
        lower: |resolver| resolver.routing_profiles(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("routing-profile"),
        attribute: Some("RoutingProfileArn"),
        parameter: "RoutingProfileIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins { known: &["Basic Routing Profile"], objects: ObjectType::RoutingProfile }),
    lifetime: Lifetime::HELD,
    reach: Reach { hears: Audience::Agents, tells: Audience::AgentsAtTheEnd, listed: None },
    outside: Outside::NOTHING,
    live: Live::Bulk(Bulk {
        read: |reading| {
            Box::pin(async {
                let managed = |id: &str| reading.is_managed(id);
                reading.gateway.live_routing_profiles(reading.instance, &managed, reading.in_detail).await
            })
        },
        left_out: &["AgentAvailabilityTimer", "MediaConcurrencies/*/CrossChannelBehavior"],
        left_out_words: Some(
            "agent availability and interruption of routing profiles for which the blueprint says nothing",
        ),
        never_read: &[],
    }),
    drift: Drift {
        filled_in: &[
            ("AgentAvailabilityTimer", FilledIn::Text("TIME_SINCE_LAST_ACTIVITY")),
            (
                "MediaConcurrencies/*/CrossChannelBehavior",
                FilledIn::Member("BehaviorType", "ROUTE_CURRENT_CHANNEL_ONLY"),
            ),
            ("QueueConfigs/*/Delay", FilledIn::Zero),
        ],
        written_together: &["Name", "Description"],
        not_removable: &["AgentAvailabilityTimer"],
        ..Drift::PLAIN
    },
    service: Service {
        batch: Some(("QueueConfigs", 10)),
        ..Service::limited("L-D3E7BE26", "Routing profiles per instance", 100)
    },
    checks: Checks { told_by_rules: &["/MediaConcurrencies", "/QueueConfigs"], ..Checks::PLAIN },
};

impl Resolver<'_> {
    pub(crate) fn routing_profiles(&mut self) {
        for (key, profile) in &self.blueprint().routing_profiles {
            let name = profile.name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone());
            let description = profile.description.as_ref().map_or_else(|| name.clone(), |text| text.value.clone());
            let queues = self.queue_entries(profile);
            let manual = self.manual_entries(profile);
            let properties = Members::of_instance()
                .with("Name", name)
                .with("Description", description)
                .with("MediaConcurrencies", concurrencies(profile))
                .with_list("QueueConfigs", queues)
                .with_list("ManualAssignmentQueueConfigs", manual)
                .with("DefaultOutboundQueueArn", self.arn(Kind::Queue, &profile.outbound))
                .with_some("AgentAvailabilityTimer", profile.longest_idle.map(longest_idle_word))
                .with_tags(profile.tags.as_ref())
                .finish();
            self.add(Kind::RoutingProfile, key, profile.common(), properties);
        }
    }

    fn queue_entries(&mut self, profile: &RoutingProfile) -> Vec<Value> {
        let mut entries = Vec::new();
        for entry in &profile.queues {
            let priority = entry.priority.as_ref().map_or(1, |priority| priority.value);
            let delay = entry.delay.as_ref().map_or(0, |delay| delay.seconds);
            for channel in self.channels_of(profile, &entry.channels) {
                entries.push(((priority, entry.queue.value.as_str(), channel), &entry.queue, delay));
            }
        }
        // Connect keeps a set; this order is the one people read.
        entries.sort_by_key(|(order, _, _)| *order);
        self.duplicate_entries(entries.iter().map(|((_, _, channel), queue, _)| (*queue, *channel)));
        entries
            .into_iter()
            .map(|((priority, _, channel), queue, delay)| {
                Members::new()
                    .with("QueueReference", self.queue_reference(queue, channel))
                    .with("Priority", priority)
                    .with("Delay", delay)
                    .into()
            })
            .collect()
    }

    fn manual_entries(&mut self, profile: &RoutingProfile) -> Vec<Value> {
        let mut entries = Vec::new();
        for entry in &profile.manual_queues {
            for channel in self.channels_of(profile, &entry.channels) {
                entries.push((&entry.queue, channel));
            }
        }
        entries.sort();
        self.duplicate_entries(entries.iter().copied());
        entries
            .into_iter()
            .map(|(queue, channel)| Members::new().with("QueueReference", self.queue_reference(queue, channel)).into())
            .collect()
    }

    fn queue_reference(&mut self, queue: &Name, channel: Channel) -> Members {
        Members::new().with("QueueArn", self.arn(Kind::Queue, queue)).with("Channel", channel.as_str())
    }

    /// The channels of an entry: those it names, or all of its profile.
    fn channels_of(&mut self, profile: &RoutingProfile, written: &[Spanned<Channel>]) -> Vec<Channel> {
        for channel in written {
            if !profile.channels.contains_key(&channel.value) {
                self.diagnostics.push(
                    Diagnostic::error("channel-not-in-profile", "this channel is none of the routing profile's")
                        .at(channel.span, "")
                        .help("Add it under `channels:`, with how many contacts an agent serves at once."),
                );
            }
        }
        if written.is_empty() {
            profile.channels.keys().copied().collect()
        } else {
            written.iter().map(|channel| channel.value).collect()
        }
    }

    fn duplicate_entries<'n>(&mut self, entries: impl Iterator<Item = (&'n Name, Channel)>) {
        let mut seen = BTreeSet::new();
        for (queue, channel) in entries {
            if !seen.insert((queue.value.as_str(), channel)) {
                self.diagnostics.push(
                    Diagnostic::error("duplicate-queue-entry", "a routing profile has a queue twice for one channel")
                        .at(queue.span, format!("again for {}", channel.as_str())),
                );
            }
        }
    }
}

fn concurrencies(profile: &RoutingProfile) -> Value {
    let mut channels: Vec<(Channel, u32, Option<bool>)> = profile
        .channels
        .iter()
        .map(|(channel, setting)| match &setting.value {
            Short::Short(concurrency) => (*channel, *concurrency, None),
            Short::Full(settings) => (*channel, settings.concurrency, Some(settings.cross_channel)),
        })
        .collect();
    channels.sort_unstable();
    let items = channels.into_iter().map(|(channel, concurrency, cross_channel)| {
        let behavior = cross_channel.map(|cross_channel| {
            let word = if cross_channel { "ROUTE_ANY_CHANNEL" } else { "ROUTE_CURRENT_CHANNEL_ONLY" };
            Members::new().with("BehaviorType", word)
        });
        Members::new()
            .with("Channel", channel.as_str())
            .with("Concurrency", concurrency)
            .with_some("CrossChannelBehavior", behavior)
            .into()
    });
    Value::List(items.collect())
}

fn longest_idle_word(choice: LongestIdle) -> &'static str {
    match choice {
        LongestIdle::LastActivity => "TIME_SINCE_LAST_ACTIVITY",
        LongestIdle::LastInbound => "TIME_SINCE_LAST_INBOUND",
    }
}
