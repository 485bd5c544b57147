//! Reading whole blueprints.

use std::collections::BTreeMap;

use super::*;

/// Files in memory.
struct Memory(BTreeMap<&'static str, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &str, limit: u64) -> Result<Vec<u8>, FileError> {
        let content = self.0.get(path).ok_or(FileError::NotFound)?;
        let size = content.len() as u64;
        if size > limit { Err(FileError::TooLarge { size }) } else { Ok(content.clone()) }
    }
}

fn files(files: &[(&'static str, &str)]) -> Memory {
    Memory(files.iter().map(|(path, text)| (*path, text.as_bytes().to_vec())).collect())
}

/// Code and place of every problem.
fn problems(files: &Memory, environment: Option<&str>) -> Vec<String> {
    let (_, sources, diagnostics) = load(files, "a.yaml", environment);
    diagnostics
        .sorted()
        .into_iter()
        .map(|problem| match &problem.primary {
            Some(place) => format!("{} {}", problem.code, sources.location(place.span)),
            None => problem.code.to_owned(),
        })
        .collect()
}

const HEAD: &str = "center: a\nregion: us-west-2\ninstance: { existing: a }\n";

#[test]
fn the_schema_uses_only_what_the_checker_knows() {
    let checker = callform_source::schema::Checker::new(&schema());
    assert_eq!(checker.unsupported(), [""; 0]);
}

/// Set `CALLFORM_UPDATE_DOCS` to write the schema anew.
#[test]
fn the_published_schema_is_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas/blueprint.schema.json");
    if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
        std::fs::write(path, json_schema()).unwrap();
    }
    let published = std::fs::read_to_string(path).unwrap_or_default();
    assert!(published == json_schema(), "write it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test fresh");
}

#[test]
fn includes_add_sections_and_keys() {
    let head = format!("{HEAD}include: [parts/b.yaml]\nhours: {{ x: {{ time_zone: UTC, open: {{}} }} }}\n");
    let part = "hours:\n  y: { time_zone: UTC, open: { daily: 24h } }\nprompts:\n  p: { file: p.wav }\n";
    let memory = Memory(
        [("a.yaml", head.as_bytes()), ("parts/b.yaml", part.as_bytes()), ("parts/p.wav", b"RIFF")]
            .into_iter()
            .map(|(path, text)| (path, text.to_vec()))
            .collect(),
    );
    let (loaded, _, diagnostics) = load(&memory, "a.yaml", None);
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let loaded = loaded.unwrap();
    let keys: Vec<&str> = loaded.blueprint.hours.keys().map(|key| key.as_str()).collect();
    assert_eq!(keys, ["x", "y"]);
    let file = loaded.blueprint.prompts.values().next().and_then(|prompt| prompt.file.as_ref()).unwrap();
    assert_eq!(loaded.file(file).unwrap().path, "parts/p.wav");
}

#[test]
fn include_loops_and_duplicates_are_reported() {
    let head = format!("{HEAD}include: [b.yaml]\nhours: {{ x: {{ time_zone: UTC, open: {{}} }} }}\n");
    let memory = files(&[
        ("a.yaml", &head),
        ("b.yaml", "include: [a.yaml, missing.yaml]\nhours: { x: { time_zone: UTC, open: {} } }\ncenter: b\n"),
    ]);
    assert_eq!(
        problems(&memory, None),
        [
            "include-loop b.yaml:1:11",
            "file-not-found b.yaml:1:19",
            "duplicate-key b.yaml:2:10",
            "duplicate-key b.yaml:3:1",
        ]
    );
}

#[test]
fn environments_are_laid_over_and_may_remove() {
    let text = format!(
        "{HEAD}tags: {{ stage: dev }}\nhours:\n  x: {{ time_zone: UTC, open: {{}} }}\n  y: {{ time_zone: UTC, open: {{}} }}\n\
         environments:\n  prod:\n    tags: {{ stage: prod }}\n    hours: {{ x: null, y: {{ time_zone: Asia/Tokyo }} }}\n"
    );
    let memory = files(&[("a.yaml", &text)]);
    let (loaded, _, diagnostics) = load(&memory, "a.yaml", Some("prod"));
    assert!(diagnostics.is_empty(), "{diagnostics:?}");
    let blueprint = loaded.unwrap().blueprint;
    assert_eq!(
        blueprint.tags.iter().find(|(key, _)| key.value == "stage").map(|(_, tag)| tag.value.as_str()),
        Some("prod")
    );
    let hours: Vec<_> = blueprint.hours.iter().map(|(key, hours)| (key.as_str(), hours.time_zone.as_str())).collect();
    assert_eq!(hours, [("y", "Asia/Tokyo")]);
    assert_eq!(problems(&memory, Some("pord")), ["unknown-environment a.yaml:8:1"]);
}

#[test]
fn digests_differ_by_environment_and_content_only() {
    let text = format!("{HEAD}environments: {{ prod: {{}} }}\n");
    let digest = |text: &str, environment| load(&files(&[("a.yaml", text)]), "a.yaml", environment).0.unwrap().digest;
    assert_eq!(digest(&text, None), digest(&text, None));
    assert_ne!(digest(&text, None), digest(&text, Some("prod")));
    assert_ne!(digest(&text, None), digest(&format!("{text}# more\n"), None));
}

#[test]
fn variables_are_put_in() {
    let text = format!(
        "{HEAD}variables: {{ zone: UTC, most: 5, name: Joe }}\n\
         hours: {{ h: {{ time_zone: \"${{var.zone}}\", description: \"Of ${{var.name}}, $${{var.name}}\", open: {{}} }} }}\n\
         queues: {{ q: {{ hours: h, max_contacts: \"${{var.most}}\", description: \"${{var.nam}}\" }} }}\n"
    );
    let memory = files(&[("a.yaml", &text)]);
    let (loaded, _, _) = load(&memory, "a.yaml", None);
    let blueprint = loaded.unwrap().blueprint;
    let hours = blueprint.hours.values().next().unwrap();
    assert_eq!(hours.time_zone.value, "UTC");
    assert_eq!(hours.description.as_ref().unwrap().value, "Of Joe, ${var.name}");
    assert_eq!(blueprint.queues.values().next().unwrap().max_contacts.as_ref().unwrap().value, 5);
    assert_eq!(problems(&memory, None), ["unknown-variable a.yaml:6:68"]);
}

#[test]
fn users_come_from_a_file_too() {
    let text =
        format!("{HEAD}users_file: u.csv\nusers: {{ mary: {{ name: Mary Jane, security: [builtin/Agent] }} }}\n");
    let csv = "username,name,security,password,desk_phone\n\
               joe,Joe Doe,builtin/Agent;special,secret:joe#pw,+15550100123\n\
               mary,Mary Again,builtin/Agent,,\n\
               ,Nobody,builtin/Agent,,\n\
               short,line\n";
    let memory = files(&[("a.yaml", &text), ("u.csv", csv)]);
    let (loaded, _, _) = load(&memory, "a.yaml", None);
    let users = loaded.unwrap().blueprint.users;
    assert_eq!(users.keys().map(|key| key.as_str()).collect::<Vec<_>>(), ["mary", "joe"]);
    let joe = users.values().nth(1).unwrap();
    assert_eq!(joe.security.iter().map(|name| name.as_str()).collect::<Vec<_>>(), ["builtin/Agent", "special"]);
    assert_eq!(joe.phone.as_ref().unwrap().number.as_ref().unwrap().value, "+15550100123");
    assert_eq!(
        problems(&memory, None),
        ["duplicate-username u.csv:3:1", "invalid-user u.csv:4:1", "invalid-csv u.csv:5:1",]
    );
}

#[test]
fn columns_of_the_users_file_are_checked() {
    let text = format!("{HEAD}users_file: u.csv\n");
    let memory = files(&[("a.yaml", &text), ("u.csv", "user_name,emial,email,email\n")]);
    assert_eq!(
        problems(&memory, None),
        ["unknown-column u.csv:1:1", "unknown-column u.csv:1:11", "duplicate-column u.csv:1:23"]
    );
}

#[test]
fn what_the_schema_refuses_does_not_hide_the_rest() {
    let text = "region: us-west-2\ninstance: { existing: a, storage: { call_recording: {} } }\n\
                hours: { h: { time_zone: UTC, open: {}, colour: red }, i: { time_zone: 5, open: {} } }\n\
                users_file: missing.csv\n";
    let memory = files(&[("a.yaml", text)]);
    assert_eq!(
        problems(&memory, None),
        [
            "missing-key a.yaml:1:1",
            "unknown-key a.yaml:2:37",
            "unknown-key a.yaml:3:41",
            "wrong-type a.yaml:3:72",
            "file-not-found a.yaml:4:13",
        ]
    );
    let loaded = load(&memory, "a.yaml", None).0.unwrap();
    assert!(loaded.is_broken(crate::model::Kind::Hours, "i"));
    assert!(!loaded.is_broken(crate::model::Kind::Hours, "h"));
}

#[test]
fn large_files_are_not_read() {
    struct Large;
    impl Files for Large {
        fn read(&self, _: &str, limit: u64) -> Result<Vec<u8>, FileError> {
            assert!(limit <= 32 << 20);
            Err(FileError::TooLarge { size: 50 << 20 })
        }
    }
    let (loaded, _, diagnostics) = load(&Large, "a.yaml", None);
    assert!(loaded.is_none());
    assert_eq!(diagnostics.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["file-too-large"]);
}
