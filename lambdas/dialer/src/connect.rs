//! The phone on Amazon Connect.
//!
//! Actions: `connect:StartOutboundVoiceContact`, `connect:DescribeContact` and, for escalations, `connect:StartTaskContact` on the
//! instance's contacts, `connect:SearchContacts` on the instance, `connect:GetCurrentMetricData` and `connect:DescribeQueue` on the
//! queue.

use std::time::{Duration, SystemTime};

use callform_signed::{CallError, ErrorKind, Retries, Service, SignedCalls, segment};
use serde_json::{Value, json};

use crate::evidence::{Detected, Evidence, Reason, Talked};
use crate::ids::{AgentId, AttemptId, ContactId};
use crate::item::Attempt;
use crate::moment::Moment;
use crate::phone::{Looked, Phone, PlaceError, Placing, Silent, Staffing};
use crate::work::Rim;

/// How long after its claim a call may still begin, and how long before it clocks may say that it did.
const AROUND: Duration = Duration::from_mins(5);

/// An instance, and what calls are placed with.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    /// Calls it.
    pub calls: &'a SignedCalls,
    /// The instance: its id.
    pub instance: &'a str,
    /// The queue: its id. Its outbound caller ID is shown to who is called, and its agents are counted.
    pub queue: &'a str,
    /// The flow that whoever answers comes to: its id.
    pub flow: &'a str,
}

/// The time by the clock of the services, which all workers share.
pub fn now(calls: &SignedCalls) -> Moment {
    let since = calls.now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Moment::from_milliseconds(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// Time by the services' clock, and new identifiers.
#[derive(Clone, Copy, Debug)]
pub struct Services<'a>(pub &'a SignedCalls);

impl Rim for Services<'_> {
    fn now(&self) -> Moment {
        now(self.0)
    }

    fn attempt(&self) -> AttemptId {
        AttemptId::from(uuid::Uuid::new_v4().to_string())
    }
}

impl Connect<'_> {
    async fn contact(&self, id: &ContactId) -> Result<Value, CallError> {
        let uri = format!("/contacts/{}/{}", segment(self.instance), segment(id.as_str()));
        let answer =
            self.calls.rest(Service::Connect, "Connect DescribeContact", ("GET", uri), None, Retries::AsConfigured);
        answer.await.map(|mut answer| answer["Contact"].take())
    }

    /// The contact that bears an attempt's name. The lag of the index is published nowhere: that there is none proves nothing.
    async fn search(&self, attempt: &Attempt) -> Result<Option<ContactId>, CallError> {
        let input = json!({
            "InstanceId": self.instance,
            "TimeRange": {
                "Type": "INITIATION_TIMESTAMP",
                "StartTime": (attempt.claimed - AROUND).seconds(),
                "EndTime": (attempt.not_after + AROUND).seconds(),
            },
            "SearchCriteria": {
                "Channels": ["VOICE"],
                "InitiationMethods": ["API"],
                "Name": { "SearchText": [attempt.id.as_str()], "MatchType": "MATCH_EXACT" },
            },
            "MaxResults": 10,
        });
        let place = ("POST", "/search-contacts".to_owned());
        let answer =
            self.calls.rest(Service::Connect, "Connect SearchContacts", place, Some(&input), Retries::AsConfigured);
        let answer = answer.await?;
        let mut contacts = answer["Contacts"].as_array().into_iter().flatten();
        let own = contacts.find(|contact| contact["Name"] == attempt.id.as_str());
        Ok(own.and_then(|contact| contact["Id"].as_str()).map(ContactId::from))
    }
}

impl Connect<'_> {
    /// Starts a task for whoever looks after people; the same token starts none again. Returns its contact.
    pub async fn task(&self, flow: &str, token: &str, name: &str, attributes: &Value) -> Result<ContactId, Silent> {
        let input = json!({
            "InstanceId": self.instance,
            "ContactFlowId": flow,
            "Name": name,
            "Attributes": attributes,
            "ClientToken": token,
        });
        let place = ("PUT", "/contact/task".to_owned());
        let answer =
            self.calls.rest(Service::Connect, "Connect StartTaskContact", place, Some(&input), Retries::AsConfigured);
        let answer = answer.await.map_err(|error| silent(&error))?;
        answer["ContactId"].as_str().map(ContactId::from).ok_or(Silent)
    }

    /// Whether the queue takes contacts: it is not disabled. (Its hours are the policy's matter.)
    async fn is_enabled(&self) -> Result<bool, CallError> {
        let uri = format!("/queues/{}/{}", segment(self.instance), segment(self.queue));
        let answer =
            self.calls.rest(Service::Connect, "Connect DescribeQueue", ("GET", uri), None, Retries::AsConfigured);
        Ok(answer.await?["Queue"]["Status"] != "DISABLED")
    }
}

impl Phone for Connect<'_> {
    async fn place(&self, placing: &Placing) -> Result<ContactId, PlaceError> {
        if now(self.calls) > placing.not_after {
            return Err(PlaceError::Unavailable);
        }
        let mut input = json!({
            "InstanceId": self.instance,
            "ContactFlowId": self.flow,
            "QueueId": self.queue,
            "DestinationPhoneNumber": placing.number.as_str(),
            "ClientToken": placing.attempt.as_str(),
            "Name": placing.attempt.as_str(),
            "Attributes": placing.attributes,
            "RingTimeoutInSeconds": placing.ring.as_secs().clamp(15, 60),
        });
        if placing.detect_machines {
            // Detection is part of campaign traffic only, which the account has to be allowed.
            input["TrafficType"] = "CAMPAIGN".into();
            input["AnswerMachineDetectionConfig"] =
                json!({ "EnableAnswerMachineDetection": true, "AwaitAnswerMachinePrompt": false });
        }
        let place = ("PUT", "/contact/outbound-voice".to_owned());
        // Never again by itself: the token of a call that has ended already would start another one.
        let answer =
            self.calls.rest(Service::Connect, "Connect StartOutboundVoiceContact", place, Some(&input), Retries::Never);
        let answer = answer.await.map_err(|error| not_placed(&error))?;
        answer["ContactId"].as_str().map(ContactId::from).ok_or(PlaceError::Unknown)
    }

    async fn look_up(&self, attempt: &Attempt) -> Result<Looked, Silent> {
        let contact = match &attempt.contact {
            Some(contact) => Some(contact.clone()),
            None => self.search(attempt).await.map_err(|error| silent(&error))?,
        };
        let Some(contact) = contact else { return Ok(Looked::Unknown) };
        let found = match self.contact(&contact).await {
            Ok(found) => found,
            Err(error) if error.is_not_found() => return Ok(Looked::Unknown),
            Err(error) => return Err(silent(&error)),
        };
        let evidence = evidence(&found);
        Ok(if evidence.is_over() { Looked::Ended { contact, evidence } } else { Looked::Live { contact, evidence } })
    }

    async fn agents(&self) -> Result<Staffing, Silent> {
        let input = json!({
            "Filters": { "Queues": [self.queue], "Channels": ["VOICE"] },
            "CurrentMetrics": [
                { "Name": "AGENTS_AVAILABLE", "Unit": "COUNT" },
                { "Name": "AGENTS_ONLINE", "Unit": "COUNT" },
            ],
        });
        let place = ("POST", format!("/metrics/current/{}", segment(self.instance)));
        let answer = self.calls.rest(
            Service::Connect,
            "Connect GetCurrentMetricData",
            place,
            Some(&input),
            Retries::AsConfigured,
        );
        let answer = answer.await.map_err(|error| silent(&error))?;
        let open = self.is_enabled().await.map_err(|error| silent(&error))?;
        let count = |name| metric(&answer, name);
        Ok(Staffing { available: count("AGENTS_AVAILABLE").unwrap_or(0), online: count("AGENTS_ONLINE"), open })
    }
}

/// A metric's count; nobody signed in is an answer without results.
fn metric(answer: &Value, name: &str) -> Option<u32> {
    let results = answer["MetricResults"].as_array().into_iter().flatten();
    let mut values = results.flat_map(|result| result["Collections"].as_array().into_iter().flatten());
    let value = values.find(|value| value["Metric"]["Name"] == name)?["Value"].as_f64()?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of people, clamped before")]
    let count = value.clamp(0.0, f64::from(u32::MAX)) as u32;
    Some(count)
}

/// What a contact's description tells of the call.
fn evidence(contact: &Value) -> Evidence {
    let at = |value: &Value| value.as_f64().map(moment);
    let agent = &contact["AgentInfo"];
    Evidence {
        answered: at(&contact["ConnectedToSystemTimestamp"]),
        detected: contact["AnsweringMachineDetectionStatus"].as_str().and_then(Detected::read),
        queued: at(&contact["QueueInfo"]["EnqueueTimestamp"]),
        talked: at(&agent["ConnectedToAgentTimestamp"])
            .map(|since| Talked { since, agent: AgentId::from(agent["Id"].as_str().unwrap_or_default()) }),
        ended: at(&contact["DisconnectTimestamp"]),
        reason: contact["DisconnectReason"].as_str().map(Reason::read),
        ..Evidence::default()
    }
}

fn moment(seconds: f64) -> Moment {
    #[expect(clippy::cast_possible_truncation, reason = "Moment clamps to years that exist")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    Moment::from_milliseconds(milliseconds)
}

/// What a failure of `StartOutboundVoiceContact` means. Only what says that no call was placed is believed to have placed none.
fn not_placed(error: &CallError) -> PlaceError {
    let code = error.code.as_deref().unwrap_or_default();
    tracing::warn!(code = if code.is_empty() { "no answer" } else { code }, "a call was not placed");
    match code {
        "TooManyRequestsException" | "ThrottlingException" | "Throttling" | "LimitExceededException" => {
            PlaceError::Throttled
        }
        "DestinationNotAllowedException" => PlaceError::NotAllowed,
        "InvalidParameterException" | "InvalidRequestException" => PlaceError::Invalid,
        "OutboundContactNotPermittedException" | "AccessDeniedException" | "ResourceNotFoundException" => {
            PlaceError::NotPermitted
        }
        _ if matches!(error.kind, ErrorKind::Credentials | ErrorKind::AccessDenied) => PlaceError::NotPermitted,
        _ if error.kind == ErrorKind::Throttled => PlaceError::Throttled,
        _ => PlaceError::Unknown,
    }
}

fn silent(error: &CallError) -> Silent {
    tracing::warn!(
        code = error.code.as_deref().unwrap_or("no answer"),
        operation = error.operation,
        "Connect did not answer"
    );
    Silent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_has_placed_no_call() {
        let error = |kind, code: Option<&str>| CallError {
            code: code.map(str::to_owned),
            ..CallError::new("Connect StartOutboundVoiceContact", kind, "no")
        };
        for (code, expected) in [
            ("TooManyRequestsException", PlaceError::Throttled),
            ("LimitExceededException", PlaceError::Throttled),
            ("DestinationNotAllowedException", PlaceError::NotAllowed),
            ("InvalidParameterException", PlaceError::Invalid),
            ("OutboundContactNotPermittedException", PlaceError::NotPermitted),
            ("InternalServiceException", PlaceError::Unknown),
            ("SomethingNew", PlaceError::Unknown),
        ] {
            assert_eq!(not_placed(&error(ErrorKind::Refused, Some(code))), expected, "{code}");
        }
        assert_eq!(not_placed(&error(ErrorKind::Network, None)), PlaceError::Unknown, "it may have arrived");
    }

    /// R4: nobody signed in is an empty list, and no error.
    #[test]
    fn r4_nobody_signed_in_is_nobody_available() {
        assert_eq!(metric(&json!({ "MetricResults": [] }), "AGENTS_AVAILABLE"), None);
        let answer = json!({ "MetricResults": [{ "Collections": [
            { "Metric": { "Name": "AGENTS_ONLINE", "Unit": "COUNT" }, "Value": 5.0 },
            { "Metric": { "Name": "AGENTS_AVAILABLE", "Unit": "COUNT" }, "Value": 3.0 },
        ] }] });
        assert_eq!(metric(&answer, "AGENTS_AVAILABLE"), Some(3));
    }

    #[test]
    fn a_description_is_evidence() {
        let contact = json!({
            "ConnectedToSystemTimestamp": 1_796_000_000.5,
            "AnsweringMachineDetectionStatus": "HUMAN_ANSWERED",
            "QueueInfo": { "EnqueueTimestamp": 1_796_000_010 },
            "AgentInfo": { "Id": "a-1", "ConnectedToAgentTimestamp": 1_796_000_015 },
            "DisconnectTimestamp": 1_796_000_100,
            "DisconnectReason": "CUSTOMER_DISCONNECT",
        });
        let evidence = evidence(&contact);
        assert_eq!(evidence.answered, Some(Moment::from_milliseconds(1_796_000_000_500)));
        assert_eq!(evidence.outcome(), crate::outcome::Outcome::AnsweredByAgent);
        assert!(evidence.is_over());
    }
}
