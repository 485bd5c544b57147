//! What AWS fills in by itself where a template says nothing: no drift.
//!
//! A value that differs from the one AWS fills in was put there by hand, and is drift although the template does not
//! name the property.

use serde_json::{Value as Json, json};

use crate::kinds::{FilledIn, Kind};

impl FilledIn {
    /// The value, where it is a certain one.
    pub(super) fn value(self) -> Option<Json> {
        Some(match self {
            Self::Text(text) => json!(text),
            Self::False => json!(false),
            Self::True => json!(true),
            Self::Zero => json!(0),
            Self::Member(name, value) => json!({ name: value }),
            Self::Anything | Self::Beside(_) => return None,
        })
    }
}

/// Paths (`*` for every item of a list) and what AWS fills in there.
pub(super) fn rules(resource_type: &str) -> &'static [(&'static str, FilledIn)] {
    Kind::of_type(resource_type).map_or(&[], |kind| kind.descriptor().drift.filled_in)
}

/// Takes out of the live properties what AWS filled in, and puts into them what AWS means by leaving it out.
pub(super) fn settle(resource_type: &str, wanted: &mut Json, live: &mut Json) {
    for (path, filled_in) in rules(resource_type) {
        if let FilledIn::Beside(others) = filled_in
            && !others.iter().any(|other| wanted.get(other).is_some())
        {
            continue;
        }
        let segments: Vec<&str> = path.split('/').collect();
        at(&segments, wanted, live, *filled_in);
    }
}

fn at(segments: &[&str], wanted: &mut Json, live: &mut Json, filled_in: FilledIn) {
    let Some((first, rest)) = segments.split_first() else { return };
    if *first == "*" {
        return in_items(rest, wanted, live, filled_in);
    }
    let (Json::Object(wanted), Json::Object(live)) = (wanted, live) else { return };
    if !rest.is_empty() {
        if let Some(below) = live.get_mut(*first) {
            match wanted.get_mut(*first) {
                Some(wanted) => at(rest, wanted, below, filled_in),
                None => at(rest, &mut json!({}), below, filled_in),
            }
            if below.as_object().is_some_and(serde_json::Map::is_empty) && !wanted.contains_key(*first) {
                live.shift_remove(*first);
            }
        }
        return;
    }
    match (filled_in, wanted.get(*first)) {
        (FilledIn::Anything | FilledIn::Beside(_), None) => {
            live.shift_remove(*first);
        }
        (FilledIn::Anything | FilledIn::Beside(_), Some(_)) => {}
        (_, None) => {
            if live.get(*first) == filled_in.value().as_ref() {
                live.shift_remove(*first);
            }
        }
        (_, Some(_)) => {
            if let (false, Some(value)) = (live.contains_key(*first), filled_in.value()) {
                live.insert((*first).to_owned(), value);
            }
        }
    }
}

/// Items of lists have no partners yet: what is filled in goes on both sides.
fn in_items(segments: &[&str], wanted: &mut Json, live: &mut Json, filled_in: FilledIn) {
    for side in [wanted, live] {
        for item in side.as_array_mut().into_iter().flatten() {
            match filled_in.value() {
                Some(value) => remove_where(segments, item, &|found| *found == value),
                None => remove_where(segments, item, &|_| true),
            }
        }
    }
}

fn remove_where(segments: &[&str], value: &mut Json, is_filled_in: &dyn Fn(&Json) -> bool) {
    let (Some((first, rest)), Json::Object(members)) = (segments.split_first(), value) else { return };
    if !rest.is_empty() {
        if let Some(below) = members.get_mut(*first) {
            remove_where(rest, below, is_filled_in);
        }
    } else if members.get(*first).is_some_and(is_filled_in) {
        members.shift_remove(*first);
    }
}
