//! Functions in Python and Node.js, by the interpreters of the machine.

use std::io::Write;
use std::path::Path;

use serde_json::{Value, json};

use crate::functions::{Account, assert_failed, tail, value};

/// A language with a function that does the same in each.
pub(crate) struct Language {
    pub(crate) runtime: &'static str,
    interpreter: &'static str,
    pub(crate) file: &'static str,
    pub(crate) code: &'static str,
}

pub(crate) const PYTHON: Language = Language {
    runtime: "python3.12",
    interpreter: "python3",
    file: "app/index.py",
    code: r#"
import json, logging, os, urllib.request
logging.getLogger().setLevel(logging.INFO)
calls = 0

def handler(event, context):
    global calls
    calls += 1
    if event.get("fail"):
        raise ValueError("no luck")
    if event.get("exit"):
        os._exit(3)
    if event.get("log"):
        print("printed")
        logging.info("logged")
    return {"calls": calls, "name": context.function_name, "id": context.aws_request_id,
            "left": context.get_remaining_time_in_millis() > 0, "event": event, "table": os.environ.get("TABLE")}
"#,
};

const NODE: Language = Language {
    runtime: "nodejs22.x",
    interpreter: "node",
    file: "app/index.js",
    code: r#"
let calls = 0;
exports.handler = async (event, context) => {
  calls += 1;
  if (event.fail) { const error = new Error("no luck"); error.name = "ValueError"; throw error; }
  if (event.exit) process.exit(3);
  if (event.log) { console.log("printed"); console.info("logged"); }
  return { calls, name: context.functionName, id: context.awsRequestId,
           left: context.getRemainingTimeInMillis() > 0, event, table: process.env.TABLE };
};
exports.back = (event, context, callback) => setTimeout(() => callback(null, "called back"), 1);
exports.nothing = () => {};
exports.done = (event, context) => { context.done(null, "done"); };
"#,
};

pub(crate) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// False, with a word about it, where the machine has no such interpreter.
pub(crate) fn is_there(language: &Language) -> bool {
    let found = ["/usr/local/bin", "/usr/bin", "/bin", "/opt/homebrew/bin"]
        .iter()
        .any(|place| Path::new(place).join(language.interpreter).is_file());
    if !found {
        eprintln!("skipped: this machine has no {}", language.interpreter);
    }
    found
}

fn account(language: &Language, handler: &str) -> Account {
    let settings = json!({
        "Runtime": language.runtime,
        "Handler": handler,
        "MemorySize": 512,
        "Environment": { "Variables": { "TABLE": "t" } },
    });
    Account::with_code(&zip(&[(language.file, language.code)]), &settings)
}

#[test]
fn handlers_in_python_and_node_run() {
    for language in [PYTHON, NODE] {
        if !is_there(&language) {
            continue;
        }
        let account = account(&language, "app/index.handler");
        let first = account.invoke(r#"{"a":"ä"}"#);
        let answer = value(&first);
        assert_eq!(answer["calls"], 1, "{answer}");
        assert_eq!(answer["name"], "probe");
        assert_eq!(answer["event"], json!({ "a": "ä" }));
        assert_eq!((&answer["left"], &answer["table"]), (&json!(true), &json!("t")));
        assert!(tail(&first).contains(&format!("START RequestId: {}", answer["id"].as_str().unwrap())));

        let logged = account.invoke(r#"{"log":true}"#);
        assert_eq!(value(&logged)["calls"], 2, "the environment is warm");
        let log = tail(&logged);
        assert!(log.contains("printed") && log.contains("INFO") && log.contains("\tlogged"), "{log}");

        assert_failed(&account.invoke(r#"{"fail":true}"#), "ValueError", "no luck");
        assert_eq!(value(&account.invoke("{}"))["calls"], 4, "a failure ends no environment");
        assert_failed(&account.invoke(r#"{"exit":true}"#), "Runtime.ExitError", "exit status 3");
        assert_eq!(value(&account.invoke("{}"))["calls"], 1);
    }
}

#[test]
fn node_calls_back_in_every_way() {
    if !is_there(&NODE) {
        return;
    }
    for (handler, expected) in [("back", json!("called back")), ("nothing", Value::Null), ("done", json!("done"))] {
        let account = account(&NODE, &format!("app/index.{handler}"));
        assert_eq!(value(&account.invoke("{}")), expected, "{handler}");
        assert_eq!(value(&account.invoke("{}")), expected, "{handler} again");
    }
}

#[test]
fn code_that_cannot_be_loaded_says_why() {
    for (language, missing, absent) in [
        (PYTHON, "Handler 'absent' missing on module 'app/index'", "No module named 'nothing'"),
        (NODE, "app/index.absent is undefined or not exported", "Cannot find module 'nothing'"),
    ] {
        if !is_there(&language) {
            continue;
        }
        let account = account(&language, "app/index.absent");
        assert_failed(&account.invoke("{}"), "Runtime.HandlerNotFound", missing);
        let account = self::account(&language, "nothing.handler");
        assert_failed(&account.invoke("{}"), "Runtime.ImportModuleError", absent);
    }
}

#[test]
fn other_runtimes_are_refused_by_name() {
    let account = Account::with_code(&zip(&[("x", "x")]), &json!({ "Runtime": "java21", "Handler": "x" }));
    let reply = account.invoke("{}");
    assert_eq!(reply.status, 501, "{}", reply.text());
    assert!(reply.text().contains("functions of the runtime java21"), "{}", reply.text());
}
