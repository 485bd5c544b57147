//! What flows ask: whether PINs are right, and that consent is written down.

use callform_lambda::{Aws, Environment, Error, Invocation};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::settings::Settings;
use crate::aws::{DynamoDb, S3, Services};
use crate::ids::ContactId;
use crate::item::Mode;
use crate::outside::Nothing;
use crate::work::{Entered, Reply, Work};

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
    contact_id: String,
    initial_contact_id: Option<String>,
    customer_endpoint: Option<Endpoint>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Endpoint {
    address: Option<String>,
}

/// What the flow says.
#[derive(Clone, Debug, Default, Deserialize)]
struct Parameters {
    /// `user`, `conversation`, `consent`.
    #[serde(default)]
    step: String,
    /// The digits that were keyed in.
    #[serde(default)]
    pin: String,
    /// Of consent: `yes`, or anything else for no.
    #[serde(default)]
    agrees: String,
    /// Of consent: the version of the text that was heard.
    #[serde(default)]
    text: String,
    /// Of consent: the key that was pressed.
    #[serde(default)]
    key: String,
}

/// What the flow gets: a flat map of texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// `known`, `welcome`, `wrong`, `locked`, `closed`, `full`; of consent `agreed`, `declined`, `unknown`.
    pub result: &'static str,
    /// Whom the caller talks to: `human`, or the key of a bot; empty before a place is kept.
    pub partner: String,
    /// The queue's ARN, of a collection with agents.
    pub queue: String,
    /// The collection.
    pub collection: String,
    /// The contact, which a bot is told.
    pub contact: String,
}

/// The function that flows invoke.
#[derive(Debug)]
pub struct Flow {
    aws: Aws,
    settings: Settings,
}

impl Flow {
    /// Reads `TABLE`, `INSTANCE`, and the variables of the policy.
    pub fn from_environment(environment: &Environment) -> Result<Self, Error> {
        Self::on(environment, Aws::default())
    }

    /// As [`Self::from_environment`], with calls of one's own.
    pub fn on(environment: &Environment, aws: Aws) -> Result<Self, Error> {
        Ok(Self { aws, settings: Settings::read(environment)? })
    }

    /// Answers a flow. The same again, as Connect repeats calls of functions, gets the same answer.
    pub async fn answer(&self, event: Value, _: Invocation) -> Result<Answer, Error> {
        let FlowEvent { details } = serde_json::from_value(event).map_err(|_| "the event is none of a flow")?;
        let (data, asked) = (details.contact_data, details.parameters);
        let first = data.initial_contact_id.filter(|first| !first.is_empty()).unwrap_or(data.contact_id);
        let contact = ContactId::from(first);
        let calls = self.aws.calls().await;
        let (store, rim) = (DynamoDb::new(calls, &self.settings.table), Services(calls));
        let policy = &self.settings.policy;
        let work = Work { store: &store, directory: &Nothing, objects: &S3(calls), rim: &rim, policy };
        // The services' clock is known from their first answer on.
        let _known = work.conversation(&contact).await?;
        let number = data.customer_endpoint.and_then(|endpoint| endpoint.address);
        let number = number.filter(|address| address.starts_with('+'));
        let entered = Entered { contact: contact.clone(), number, digits: asked.pin };
        let answer = match &*asked.step {
            "user" => self.told(&work.check_user(&entered).await?),
            "conversation" => self.told(&work.check_conversation(&entered).await?),
            "consent" => {
                let agrees = asked.agrees == "yes";
                let known = work.consent(&contact, agrees, &asked.text, &asked.key).await?;
                let result = match (known, agrees) {
                    (false, _) => "unknown",
                    (true, true) => "agreed",
                    (true, false) => "declined",
                };
                Answer { result, ..Answer::default() }
            }
            _ => return Err("the flow must say `step`: `user`, `conversation` or `consent`".into()),
        };
        tracing::info!(step = asked.step, result = answer.result, "a flow asked");
        Ok(Answer { contact: contact.to_string(), ..answer })
    }

    fn told(&self, reply: &Reply) -> Answer {
        let result = match reply {
            Reply::Known => "known",
            Reply::Wrong => "wrong",
            Reply::Locked => "locked",
            Reply::Closed => "closed",
            Reply::Full => "full",
            Reply::Welcome(told) => {
                let queue = told.queue.as_ref();
                let arn = queue.map(|queue| format!("{}/queue/{queue}", self.settings.instance));
                return Answer {
                    result: "welcome",
                    partner: match &told.mode {
                        Mode::Human => "human".to_owned(),
                        Mode::Bot(bot) => bot.clone(),
                    },
                    queue: arn.unwrap_or_default(),
                    collection: told.collection.to_string(),
                    contact: String::new(),
                };
            }
        };
        Answer { result, ..Answer::default() }
    }
}
