//! Blueprints of people nobody knows, as on the branches of pull requests: checking one shows nothing of the machine.

use crate::support::{ROOT, TestEnvironment};

const SECRET: &str = "Xyzzy9-Plugh7-Quux5";
const HEAD: &str = "center: shop\nregion: us-west-2\ninstance: { alias: shop }\n";

/// A folder `repo` with a blueprint, and files that nobody may read beside it.
fn repository(line: &str) -> TestEnvironment {
    let test = TestEnvironment::empty();
    std::fs::create_dir_all(test.path("repo/parts")).unwrap();
    test.write("repo/shop.yaml", format!("{HEAD}{line}\n"));
    for name in ["users.csv", "part.yaml", "flow.json", "query.sql", "secret.txt", "code.zip", "sound.wav"] {
        test.write(name, format!("{SECRET}: {SECRET}\n"));
    }
    test.write("repo/.env", format!("{SECRET}={SECRET}\n"));
    test
}

/// Every form of the diagnostics, and a comparison, say the code and not the secret.
#[track_caller]
fn refused(test: &TestEnvironment, code: &str) {
    for format in ["human", "json", "markdown", "sarif", "github"] {
        let arguments = ["check", "repo/shop.yaml", "--format", format];
        let output = test.command(&arguments).env("SOME_TOKEN", SECRET).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(!said.contains(SECRET), "{said}");
        assert!(said.contains(code), "{code}: {said}");
    }
    let outcome = test.run(&["diff", "repo/shop.yaml", "repo/shop.yaml"]);
    assert!(!outcome.stderr.contains(SECRET) && !outcome.stdout.contains(SECRET), "{}", outcome.stderr);
}

/// Every key that names a file, with `FILE` in its place, and the ending that such a file has.
const KEYS: [(&str, &str); 10] = [
    ("include: FILE", "yaml"),
    ("include: [FILE]", "yaml"),
    ("users_file: FILE", "csv"),
    ("prompts: { p: { file: FILE } }", "wav"),
    ("flows: { f: { json: FILE } }", "json"),
    ("flow_modules: { f: { json: FILE } }", "json"),
    ("lambdas: { l: { code: FILE } }", "zip"),
    ("databases: { d: { tables: { t: { bucket: b, prefix: x/, columns: FILE } } } }", "json"),
    ("databases: { d: { views: { v: { file: FILE, columns: { a: string } } } } }", "sql"),
    ("workgroups: { w: { bucket: b, queries: { q: { database: d, file: FILE } } } }", "sql"),
];

fn other(ending: &str) -> String {
    let name = match ending {
        "yaml" => "part.yaml",
        "csv" => "users.csv",
        "wav" => "sound.wav",
        "json" => "flow.json",
        "zip" => "code.zip",
        _ => "query.sql",
    };
    name.to_owned()
}

#[test]
fn no_key_reads_files_outside_of_the_folder() {
    for (key, ending) in KEYS {
        let name = other(ending);
        let test = repository("");
        let absolute = test.path(&name).display().to_string();
        for path in
            [format!("../{name}"), format!("parts/../../{name}"), absolute, format!("/proc/self/environ#{ending}")]
        {
            let path = path.split('#').next().unwrap_or_default();
            test.write("repo/shop.yaml", format!("{HEAD}{}\n", key.replace("FILE", path)));
            let code = if path.ends_with("environ") && !matches!(ending, "wav" | "zip") {
                "file-kind"
            } else {
                "file-outside"
            };
            refused(&test, code);
        }
    }
}

#[cfg(unix)]
#[test]
fn no_key_follows_links_out_of_the_folder() {
    use std::os::unix::fs::symlink;
    for (key, ending) in KEYS {
        let test = repository(&key.replace("FILE", &format!("link.{ending}")));
        let link = test.path(&format!("repo/link.{ending}"));
        for target in [format!("../{}", other(ending)), "/proc/self/environ".to_owned(), "/etc/hostname".to_owned()] {
            symlink(target, &link).unwrap();
            refused(&test, "file-outside");
            std::fs::remove_file(&link).unwrap();
        }
        symlink(".env", &link).unwrap();
        refused(&test, "file-unreadable");
        std::fs::remove_file(&link).unwrap();
        symlink("..", test.path("repo/out")).unwrap();
        test.write("repo/shop.yaml", format!("{HEAD}{}\n", key.replace("FILE", &format!("out/{}", other(ending)))));
        refused(&test, "file-outside");
    }
}

#[test]
fn files_of_another_kind_are_not_quoted() {
    for (key, ending) in KEYS {
        if matches!(ending, "wav" | "zip") {
            continue;
        }
        let test = repository(&key.replace("FILE", ".env"));
        refused(&test, "file-kind");
    }
    // What is uploaded may be called anything, and has to be what it should be.
    for (key, code) in
        [("prompts: { p: { file: .env } }", "prompt-audio"), ("lambdas: { l: { code: .env } }", "lambda-zip")]
    {
        refused(&repository(key), code);
    }
}

#[cfg(unix)]
#[test]
fn the_blueprint_itself_is_no_link_to_elsewhere() {
    let test = repository("");
    std::fs::remove_file(test.path("repo/shop.yaml")).unwrap();
    std::os::unix::fs::symlink("../part.yaml", test.path("repo/shop.yaml")).unwrap();
    refused(&test, "file-outside");
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_at_once() {
    for (key, ending) in KEYS {
        let test = repository(&key.replace("FILE", &format!("pipe.{ending}")));
        let pipe = test.path(&format!("repo/pipe.{ending}"));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        refused(&test, "file-unreadable");
    }
    let test = TestEnvironment::empty();
    assert!(std::process::Command::new("mkfifo").arg(test.path("shop.yaml")).status().unwrap().success());
    for command in ["check", "drift", "show"] {
        let outcome = test.expect(3, &[command, "shop.yaml"]);
        assert!(outcome.stderr.contains("file-unreadable"), "{}", outcome.stderr);
    }
}

#[test]
fn a_root_lets_more_in_and_nothing_else() {
    let test = repository("include: ../shared.yaml");
    test.write("shared.yaml", "hours: { day: { time_zone: UTC, open: { daily: 24h } } }\n");
    refused(&test, "file-outside");
    test.expect(0, &["check", "repo/shop.yaml", "--root", "."]);
    test.expect(0, &["render", "repo/shop.yaml", "--root", ".", "--out", "rendered"]);
    test.expect(0, &["plan", "repo/shop.yaml", "--root", ".", "--sandbox"]);
    let outcome = test.expect(3, &["check", "repo/shop.yaml", "--root", "repo"]);
    assert!(outcome.stderr.contains("--root DIR"), "{}", outcome.stderr);
}

#[test]
fn revisions_are_confined_like_folders() {
    let test = repository("include: ../part.yaml");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
        let status =
            std::process::Command::new("git").args(identity).args(arguments).current_dir(test.path(".")).status();
        assert!(status.unwrap().success(), "git {arguments:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message=all"]);
    let outcome = test.expect(3, &["diff", "HEAD:repo/shop.yaml", "repo/shop.yaml"]);
    assert!(outcome.stderr.contains("file-outside") && !outcome.stderr.contains(SECRET), "{}", outcome.stderr);
    // What is built is looked for on disk, under its own name only.
    for path in
        ["/tmp/.callform/lambda/../../etc/hostname.yaml", "../.callform/lambda/x.yaml", "../../.callform/a.yaml"]
    {
        test.write("repo/shop.yaml", format!("{HEAD}include: {path}\n"));
        git(&["commit", "--quiet", "--all", "--message=again"]);
        let outcome = test.expect(3, &["diff", "HEAD:repo/shop.yaml", "repo/shop.yaml"]);
        assert!(outcome.stderr.contains("file-outside"), "{path}: {}", outcome.stderr);
    }
}

/// The examples that people copy.
#[test]
fn jobs_for_forks_have_no_secrets() {
    let read = |path: &str| std::fs::read_to_string(format!("{ROOT}/examples/pull-request/{path}")).unwrap();
    let github: serde_norway::Value = serde_norway::from_str(&read(".github/workflows/callform.yml")).unwrap();
    for (name, job) in github["jobs"].as_mapping().unwrap() {
        let text = serde_norway::to_string(job).unwrap();
        let needs_secrets =
            text.contains("secrets.") || text.contains("github.token") || text.contains("role-to-assume");
        let condition = job["if"].as_str().unwrap_or_default();
        let is_guarded = condition.contains("head.repo.full_name == github.repository")
            || condition.contains("github.event_name == 'push' &&");
        assert!(!needs_secrets || is_guarded, "{name:?}: {condition}");
    }
    let gitlab: serde_norway::Value = serde_norway::from_str(&read(".gitlab-ci.yml")).unwrap();
    let check = serde_norway::to_string(&gitlab["check"]).unwrap();
    assert!(check.contains("env -i"), "{check}");
    let plan = serde_norway::to_string(&gitlab["plan"]["rules"]).unwrap();
    assert!(plan.contains("CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_PROJECT_ID"), "{plan}");
}

#[test]
fn a_view_is_shown_as_its_query() {
    let blueprint = |query: &str| {
        format!(
            "{HEAD}buckets: {{ b: {{}} }}\ndatabases:\n  d:\n    views: {{ v: {{ file: v.sql, columns: {{ day: string }} }} }}\n# {query}\n"
        )
    };
    let test = TestEnvironment::empty();
    test.write("shop.yaml", blueprint("one"));
    test.write("v.sql", "SELECT 'monday' AS day");
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.write("v.sql", "SELECT 'tuesday' AS day");
    for format in ["human", "json", "markdown"] {
        let plan = test.expect(0, &["plan", "shop.yaml", "--sandbox", "--format", format]);
        assert!(plan.stdout.contains("tuesday"), "{}", plan.stdout);
        assert!(!plan.stdout.contains("Presto View"), "{}", plan.stdout);
    }
}

#[test]
fn what_a_blueprint_says_moves_no_cursor() {
    let test = TestEnvironment::empty();
    let center = |say: &str| {
        format!(
            "{HEAD}flows:\n  a:\n    type: inbound\n    steps:\n      - say: {say}\n      - hang_up\n    on_error: hang_up\n"
        )
    };
    test.write("shop.yaml", center("Hello there."));
    test.expect(0, &["apply", "shop.yaml", "--sandbox", "--yes"]);
    test.write("new.yaml", center("\"Hello you\\e[5A\\e[J\\u202e\\x9b\""));
    for arguments in [
        &["plan", "new.yaml", "--sandbox"][..],
        &["plan", "new.yaml", "--sandbox", "--color=always"],
        &["plan", "new.yaml", "--sandbox", "--format=markdown"],
        &["diff", "shop.yaml", "new.yaml"],
        &["apply", "new.yaml", "--sandbox", "--yes"],
        &["plan", "shop.yaml", "--sandbox", "--format=json"],
    ] {
        let outcome = test.run(arguments);
        let text = format!("{}{}", outcome.stdout, outcome.stderr);
        assert!(text.contains("Hello"), "{arguments:?}: {text}");
        for escape in ["\u{1b}[5A", "\u{1b}[J", "\u{202e}", "\u{9b}"] {
            assert!(!text.contains(escape), "{arguments:?}: {text:?}");
        }
    }
}
