//! Answers and errors in the form of each protocol.

use std::path::PathBuf;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::xml::{Element, escape, write_members};
use super::{Service, Wire, cbor};
use crate::error::AwsError;

/// An answer before it goes on the wire.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Headers besides the length and the request id.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Content,
    /// Files that nothing refers to once the transaction is committed.
    pub garbage: Vec<PathBuf>,
}

/// The body of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// In memory.
    Bytes(Vec<u8>),
    /// A part of a file, in bytes.
    File {
        /// The file.
        path: PathBuf,
        /// Where the part begins.
        offset: u64,
        /// How long it is.
        length: u64,
    },
    /// None, but the length of the body that a GET would have: the answer to HEAD.
    Length(u64),
}

impl Answer {
    /// An answer with a body of a type.
    pub fn new(status: u16, content_type: &str, body: Vec<u8>) -> Self {
        let headers = vec![("content-type".to_owned(), content_type.to_owned())];
        Self { status, headers, body: Content::Bytes(body), garbage: Vec::new() }
    }

    /// An answer without a body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Content::Bytes(Vec::new()), garbage: Vec::new() }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}

/// An answer of one of the JSON protocols. `null` and an empty text are an empty body.
pub fn json(wire: Wire, status: u16, value: &Value) -> Answer {
    let body = if value.is_null() { Vec::new() } else { value.to_string().into_bytes() };
    Answer::new(status, content_type(wire), body)
}

/// An answer of the protocol with binary objects.
pub fn cbor(status: u16, value: &Value) -> Answer {
    Answer::new(status, content_type(Wire::Cbor), cbor::write(value)).header("smithy-protocol", "rpc-v2-cbor")
}

fn content_type(wire: Wire) -> &'static str {
    match wire {
        Wire::Json("1.0") => "application/x-amz-json-1.0",
        Wire::Json(_) => "application/x-amz-json-1.1",
        Wire::RestJson => "application/json",
        Wire::Query(..) => "text/xml",
        Wire::RestXml => "application/xml",
        Wire::Cbor => "application/cbor",
    }
}

/// The answer of an operation of the query protocol; `result` holds the members of `<…Result>`. Clients want that
/// element, even empty, from every operation that has an output.
pub fn query(service: Service, action: &str, result: Option<&Map<String, Value>>) -> Answer {
    let namespace = match service.wire() {
        Wire::Query(namespace, _) => namespace,
        Wire::Json(_) | Wire::RestJson | Wire::RestXml | Wire::Cbor => "",
    };
    let mut xml = format!("<{action}Response xmlns=\"{namespace}\">");
    if let Some(result) = result {
        xml.extend(["<", action, "Result>"]);
        write_members(&mut xml, result);
        xml.extend(["</", action, "Result>"]);
    }
    let request = Uuid::new_v4();
    let end = format!("<ResponseMetadata><RequestId>{request}</RequestId></ResponseMetadata></{action}Response>");
    xml.push_str(&end);
    Answer::new(200, "text/xml", xml.into_bytes())
}

/// An S3 answer with an XML body.
pub fn s3_xml(status: u16, root: &Element) -> Answer {
    let xml = root.to_xml(Some("http://s3.amazonaws.com/doc/2006-03-01/"));
    Answer::new(status, "application/xml", xml.into_bytes())
}

/// An error in the form of a service's protocol.
pub fn error(service: Service, wire: Wire, error: &AwsError) -> Answer {
    match wire {
        Wire::Json(_) | Wire::RestJson => json_error(service, wire, error),
        Wire::Cbor => {
            let mut body = Map::new();
            body.insert("__type".to_owned(), error.code.clone().into());
            body.insert("message".to_owned(), error.message.clone().into());
            body.extend(error.members.clone());
            cbor(error.status, &body.into())
        }
        Wire::Query(namespace, _) => {
            let kind = if error.status < 500 { "Sender" } else { "Receiver" };
            let xml = format!(
                "<ErrorResponse xmlns=\"{namespace}\"><Error><Type>{kind}</Type><Code>{}</Code><Message>{}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
                escape(&error.code),
                escape(&error.message),
                Uuid::new_v4()
            );
            Answer::new(error.status, "text/xml", xml.into_bytes())
        }
        Wire::RestXml => s3_error(error),
    }
}

fn json_error(service: Service, wire: Wire, error: &AwsError) -> Answer {
    let mut body = Map::new();
    if !matches!(wire, Wire::RestJson) {
        body.insert("__type".to_owned(), error.code.clone().into());
    }
    let message = if service == Service::Lambda { "Message" } else { "message" };
    body.insert(message.to_owned(), error.message.clone().into());
    body.extend(error.members.clone());
    let body = Value::Object(body).to_string().into_bytes();
    Answer::new(error.status, content_type(wire), body).header("x-amzn-errortype", error.code.clone())
}

fn s3_error(error: &AwsError) -> Answer {
    // Not Modified and HEAD answers have no body; the status says it all.
    if error.status == 304 {
        return Answer::empty(304);
    }
    let mut children = vec![Element::leaf("Code", &error.code), Element::leaf("Message", &error.message)];
    for (name, value) in &error.members {
        children.push(Element::leaf(name, value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
    }
    children.push(Element::leaf("RequestId", Uuid::new_v4().to_string()));
    let xml = Element::node("Error", children).to_xml(None);
    Answer::new(error.status, "application/xml", xml.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(answer: &Answer) -> &str {
        match &answer.body {
            Content::Bytes(bytes) => std::str::from_utf8(bytes).unwrap(),
            _ => panic!("no bytes"),
        }
    }

    #[test]
    fn errors_of_every_protocol() {
        let failure = AwsError::new(404, "NotFound", "a <b>").with("ResourceType", "QUEUE");
        assert_eq!(
            text(&error(Service::Connect, Wire::RestJson, &failure)),
            r#"{"message":"a <b>","ResourceType":"QUEUE"}"#
        );
        assert!(
            text(&error(Service::Kinesis, Wire::Json("1.1"), &failure))
                .starts_with(r#"{"__type":"NotFound","message":"a <b>""#)
        );
        assert!(
            text(&error(Service::Iam, Service::Iam.wire(), &failure))
                .contains("<Code>NotFound</Code><Message>a &lt;b&gt;</Message>")
        );
        assert!(text(&error(Service::S3, Wire::RestXml, &failure)).contains("<Error><Code>NotFound</Code>"));
    }

    #[test]
    fn a_query_answer() {
        let answer = query(Service::Iam, "ListRoles", json!({"Roles": [{"RoleName": "r"}]}).as_object());
        assert!(text(&answer).starts_with(
            "<ListRolesResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><ListRolesResult><Roles><member><RoleName>r</RoleName></member></Roles></ListRolesResult><ResponseMetadata>"
        ));
    }
}
