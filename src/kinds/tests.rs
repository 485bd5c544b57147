//! No kind may leave an answer out, or give one that the official schemas contradict.

use std::collections::{BTreeMap, BTreeSet};

use callform_schemas::ResourceSchema;

use super::{ArnForm, Descriptor, FilledIn, Kind, Live};

/// All but that of further resources, which have no type in common.
fn descriptors() -> impl Iterator<Item = (&'static Descriptor, &'static ResourceSchema)> {
    Kind::ALL.iter().filter(|kind| **kind != Kind::Resource).map(|kind| {
        let descriptor = kind.descriptor();
        let schema = callform_schemas::get(descriptor.resource_type);
        (descriptor, schema.unwrap_or_else(|| panic!("{kind}: no schema of {}", descriptor.resource_type)))
    })
}

/// Panics where two kinds give the same answer.
fn all_differ(what: &str, answer: fn(&Descriptor) -> &'static str) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (descriptor, _) in descriptors() {
        let answer = answer(descriptor);
        assert!(!answer.is_empty(), "{}: no {what}", descriptor.word);
        if let Some(other) = seen.insert(answer, descriptor.word) {
            panic!("{other} and {} have the same {what}", descriptor.word);
        }
    }
}

#[test]
fn what_tells_kinds_apart_differs() {
    all_differ("word", |kind| kind.word);
    all_differ("plural", |kind| kind.plural);
    all_differ("type", |kind| kind.resource_type);
    all_differ("prefix of logical IDs", |kind| kind.prefix);
    all_differ("parameter", |kind| kind.identifiers.parameter);
}

/// The kind of a parameter is known by the beginning of its name.
#[test]
fn no_parameter_begins_with_another() {
    let names: Vec<&str> = descriptors().map(|(kind, _)| kind.identifiers.parameter).collect();
    for name in &names {
        assert_eq!(names.iter().filter(|other| other.starts_with(name)).count(), 1, "{name}");
    }
}

#[test]
fn every_section_is_a_key_of_the_blueprint() {
    let schema: serde_json::Value = serde_json::from_str(&crate::blueprint::json_schema()).unwrap();
    let mut sections = BTreeSet::new();
    for (kind, _) in descriptors() {
        let Some(lowering) = &kind.lowering else { continue };
        let key = lowering.section.split(':').next().unwrap();
        assert!(schema["properties"].get(key).is_some(), "{}: no section {key}", kind.word);
        assert!(sections.insert(key), "{}: two kinds have the section {key}", kind.word);
    }
}

/// The properties that answers name exist, and can be set.
#[test]
fn properties_are_those_of_the_schema() {
    for (kind, schema) in descriptors() {
        let exists = |path: &str| {
            let path = path.trim_start_matches('/').replace("/*/", "/");
            let property = path.split('/').next().unwrap();
            assert!(schema.property_names().any(|name| name == property), "{}: no property {path}", kind.word);
        };
        if let Some(name) = &kind.name {
            assert_eq!(schema.type_at(name.path), Some("string"), "{}: the name is no text", kind.word);
        }
        kind.lookup.iter().for_each(|lookup| exists(lookup.property));
        kind.service.batch.iter().for_each(|(property, _)| exists(property));
        kind.checks.told_by_rules.iter().for_each(|path| exists(path));
        kind.drift.filled_in.iter().for_each(|(path, _)| exists(path));
        kind.drift.written_together.iter().for_each(|path| exists(path));
        kind.drift.never_read.iter().for_each(|(property, _)| assert!(schema.is_write_only(&format!("/{property}"))));
        if let Live::Bulk(bulk) = &kind.live {
            bulk.left_out.iter().chain(bulk.never_read).for_each(|path| exists(path));
            assert_eq!(bulk.left_out.is_empty(), bulk.left_out_words.is_none(), "{}", kind.word);
        }
    }
}

/// `Fn::GetAtt` takes what is read-only, and `Ref` what is the primary identifier.
#[test]
fn identifiers_are_those_of_the_schema() {
    for (kind, schema) in descriptors() {
        if let Some(attribute) = kind.identifiers.attribute {
            assert!(schema.is_read_only(&format!("/{attribute}")), "{}: no attribute {attribute}", kind.word);
        }
        if let ArnForm::ById(form) | ArnForm::ByName(form) = kind.identifiers.arn {
            assert_eq!(form.matches("${Id}").count(), 1, "{}", kind.word);
            assert!(kind.identifiers.arn.shape().is_some(), "{}", kind.word);
        }
    }
}

/// What cannot be taken away is set to what AWS fills in, which has to be known.
#[test]
fn what_cannot_be_taken_away_has_a_default() {
    for (kind, _) in descriptors() {
        for path in kind.drift.not_removable {
            let filled_in = kind.drift.filled_in.iter().find(|(of, _)| of == path);
            assert!(
                filled_in.is_some_and(|(_, value)| !matches!(value, FilledIn::Anything | FilledIn::Beside(_))),
                "{}: {path}",
                kind.word
            );
        }
    }
}

/// What is in an instance is read there, all at once: CloudFormation's own comparison takes a call for each.
#[test]
fn objects_of_connect_are_read_in_bulk() {
    for (kind, _) in descriptors() {
        let is_of_connect = kind.resource_type.starts_with("AWS::Connect::");
        assert_eq!(matches!(kind.live, Live::Bulk(_)), is_of_connect, "{}", kind.word);
        let is_named_there = kind.name.is_some_and(|name| name.within == super::Within::Instance);
        assert!(is_of_connect || !is_named_there, "{}", kind.word);
    }
}

#[test]
fn words_lead_back() {
    for kind in Kind::ALL {
        assert_eq!(Kind::of_word(kind.word()), Some(*kind));
        assert_eq!(Kind::of_type(kind.resource_type()), Some(*kind));
    }
    assert_eq!(Kind::of_word("nothing"), None);
}
