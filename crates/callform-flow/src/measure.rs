//! How well flows come out: what can be counted about their steps, their pictures and what is found in them.

use std::collections::BTreeMap;

use callform_source::{Diagnostics, SourceMap, Span};
use serde_json::Value;

use crate::decompile::of_document;
use crate::draw::{Caption, Picture, Placing};
use crate::{DecodeError, Document, lint};

/// What is counted, summed up over any number of flows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// Flows.
    pub flows: usize,
    /// Those whose steps compile to what went in.
    pub exact: usize,
    /// Actions.
    pub actions: usize,
    /// Actions that are `raw` blocks.
    pub raw: usize,
    /// `goto` steps.
    pub gotos: usize,
    /// Steps with `unguarded: true`.
    pub unguarded: usize,
    /// Steps with `error: continue`.
    pub errors_continue: usize,
    /// Titles of blocks in pictures.
    pub titles: usize,
    /// Titles that are cut.
    pub cut: usize,
    /// Findings by rule.
    pub findings: BTreeMap<&'static str, usize>,
}

impl Measure {
    /// Counts an exported flow, or several. `name` is that of its file, without folder and ending.
    ///
    /// # Errors
    /// Where the JSON is no flow.
    pub fn add(&mut self, name: &str, text: &str, json: &Value) -> Result<(), DecodeError> {
        let documents = Document::read_all(json)?;
        let mut sources = SourceMap::default();
        let file = sources.add(name, text);
        for document in &documents {
            let flow_type = document.guess(Some(name)).flow_type;
            let decompiled = of_document(document, Some(flow_type), &BTreeMap::new())?;
            self.flows += 1;
            self.exact += usize::from(decompiled.is_exact);
            self.actions += decompiled.counts.actions;
            self.raw += decompiled.counts.raw;
            self.steps(&decompiled.to_json());
            let picture = Picture::of(&document.flow, Caption { name, flow_type: Some(flow_type) }, Placing::Columns);
            let (titles, cut) = picture.cut_titles();
            self.titles += titles;
            self.cut += cut;
            let mut found = Diagnostics::default();
            let subject = lint::Subject {
                name,
                flow_type,
                flow: &document.flow,
                places: &lint::Places::default(),
                span: Span::whole_file(file),
                is_compiled: false,
                names: None,
                arrival: lint::Arrival::default(),
            };
            lint::check(&subject, &mut found);
            for diagnostic in found.iter() {
                *self.findings.entry(diagnostic.code).or_default() += 1;
            }
        }
        Ok(())
    }

    fn steps(&mut self, value: &Value) {
        match value {
            Value::Object(members) => {
                let is = |name: &str, wanted: &Value| members.get(name) == Some(wanted);
                self.gotos += usize::from(members.len() == 1 && members.contains_key("goto"));
                self.unguarded += usize::from(is("unguarded", &Value::Bool(true)));
                self.errors_continue += usize::from(is("error", &Value::String("continue".to_owned())));
                members.values().for_each(|member| self.steps(member));
            }
            Value::Array(items) => items.iter().for_each(|item| self.steps(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_is_counted() {
        let json = serde_json::json!({ "Version": "2019-10-30", "StartAction": "a", "Actions": [
            { "Identifier": "a", "Type": "MessageParticipant", "Parameters": { "Text": "Hi $.Attribute.x" }, "Transitions": { "NextAction": "b" } },
            { "Identifier": "b", "Type": "Juggle", "Parameters": {}, "Transitions": { "NextAction": "a" } },
        ] });
        let mut measure = Measure::default();
        measure.add("main", &json.to_string(), &json).expect("a flow");
        let Measure { flows, exact, actions, raw, gotos, unguarded, titles, cut, .. } = measure;
        assert_eq!([flows, exact, actions, raw, gotos, titles, cut], [1, 1, 2, 1, 1, 2, 0]);
        assert!(unguarded <= 1);
        assert_eq!(measure.findings.get("unknown-path"), Some(&1), "{:?}", measure.findings);
    }

    /// The corpus as a whole; what is better than this may be written here, what is worse must not be.
    #[test]
    fn real_flows_come_out_well() {
        let mut measure = Measure::default();
        for (name, text) in ["flow-", "legacy-"].into_iter().flat_map(crate::testing::corpus_of) {
            let json = serde_json::from_str(&text).expect("JSON");
            let stem = name.trim_end_matches(".json");
            measure.add(stem, &text, &json).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
        eprintln!("{measure:#?}");
        if measure.flows == 0 {
            return;
        }
        assert!(measure.raw * 100 < measure.actions, "{} of {} are raw", measure.raw, measure.actions);
        assert!(measure.gotos <= 495, "{} gotos", measure.gotos);
        assert!(measure.cut * 200 < measure.titles, "{} of {} titles are cut", measure.cut, measure.titles);
    }
}
