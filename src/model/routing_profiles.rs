//! Routing profiles.

use std::collections::BTreeSet;

use callform_source::{Diagnostic, Spanned};

use super::members::Members;
use super::resolver::Resolver;
use super::{Kind, Value, naming};
use crate::blueprint::{Channel, Definition as _, LongestIdle, Name, RoutingProfile, Short};

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
            self.add(Kind::RoutingProfile, key, profile.common(), "AWS::Connect::RoutingProfile", properties);
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
