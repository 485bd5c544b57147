//! Commands that are killed at any moment, and run again: `kill -9` at ten moments of each, and with `cargo xtask kills` at
//! as many as one likes.
//!
//! A moment is a point of what a command did: so many lines of progress, changes of the sandbox, bytes of input or files.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Stdio};

use dedup::sample::{Recipe, duplicated, samples};
use serde_json::{Value, json};

use crate::reverting;
use crate::support::{TestEnvironment, copy};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";

/// How many moments of each command, and where they begin to differ from another run's.
struct Moments {
    count: u64,
    state: u64,
}

impl Moments {
    fn of_this_run() -> Self {
        let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse().ok());
        Self { count: number("CALLFORM_KILLS").unwrap_or(10), state: number("CALLFORM_KILLS_SEED").unwrap_or(1) }
    }

    /// The next number below a limit, by the generator `SplitMix64`.
    fn below(&mut self, limit: u64) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % limit.max(1)
    }

    /// After how many lines of progress, and how many changes of the sandbox then. The first one is before anything
    /// happened.
    fn lines_and_changes(&mut self, number: u64, lines: u64) -> (u64, u64) {
        if number == 0 { (0, 0) } else { (self.below(lines + 1), self.below(8)) }
    }
}

/// A command that changes a center in the sandbox.
struct Job {
    arguments: &'static [&'static str],
    /// Before the command, in a folder with the center applied; what is done there is copied for each moment.
    before: fn(&TestEnvironment),
    applied: bool,
    /// Whether the center is there after the command.
    lives: bool,
}

/// A folder with everything in it that another one has.
fn copy_of(environment: &TestEnvironment) -> TestEnvironment {
    let new = TestEnvironment::empty();
    copy(&environment.path(""), &new.path(""));
    new
}

/// A number that grows with what the sandbox does: the size of what it has written since it was opened.
fn written(test: &TestEnvironment) -> u64 {
    std::fs::metadata(test.path(".callform/sandbox/state.db-wal")).map_or(0, |metadata| metadata.len())
}

/// Kills a command after so many lines of progress and so many changes of the sandbox more; how many lines it came to.
fn kill_at(test: &TestEnvironment, arguments: &[&str], lines: u64, changes: u64) {
    // Slow enough to be killed in the middle.
    std::fs::create_dir_all(test.path(".callform/sandbox")).unwrap();
    test.write(".callform/sandbox/faults.json", r#"{ "delay_ms": { "step": 3 } }"#);
    let mut child = test.command(arguments).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut progress = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    for _ in 0..lines {
        line.clear();
        if progress.read_line(&mut line).unwrap() == 0 {
            break;
        }
    }
    for _ in 0..changes {
        let before = written(test);
        while written(test) == before && child.try_wait().unwrap().is_none() {
            std::thread::yield_now();
        }
    }
    kill(&mut child);
    std::fs::remove_file(test.path(".callform/sandbox/faults.json")).unwrap();
}

fn kill(child: &mut Child) {
    // It may have ended by itself.
    let _ended = child.kill();
    child.wait().unwrap();
}

/// Kills a command at each moment in a folder of its own, repeats it, and insists on what it leaves without being killed.
fn survives(job: &Job) {
    let mut moments = Moments::of_this_run();
    let base = TestEnvironment::with_blueprints();
    if job.applied {
        base.expect(0, &["apply", BLUEPRINT, "--sandbox", "--yes"]);
    }
    (job.before)(&base);
    let reference = copy_of(&base);
    let whole = reference.expect(0, job.arguments);
    let complete = contents(&reference);
    let lines = whole.stderr.lines().count() as u64;
    assert!(lines > 1, "there are no moments to choose from: {}", whole.stderr);
    for number in 0..moments.count {
        let (line, changes) = moments.lines_and_changes(number, lines);
        let moment = format!("{:?} killed after {line} lines and {changes} changes", job.arguments);
        let test = copy_of(&base);
        kill_at(&test, job.arguments, line, changes);
        let repeated = test.run(job.arguments);
        assert_eq!(repeated.code, 0, "{moment}: {}{}", repeated.stdout, repeated.stderr);
        if job.lives {
            // Both are slow, and the contents are compared as well.
            let look = if number % 2 == 0 { "plan" } else { "drift" };
            let found = test.run(&[look, BLUEPRINT, "--sandbox", "--detailed-exitcode"]);
            assert_eq!(found.code, 0, "{moment}: {look}: {}{}", found.stdout, found.stderr);
        }
        assert_eq!(contents(&test), complete, "{moment}");
    }
}

#[test]
fn a_killed_apply_is_completed_by_the_next_one() {
    survives(&Job {
        arguments: &["apply", BLUEPRINT, "--sandbox", "--yes"],
        before: |_| {},
        applied: false,
        lives: true,
    });
}

#[test]
fn a_killed_update_is_completed_by_the_next_one() {
    survives(&Job {
        arguments: &["apply", BLUEPRINT, "--sandbox", "--yes"],
        before: crate::support::four_edits,
        applied: true,
        lives: true,
    });
}

#[test]
fn a_killed_destroy_is_completed_by_the_next_one() {
    survives(&Job {
        arguments: &["destroy", BLUEPRINT, "--sandbox", "--yes"],
        before: |_| {},
        applied: true,
        lives: false,
    });
}

#[test]
fn a_killed_revert_is_completed_by_the_next_one() {
    const REVERT: [&str; 5] = ["reconcile", reverting::BLUEPRINT, "--sandbox", "--revert", "--yes"];
    let mut moments = Moments::of_this_run();
    let center = reverting::changed();
    let whole = reverting::copied(&center).expect(0, &REVERT);
    let lines = whole.stderr.lines().count() as u64;
    assert!(lines > 1, "there are no moments to choose from: {}", whole.stderr);
    for number in 0..moments.count {
        let (line, changes) = moments.lines_and_changes(number, lines);
        let test = reverting::copied(&center);
        kill_at(&test, &REVERT, line, changes);
        reverting::says_what_is_open(&test, &format!("killed after {line} lines and {changes} changes"));
        test.expect(0, &REVERT);
        reverting::settled(&test);
    }
}

/// All Connect objects of the sandbox with what they are like: nothing may be there twice, and nothing may stay changed.
/// Identifiers and times differ from run to run and are left out, as are hierarchy groups' names, which carry their
/// parent's identifier.
fn contents(test: &TestEnvironment) -> Vec<(String, String, String)> {
    let database = rusqlite::Connection::open(test.path(".callform/sandbox/state.db")).unwrap();
    database.busy_timeout(std::time::Duration::from_mins(1)).unwrap();
    let mut statement = database
        .prepare(
            "SELECT kind, COALESCE(name, ''), body FROM document
             WHERE kind LIKE 'connect/%' AND kind NOT IN ('connect/reference', 'connect/client-token')",
        )
        .unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get::<_, String>(1)?, row.get(2)?))).unwrap();
    let mut contents: Vec<_> = rows
        .map(|row| {
            let (kind, name, body): (String, String, String) = row.unwrap();
            let body: Value = serde_json::from_str(&body).unwrap();
            let told = ["Description", "MaxContacts"].map(|member| body.get(member).cloned().unwrap_or_default());
            (kind, name.rsplit('/').next().unwrap_or_default().to_owned(), json!(told).to_string())
        })
        .collect();
    contents.sort();
    contents
}

/// Names and contents of the files in a folder.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let files = entries.filter(|entry| entry.file_type().unwrap().is_file());
    files.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

/// Starts a command, and hands it so much of its input.
fn fed(test: &TestEnvironment, arguments: &[&str], input: &[u8]) -> Child {
    let mut child =
        test.command(arguments).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    child.stdin.as_mut().unwrap().write_all(input).unwrap();
    child
}

#[test]
fn a_killed_deduplication_leaves_no_records_behind_once_it_is_repeated() {
    let mut moments = Moments::of_this_run();
    let recipe = Recipe { seed: 7, contacts: 4000, versions: 3, contacts_per_event: 10 };
    let sample: Vec<_> = samples(recipe).collect();
    let input: String = duplicated(&sample, 2, 7).into_iter().map(|sample| sample.json + "\n").collect();
    let arguments = ["records", "dedup", "--out", "out.ndjson", "--events", "events.ndjson"];
    let reference = TestEnvironment::empty();
    let mut whole = fed(&reference, &arguments, input.as_bytes());
    drop(whole.stdin.take());
    assert!(whole.wait().unwrap().success());
    let complete = files(&reference.path(""));
    assert_eq!(complete.keys().collect::<Vec<_>>(), ["events.ndjson", "out.ndjson"]);
    let mut left_behind = 0;
    for number in 0..moments.count {
        // Every fourth one is killed while it writes.
        let at =
            if number % 4 == 3 { input.len() } else { usize::try_from(moments.below(input.len() as u64)).unwrap() };
        let test = TestEnvironment::empty();
        let mut child = fed(&test, &arguments, &input.as_bytes()[..at]);
        if at == input.len() {
            drop(child.stdin.take());
        }
        kill(&mut child);
        for (name, content) in files(&test.path("")) {
            match complete.get(&name) {
                Some(expected) => assert_eq!(&content, expected, "{name} is not whole; killed after {at} bytes"),
                None => left_behind += 1,
            }
        }
        let mut again = fed(&test, &arguments, input.as_bytes());
        drop(again.stdin.take());
        assert!(again.wait().unwrap().success());
        assert!(files(&test.path("")) == complete, "killed after {at} bytes: {:?}", files(&test.path("")).keys());
    }
    assert!(left_behind > 0, "no moment was one that could leave something behind");
}

#[test]
#[cfg(unix)]
fn an_interrupted_deduplication_leaves_nothing_behind() {
    let test = TestEnvironment::empty();
    let record = samples(Recipe { seed: 7, contacts: 1, versions: 1, contacts_per_event: 1 }).next().unwrap();
    let mut child = fed(&test, &["records", "dedup", "--out", "out.ndjson"], record.json.as_bytes());
    while files(&test.path("")).is_empty() {
        assert!(child.try_wait().unwrap().is_none(), "it ended before it began to write");
        std::thread::yield_now();
    }
    let sent = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    // Waiting for it would end its input, and with that its work.
    let input = child.stdin.take();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    drop(input);
    assert_eq!(files(&test.path("")).keys().collect::<Vec<_>>(), [""; 0]);
}

/// How many files there are in a folder and below.
fn count(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
}

#[test]
fn a_killed_build_of_a_function_is_completed_by_the_next_one() {
    let mut moments = Moments::of_this_run();
    for arguments in [&["lambda", "build", "probe"][..], &["lambda", "build", "probe", "--sandbox"]] {
        let reference = crate::functions::project();
        let zip = reference.expect(0, arguments).stdout.trim().to_owned();
        let most = count(&reference.path("target"));
        let folder = Path::new(&zip).parent().unwrap().strip_prefix(reference.path("").canonicalize().unwrap());
        let folder = folder.unwrap().to_owned();
        for _ in 0..moments.count / 2 {
            let at = moments.below(most + 2);
            let test = crate::functions::project();
            let mut child = test.command(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
            while count(&test.path("target")) < at && child.try_wait().unwrap().is_none() {
                std::thread::yield_now();
            }
            kill(&mut child);
            let mut told = String::new();
            child.stdout.take().unwrap().read_to_string(&mut told).unwrap();
            test.expect(0, arguments);
            let built = files(&test.path("").join(&folder));
            assert_eq!(built.len(), 1, "killed at {at} of {most} files: {:?}", built.keys());
            if !arguments.contains(&"--sandbox") {
                assert!(built == files(&reference.path("").join(&folder)), "killed at {at} files: other bytes");
            }
        }
    }
}
