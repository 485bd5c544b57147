//! What Connect's operations have in common: members that many have, and how they are run.

use serde_json::{Map, Value};

use crate::error::AwsError;
use crate::handler::Environment;
pub(super) use crate::operation::{Member, Shape, TEXT, optional, query, required, required_query};

use super::document::{self, Document};
use super::error::modelled;
use super::input::Input;
use super::live;

/// The code of refusals of members.
pub(super) const INVALID: &str = "InvalidParameterException";

/// What a handler looks like.
pub(super) type Handler = fn(&Environment, &Input) -> Result<Value, AwsError>;

/// One operation of the service.
pub(super) type Operation = crate::operation::Operation<Handler>;

/// An identifier or ARN.
pub(super) const ID: Shape = Shape::Text(1, 500);
/// Tags at the creation of a resource.
pub(super) const TAGS: Member = optional("Tags", Shape::TextMap(1, 50));
/// Page token in a query.
pub(super) const NEXT_TOKEN: Member = query("nextToken", "NextToken", TEXT);
/// Page token in a body.
pub(super) const SEARCH_TOKEN: Member = optional("NextToken", Shape::Text(1, 2500));
/// The instance of an operation that has no instance in its path.
pub(super) const INSTANCE: Member = required("InstanceId", Shape::Text(1, 250));

/// The members of Search operations with pages of up to 100.
pub(super) const SEARCH_100: &[Member] = &[INSTANCE, SEARCH_TOKEN, search_size(100), FILTER, CRITERIA];
/// The members of Search operations with pages of up to 500.
pub(super) const SEARCH_500: &[Member] = &[INSTANCE, SEARCH_TOKEN, search_size(500), FILTER, CRITERIA];
const FILTER: Member = optional("SearchFilter", Shape::Object(&[]));
const CRITERIA: Member = optional("SearchCriteria", Shape::Object(&[]));

/// Page size in a query.
pub(super) const fn max_results(most: i64) -> Member {
    query("maxResults", "MaxResults", Shape::Number(1, most))
}

/// Page size in a body.
pub(super) const fn search_size(most: i64) -> Member {
    optional("MaxResults", Shape::Number(1, most))
}

/// An operation. `members` leaves out the labels of the path.
pub(super) const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    members: &'static [Member],
    handler: Handler,
) -> Operation {
    Operation { name, method, path, status: 200, members, handler }
}

impl Operation {
    /// Checks the members, finds the instance and runs the handler.
    pub(super) fn run(&self, environment: &Environment, members: &Map<String, Value>) -> Result<Value, AwsError> {
        self.run_by(environment, members, self.handler)
    }

    /// The same with another handler.
    pub(super) fn run_by(
        &self,
        environment: &Environment,
        members: &Map<String, Value>,
        handler: impl Fn(&Environment, &Input) -> Result<Value, AwsError>,
    ) -> Result<Value, AwsError> {
        self.checked(environment, members, handler).map_err(|error| modelled(self.name, error))
    }

    fn checked(
        &self,
        environment: &Environment,
        members: &Map<String, Value>,
        handler: impl Fn(&Environment, &Input) -> Result<Value, AwsError>,
    ) -> Result<Value, AwsError> {
        self.check(INVALID, members)?;
        let instance = match members.get("InstanceId").and_then(Value::as_str) {
            Some(given) if self.has_instance() => document::instance(environment, given)?,
            _ => Document::new(),
        };
        let answer = handler(environment, &Input::new(self.name, self.page_size(members), members, instance))?;
        if self.changes_center() {
            live::note_change(environment)?;
        }
        Ok(answer)
    }

    /// True where the operation may change what calls meet: everything that is neither read nor a contact.
    fn changes_center(&self) -> bool {
        const PASSING: [&str; 6] = [
            "StartOutboundVoiceContact",
            "StopContact",
            "UpdateContactAttributes",
            "PutUserStatus",
            "StartTestCaseExecution",
            "StopTestCaseExecution",
        ];
        let reads = ["Describe", "Get", "List", "Search"].iter().any(|verb| self.name.starts_with(verb));
        !reads && !PASSING.contains(&self.name)
    }

    /// Entries of a page: as many as asked for, else 100, or the operation's maximum where that is less.
    fn page_size(&self, members: &Map<String, Value>) -> usize {
        let most = self.members.iter().find(|member| member.name == "MaxResults").map(|member| member.shape);
        let most = if let Some(Shape::Number(_, most)) = most { most } else { 100 };
        let asked = members.get("MaxResults").and_then(Value::as_i64).unwrap_or(100);
        usize::try_from(asked.min(most)).unwrap_or(1)
    }

    fn has_instance(&self) -> bool {
        self.labels().any(|label| label == "InstanceId")
            || self.members.iter().any(|member| member.name == "InstanceId" && member.required)
    }
}

/// The members of a request's body.
pub(super) fn read_body(body: &[u8]) -> Result<Map<String, Value>, AwsError> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Map::new());
    }
    let not_json = |_| AwsError::new(400, "SerializationException", "The request's body is not a JSON object.");
    serde_json::from_slice(body).map_err(not_json)
}
