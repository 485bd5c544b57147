//! What phone numbers cost.

use crate::pinned::Pinned;
use crate::plan::NumberCost;

use super::sides::{Resource, Sides};

const DAYS_OF_A_MONTH: u64 = 30;

/// US cents a day for a claimed number, by country and type. Only prices that are the same in all Regions are here; any
/// other is unknown. They change: amounts are always told as about.
///
/// Australia, Austria, Belgium: Amazon Connect pricing as of 2021-09-30 (gist.github.com/mlconnor,
/// 4b6daad8b347ba3e91d47e2bdb025abc). United States: the same page as others quote it (?).
const CENTS_A_DAY: [(&str, &str, u64); 5] =
    [("AT", "DID", 10), ("AU", "DID", 10), ("AU", "TOLL_FREE", 39), ("BE", "DID", 10), ("US", "DID", 3)];

/// From when the prices are.
pub(super) fn pinned() -> Pinned {
    Pinned {
        what: "prices of phone numbers",
        entries: Some(CENTS_A_DAY.len()),
        as_of: "2021-09-30",
        source: "Amazon Connect pricing; amounts are told as about",
    }
}

/// What the center's numbers cost before and after; none where they are the same.
pub(super) fn of(sides: &Sides) -> Option<NumberCost> {
    let (before, after) = (kinds(&sides.before), kinds(&sides.after));
    if before == after {
        return None;
    }
    let sum = |kinds: &[(&str, &str)]| -> u64 {
        kinds.iter().filter_map(|kind| cents_a_day(*kind)).map(|cents| cents * DAYS_OF_A_MONTH).sum()
    };
    Some(NumberCost {
        cents_before: sum(&before),
        cents_after: sum(&after),
        unknown: after.iter().filter(|kind| cents_a_day(**kind).is_none()).count(),
    })
}

/// Country and type of each number, sorted.
fn kinds<'a>(resources: &[Resource<'a>]) -> Vec<(&'a str, &'a str)> {
    let numbers = resources.iter().filter(|resource| resource.kind == "AWS::Connect::PhoneNumber");
    let text = |resource: &Resource<'a>, property| resource.text(property).unwrap_or_default();
    let mut kinds: Vec<_> = numbers.map(|number| (text(number, "CountryCode"), text(number, "Type"))).collect();
    kinds.sort_unstable();
    kinds
}

fn cents_a_day((country, kind): (&str, &str)) -> Option<u64> {
    CENTS_A_DAY.iter().find(|(known, of, _)| (*known, *of) == (country, kind)).map(|(.., cents)| *cents)
}
