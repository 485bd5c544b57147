//! What a contact flow sends.

use serde_json::Value;
use thiserror::Error;

use crate::company::{Company, NameError};

/// One call of a contact flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contact's identifier.
    pub contact: String,
    /// The caller's address; empty where the contact has none.
    pub address: String,
    /// The company that the flow names, for this call.
    pub company: Option<Named>,
}

/// A company with the name it was given by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Named {
    /// The name, without blanks around it; empty where there is none.
    pub name: String,
    /// What it is made of.
    pub company: Company,
}

impl Named {
    /// Reads a name that must count.
    pub fn read(name: &str) -> Result<Self, NameError> {
        Ok(Self { name: name.trim().to_owned(), company: Company::read(name)? })
    }
}

/// Parameters that name the company; both are the same.
const COMPANY: [&str; 2] = ["company", "companyName"];

/// Why an event is not one of a contact flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CallError {
    /// There is no contact in it.
    #[error(
        "the event has no Details.ContactData.ContactId: invoke this function from a contact flow, or with an event like those of Connect"
    )]
    NoContact,
    /// The identifier is longer than Connect makes them.
    #[error("Details.ContactData.ContactId is longer than 256 characters")]
    LongContact,
    /// A parameter that names the company is no text.
    #[error("the parameter `{0}` is no text")]
    CompanyNotText(&'static str),
    /// Both parameters are there, and differ.
    #[error("the parameters `company` and `companyName` name two companies")]
    TwoCompanies,
    /// The name cannot count.
    #[error("the parameter `{0}`: {1}")]
    Company(&'static str, NameError),
}

impl Call {
    /// Reads an event. Only the contact's identifier must be there; members nobody knows are passed over, since AWS adds some
    /// without notice.
    pub fn read(event: &Value) -> Result<Self, CallError> {
        let data = &event["Details"]["ContactData"];
        let contact = data["ContactId"].as_str().filter(|contact| !contact.is_empty()).ok_or(CallError::NoContact)?;
        if contact.len() > 256 {
            return Err(CallError::LongContact);
        }
        Ok(Self {
            contact: contact.to_owned(),
            address: data["CustomerEndpoint"]["Address"].as_str().unwrap_or_default().trim().to_owned(),
            company: company(&event["Details"]["Parameters"])?,
        })
    }
}

/// The company that the parameters name; one without a name is none. A name that could not count is an error, since a
/// caller would hear another company's words.
fn company(parameters: &Value) -> Result<Option<Named>, CallError> {
    let mut found: Option<Named> = None;
    for name in COMPANY {
        let text = match &parameters[name] {
            Value::Null => continue,
            Value::String(text) if text.trim().is_empty() => continue,
            Value::String(text) => text,
            _ => return Err(CallError::CompanyNotText(name)),
        };
        let named = Named::read(text).map_err(|error| CallError::Company(name, error))?;
        if found.as_ref().is_some_and(|other| *other != named) {
            return Err(CallError::TwoCompanies);
        }
        found = Some(named);
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_missing_is_no_reason_to_fail_but_the_contact() {
        let chat = json!({ "Details": { "ContactData": { "ContactId": "c-1", "CustomerEndpoint": null } } });
        let expected = Call { contact: "c-1".to_owned(), address: String::new(), company: None };
        assert_eq!(Call::read(&chat), Ok(expected));
        for event in [
            json!(null),
            json!([]),
            json!({ "Details": 1 }),
            json!({ "Details": { "ContactData": { "ContactId": "" } } }),
        ] {
            assert_eq!(Call::read(&event), Err(CallError::NoContact), "{event}");
        }
        let long = json!({ "Details": { "ContactData": { "ContactId": "c".repeat(257) } } });
        assert_eq!(Call::read(&long), Err(CallError::LongContact));
    }

    fn company_of(parameters: &Value) -> Result<Option<String>, CallError> {
        let event = json!({ "Details": { "ContactData": { "ContactId": "c-1" }, "Parameters": parameters } });
        Call::read(&event).map(|call| call.company.map(|named| named.name))
    }

    #[test]
    fn a_flow_may_name_the_company() {
        let acme = Ok(Some("Acme".to_owned()));
        assert_eq!(company_of(&json!({ "company": "Acme" })), acme);
        assert_eq!(company_of(&json!({ "companyName": " Acme " })), acme);
        assert_eq!(company_of(&json!({ "companyName": "Acme", "company": "Acme", "other": 1 })), acme);
        for nobody in [json!({}), json!(null), json!({ "company": " " }), json!({ "company": null, "companyName": "" })]
        {
            assert_eq!(company_of(&nobody), Ok(None), "{nobody}");
        }
    }

    #[test]
    fn a_company_that_cannot_count_is_refused() {
        let refused = |parameters: Value| company_of(&parameters).unwrap_err().to_string();
        assert_eq!(refused(json!({ "companyName": ["Acme"] })), "the parameter `companyName` is no text");
        assert!(refused(json!({ "company": "Acme", "companyName": "Tile" })).contains("two companies"));
        assert!(
            refused(json!({ "companyName": "日本" }))
                .starts_with("the parameter `companyName`: the company's name has no")
        );
        assert!(refused(json!({ "company": "A".repeat(101) })).contains("longer than 100"));
    }
}
