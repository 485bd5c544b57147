//! What callers go through: `callform journey`, and what a plan says of it.

use crate::support::{ROOT, TestEnvironment};

const KWGLOBAL: &str = "blueprints/kwglobal.yaml";

#[test]
fn the_journey_of_the_example_center_stays_as_it_is() {
    let test = TestEnvironment::with_blueprints();
    let drawn = test.expect(0, &["journey", KWGLOBAL, "--format", "mermaid"]).stdout;
    insta::assert_snapshot!("journey_of_kwglobal", drawn);
}

/// The picture in the documentation. Set `CALLFORM_UPDATE_DOCS` to draw it anew.
#[test]
fn the_picture_in_the_documentation_is_fresh() {
    let path = std::path::Path::new(ROOT).join("docs/images/journey.svg");
    let test = TestEnvironment::with_blueprints();
    let drawn = test.expect(0, &["journey", KWGLOBAL]).stdout;
    if std::env::var_os("CALLFORM_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == drawn,
        "draw it anew: CALLFORM_UPDATE_DOCS=1 cargo xtask test -p callform documentation_is_fresh"
    );
}

/// Names of all elements, and all their attributes; fails where the text is no XML.
#[track_caller]
fn elements(xml: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    reader.config_mut().check_end_names = true;
    let mut found = Vec::new();
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => return found,
            quick_xml::events::Event::Start(element) | quick_xml::events::Event::Empty(element) => {
                let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
                let attributes = element.attributes().map(|attribute| {
                    let attribute = attribute.expect("a well-formed attribute");
                    (text(attribute.key.as_ref()), text(&attribute.value))
                });
                found.push((text(element.name().as_ref()), attributes.collect()));
            }
            quick_xml::events::Event::Text(text) => {
                text.xml_content().expect("well-formed text");
            }
            _ => {}
        }
    }
}

#[test]
fn a_page_is_well_formed_and_needs_nothing_else() {
    let test = TestEnvironment::with_blueprints();
    test.expect(0, &["journey", KWGLOBAL, "--out", "journey.html"]);
    let page = test.read("journey.html");
    let elements = elements(&page);
    let mut identifiers = std::collections::BTreeSet::new();
    let mut wanted = Vec::new();
    for (name, attributes) in &elements {
        assert!(!["link", "img", "iframe", "object", "embed", "image", "use"].contains(&name.as_str()), "{name}");
        for (attribute, value) in attributes {
            let loads = ["src", "srcset", "action", "data", "xlink:href", "background"].contains(&attribute.as_str());
            assert!(!loads && !attribute.starts_with("on"), "{name} {attribute}={value}");
            match attribute.as_str() {
                "href" => wanted.push(value.strip_prefix('#').unwrap_or_else(|| panic!("{value}")).to_owned()),
                "id" => assert!(identifiers.insert(value.clone()), "{value} is there twice"),
                _ => {}
            }
        }
    }
    for target in wanted {
        assert!(identifiers.contains(&target), "a link leads to #{target}, which is not there");
    }
    for elsewhere in ["http://", "https://", "url(h", "@import", "fetch(", "XMLHttpRequest"] {
        let page = page.replace("xmlns=\"http://www.w3.org/2000/svg\"", "");
        assert!(!page.contains(elsewhere), "{elsewhere}");
    }
    let policy = "content=\"default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;";
    assert!(page.contains(policy), "{}", page.get(..600).unwrap_or_default());
    // The picture, and every word of it as text.
    assert_eq!(elements.iter().filter(|(name, _)| name == "svg").count(), 1);
    for said in ["Welcome to KWGlobal.", "Business hours: Mon–Fri 9:00–18:00", "Function vanity is asked"] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn journeys_are_written_in_the_form_of_their_file() {
    let test = TestEnvironment::with_blueprints();
    for (file, begins) in [("a.svg", "<svg "), ("a.mmd", "flowchart LR\n"), ("a.html", "<!DOCTYPE html>")] {
        test.expect(0, &["journey", KWGLOBAL, "--out", file]);
        assert!(test.read(file).starts_with(begins), "{file}");
    }
    let all = test.expect(0, &["journey", KWGLOBAL]).stdout;
    let usual = test.expect(0, &["journey", KWGLOBAL, "--no-errors"]).stdout;
    assert!(all.contains("only after an error") && !usual.contains("only after an error"));
    let of_test = test.expect(0, &["journey", KWGLOBAL, "--env", "test", "--format", "mermaid"]).stdout;
    assert!(of_test.contains("The number of the test center"), "{of_test}");
}

#[test]
fn who_has_no_number_is_told_so() {
    let test = TestEnvironment::with_blueprints();
    let unknown = test.expect(64, &["journey", KWGLOBAL, "--number", "mian"]);
    assert!(unknown.stderr.contains("has no phone number `mian`; it has: main"), "{}", unknown.stderr);
    assert!(unknown.stderr.contains("did you mean `main`?"), "{}", unknown.stderr);
    assert_eq!(unknown.stdout, "");
    test.write("none.yaml", "center: none\nregion: us-west-2\ninstance: { existing: a }\n");
    let none = test.expect(64, &["journey", "none.yaml"]);
    assert!(none.stderr.contains("`none.yaml` has no phone number"), "{}", none.stderr);
    assert_eq!(test.expect(3, &["journey", "nowhere.yaml"]).stdout, "");
}

/// Every section of the language at least once.
#[test]
fn every_kind_of_center_has_a_journey() {
    let test = TestEnvironment::empty();
    let everything = format!("{ROOT}/tests/data/everything/everything.yaml");
    let page = test.expect(0, &["journey", &everything, "--format", "html"]).stdout;
    elements(&page);
    for said in ["Sample inbound flow", "We are closed.", "At most 20 wait here at once"] {
        assert!(page.contains(said), "{said}");
    }
}

#[test]
fn a_plan_says_what_callers_meet() {
    let test = TestEnvironment::with_blueprints();
    let first = test.expect(0, &["plan", KWGLOBAL, "--sandbox", "--format", "markdown"]).stdout;
    assert!(first.contains("What callers of the number main meet"), "{first}");
    assert!(first.contains("\n+ the number is new\n+ hears “Welcome to KWGlobal.”\n"), "{first}");
    test.expect(0, &["apply", KWGLOBAL, "--sandbox", "--yes"]);
    let nothing = test.expect(0, &["plan", KWGLOBAL, "--sandbox", "--format", "markdown"]).stdout;
    assert!(!nothing.contains("callers"), "{nothing}");
    test.edit(
        KWGLOBAL,
        "Press 1 for customer service, or 2 for business",
        "Press 1 or 3 for customer service, or 2 for business",
    );
    test.edit(
        KWGLOBAL,
        "          2: { queue: consulting }\n",
        "          2: { queue: consulting }\n          3: { queue: customer_service }\n",
    );
    test.edit(KWGLOBAL, "mon-fri: 09:00-18:00", "mon-fri: 09:00-17:00");
    test.edit(KWGLOBAL, "offer_after: 2m", "offer_after: 3m");
    test.edit(
        KWGLOBAL,
        "      - say: Your call is important to us. It will be recorded for quality and training.\n        name: announcement\n        error: { goto: words }\n",
        "",
    );
    let plan = test.expect(0, &["plan", KWGLOBAL, "--sandbox", "--format", "markdown", "--out", "saved.plan"]).stdout;
    let section = plan.split("What callers of the number main meet").nth(1).unwrap_or_else(|| panic!("{plan}"));
    let told: Vec<&str> =
        section.lines().skip_while(|line| *line != "```diff").skip(1).take_while(|line| *line != "```").collect();
    let expected = [
        "- Main menu: hears “Your call is important to us. It will be recorded for quality and training.”",
        "! Main menu: is asked “Press 1 or 3 for customer service, or 2 for business consulting.” (was: “Press 1 for customer service, or 2 for business consulting.”)",
        "! Business hours: Mon–Fri 9:00–17:00, Sat 9:00–15:00 (America/Los_Angeles) (was: Business hours: Mon–Fri 9:00–18:00, Sat 9:00–15:00 (America/Los_Angeles))",
        "! Callback in queue: after “All of our agents are with other customers. Your call is important to us. Plea…: every 3 min (was: every 2 min)",
        "! Talks with an agent: Both sides are recorded (was: Recorded or not, by the way the call came: not recorded, or both sides are recorded)",
    ];
    for line in expected {
        assert!(told.contains(&line), "{line}\n{told:#?}");
    }
    assert!(told.iter().any(|line| line.contains("key 3") || line.contains("key 1, 3")), "{told:#?}");
    // A saved plan says the same, and one in which that was changed is refused.
    let saved = test.expect(0, &["plan", "saved.plan", "--format", "markdown"]).stdout;
    assert!(saved.contains(expected[0]), "{saved}");
    let tampered = test.read("saved.plan").replace("- Main menu: hears", "- Main menu: hears no longer");
    test.write("tampered.plan", tampered);
    let refused = test.run(&["apply", "tampered.plan", "--sandbox", "--yes"]);
    assert!(refused.code != 0 && refused.stderr.contains("plan-edited"), "{}", refused.stderr);
    test.expect(0, &["apply", "saved.plan", "--sandbox", "--yes"]);
}
