//! What differs by channel in how a user takes contacts.

use callform_source::{Diagnostic, Spanned};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::User;
use crate::blueprint::{Channel, Duration};
use crate::model::members::Members;
use crate::model::{Properties, Resolver, Value};

/// How a user takes contacts of one channel.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UserChannel {
    /// Accept contacts without a click.
    pub auto_accept: Option<bool>,
    /// Accept callbacks that ring at the agent first without a click (`voice`). Needs `auto_accept`.
    pub callback_auto_accept: Option<bool>,
    /// Time for work after a contact; `0s` means without limit.
    pub after_contact_work: Option<Duration>,
    /// The same after callbacks that ring at the agent first (`voice`). Needs `after_contact_work`.
    pub callback_after_contact_work: Option<Duration>,
    /// Keep the connection open between contacts (`voice`).
    pub persistent: Option<bool>,
    /// A desk phone's number in E.164 form for this channel (`voice`).
    pub desk_phone: Option<Spanned<String>>,
    /// What is done for the sound of the agent's voice (`voice`).
    pub voice_enhancement: Option<VoiceEnhancement>,
}

/// What is done for the sound of an agent's voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VoiceEnhancement {
    /// Nothing.
    None,
    /// Other voices are taken out.
    VoiceIsolation,
    /// Noise is taken out.
    NoiseSuppression,
}

/// The properties with a list each.
pub(super) const LISTS: [&str; 5] = [
    "AutoAcceptConfigs",
    "AfterContactWorkConfigs",
    "PhoneNumberConfigs",
    "PersistentConnectionConfigs",
    "VoiceEnhancementConfigs",
];

impl UserChannel {
    /// Settings that only calls have.
    fn only_of_calls(&self) -> [(&'static str, bool); 5] {
        [
            ("callback_auto_accept", self.callback_auto_accept.is_some()),
            ("callback_after_contact_work", self.callback_after_contact_work.is_some()),
            ("persistent", self.persistent.is_some()),
            ("desk_phone", self.desk_phone.is_some()),
            ("voice_enhancement", self.voice_enhancement.is_some()),
        ]
    }
}

impl Resolver<'_> {
    /// Settings that a channel does not have, and halves of settings.
    pub(super) fn check_channels(&mut self, user: &User) {
        if let Some((phone, (_, channel))) = user.phone.as_ref().zip(user.channels.first()) {
            self.diagnostics.push(
                Diagnostic::error("channel-setting", "`phone:` and `channels:` do not go together")
                    .at(channel.span, "")
                    .note("Connect takes the settings of all channels in one, or those of each.")
                    .help(match phone.number {
                        Some(_) => "Write the desk phone as `channels: { voice: { desk_phone: … } }`.",
                        None => "Write all of it below `channels:`.",
                    }),
            );
        }
        for (channel, settings) in &user.channels {
            let wrong =
                settings.only_of_calls().into_iter().find(|(_, is_given)| *is_given && *channel != Channel::Voice);
            let half = [
                (
                    "callback_auto_accept",
                    "auto_accept",
                    settings.callback_auto_accept.is_some() && settings.auto_accept.is_none(),
                ),
                (
                    "callback_after_contact_work",
                    "after_contact_work",
                    settings.callback_after_contact_work.is_some() && settings.after_contact_work.is_none(),
                ),
            ];
            let title = match (wrong, half.into_iter().find(|(.., is_half)| *is_half)) {
                (Some((setting, _)), _) => format!("`{setting}` is a setting of calls"),
                (None, Some((setting, other, _))) => format!("`{setting}` needs `{other}` beside it"),
                (None, None) => continue,
            };
            self.diagnostics.push(Diagnostic::error("channel-setting", title).at(settings.span, ""));
        }
    }
}

/// The properties with a list each, an entry for each channel that says something.
pub(super) fn properties(channels: &IndexMap<Channel, Spanned<UserChannel>>) -> Properties {
    let mut in_order: Vec<(&Channel, &UserChannel)> =
        channels.iter().map(|(channel, it)| (channel, &it.value)).collect();
    in_order.sort_by_key(|(channel, _)| **channel);
    let list = |entry: &dyn Fn(&UserChannel) -> Option<Members>| -> Vec<Value> {
        let entries =
            in_order.iter().filter_map(|(channel, it)| Some(entry(it)?.with("Channel", channel.as_str()).into()));
        entries.collect()
    };
    let work = |time: Option<Duration>| time.map(|time| Members::new().with("AfterContactWorkTimeLimit", time.seconds));
    Members::new()
        .with_list(
            "AutoAcceptConfigs",
            list(&|it| {
                let members = Members::new().with("AutoAccept", it.auto_accept?);
                Some(members.with_some("AgentFirstCallbackAutoAccept", it.callback_auto_accept))
            }),
        )
        .with_list(
            "AfterContactWorkConfigs",
            list(&|it| {
                let members = Members::new().with("AfterContactWorkConfig", work(it.after_contact_work)?);
                let callback = work(it.callback_after_contact_work);
                Some(members.with_some("AgentFirstCallbackAfterContactWorkConfig", callback))
            }),
        )
        .with_list(
            "PhoneNumberConfigs",
            list(&|it| {
                let number = it.desk_phone.as_ref()?;
                Some(Members::new().with("PhoneType", "DESK_PHONE").with("PhoneNumber", number))
            }),
        )
        .with_list(
            "PersistentConnectionConfigs",
            list(&|it| Some(Members::new().with("PersistentConnection", it.persistent?))),
        )
        .with_list(
            "VoiceEnhancementConfigs",
            list(&|it| {
                let mode = match it.voice_enhancement? {
                    VoiceEnhancement::None => "NONE",
                    VoiceEnhancement::VoiceIsolation => "VOICE_ISOLATION",
                    VoiceEnhancement::NoiseSuppression => "NOISE_SUPPRESSION",
                };
                Some(Members::new().with("VoiceEnhancementMode", mode))
            }),
        )
        .finish()
}
