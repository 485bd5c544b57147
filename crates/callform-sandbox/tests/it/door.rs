//! Who is let in: raw requests, as browsers and others could send them.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use callform_sandbox::{Options, Running, start};

use crate::http::{authorization, call, form, json, send};

pub(crate) async fn serve(folder: &Path, port: u16) -> Running {
    start(Options { folder: folder.to_owned(), port, region: "us-west-2".to_owned(), faults: None }).await.unwrap()
}

/// Runs blocking requests beside a server of their own.
fn with_server<R: Send + 'static>(work: impl FnOnce(&str) -> R + Send + 'static) -> R {
    let folder = tempfile::tempdir().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let running = serve(folder.path(), 0).await;
        let url = running.url().to_owned();
        let result = tokio::task::spawn_blocking(move || work(&url)).await;
        running.stop().await;
        result.unwrap()
    })
}

/// Insists that nothing was made.
pub(crate) fn assert_untouched(url: &str) {
    let roles = form(url, "Action=ListRoles&Version=2010-05-08").text();
    assert!(roles.contains("ListRolesResult") && !roles.contains("pwned"), "{roles}");
    let buckets = call(url, "s3", "GET", "/", &[], b"").unwrap().text();
    assert!(buckets.contains("ListAllMyBucketsResult") && !buckets.contains("pwned"), "{buckets}");
    let functions = call(url, "lambda", "GET", "/2015-03-31/functions", &[], b"").unwrap().text();
    assert_eq!(functions, r#"{"Functions":[]}"#);
    let parameter = json(url, "AmazonSSM.GetParameter", r#"{"Name":"pwned"}"#).text();
    assert!(parameter.contains("ParameterNotFound"), "{parameter}");
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const JSON: (&str, &str) = ("content-type", "application/x-amz-json-1.1");
const PUT_PARAMETER: (&str, &str) = ("x-amz-target", "AmazonSSM.PutParameter");
const PARAMETER: &[u8] = br#"{"Name":"pwned","Value":"1","Type":"String"}"#;
const ROLE: &str = "Action=CreateRole&Version=2010-05-08&RoleName=pwned&AssumeRolePolicyDocument=%7B%22Version%22%3A%222012-10-17%22%2C%22Statement%22%3A%5B%7B%22Effect%22%3A%22Allow%22%2C%22Principal%22%3A%7B%22Service%22%3A%22lambda.amazonaws.com%22%7D%2C%22Action%22%3A%22sts%3AAssumeRole%22%7D%5D%7D";

#[test]
fn unsigned_requests_and_those_of_pages_do_nothing() {
    with_server(|url| {
        let ssm = authorization("ssm");
        let signed = ("authorization", ssm.as_str());
        let refused = |headers: &[(&str, &str)], body: &[u8], status: u16| {
            let reply = send(url, "POST", "/", headers, body).unwrap();
            assert_eq!(reply.status, status, "{headers:?} {}", reply.text());
            assert!(reply.head.contains("connection: close"), "{}", reply.head);
        };
        refused(&[FORM], ROLE.as_bytes(), 403);
        refused(&[PUT_PARAMETER, JSON], PARAMETER, 403);
        refused(&[("content-type", "text/plain")], PARAMETER, 403);
        refused(&[signed, PUT_PARAMETER, ("content-type", "text/plain")], PARAMETER, 415);
        refused(&[signed, PUT_PARAMETER, JSON, ("origin", "http://127.0.0.1:1")], PARAMETER, 403);
        refused(&[signed, PUT_PARAMETER, JSON, ("origin", "null")], PARAMETER, 403);
        refused(&[signed, PUT_PARAMETER, JSON, ("sec-fetch-site", "cross-site")], PARAMETER, 403);
        refused(&[signed, PUT_PARAMETER, JSON, ("host", "rebound.example:4566")], PARAMETER, 403);
        for path in ["/pwned", "/pwned/key"] {
            assert_eq!(send(url, "PUT", path, &[], b"").unwrap().status, 403);
        }
        assert_eq!(send(url, "OPTIONS", "/", &[("origin", "http://example.com")], b"").unwrap().status, 403);
        assert_untouched(url);
        refused_target_of_another_service(url);
    });
}

/// A service that is signed for is the one that answers, or none.
fn refused_target_of_another_service(url: &str) {
    let crossed = call(url, "logs", "POST", "/", &[PUT_PARAMETER, JSON], PARAMETER).unwrap();
    assert!(crossed.status == 400 && crossed.text().contains("AmazonSSM.PutParameter is no operation of logs"));
    let unknown = call(url, "logs", "POST", "/", &[("x-amz-target", "Whatever.Do"), JSON], b"{}").unwrap();
    assert!(unknown.text().contains("Whatever.Do is no operation of logs"), "{}", unknown.text());
    assert_untouched(url);
}

#[test]
fn what_follows_a_refused_request_on_its_connection_is_not_looked_at() {
    with_server(|url| {
        let host = url.strip_prefix("http://").unwrap();
        let signed = authorization("ssm");
        let body = String::from_utf8_lossy(PARAMETER);
        // The refused request has no end of its own, and the second one is its body.
        let smuggled = format!(
            "POST / HTTP/1.1\r\nhost: {host}\r\norigin: http://evil.example\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n\
             POST / HTTP/1.1\r\nhost: {host}\r\nauthorization: {signed}\r\ncontent-type: {}\r\n{}: {}\r\n\
             content-length: {}\r\n\r\n{body}",
            JSON.1,
            PUT_PARAMETER.0,
            PUT_PARAMETER.1,
            body.len()
        );
        let mut stream = TcpStream::connect(host).unwrap();
        stream.write_all(smuggled.as_bytes()).unwrap();
        let mut answer = Vec::new();
        // The server closes with bytes unread: the system may tell that as an error.
        let _reset = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer);
        assert_eq!(answer.matches("HTTP/1.1 ").count(), 1, "{answer}");
        assert_untouched(url);
    });
}

#[test]
fn heads_and_bodies_have_a_largest_size() {
    with_server(|url| {
        let host = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(host).unwrap();
        let long = format!("GET / HTTP/1.1\r\nhost: {host}\r\nx-long: {}\r\n\r\n", "a".repeat(1 << 20));
        // The server closes before all of it is written.
        let _closed = stream.write_all(long.as_bytes());
        let mut answer = Vec::new();
        let _reset = stream.read_to_end(&mut answer);
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");

        // A size that is announced is refused before anything is read.
        let announced = |service: &str, path: &str, length: u64| {
            let mut stream = TcpStream::connect(host).unwrap();
            let head = format!(
                "PUT {path} HTTP/1.1\r\nhost: {host}\r\nauthorization: {}\r\ncontent-length: {length}\r\n\r\n",
                authorization(service)
            );
            stream.write_all(head.as_bytes()).unwrap();
            let mut answer = Vec::new();
            let _reset = stream.read_to_end(&mut answer);
            String::from_utf8_lossy(&answer).into_owned()
        };
        let large = announced("connect", "/queues/i", u64::MAX / 2);
        assert!(large.contains(" 413 ") && large.contains("at most 8388608 bytes"), "{large}");
        let large = announced("s3", "/bucket/key", 1 << 40);
        assert!(large.contains("EntityTooLarge") && large.contains("5368709120"), "{large}");

        // One that is not announced is counted.
        let mut stream = TcpStream::connect(host).unwrap();
        let head = format!(
            "PUT /queues/i HTTP/1.1\r\nhost: {host}\r\nauthorization: {}\r\ntransfer-encoding: chunked\r\n\r\n",
            authorization("connect")
        );
        stream.write_all(head.as_bytes()).unwrap();
        let piece = [b"10000\r\n".as_slice(), &vec![b' '; 0x1_0000], b"\r\n"].concat();
        while stream.write_all(&piece).is_ok() {}
        assert_eq!(json(url, "AmazonSSM.PutParameter", r#"{"Name":"a","Value":"1","Type":"String"}"#).status, 200);
    });
}

#[test]
fn real_clients_go_on_working_with_every_name_of_this_machine() {
    with_server(|url| {
        let port = url.rsplit_once(':').unwrap().1;
        let signed = authorization("s3");
        for name in ["localhost", "127.0.0.1", "[::1]", "127.1.2.3"] {
            let host = format!("{name}:{port}");
            let headers = [("host", host.as_str()), ("authorization", signed.as_str())];
            assert_eq!(send(url, "GET", "/", &headers, b"").unwrap().status, 200, "{name}");
        }
        assert_eq!(call(url, "s3", "PUT", "/bucket", &[], b"").unwrap().status, 200);
        for host in ["bucket.localhost", "bucket.s3.localhost", "bucket.127.0.0.1"] {
            let host = format!("{host}:{port}");
            let headers = [("host", host.as_str()), ("authorization", signed.as_str()), ("content-type", "text/html")];
            assert_eq!(send(url, "PUT", "/page", &headers, b"<script>").unwrap().status, 200, "{host}");
        }
        // An object may be a page; shown in a browser it can do nothing.
        let link = "/bucket/page?AWSAccessKeyId=any&Signature=a&Expires=1";
        let page = send(url, "GET", link, &[], b"").unwrap();
        assert!(page.status == 200 && page.head.contains("content-security-policy: sandbox"), "{}", page.head);
    });
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn the_folder_belongs_to_its_owner_alone() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("made").join("sandbox");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let fill = || {
        runtime.block_on(async {
            let running = serve(&folder, 0).await;
            let url = running.url().to_owned();
            tokio::task::spawn_blocking(move || {
                let put = json(&url, "secretsmanager.CreateSecret", r#"{"Name":"a","SecretString":"s"}"#);
                assert!(put.status == 200 || put.text().contains("ResourceExistsException"), "{}", put.text());
                let tables = [("x-amz-target", "DynamoDB_20120810.ListTables"), JSON];
                assert_eq!(call(&url, "dynamodb", "POST", "/", &tables, b"{}").unwrap().status, 200);
            })
            .await
            .unwrap();
            running
        })
    };
    let check = || {
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(&folder.join("s3")), 0o700);
        for file in ["state.db", "state.db-wal", "state.db-shm", "dynamodb.db"] {
            assert_eq!(mode(&folder.join(file)), 0o600, "{file}");
        }
    };
    let running = fill();
    check();
    runtime.block_on(running.stop());
    // One that others may read, as earlier versions made it, is closed to them.
    for (path, wide) in [(folder.clone(), 0o755), (folder.join("state.db"), 0o644), (folder.join("s3"), 0o777)] {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(wide)).unwrap();
    }
    let running = fill();
    check();
    runtime.block_on(running.stop());
}
