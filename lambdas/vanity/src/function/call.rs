//! What a contact flow sends.

use serde_json::Value;
use thiserror::Error;

/// One call of a contact flow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The contact's identifier.
    pub contact: String,
    /// The caller's address; empty where the contact has none.
    pub address: String,
    /// The company that the flow names in the parameter `company`.
    pub company: Option<String>,
}

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
        let company = event["Details"]["Parameters"]["company"].as_str().filter(|company| !company.trim().is_empty());
        Ok(Self {
            contact: contact.to_owned(),
            address: data["CustomerEndpoint"]["Address"].as_str().unwrap_or_default().trim().to_owned(),
            company: company.map(str::to_owned),
        })
    }
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

    #[test]
    fn a_flow_may_name_the_company() {
        let event =
            json!({ "Details": { "ContactData": { "ContactId": "c-1" }, "Parameters": { "company": "Acme" } } });
        assert_eq!(Call::read(&event).unwrap().company.as_deref(), Some("Acme"));
        let event = json!({ "Details": { "ContactData": { "ContactId": "c-1" }, "Parameters": { "company": " " } } });
        assert_eq!(Call::read(&event).unwrap().company, None);
    }
}
