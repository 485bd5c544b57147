//! One sample set, all formats.

use super::{Sarif, github, human, json, markdown, sarif};

use crate::{Diagnostic, Diagnostics, Severity, SourceMap, Span};

const NOTHING: Sarif<'static> = Sarif { base: "", about: &|_| None };

const BLUEPRINT: &str = "\
center: kwglobal
hours:
  business: { time_zone: America/Los_Angeles }
queues:
  überlauf: { hours: bussiness }
  überlauf: { hours: business }
users:
  mary.jane: { phone: 15550100100 }
";

fn sample() -> (Diagnostics, SourceMap) {
    let mut sources = SourceMap::default();
    let file = sources.add("blueprints/kw global.yaml", BLUEPRINT);
    let flow = sources.add("contact-flows/menu.yaml", "steps:\n- say: Hello\n");
    let at = |text: &str| {
        let start = BLUEPRINT.find(text).expect("the sample has the text");
        let offset = |offset: usize| u32::try_from(offset).expect("the sample is short");
        Span::new(file, offset(start), offset(start + text.len()))
    };
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(
        Diagnostic::error("unknown-reference", "there are no hours `bussiness`")
            .at(at("bussiness"), "not defined")
            .note("A queue needs hours of operation.")
            .help("Did you mean `business`?"),
    );
    let first = at("überlauf");
    let second = Span::new(file, first.start + 34, first.end + 34);
    diagnostics.push(
        Diagnostic::error("duplicate-key", "`überlauf` occurs twice")
            .at(second, "occurs again here")
            .also(first, "first here"),
    );
    diagnostics.push(
        Diagnostic::warning("unused-flow", "nothing enters the flow `menu`")
            .at(Span::new(flow, 0, 20), "")
            .also(at("users"), "may enter it"),
    );
    diagnostics.push(Diagnostic::error("not-text", "logo.png is not UTF-8 text").help("Check <the> file_name."));
    let mut note =
        Diagnostic::warning("phone-number", "100% of the numbers start with 1, not +1").at(at("15550100100"), "");
    note.severity = Severity::Note;
    diagnostics.push(note);
    (diagnostics, sources)
}

#[test]
fn human_form() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(human(&diagnostics, &sources, false, 80));
}

#[test]
fn human_form_in_color() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(human(&diagnostics, &sources, true, 80).replace('\u{1b}', "␛"));
}

#[test]
fn json_form() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(json(&diagnostics, &sources));
}

#[test]
fn sarif_form() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(sarif(&diagnostics, &sources, &NOTHING).replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}

#[test]
fn github_form() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(github(&diagnostics, &sources));
}

#[test]
fn markdown_form() {
    let (diagnostics, sources) = sample();
    insta::assert_snapshot!(markdown(&diagnostics, &sources));
}

#[test]
fn nothing_found_is_nothing_said() {
    let sources = SourceMap::default();
    assert_eq!(human(&Diagnostics::default(), &sources, false, 80), "");
    assert_eq!(markdown(&Diagnostics::default(), &sources), "");
    assert_eq!(github(&Diagnostics::default(), &sources), "");
}

#[test]
fn long_lines_are_trimmed() {
    let mut sources = SourceMap::default();
    let long = format!("[{}, here, {}]\n", "é, ".repeat(100_000), "x, ".repeat(100_000));
    let start = u32::try_from(long.find("here").expect("it is there")).expect("short enough");
    let file = sources.add("long.yaml", long);
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::error("code", "title").at(Span::new(file, start, start + 4), "label"));
    let text = human(&diagnostics, &sources, false, 80);
    assert!(text.contains("long.yaml:1:300004"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100), "{text}");
    assert!(text.contains("here") && text.contains("^^^^ label"), "{text}");
    assert!(markdown(&diagnostics, &sources).len() < 3_000);
}

#[test]
fn far_places_do_not_drag_the_lines_between_them_in() {
    let mut sources = SourceMap::default();
    let text = format!("first: 1\n{}last: 1\n", "# filler\n".repeat(200_000));
    let last = u32::try_from(text.find("last").expect("it is there")).expect("short enough");
    let file = sources.add("far.yaml", text);
    let mut diagnostics = Diagnostics::default();
    let place = Span::new(file, last, last + 4);
    diagnostics.push(Diagnostic::error("code", "title").at(place, "again").also(Span::new(file, 0, 5), "first"));
    let rendered = human(&diagnostics, &sources, false, 80);
    insta::assert_snapshot!(rendered);
}

#[test]
fn spans_outside_the_text_do_no_harm() {
    let mut sources = SourceMap::default();
    let file = sources.add("short.yaml", "é");
    for (start, end) in [(0, 99), (1, 1), (1, 2), (2, 2), (99, 100), (5, 1)] {
        let mut diagnostics = Diagnostics::default();
        diagnostics.push(Diagnostic::error("code", "title").at(Span::new(file, start, end), "label"));
        for text in [
            human(&diagnostics, &sources, false, 80),
            json(&diagnostics, &sources),
            sarif(&diagnostics, &sources, &NOTHING),
            github(&diagnostics, &sources),
            markdown(&diagnostics, &sources),
        ] {
            assert!(text.contains("title"), "{text}");
        }
    }
}

#[test]
fn escape_sequences_do_not_reach_the_terminal() {
    let mut diagnostics = Diagnostics::default();
    diagnostics.push(Diagnostic::error("code", "a\u{1b}[31mb").note("c\u{1b}[31md").help("e\u{1b}[31mf"));
    let text = human(&diagnostics, &SourceMap::default(), false, 80);
    assert!(!text.contains('\u{1b}'), "{text:?}");
}
