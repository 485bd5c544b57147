//! Connect's users and contacts.
//!
//! Actions: `connect:CreateUser`, `connect:TagResource` (for the mark), `connect:ListUsers`, `connect:DescribeUser`,
//! `connect:UpdateUserRoutingProfile`, `connect:DeleteUser`, `connect:DescribeContact`.

use callform_signed::{CallError, Retries, Service, SignedCalls, segment};
use callform_table::Moment;
use serde_json::{Value, json};

use super::note;
use crate::evidence::{Evidence, Joined};
use crate::ids::{ContactId, ProfileId, UserId};
use crate::outside::{Directory, DirectoryError, FoundUser, Looked, NewUser};

/// The tag by which a user shows whose they are.
const MARK: &str = "callform-person";

/// An instance.
#[derive(Clone, Copy, Debug)]
pub struct Connect<'a> {
    /// Calls it.
    pub calls: &'a SignedCalls,
    /// The instance: its id.
    pub instance: &'a str,
    /// The security profiles of agents: ids.
    pub security_profiles: &'a [String],
}

impl Connect<'_> {
    async fn call(
        &self,
        operation: &'static str,
        place: (&'static str, String),
        input: Option<&Value>,
    ) -> Result<Value, CallError> {
        self.calls.rest(Service::Connect, operation, place, input, Retries::AsConfigured).await
    }

    fn path(&self, user: &UserId) -> String {
        format!("/users/{}/{}", segment(self.instance), segment(user.as_str()))
    }
}

impl Directory for Connect<'_> {
    async fn create(&self, user: &NewUser) -> Result<UserId, DirectoryError> {
        let mut input = json!({
            "Username": user.username,
            "IdentityInfo": { "FirstName": user.first_name, "LastName": user.last_name },
            "PhoneConfig": { "PhoneType": "SOFT_PHONE", "AutoAccept": false, "AfterContactWorkTimeLimit": 0 },
            "SecurityProfileIds": self.security_profiles,
            "RoutingProfileId": user.profile.as_str(),
            "Tags": { MARK: user.mark },
        });
        if let Some(password) = &user.password {
            input["Password"] = password.as_str().into();
        }
        let place = ("PUT", format!("/users/{}", segment(self.instance)));
        let answer = self.call("Connect CreateUser", place, Some(&input)).await.map_err(|error| refused(&error))?;
        answer["UserId"].as_str().map(UserId::from).ok_or(DirectoryError::Unavailable)
    }

    /// Reads the list of users, as the index that searches are made on may be behind.
    async fn find(&self, username: &str) -> Result<Option<FoundUser>, DirectoryError> {
        let mut next = String::new();
        loop {
            let from = if next.is_empty() { String::new() } else { format!("&nextToken={}", segment(&next)) };
            let place = ("GET", format!("/users-summary/{}?maxResults=1000{from}", segment(self.instance)));
            let page = self.call("Connect ListUsers", place, None).await.map_err(|error| refused(&error))?;
            let mut users = page["UserSummaryList"].as_array().into_iter().flatten();
            let found = users.find(|user| user["Username"] == username).and_then(|user| user["Id"].as_str());
            if let Some(id) = found.map(UserId::from) {
                return self.described(id).await;
            }
            match page["NextToken"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => next = token.to_owned(),
                None => return Ok(None),
            }
        }
    }

    async fn delete(&self, user: &UserId) -> Result<(), DirectoryError> {
        gone(self.call("Connect DeleteUser", ("DELETE", self.path(user)), None).await)
    }

    async fn assign(&self, user: &UserId, profile: &ProfileId) -> Result<(), DirectoryError> {
        let place = ("POST", format!("{}/routing-profile", self.path(user)));
        let input = json!({ "RoutingProfileId": profile.as_str() });
        gone(self.call("Connect UpdateUserRoutingProfile", place, Some(&input)).await)
    }

    async fn look_up(&self, contact: &ContactId) -> Result<Looked, DirectoryError> {
        let path = format!("/contacts/{}/{}", segment(self.instance), segment(contact.as_str()));
        match self.call("Connect DescribeContact", ("GET", path), None).await {
            Ok(answer) => Ok(Looked::Known(Box::new(evidence(&answer["Contact"])))),
            Err(error) if error.is_not_found() => Ok(Looked::Unknown),
            Err(error) => Err(refused(&error)),
        }
    }
}

impl Connect<'_> {
    async fn described(&self, id: UserId) -> Result<Option<FoundUser>, DirectoryError> {
        match self.call("Connect DescribeUser", ("GET", self.path(&id)), None).await {
            Ok(answer) => {
                let mark = answer["User"]["Tags"][MARK].as_str().map(str::to_owned);
                Ok(Some(FoundUser { id, mark }))
            }
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(refused(&error)),
        }
    }
}

fn gone(answer: Result<Value, CallError>) -> Result<(), DirectoryError> {
    match answer {
        Ok(_) => Ok(()),
        Err(error) if error.is_not_found() => Ok(()),
        Err(error) => Err(refused(&error)),
    }
}

fn refused(error: &CallError) -> DirectoryError {
    note(error);
    match error.code.as_deref() {
        Some("DuplicateResourceException") => DirectoryError::Taken,
        Some(
            "InvalidParameterException"
            | "InvalidRequestException"
            | "LimitExceededException"
            | "AccessDeniedException",
        ) => DirectoryError::Refused(error.message.clone()),
        _ => DirectoryError::Unavailable,
    }
}

/// What a contact's description tells of the call. Times are seconds since 1970.
fn evidence(contact: &Value) -> Evidence {
    let at = |value: &Value| value.as_f64().map(moment);
    let agent = &contact["AgentInfo"];
    let joined = at(&agent["ConnectedToAgentTimestamp"])
        .map(|since| Joined { since, agent: UserId::from(agent["Id"].as_str().unwrap_or_default()) });
    Evidence {
        began: at(&contact["InitiationTimestamp"]),
        queued: at(&contact["QueueInfo"]["EnqueueTimestamp"]),
        joined,
        ended: at(&contact["DisconnectTimestamp"]),
        reason: contact["DisconnectReason"].as_str().map(str::to_owned),
        ..Evidence::default()
    }
}

fn moment(seconds: f64) -> Moment {
    #[expect(clippy::cast_possible_truncation, reason = "Moment clamps to years that exist")]
    let milliseconds = (seconds * 1000.0).round() as i64;
    Moment::from_milliseconds(milliseconds)
}
