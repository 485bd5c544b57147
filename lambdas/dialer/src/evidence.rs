//! What is known of a call.
//!
//! Evidence only grows: merging takes the union, by rules that do not depend on the order, and merging the same twice
//! changes nothing. So events may be lost, doubled, late or out of order, and what they add up to is the same.

use callform_table::{earliest, latest};
use serde::{Deserialize, Serialize};

use crate::ids::AgentId;
use crate::moment::Moment;
use crate::outcome::Outcome;

/// What is known of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// When it was answered, by whomever or whatever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Moment>,
    /// What machine detection heard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detected: Option<Detected>,
    /// When it was put into a queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Moment>,
    /// Whether an agent was offered the call and did not take it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missed: bool,
    /// The first agent who talked, and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub talked: Option<Talked>,
    /// The last key that the flow reported.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<Said>,
    /// The last disposition that was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disposition: Option<Said>,
    /// When the call ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Moment>,
    /// Why it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// A talk with an agent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Talked {
    /// Since when.
    pub since: Moment,
    /// With whom; empty where nobody said.
    pub agent: AgentId,
}

/// What somebody told a flow or a form, and when.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    /// When.
    pub at: Moment,
    /// What: a key, or the code of a disposition; 1 to 100 characters.
    pub what: String,
}

/// What machine detection heard (`AnsweringMachineDetectionStatus`). Where two reports differ, the later in this list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Detected {
    /// It could not tell (`AMD_UNRESOLVED`, `AMD_UNRESOLVED_SILENCE`, `UNDETECTED`, errors).
    Unresolved,
    /// A person (`HUMAN_ANSWERED`, formerly `ANSWERED`).
    Human,
    /// Nobody answered (`AMD_UNANSWERED`).
    Unanswered,
    /// A network tone of another meaning (`SIT_TONE_DETECTED`).
    Tone,
    /// A busy tone (`SIT_TONE_BUSY`).
    Busy,
    /// The tone for numbers that do not exist (`SIT_TONE_INVALID_NUMBER`).
    InvalidNumber,
    /// Voice mail or fax (`VOICEMAIL_BEEP`, `VOICEMAIL_NO_BEEP`, `FAX_MACHINE_DETECTED`).
    Machine,
}

impl Detected {
    /// Reads the words of contact events and contact records; others are [`Detected::Unresolved`], and nothing where
    /// detection was off (`AMD_NOT_APPLICABLE`).
    pub fn read(word: &str) -> Option<Self> {
        Some(match word {
            "" | "AMD_NOT_APPLICABLE" => return None,
            "HUMAN_ANSWERED" | "ANSWERED" => Self::Human,
            "AMD_UNANSWERED" => Self::Unanswered,
            "SIT_TONE_DETECTED" => Self::Tone,
            "SIT_TONE_BUSY" => Self::Busy,
            "SIT_TONE_INVALID_NUMBER" => Self::InvalidNumber,
            "VOICEMAIL_BEEP" | "VOICEMAIL_NO_BEEP" | "FAX_MACHINE_DETECTED" => Self::Machine,
            _ => Self::Unresolved,
        })
    }
}

/// Why a call ended (`DisconnectReason`). Where two reports differ, the later in this list holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Another reason, or none that is known here.
    Other,
    /// Nobody took it in time (`EXPIRED`).
    Expired,
    /// The API ended it.
    Api,
    /// The flow ended it.
    Flow,
    /// Whom the call was transferred to hung up.
    ThirdParty,
    /// The agent hung up.
    Agent,
    /// The person hung up.
    Customer,
    /// The network failed, or takes the calls for unwanted (`TELECOM_PROBLEM`, `TELECOM_POTENTIAL_BLOCKING`).
    Telecom,
    /// Nobody answered (`TELECOM_UNANSWERED`, `TELECOM_TIMEOUT`, `TELECOM_ORIGINATOR_CANCEL`).
    Unanswered,
    /// Busy (`TELECOM_BUSY`).
    Busy,
    /// Connect failed to call (`OUTBOUND_ATTEMPT_FAILED`, `OUTBOUND_RESOURCE_ERROR`).
    AttemptFailed,
    /// There is no such number, or Connect does not call it (`TELECOM_NUMBER_INVALID`,
    /// `OUTBOUND_DESTINATION_ENDPOINT_ERROR`).
    Destination,
}

impl Reason {
    /// Reads the words of contact events and contact records.
    pub fn read(word: &str) -> Self {
        match word {
            "CUSTOMER_DISCONNECT" => Self::Customer,
            "AGENT_DISCONNECT" => Self::Agent,
            "THIRD_PARTY_DISCONNECT" => Self::ThirdParty,
            "CONTACT_FLOW_DISCONNECT" => Self::Flow,
            "API" => Self::Api,
            "EXPIRED" => Self::Expired,
            "TELECOM_PROBLEM" | "TELECOM_POTENTIAL_BLOCKING" => Self::Telecom,
            "TELECOM_UNANSWERED" | "TELECOM_TIMEOUT" | "TELECOM_ORIGINATOR_CANCEL" => Self::Unanswered,
            "TELECOM_BUSY" => Self::Busy,
            "OUTBOUND_ATTEMPT_FAILED" | "OUTBOUND_RESOURCE_ERROR" => Self::AttemptFailed,
            "OUTBOUND_DESTINATION_ENDPOINT_ERROR" | "TELECOM_NUMBER_INVALID" => Self::Destination,
            _ => Self::Other,
        }
    }
}

impl Evidence {
    /// Takes in what another report says.
    pub fn merge(&mut self, other: &Self) {
        earliest(&mut self.answered, other.answered.as_ref());
        latest(&mut self.detected, other.detected.as_ref());
        earliest(&mut self.queued, other.queued.as_ref());
        self.missed |= other.missed;
        earliest(&mut self.talked, other.talked.as_ref());
        latest(&mut self.key, other.key.as_ref());
        latest(&mut self.disposition, other.disposition.as_ref());
        latest(&mut self.ended, other.ended.as_ref());
        latest(&mut self.reason, other.reason.as_ref());
    }

    /// Whether the call is over.
    pub fn is_over(&self) -> bool {
        self.ended.is_some()
    }

    /// What became of the call, by what is known; to be asked when it is over.
    ///
    /// A talk or a key is success even where detection heard a machine: machines press no keys, and an agent who talked
    /// says so. Short of these, detection beats everything: silence into a machine is no answer.
    pub fn outcome(&self) -> Outcome {
        if self.talked.is_some() {
            return Outcome::AnsweredByAgent;
        }
        if self.key.is_some() {
            return Outcome::AnsweredByKey;
        }
        match self.detected {
            Some(Detected::Machine) => return Outcome::Machine,
            Some(Detected::Busy) => return Outcome::Busy,
            Some(Detected::InvalidNumber) => return Outcome::Invalid,
            Some(Detected::Tone) => return Outcome::Failed,
            Some(Detected::Unanswered) => return Outcome::NoAnswer,
            Some(Detected::Human | Detected::Unresolved) | None => {}
        }
        if self.answered.is_none() {
            return match self.reason {
                Some(Reason::Destination) => Outcome::Invalid,
                Some(Reason::Busy) => Outcome::Busy,
                Some(Reason::AttemptFailed | Reason::Telecom) => Outcome::Failed,
                _ => Outcome::NoAnswer,
            };
        }
        match (self.queued, self.missed) {
            (_, true) => Outcome::AgentMissed,
            (Some(_), false) => Outcome::Abandoned,
            (None, false) => Outcome::HungUp,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moment() -> impl Strategy<Value = Moment> {
        (0..5_i64).prop_map(|second| Moment::from_seconds(1_795_000_000 + second))
    }

    fn said() -> impl Strategy<Value = Said> {
        (moment(), "[12]").prop_map(|(at, what)| Said { at, what })
    }

    prop_compose! {
        fn evidence()(
            answered in prop::option::of(moment()),
            detected in prop::option::of(prop::sample::select(vec![
                Detected::Unresolved, Detected::Human, Detected::Unanswered, Detected::Tone, Detected::Busy,
                Detected::InvalidNumber, Detected::Machine,
            ])),
            queued in prop::option::of(moment()),
            missed in any::<bool>(),
            talked in prop::option::of((moment(), "[ab]").prop_map(|(since, agent)| Talked { since, agent: agent.into() })),
            key in prop::option::of(said()),
            disposition in prop::option::of(said()),
            ended in prop::option::of(moment()),
            reason in prop::option::of(prop::sample::select(vec![Reason::Other, Reason::Customer, Reason::Telecom])),
        ) -> Evidence {
            Evidence { answered, detected, queued, missed, talked, key, disposition, ended, reason }
        }
    }

    fn merged(parts: &[&Evidence]) -> Evidence {
        let mut all = Evidence::default();
        for part in parts {
            all.merge(part);
        }
        all
    }

    proptest! {
        /// Lost is lost, but order and number of reports change nothing.
        #[test]
        fn order_and_number_of_reports_do_not_matter(a in evidence(), b in evidence(), c in evidence()) {
            let all = merged(&[&a, &b, &c]);
            for order in [[&a, &c, &b], [&b, &a, &c], [&b, &c, &a], [&c, &a, &b], [&c, &b, &a]] {
                prop_assert_eq!(&merged(&order), &all);
            }
            prop_assert_eq!(merged(&[&a, &b, &a, &c, &b, &b]), all);
        }

        /// A success stays one, whatever is learned later.
        #[test]
        fn a_success_stays_one(a in evidence(), b in evidence()) {
            prop_assert!(!a.outcome().is_success() || merged(&[&a, &b]).outcome().is_success());
        }
    }

    #[test]
    fn outcomes_are_what_the_evidence_says() {
        let at = Moment::from_seconds(1_795_000_000);
        let over = Evidence { ended: Some(at), ..Evidence::default() };
        let answered = Evidence { answered: Some(at), ..over.clone() };
        let queued = Evidence { queued: Some(at), ..answered.clone() };
        let said = |what: &str| Some(Said { at, what: what.to_owned() });
        let talked = Some(Talked { since: at, agent: "a".into() });
        let machine = Some(Detected::Machine);
        for (evidence, outcome) in [
            (over.clone(), Outcome::NoAnswer),
            (Evidence { reason: Some(Reason::Telecom), ..over.clone() }, Outcome::Failed),
            (Evidence { reason: Some(Reason::read("TELECOM_BUSY")), ..over.clone() }, Outcome::Busy),
            (Evidence { reason: Some(Reason::read("TELECOM_TIMEOUT")), ..over.clone() }, Outcome::NoAnswer),
            (Evidence { reason: Some(Reason::read("TELECOM_NUMBER_INVALID")), ..over.clone() }, Outcome::Invalid),
            (Evidence { reason: Some(Reason::read("TELECOM_POTENTIAL_BLOCKING")), ..over.clone() }, Outcome::Failed),
            (Evidence { reason: Some(Reason::AttemptFailed), ..over.clone() }, Outcome::Failed),
            (Evidence { reason: Some(Reason::Destination), ..over.clone() }, Outcome::Invalid),
            (Evidence { detected: Some(Detected::Busy), ..over }, Outcome::Busy),
            (Evidence { detected: Some(Detected::InvalidNumber), ..answered.clone() }, Outcome::Invalid),
            (Evidence { detected: Some(Detected::Unanswered), ..answered.clone() }, Outcome::NoAnswer),
            (answered.clone(), Outcome::HungUp),
            (Evidence { detected: Some(Detected::Unresolved), ..answered.clone() }, Outcome::HungUp),
            (Evidence { detected: machine, ..answered.clone() }, Outcome::Machine),
            (Evidence { detected: machine, ..queued.clone() }, Outcome::Machine),
            (queued.clone(), Outcome::Abandoned),
            (Evidence { missed: true, ..queued.clone() }, Outcome::AgentMissed),
            (Evidence { talked: talked.clone(), missed: true, ..queued.clone() }, Outcome::AnsweredByAgent),
            (Evidence { talked, detected: machine, ..queued }, Outcome::AnsweredByAgent),
            (Evidence { key: said("1"), detected: machine, ..answered.clone() }, Outcome::AnsweredByKey),
            (Evidence { disposition: said("paid"), ..answered }, Outcome::HungUp),
        ] {
            assert_eq!(evidence.outcome(), outcome, "{evidence:?}");
        }
    }
}
