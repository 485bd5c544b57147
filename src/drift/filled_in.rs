//! What AWS fills in by itself where a template says nothing: no drift.
//!
//! A value that differs from the one AWS fills in was put there by hand, and is drift although the template does not
//! name the property. Facts marked (?) are not documented; they follow from what the service answers.

use serde_json::{Value as Json, json};

/// What a template that does not name a property means.
#[derive(Clone, Copy, Debug)]
pub(super) enum FilledIn {
    /// This text.
    Text(&'static str),
    /// `false`.
    False,
    /// `true`.
    True,
    /// Zero.
    Zero,
    /// An object with this one member.
    Member(&'static str, &'static str),
    /// Whatever it is.
    Anything,
}

impl FilledIn {
    /// The value, where it is a certain one.
    pub(super) fn value(self) -> Option<Json> {
        Some(match self {
            Self::Text(text) => json!(text),
            Self::False => json!(false),
            Self::True => json!(true),
            Self::Zero => json!(0),
            Self::Member(name, value) => json!({ name: value }),
            Self::Anything => return None,
        })
    }
}

/// Paths (`*` for every item of a list) and what AWS fills in there.
pub(super) fn rules(resource_type: &str) -> &'static [(&'static str, FilledIn)] {
    use FilledIn::{Anything, False, Member, Text, True, Zero};
    match resource_type {
        // Statuses are ordered as they were made; only an order that the blueprint gives is its own.
        "AWS::Connect::AgentStatus" => &[("Type", Text("CUSTOM")), ("DisplayOrder", Anything)],
        "AWS::Connect::ContactFlow" => &[("State", Text("ACTIVE"))],
        // (?) for the external invocation.
        "AWS::Connect::ContactFlowModule" => {
            &[("State", Text("ACTIVE")), ("ExternalInvocationConfiguration/Enabled", False)]
        }
        "AWS::Connect::HoursOfOperation" => &[
            ("HoursOfOperationOverrides/*/HoursOfOperationOverrideId", Anything),
            // (?)
            ("HoursOfOperationOverrides/*/OverrideType", Text("STANDARD")),
        ],
        // An instance has every attribute; the alias can come from a directory. Of the first five it is known what a new
        // instance has (the documentation of Terraform's `aws_connect_instance`); of the rest it is not.
        "AWS::Connect::Instance" => &[
            ("Attributes/ContactflowLogs", False),
            ("Attributes/ContactLens", True),
            ("Attributes/AutoResolveBestVoices", True),
            ("Attributes/EarlyMedia", True),
            ("Attributes/MultiPartyConference", False),
            ("Attributes/AutoMuteAgentOnHold", Anything),
            ("Attributes/EnhancedChatMonitoring", Anything),
            ("Attributes/EnhancedContactMonitoring", Anything),
            ("Attributes/HighVolumeOutBound", Anything),
            ("Attributes/MessageStreaming", Anything),
            ("Attributes/MultiPartyChatConference", Anything),
            ("Attributes/UseCustomTTSVoices", Anything),
            ("InstanceAlias", Anything),
        ],
        "AWS::Connect::IntegrationAssociation" => &[("IntegrationAssociationId", Anything)],
        // Both follow from the number.
        "AWS::Connect::PhoneNumber" => &[("CountryCode", Anything), ("Type", Anything)],
        "AWS::Connect::Queue" => &[("Status", Text("ENABLED"))],
        "AWS::Connect::RoutingProfile" => &[
            ("AgentAvailabilityTimer", Text("TIME_SINCE_LAST_ACTIVITY")),
            ("MediaConcurrencies/*/CrossChannelBehavior", Member("BehaviorType", "ROUTE_CURRENT_CHANNEL_ONLY")),
            ("QueueConfigs/*/Delay", Zero),
        ],
        // Where the template has no names, they come from the directory.
        "AWS::Connect::User" => &[
            ("IdentityInfo", Anything),
            ("DirectoryUserId", Anything),
            ("PhoneConfig/AutoAccept", False),
            ("PhoneConfig/AfterContactWorkTimeLimit", Zero),
            ("PhoneConfig/PersistentConnection", False),
            ("PhoneConfig/PhoneType", Text("SOFT_PHONE")),
        ],
        _ => &[],
    }
}

/// Takes out of the live properties what AWS filled in, and puts into them what AWS means by leaving it out.
pub(super) fn settle(resource_type: &str, wanted: &mut Json, live: &mut Json) {
    for (path, filled_in) in rules(resource_type) {
        let segments: Vec<&str> = path.split('/').collect();
        at(&segments, wanted, live, *filled_in);
    }
}

fn at(segments: &[&str], wanted: &mut Json, live: &mut Json, filled_in: FilledIn) {
    let Some((first, rest)) = segments.split_first() else { return };
    if *first == "*" {
        return in_items(rest, wanted, live, filled_in);
    }
    let (Json::Object(wanted), Json::Object(live)) = (wanted, live) else { return };
    if !rest.is_empty() {
        if let Some(below) = live.get_mut(*first) {
            match wanted.get_mut(*first) {
                Some(wanted) => at(rest, wanted, below, filled_in),
                None => at(rest, &mut json!({}), below, filled_in),
            }
            if below.as_object().is_some_and(serde_json::Map::is_empty) && !wanted.contains_key(*first) {
                live.shift_remove(*first);
            }
        }
        return;
    }
    match (filled_in, wanted.get(*first)) {
        (FilledIn::Anything, None) => {
            live.shift_remove(*first);
        }
        (FilledIn::Anything, Some(_)) => {}
        (_, None) => {
            if live.get(*first) == filled_in.value().as_ref() {
                live.shift_remove(*first);
            }
        }
        (_, Some(_)) => {
            if let (false, Some(value)) = (live.contains_key(*first), filled_in.value()) {
                live.insert((*first).to_owned(), value);
            }
        }
    }
}

/// Items of lists have no partners yet: what is filled in goes on both sides.
fn in_items(segments: &[&str], wanted: &mut Json, live: &mut Json, filled_in: FilledIn) {
    for side in [wanted, live] {
        for item in side.as_array_mut().into_iter().flatten() {
            match filled_in.value() {
                Some(value) => remove_where(segments, item, &|found| *found == value),
                None => remove_where(segments, item, &|_| true),
            }
        }
    }
}

fn remove_where(segments: &[&str], value: &mut Json, is_filled_in: &dyn Fn(&Json) -> bool) {
    let (Some((first, rest)), Json::Object(members)) = (segments.split_first(), value) else { return };
    if !rest.is_empty() {
        if let Some(below) = members.get_mut(*first) {
            remove_where(rest, below, is_filled_in);
        }
    } else if members.get(*first).is_some_and(is_filled_in) {
        members.shift_remove(*first);
    }
}
