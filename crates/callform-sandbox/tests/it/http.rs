//! A client of a few lines: one connection per request.

use std::io::{Read, Write};
use std::net::TcpStream;

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// Sends a signed request of a service; `None` where the connection is closed without an answer.
pub(crate) fn call(
    url: &str,
    service: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Option<Reply> {
    let authorization = authorization(service);
    let mut all = vec![("authorization", authorization.as_str())];
    all.extend(headers);
    send(url, method, path, &all, body)
}

/// Sends a request as it is, with a host of its own where it has none; `None` where the connection is closed without an answer.
pub(crate) fn send(url: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Option<Reply> {
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let mut head = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\ncontent-length: {}\r\n", body.len());
    if !headers.iter().any(|(name, _)| *name == "host") {
        head.extend(["host: ", host, "\r\n"]);
    }
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    head.push_str("\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).ok()?;
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Reply { status, head, body: answer.split_off(end + 4) })
}

/// The `Authorization` header of a request to a service.
pub(crate) fn authorization(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=AKID/20261121/us-west-2/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

/// A call of a JSON service.
pub(crate) fn json(url: &str, target: &str, body: &str) -> Reply {
    let service = match target.split_once('.').unwrap().0 {
        "AWSEvents" => "events",
        "AWSStepFunctions" => "states",
        "AmazonSSM" => "ssm",
        "AmazonSQS" => "sqs",
        "DynamoDB_20120810" => "dynamodb",
        "AWSCognitoIdentityProviderService" => "cognito-idp",
        "CloudApiService" => "cloudcontrolapi",
        "Kinesis_20131202" => "kinesis",
        "Logs_20140328" => "logs",
        "TrentService" => "kms",
        other => other,
    };
    let headers = [("x-amz-target", target), ("content-type", "application/x-amz-json-1.1")];
    call(url, service, "POST", "/", &headers, body.as_bytes()).unwrap()
}

/// A call of a query service, which its version tells.
pub(crate) fn form(url: &str, body: &str) -> Reply {
    let version = body.split('&').find_map(|pair| pair.strip_prefix("Version=")).unwrap();
    let service = match version {
        "2010-05-15" => "cloudformation",
        "2010-05-08" => "iam",
        "2010-03-31" => "sns",
        _ => "sts",
    };
    call(url, service, "POST", "/", &[("content-type", "application/x-www-form-urlencoded")], body.as_bytes()).unwrap()
}
