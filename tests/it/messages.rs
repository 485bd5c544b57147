//! What is said when something outside fails: whole sentences, and never success where something was lost.

use std::fs::File;
use std::io::{BufRead as _, Write as _};
use std::net::TcpListener;
use std::process::Stdio;

use crate::support::{Outcome, TestEnvironment};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";
const SHOP: &str = "center: shop\nregion: us-west-2\ninstance: { alias: shop, identity: saml }\n\
                    hours: { day: { time_zone: UTC, open: { daily: 24h } } }\n";

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_no_success() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.edit(BLUEPRINT, "priority: 2", "priority: 3");
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["schema"],
        &["completions", "bash"],
        &["check", BLUEPRINT, "--format=json"],
        &["plan", BLUEPRINT, "--sandbox", "--detailed-exitcode"],
        &["drift", BLUEPRINT, "--sandbox", "--format=json"],
        &["flow", "compile", BLUEPRINT, "--flow", "flow/main_menu"],
        &["diff", BLUEPRINT, BLUEPRINT, "--format=json"],
        &["sandbox", "serve"],
        &["vanity", "+15550100134", "--format=json"],
    ] {
        let outcome = Outcome::of(&test.command(arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap());
        assert_eq!(outcome.code, 1, "{arguments:?}: {}", outcome.stderr);
        assert!(outcome.stderr.contains("cannot write to stdout: No space left"), "{arguments:?}: {}", outcome.stderr);
    }
    let silent = test.command(&["sandbox", "reset"]).stdout(Stdio::null()).stderr(full()).status().unwrap();
    assert_eq!(silent.code(), Some(1));
}

/// What nobody could read is not done; what was done is no failure because something could not be said of it.
#[cfg(target_os = "linux")]
#[test]
fn a_change_whose_plan_cannot_be_written_is_not_made() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", SHOP);
    let full = || Stdio::from(File::options().write(true).open("/dev/full").unwrap());
    let into_full = |arguments: &[&str]| {
        let mut command = test.command(arguments);
        Outcome::of(&command.stdout(full()).stderr(Stdio::piped()).output().unwrap())
    };
    let apply = ["apply", "shop.yaml", "--sandbox", "--yes"];
    let refused = into_full(&apply);
    assert_eq!(refused.code, 1, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("No space left") && refused.stderr.contains("; nothing was changed"),
        "{}",
        refused.stderr
    );
    test.expect(2, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &apply);
    let refused = into_full(&["destroy", "shop.yaml", "--sandbox", "--yes"]);
    assert!(refused.code == 1 && refused.stderr.contains("; nothing was changed"), "{}", refused.stderr);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn where_nobody_can_be_asked_nothing_is_done_and_that_is_said() {
    let test = TestEnvironment::empty();
    test.write("shop.yaml", SHOP);
    let piped = |arguments: &[&str]| {
        let mut child = test.command(arguments);
        let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"yes\n").unwrap();
        Outcome::of(&child.wait_with_output().unwrap())
    };
    let told = |outcome: &Outcome| {
        outcome.code == 1
            && outcome.stderr.contains("error: nothing was changed: nobody can be asked, because stdin is no terminal")
            && outcome.stderr.contains("help: add --yes")
    };
    let apply = piped(&["apply", "shop.yaml", "--sandbox"]);
    assert!(told(&apply), "{}", apply.stderr);
    test.expect(2, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    let destroy = piped(&["destroy", "shop.yaml", "--sandbox"]);
    assert!(told(&destroy), "{}", destroy.stderr);
    test.expect(0, &["plan", "shop.yaml", "--sandbox", "--detailed-exitcode"]);
}

#[test]
fn a_reader_that_went_away_is_no_failure() {
    let test = TestEnvironment::with_blueprints();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = test.command(&["schema"]).stdout(writer).stderr(Stdio::piped()).output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

/// Runs a plan against something that stands in for AWS, and returns what it says.
fn said(endpoint: &str, variables: &[(&str, &str)]) -> String {
    let test = TestEnvironment::with_blueprints();
    let mut command = test.command(&["plan", BLUEPRINT]);
    command.env("AWS_ENDPOINT_URL", endpoint).env("AWS_EC2_METADATA_DISABLED", "true");
    command.env("HOME", test.path("nobody")).envs(variables.iter().copied());
    let outcome = Outcome::of(&command.output().unwrap());
    assert_eq!(outcome.code, 1, "{}", outcome.stderr);
    // What the insides of a library look like is no message.
    for inside in ["{", "Failure(", "Error {", "source:", "ServiceError"] {
        assert!(!outcome.stderr.contains(inside), "{}", outcome.stderr);
    }
    outcome.stderr
}

const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "any"), ("AWS_SECRET_ACCESS_KEY", "any")];

#[test]
fn failures_outside_are_sentences_that_say_what_to_do() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());

    let missing = said(&endpoint, &[]);
    assert!(missing.contains("there are no credentials"), "{missing}");
    assert!(missing.contains("add --sandbox"), "{missing}");

    let proxy = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = std::io::BufReader::new(stream.try_clone().unwrap());
        let mut line = String::new();
        while reader.read_line(&mut line).unwrap() > 2 {
            line.clear();
        }
        let answer =
            "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\ncontent-length: 4\r\nconnection: close\r\n\r\n<p>\n";
        stream.write_all(answer.as_bytes()).unwrap();
    });
    let forbidden = said(&endpoint, &KEYS);
    proxy.join().unwrap();
    assert!(forbidden.contains("403"), "{forbidden}");

    let refused = said(&endpoint, &KEYS);
    assert!(refused.contains("it could not be reached") && refused.contains("refused"), "{refused}");
    assert!(refused.contains("AWS_ENDPOINT_URL"), "{refused}");
}

#[test]
fn faults_that_are_not_understood_are_said_at_once() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    test.write(".callform/sandbox/faults.json", r#"{ "throtle": true }"#);
    let outcome = test.expect(1, &["plan", BLUEPRINT, "--sandbox"]);
    assert!(outcome.stderr.contains("faults.json is not understood"), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("Mend it, or remove it."), "{}", outcome.stderr);
}

#[test]
#[cfg(unix)]
fn what_is_no_file_is_not_replaced_by_one_and_links_stay() {
    use std::os::unix::fs::FileTypeExt as _;
    let test = TestEnvironment::with_blueprints();
    let made = std::process::Command::new("mkfifo").arg(test.path("pipe")).status().unwrap();
    assert!(made.success());
    let refused = test.expect(1, &["plan", BLUEPRINT, "--sandbox", "--out", "pipe"]);
    assert!(refused.stderr.contains("cannot save the plan to `pipe`: it is no file"), "{}", refused.stderr);
    assert!(std::fs::metadata(test.path("pipe")).unwrap().file_type().is_fifo());

    test.write("real.plan", "");
    std::os::unix::fs::symlink("real.plan", test.path("link.plan")).unwrap();
    test.expect(0, &["plan", BLUEPRINT, "--sandbox", "--out", "link.plan"]);
    assert!(std::fs::symlink_metadata(test.path("link.plan")).unwrap().is_symlink());
    assert!(!test.read("real.plan").is_empty());
}
