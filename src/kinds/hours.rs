//! Hours of operation: opening times as Connect wants them, day by day, never across midnight.

use callform_aws::ObjectType;
use callform_source::{Diagnostic, Span, Spanned};
use chrono::NaiveDate;
use indexmap::IndexMap;
use overrides::Dated;
use schemars::JsonSchema;
use serde::Deserialize;
use times::{Range, Slot, config, parse_days, parse_range, weekdays};

use super::descriptor::{
    ArnForm, Builtins, Checks, Descriptor, Drift, FilledIn, Identifiers, Lifetime, Live, Lowering, Outside, Reach,
    Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Definition as _, Name, Section, Texts, resource};
use crate::model::members::Members;
use crate::model::resolver::Resolver;
use crate::model::{Attribute, Kind, Value, naming};

mod overrides;
mod recurrence;
mod times;

resource! {
    /// Hours of operation.
    pub struct Hours {
        /// Name in Connect. Default: from the key.
        pub name: Option<Spanned<String>>,
        /// What they are for.
        pub description: Option<Spanned<String>>,
        /// IANA time zone, such as `America/Los_Angeles`.
        pub time_zone: Spanned<String>,
        /// Opening times by day: `mon-fri: 09:00-18:00`, `sat: [09:00-12:00, 13:00-15:00]`, `daily: 24h`. A range that
        /// ends before it starts runs into the next day. `{}` is never open: a calendar of holidays that other hours inherit.
        pub open: IndexMap<Spanned<String>, Spanned<Texts>>,
        /// Hours whose overrides count here, too; 3 at most. Their usual opening times do not count here.
        #[serde(default)]
        pub inherits: Vec<Name>,
        /// Days with other hours, such as holidays; 50 at most.
        #[serde(default)]
        pub overrides: Section<Override>,
    }
}

/// Hours of one day or of several days in a row that differ from the usual ones. Closed, unless `open` says otherwise.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Override {
    /// Name in Connect. Default: from the key.
    pub name: Option<Spanned<String>>,
    /// Why the hours differ.
    pub description: Option<Spanned<String>>,
    /// The day, `2026-12-25`. Give this, or `from` and `till`.
    pub on: Option<Spanned<String>>,
    /// The first day.
    pub from: Option<Spanned<String>>,
    /// The last day.
    pub till: Option<Spanned<String>>,
    /// Opening times on these days, such as `10:00-14:00`. Without it the center is closed.
    pub open: Option<Spanned<Texts>>,
    /// Times at which the center is open besides the usual ones, instead of `open`.
    pub also_open: Option<Spanned<Texts>>,
    /// Times at which the center is closed although it is usually open, instead of `open`.
    pub closed: Option<Spanned<Texts>>,
    /// How it recurs between `from` and `till`: `25 december`, `last monday of may`, `2nd tuesday of the month` or `15th of the
    /// month`. Needs `from` and `till`.
    pub every: Option<Spanned<String>>,
}

pub(crate) static DESCRIPTOR: Descriptor = Descriptor {
    word: "hours",
    plural: "hours of operation",
    resource_type: "AWS::Connect::HoursOfOperation",
    prefix: "Hours",
    is_single: false,
    lowering: Some(Lowering {
        section: "hours",
        names: |blueprint| keys(&blueprint.hours),
        lower: |resolver| resolver.hours(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::InInstance("operating-hours"),
        attribute: Some("HoursOfOperationArn"),
        parameter: "HoursOfOperationIds",
    },
    name: Some(UniqueName::in_instance("/Name")),
    lookup: None,
    builtins: Some(Builtins { known: &["Basic Hours"], objects: ObjectType::Hours }),
    lifetime: Lifetime::HELD,
    reach: Reach::PLAIN,
    outside: Outside::NOTHING,
    live: Live::bulk(|reading| Box::pin(reading.gateway.live_hours(reading.instance))),
    drift: Drift {
        filled_in: &[
            ("ChildHoursOfOperations", FilledIn::Anything),
            ("ParentHoursOfOperations/*/Name", FilledIn::Anything),
            ("HoursOfOperationOverrides/*/HoursOfOperationOverrideId", FilledIn::Anything),
            ("HoursOfOperationOverrides/*/OverrideType", FilledIn::Text("STANDARD")),
        ],
        written_together: &["Name", "Description", "TimeZone", "Config"],
        ..Drift::PLAIN
    },
    service: Service::limited("L-20CD02F7", "Hours of operation per instance", 100),
    checks: Checks {
        codes: &[("invalid-recurrence", "It is not said rightly how an override recurs, or what it does.")],
        ..Checks::PLAIN
    },
};

impl Resolver<'_> {
    pub(crate) fn hours(&mut self) {
        for (key, hours) in &self.blueprint().hours {
            let name = hours.name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone());
            let mut slots = Vec::new();
            for (days, ranges) in &hours.open {
                let Some(days) = parse_days(days) else {
                    self.diagnostics.push(invalid_days(days));
                    continue;
                };
                for range in self.ranges(ranges) {
                    slots.extend(days.iter().flat_map(|&day| range.slots(day)));
                }
            }
            self.overlaps(&mut slots, key.span);
            let is_plain =
                |entry: &Override| entry.every.is_none() && entry.also_open.is_none() && entry.closed.is_none();
            let (plain, others): (Vec<_>, Vec<_>) = hours.overrides.iter().partition(|(_, entry)| is_plain(entry));
            let mut dated: Vec<Dated> =
                plain.into_iter().filter_map(|(key, entry)| self.one_override(key, entry)).collect();
            self.same_days(&dated);
            overrides::after_midnight(&mut dated, &slots);
            let mut overrides: Vec<Value> = dated.iter().map(Dated::members).collect();
            overrides.extend(others.into_iter().filter_map(|(key, entry)| self.other_override(key, entry)));
            let mut parents: Vec<&Name> = hours.inherits.iter().collect();
            parents.sort();
            let parent = |id: Value| Members::new().with("Id", id).into();
            let parents = parents.into_iter().map(|name| parent(self.reference(Kind::Hours, name, Attribute::Id)));
            let parents = parents.collect();
            let properties = Members::of_instance()
                .with("Name", name)
                .with_some("Description", hours.description.as_ref())
                .with("TimeZone", &hours.time_zone)
                .with("Config", config(&slots))
                .with_list("ParentHoursOfOperations", parents)
                .with_list("HoursOfOperationOverrides", overrides)
                .with_tags(hours.tags.as_ref())
                .finish();
            self.add(Kind::Hours, key, hours.common(), properties);
        }
    }

    fn ranges(&mut self, written: &Spanned<Texts>) -> Vec<Range> {
        let mut ranges = Vec::new();
        for text in &written.0 {
            match parse_range(text) {
                Ok(range) => ranges.push(range),
                Err(reason) => self.diagnostics.push(
                    Diagnostic::error("invalid-hours", "this is no range of times")
                        .at(text.span, reason)
                        .help("Write `09:00-18:00`, `22:00-06:00` for a night, or `24h` for the whole day."),
                ),
            }
        }
        ranges
    }

    fn overlaps(&mut self, slots: &mut Vec<Slot>, span: Span) {
        slots.sort_unstable();
        slots.dedup();
        let overlapping = slots.windows(2).any(|pair| match pair {
            [left, right] => left.day == right.day && (left.end == 0 || right.start < left.end),
            _ => false,
        });
        if overlapping {
            self.diagnostics.push(
                Diagnostic::warning("overlapping-hours", "opening times overlap")
                    .at(span, "two ranges of one day share some time")
                    .help("Write one range instead, or check where a range that runs past midnight ends."),
            );
        }
    }

    fn one_override(&mut self, key: &Spanned<String>, entry: &Override) -> Option<Dated> {
        let (from, till) = match (&entry.on, &entry.from, &entry.till) {
            (Some(on), None, None) => (on, on),
            (None, Some(from), Some(till)) => (from, till),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("invalid-override", "an override needs its days")
                        .at(key.span, "")
                        .help("Write `on: 2026-12-25`, or `from:` and `till:`, but not both."),
                );
                return None;
            }
        };
        let (first, last) = (self.date(from), self.date(till));
        let (first, last) = (first?, last?);
        if last < first {
            self.diagnostics.push(
                Diagnostic::error("end-before-start", "an override ends before it starts")
                    .at(till.span, "the last day")
                    .also(from.span, "the first day"),
            );
            return None;
        }
        let days = weekdays(first, last);
        let ranges = match &entry.open {
            Some(open) => self.ranges(open),
            None => Vec::new(),
        };
        let mut slots: Vec<Slot> =
            ranges.iter().flat_map(|range| days.iter().flat_map(|&day| range.slots(day))).collect();
        // What runs past midnight of the last day belongs to the day behind it.
        let behind = ranges.iter().filter(|range| range.end < range.start && range.end > 0);
        let behind = behind.map(|range| range.end).max().unwrap_or_default();
        slots.retain(|slot| days.contains(&slot.day));
        self.overlaps(&mut slots, key.span);
        Some(Dated {
            name: entry.name.as_ref().map_or_else(|| naming::display_name(key), |name| name.value.clone()),
            description: entry.description.as_ref().map(|text| text.value.clone()),
            span: key.span,
            first,
            last,
            open: entry.open.is_some().then_some(slots),
            behind,
        })
    }

    /// Overrides that have a day in common.
    fn same_days(&mut self, dated: &[Dated]) {
        let mut in_order: Vec<&Dated> = dated.iter().collect();
        in_order.sort_by_key(|each| (each.first, each.last));
        for pair in in_order.windows(2) {
            let [before, after] = pair else { continue };
            if after.first <= before.last {
                self.diagnostics.push(
                    Diagnostic::warning("overlapping-overrides", "two overrides are for the same day")
                        .at(after.span, format!("also for {}", after.first))
                        .also(before.span, "and so is this one")
                        .note("Which of them counts is not documented.")
                        .help("Shorten one of them, or give both days' opening times in one."),
                );
            }
        }
    }

    fn date(&mut self, text: &Spanned<String>) -> Option<NaiveDate> {
        // Connect takes the long form only, chrono others as well.
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok().filter(|_| text.len() == "2026-12-25".len());
        if date.is_none() {
            self.diagnostics.push(
                Diagnostic::error("invalid-date", "this is no date")
                    .at(text.span, "")
                    .help("Write year, month and day: `2026-12-25`."),
            );
        }
        date
    }
}

fn invalid_days(days: &Spanned<String>) -> Diagnostic {
    Diagnostic::error("invalid-days", "these are no days of the week")
        .at(days.span, "")
        .help("Write `mon`, `mon-fri`, `sat,sun` or `daily`.")
}
