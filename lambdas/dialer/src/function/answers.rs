//! What flows tell the dialer: keys, dispositions, who calls in.

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde::{Deserialize, Serialize};

use super::settings::policy;
use crate::connect::Services;
use crate::dynamodb::DynamoDb;
use crate::ids::{AttemptId, ContactId, Number, PersonId};
use crate::item::Key;
use crate::phone::{ATTEMPT_ATTRIBUTE, NoPhone, PERSON_ATTRIBUTE};
use crate::policy::Policy;
use crate::store::Table as _;
use crate::work::{Answer, Taken, Work};

/// An event of a flow. Connect sends more; only this is read.
#[derive(Clone, Debug, Deserialize)]
struct FlowEvent {
    #[serde(rename = "Details")]
    details: Details,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Details {
    contact_data: ContactData,
    #[serde(default)]
    parameters: Parameters,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ContactData {
    contact_id: Option<String>,
    #[serde(default)]
    attributes: serde_json::Map<String, serde_json::Value>,
    customer_endpoint: Option<Endpoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    address: Option<String>,
}

/// What the flow says. `Choice` is the word that flows of the check-in dialer's original used.
#[derive(Clone, Debug, Default, Deserialize)]
struct Parameters {
    #[serde(alias = "Choice")]
    key: Option<String>,
    disposition: Option<String>,
}

/// What the flow gets: a flat map of texts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// `new` where it was written down, `known` where it was before, `unknown` where nobody knows whose contact it is.
    pub status: &'static str,
    /// The person; empty where nobody knows who it is.
    pub person: String,
    /// Their first name; empty where it is not known.
    pub first_name: String,
    /// `yes` where their first name is known, else `no`.
    pub named: &'static str,
    /// What the key means; empty without a key.
    pub mood: String,
}

/// The function that flows invoke.
#[derive(Debug)]
pub struct Answers {
    aws: Aws,
    table: String,
    policy: Policy,
}

impl Answers {
    /// Reads `TABLE` and the variables of [`Policy`].
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::default())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, table: environment.required("TABLE")?.to_owned(), policy: policy(environment)? })
    }

    /// Writes down what a flow says. The same again, as Connect repeats calls of functions, changes nothing and gets the same
    /// reply but for its status.
    pub async fn answer(&self, event: serde_json::Value, _: Invocation) -> Result<Reply, Error> {
        let FlowEvent { details } = serde_json::from_value(event).map_err(|_| "the event is none of a flow")?;
        let data = details.contact_data;
        let text =
            |name: &str| data.attributes.get(name).and_then(serde_json::Value::as_str).filter(|text| !text.is_empty());
        let number = data.customer_endpoint.and_then(|endpoint| endpoint.address);
        let number = number.and_then(|address| Number::from_e164(&address));
        let calls = self.aws.calls().await;
        let store = DynamoDb::new(calls, &self.table);
        let person = self.person(&store, text(PERSON_ATTRIBUTE), number.as_ref()).await?;
        let key = details.parameters.key.filter(|key| !key.is_empty());
        let answer = Answer {
            contact: data.contact_id.map(ContactId::from),
            attempt: text(ATTEMPT_ATTRIBUTE).map(AttemptId::from),
            number,
            key: key.clone(),
            disposition: details.parameters.disposition.filter(|disposition| !disposition.is_empty()),
        };
        let taken = if answer.key.is_some() || answer.disposition.is_some() {
            let work = Work { store: &store, phone: &NoPhone, rim: &Services(calls), policy: &self.policy };
            work.answer(&answer).await?
        } else {
            Taken::Known
        };
        let first_name = person.as_ref().and_then(|(_, name)| name.clone()).unwrap_or_default();
        let status = match taken {
            Taken::New | Taken::Kept => "new",
            Taken::Known if person.is_some() => "known",
            _ => "unknown",
        };
        tracing::info!(status, "a flow told something");
        Ok(Reply {
            status,
            person: person.map(|(id, _)| id.to_string()).unwrap_or_default(),
            named: if first_name.is_empty() { "no" } else { "yes" },
            first_name,
            mood: key.map(|key| self.policy.mood(&key)).unwrap_or_default(),
        })
    }

    /// Who it is: as the contact's attribute says, or whose number it is.
    async fn person(
        &self,
        store: &DynamoDb<'_>,
        named: Option<&str>,
        number: Option<&Number>,
    ) -> Result<Option<(PersonId, Option<String>)>, Error> {
        let id = match (named, number) {
            (Some(id), _) => Some(PersonId::from(id)),
            (None, Some(number)) => {
                let item = store.get(&Key::Number(number.clone())).await?;
                item.and_then(|item| item.body.number()?.persons.first().cloned())
            }
            (None, None) => None,
        };
        let Some(id) = id else { return Ok(None) };
        let item = store.get(&Key::Person(id)).await?;
        Ok(item.and_then(|item| item.body.person().map(|person| (person.id.clone(), person.first_name.clone()))))
    }
}
