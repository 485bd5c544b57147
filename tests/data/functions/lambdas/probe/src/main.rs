//! A function that does what its event says, so that tests see how it is run.
//!
//! | event | what happens |
//! |---|---|
//! | `{"do":"environment"}` | answers all variables |
//! | `{"do":"pid"}` | answers the number of this process |
//! | `{"do":"count"}` | answers how many invocations this process has had |
//! | `{"do":"sleep","ms":100}` | answers after a while |
//! | `{"do":"spin"}` | never answers, and works hard at it |
//! | `{"do":"exit","code":3}` | ends the process |
//! | `{"do":"fail"}` | reports an error |
//! | `{"do":"grow","mb":64}` | answers after using so much memory |
//! | `{"do":"say","text":"hi"}` | writes a line to stdout and one to stderr |
//! | `{"do":"long","bytes":7000000}` | answers a text of such a length |
//! | `{"do":"headers"}` | answers the headers of its invocation |
//! | `{"do":"call","target":"DynamoDB_20120810.ListTables","body":"{}"}` | asks the service at `AWS_ENDPOINT_URL` |
//!
//! Anything else is answered as it came. With the variable `FAIL_AT_INIT` it never gets ready: `exit` ends the process,
//! `report` reports an error first.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

type Answer = Result<String, String>;

fn main() {
    let api = std::env::var("AWS_LAMBDA_RUNTIME_API").expect("AWS_LAMBDA_RUNTIME_API");
    match std::env::var("FAIL_AT_INIT").as_deref() {
        Ok("exit") => {
            eprintln!("no wish to start");
            std::process::exit(9);
        }
        Ok("report") => {
            let body = r#"{"errorType":"Probe.Init","errorMessage":"no wish to start"}"#;
            request(
                &api,
                "POST",
                "/2018-06-01/runtime/init/error",
                &[("Lambda-Runtime-Function-Error-Type", "Probe.Init")],
                body,
            );
            std::process::exit(1);
        }
        _ => {}
    }
    for count in 1_u64.. {
        let (headers, event) = request(&api, "GET", "/2018-06-01/runtime/invocation/next", &[], "");
        let id = headers.get("lambda-runtime-aws-request-id").cloned().unwrap_or_default();
        let (path, body) = match act(&event, &headers, count) {
            Ok(answer) => ("response", answer),
            Err(error) => ("error", error),
        };
        request(&api, "POST", &format!("/2018-06-01/runtime/invocation/{id}/{path}"), &[], &body);
    }
}

fn act(event: &str, headers: &BTreeMap<String, String>, count: u64) -> Answer {
    match text(event, "do").as_deref() {
        Some("environment") => Ok(object(std::env::vars().collect())),
        Some("headers") => Ok(object(headers.clone())),
        Some("pid") => Ok(std::process::id().to_string()),
        Some("count") => Ok(count.to_string()),
        Some("sleep") => {
            std::thread::sleep(Duration::from_millis(number(event, "ms")));
            Ok(count.to_string())
        }
        Some("spin") => loop {
            std::hint::spin_loop();
        },
        Some("exit") => std::process::exit(i32::try_from(number(event, "code")).unwrap_or(1)),
        Some("fail") => {
            Err(r#"{"errorType":"Probe.Failure","errorMessage":"as you wish","stackTrace":["probe"]}"#.to_owned())
        }
        Some("grow") => {
            let bytes = vec![1_u8; usize::try_from(number(event, "mb")).unwrap_or(0) << 20];
            Ok(bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>().to_string())
        }
        Some("say") => {
            println!("{}", text(event, "text").unwrap_or_default());
            eprintln!("and again: {}", text(event, "text").unwrap_or_default());
            Ok("null".to_owned())
        }
        Some("long") => Ok(format!("\"{}\"", "x".repeat(usize::try_from(number(event, "bytes")).unwrap_or(0)))),
        Some("call") => call(event),
        _ => Ok(event.to_owned()),
    }
}

/// Asks a service of the sandbox, signed the way every AWS client does.
fn call(event: &str) -> Answer {
    let url = std::env::var("AWS_ENDPOINT_URL").map_err(|error| error.to_string())?;
    let region = std::env::var("AWS_REGION").map_err(|error| error.to_string())?;
    let host = url.trim_start_matches("http://");
    let target = text(event, "target").unwrap_or_default();
    let scope = if target.starts_with("DynamoDB") { "dynamodb" } else { "kinesis" };
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=probe/20260101/{region}/{scope}/aws4_request, SignedHeaders=host, Signature=0"
    );
    let headers = [
        ("X-Amz-Target", target.as_str()),
        ("Authorization", &authorization),
        ("Content-Type", "application/x-amz-json-1.0"),
    ];
    Ok(request(host, "POST", "/", &headers, "{}").1)
}

fn request(
    host: &str,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (BTreeMap<String, String>, String) {
    let mut stream = TcpStream::connect(host).expect("the host is there");
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    write!(stream, "{head}\r\n{body}").expect("the host listens");
    let mut reader = BufReader::new(stream);
    let mut received = BTreeMap::new();
    let mut line = String::new();
    // Where the host went away, so does this process.
    while reader.read_line(&mut line).expect("an answer") > 0 && line.trim_end() != "" {
        if let Some((name, value)) = line.split_once(':') {
            received.insert(name.to_lowercase(), value.trim().to_owned());
        }
        line.clear();
    }
    let mut body = String::new();
    reader.read_to_string(&mut body).expect("text");
    if received.is_empty() {
        std::process::exit(0);
    }
    (received, body)
}

fn object(members: BTreeMap<String, String>) -> String {
    let members: Vec<_> = members.iter().map(|(name, value)| format!("{name:?}:{value:?}")).collect();
    format!("{{{}}}", members.join(","))
}

/// A member of a flat event whose texts have no escapes; a JSON parser would be the only dependency.
fn text(event: &str, name: &str) -> Option<String> {
    let (_, rest) = event.split_once(&format!("\"{name}\":"))?;
    Some(rest.trim_start().strip_prefix('"')?.split('"').next()?.to_owned())
}

fn number(event: &str, name: &str) -> u64 {
    let digits = event.split_once(&format!("\"{name}\":")).map(|(_, rest)| rest.trim_start()).unwrap_or_default();
    digits.chars().take_while(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0)
}
