//! The rules on real flows: what each finds there, as a table.

use std::collections::BTreeMap;
use std::fmt::Write;

use callform_source::{Diagnostics, SourceMap, Span};

use super::{Arrival, Places, Subject, check, places_in_json};
use crate::testing::{corpus, corpus_of};
use crate::{Document, Flow, FlowType};

#[test]
fn real_flows_of_every_type_are_linted() {
    for (name, text) in corpus() {
        let flow = Flow::from_json(&serde_json::from_str(&text).expect("JSON")).expect("a flow");
        for flow_type in FlowType::ALL {
            drop(found(&name, &text, &flow, flow_type));
        }
    }
}

/// Set `CALLFORM_SHOW_LINTS` to a rule's code, or to `all`, to see each place.
#[test]
fn what_is_found_in_real_flows() {
    let shown = std::env::var("CALLFORM_SHOW_LINTS").unwrap_or_default();
    let mut table: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let flows = [corpus(), corpus_of("legacy-")].concat();
    for (name, text) in &flows {
        let document = Document::read(&serde_json::from_str(text).expect("JSON")).expect("a flow");
        let flow_type = document.guess(Some(name)).flow_type;
        let (sources, diagnostics) = found(name, text, &document.flow, flow_type);
        let mut codes: Vec<&str> = Vec::new();
        for diagnostic in diagnostics.iter() {
            let place = diagnostic.primary.as_ref().expect("a place");
            if shown == diagnostic.code || shown == "all" {
                eprintln!(
                    "{} {}: {} {} {:?}",
                    sources.location(place.span),
                    diagnostic.code,
                    diagnostic.title,
                    place.label,
                    diagnostic.notes
                );
            }
            codes.push(diagnostic.code);
            table.entry(diagnostic.code).or_default().0 += 1;
        }
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            table.entry(code).or_default().1 += 1;
        }
    }
    let mut lines = format!("{} real flows\n{:<30}{:>9}{:>7}\n", flows.len(), "rule", "findings", "flows");
    for (code, (findings, in_flows)) in &table {
        writeln!(lines, "{code:<30}{findings:>9}{in_flows:>7}").expect("a string");
    }
    eprintln!("{lines}");
    // The corpus has broken flows on purpose.
    assert!(flows.is_empty() || table.contains_key("refused-by-connect"), "{lines}");
}

fn found(name: &str, text: &str, flow: &Flow, flow_type: FlowType) -> (SourceMap, Diagnostics) {
    let mut sources = SourceMap::default();
    let file = sources.add(name, text);
    let places: Places = places_in_json(text, file);
    let subject = Subject {
        name,
        flow_type,
        flow,
        places: &places,
        span: Span::whole_file(file),
        is_compiled: false,
        names: None,
        arrival: Arrival::default(),
    };
    let mut diagnostics = Diagnostics::default();
    check(&subject, &mut diagnostics);
    (sources, diagnostics)
}
