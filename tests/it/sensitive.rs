//! Passwords appear nowhere: in no form of a plan or of a diagnostic, in no log, in no file.

use serde_json::json;

use crate::support::{Outcome, TestEnvironment, json_service};

const BLUEPRINT: &str = "blueprints/kwglobal.yaml";
const SECRET: &str = "Xyzzy9-Plugh7-Quux5";

/// Insists that nothing the command says contains the secret.
#[track_caller]
fn says_nothing(test: &TestEnvironment, arguments: &[&str]) -> Outcome {
    let outcome = test.run(arguments);
    assert!(!outcome.stdout.contains(SECRET), "callform {arguments:?} prints it:\n{}", outcome.stdout);
    assert!(!outcome.stderr.contains(SECRET), "callform {arguments:?} says it:\n{}", outcome.stderr);
    outcome
}

/// Insists that no file below a folder contains the secret.
#[track_caller]
fn holds_nothing(folder: &std::path::Path) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            holds_nothing(&path);
        } else {
            let content = std::fs::read(&path).unwrap();
            let is_there = content.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
            assert!(!is_there, "{} holds it", path.display());
        }
    }
}

#[test]
fn the_value_of_a_secret_stays_where_it_is() {
    let test = TestEnvironment::with_blueprints();
    {
        let serving = test.serve(&[]);
        for user in ["alex.kim", "dana.ruiz", "mary.jane", "li.wei"] {
            let secret = json!({ "Name": format!("kwglobal/1/{user}"), "SecretString": SECRET });
            json_service(&serving, "secretsmanager", "secretsmanager.CreateSecret", &secret);
        }
    }
    let sandbox = "--sandbox";
    for format in ["human", "json", "markdown"] {
        let first = says_nothing(&test, &["plan", BLUEPRINT, sandbox, "--format", format]);
        assert!(first.stdout.contains("mary.jane"), "{}", first.stdout);
    }
    assert_eq!(says_nothing(&test, &["apply", BLUEPRINT, sandbox, "--yes", "-vv"]).code, 0);
    // Another secret for one user, and a user who gets another profile.
    test.edit(BLUEPRINT, "password: { secret: kwglobal/1/mary.jane }", "password: { secret: kwglobal/1/li.wei }");
    std::fs::create_dir(test.path("kept")).unwrap();
    for format in ["human", "json", "markdown"] {
        let plan = says_nothing(&test, &["plan", BLUEPRINT, sandbox, "--format", format, "--out", "kept/a.plan"]);
        assert!(plan.stdout.contains("mary"), "{}", plan.stdout);
        says_nothing(&test, &["plan", "kept/a.plan", "--format", format]);
        says_nothing(&test, &["drift", BLUEPRINT, sandbox, "--format", format]);
    }
    says_nothing(&test, &["render", BLUEPRINT, "--out", "kept/rendered"]);
    assert_eq!(says_nothing(&test, &["apply", "kept/a.plan", sandbox, "--yes", "-vv"]).code, 0);
    holds_nothing(&test.path("kept"));
    holds_nothing(&test.path("blueprints"));
}

#[test]
fn a_password_in_a_file_is_not_repeated() {
    let test = TestEnvironment::empty();
    let user = |line: &str| {
        format!(
            "center: shop\nregion: us-west-2\ninstance: {{ alias: shop, identity: connect-managed }}\n\
             users:\n  sam.lee:\n    name: Sam Lee\n    security: [builtin/Agent]\n    {line}\n"
        )
    };
    for line in [
        format!("password: {SECRET}"),
        format!("password: [{SECRET}]"),
        format!("password: >-\n      {SECRET}"),
        format!("passwrod: {SECRET}"),
        format!("Password: {SECRET}"),
        // Not YAML at all, on this line or after it.
        format!("password: \"{SECRET}"),
        format!("password: {SECRET}\n   name: x"),
    ] {
        test.write("shop.yaml", user(&line));
        for format in ["human", "json", "markdown", "sarif", "github"] {
            let outcome = says_nothing(&test, &["check", "shop.yaml", "--format", format]);
            assert_eq!(outcome.code, 3, "{line}: {}{}", outcome.stdout, outcome.stderr);
        }
        says_nothing(&test, &["plan", "shop.yaml", "--sandbox", "-vv"]);
        says_nothing(&test, &["diff", "shop.yaml", "shop.yaml"]);
    }
    // A function's environment.
    let function = format!("lambdas: {{ orders: {{ zip: a.zip, environment: {{ API_TOKEN: {SECRET} }} }} }}\n");
    test.write("shop.yaml", user("password: { secret: shop }") + &function);
    let outcome = says_nothing(&test, &["check", "shop.yaml"]);
    assert!(outcome.stderr.contains("secret-in-plain-sight"), "{}", outcome.stderr);
    // An environment nobody asked for.
    let environments =
        format!("environments: {{ prod: {{ users: {{ sam.lee: {{ password: {SECRET}, x: 1 }} }} }} }}\n");
    test.write("shop.yaml", user("password: { secret: shop }") + &environments);
    says_nothing(&test, &["check", "shop.yaml", "--env", "prod"]);
    says_nothing(&test, &["check", "shop.yaml", "--env", "prdo"]);
    // A list of users.
    test.write("users.csv", format!("username,name,password\nkim.poe,Kim Poe,{SECRET}\n\"broken,{SECRET}\n"));
    test.write("shop.yaml", user("password: { secret: shop }").replace("users:", "users_file: users.csv\nusers:"));
    says_nothing(&test, &["check", "shop.yaml"]);
}
