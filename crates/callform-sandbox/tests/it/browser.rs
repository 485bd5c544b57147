//! A page in a real browser, which tries whatever pages can: it reaches nothing.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::door::{assert_untouched, serve};

const PAGE: &str = include_str!("browser.html");
/// A name of the attacker, which their name server sends to this machine once the page is loaded.
const REBOUND: &str = "rebound.example";

/// The browser that `cargo xtask test` found or installed; `None`, said aloud, where there is none.
fn chromium() -> Option<PathBuf> {
    let chromium = std::env::var_os("CALLFORM_TEST_CHROMIUM").map(PathBuf::from);
    assert!(chromium.is_some() || std::env::var_os("CI").is_none(), "CI must run through `cargo xtask test`");
    if chromium.is_none() {
        eprintln!("SKIPPED: no browser; run the tests with `cargo xtask test`");
    }
    chromium
}

struct Browser(Child);

impl Drop for Browser {
    fn drop(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

fn browse(chromium: &Path, profile: &Path, page: &str) -> Browser {
    let child = Command::new(chromium)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.display()))
        .arg(format!("--host-resolver-rules=MAP {REBOUND} 127.0.0.1"))
        .arg(page)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Browser(child)
}

/// Waits for a request to a path, answering others with "not found", and returns its connection and body.
fn request(listener: &TcpListener, path: &str) -> (TcpStream, String) {
    for stream in listener.incoming() {
        let mut stream = stream.unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        reader.read_line(&mut first).unwrap();
        let mut length = 0;
        loop {
            let mut line = String::new();
            if reader.read_line(&mut line).unwrap() == 0 || line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        if first.split(' ').nth(1).is_some_and(|target| target.split('?').next() == Some(path)) {
            return (stream, String::from_utf8(body).unwrap());
        }
        // A browser opens connections ahead, and closes them unused.
        let _closed = stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    }
    unreachable!("a listener never ends")
}

fn answer(mut stream: TcpStream, content_type: &str, body: &str) {
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\naccess-control-allow-origin: *\r\n\
         connection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body.as_bytes()).unwrap();
}

#[test]
fn a_page_reaches_nothing() {
    let Some(chromium) = chromium() else { return };
    let (folder, profile) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // The page comes from the port on which the sandbox answers afterwards: that is what rebinding a name does.
    let attacker = TcpListener::bind("127.0.0.1:0").unwrap();
    let control = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = attacker.local_addr().unwrap().port();
    let control_port = control.local_addr().unwrap().port();
    let page = PAGE.replace("CONTROL", &format!("http://127.0.0.1:{control_port}"));
    let page = page.replace("SANDBOX_PORT", &port.to_string());
    let _browser = browse(&chromium, profile.path(), &format!("http://{REBOUND}:{port}/page"));
    let (stream, _) = request(&attacker, "/page");
    answer(stream, "text/html", &page);
    let (go, _) = request(&control, "/go");
    drop(attacker);

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let running = runtime.block_on(serve(folder.path(), port));
    answer(go, "text/plain", "go");
    let (stream, report) = request(&control, "/report");
    answer(stream, "text/plain", "");
    assert_untouched(running.url());
    let report: Value = serde_json::from_str(&report).unwrap();
    let results = report.as_object().unwrap();
    assert!(results.len() > 30, "{report:#}");
    for (attempt, result) in results {
        let result = result.as_str().unwrap();
        match attempt.split(' ').next().unwrap() {
            // Pages of the same origin may read answers: all of them are refusals.
            "rebound" => assert!(result.starts_with("403 "), "{attempt}: {result}"),
            // Requests without a question beforehand do arrive, and are refused there.
            "simple" => assert_eq!(result, "opaque", "{attempt}"),
            // Those with one do not even arrive.
            "asked" => assert_eq!(result, "TypeError", "{attempt}"),
            // Nothing can be seen of forms, images and frames.
            _ => assert_eq!(result, "sent", "{attempt}"),
        }
    }
    runtime.block_on(running.stop());
}
