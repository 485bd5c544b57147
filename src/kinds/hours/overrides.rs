//! Overrides as Connect wants them: what runs past midnight needs an override of the day behind it as well.

use callform_source::Span;
use chrono::{Datelike as _, Days, NaiveDate};

use super::times::{MINUTES_PER_DAY, Slot, config, weekdays};
use crate::model::Value;
use crate::model::members::Members;

/// An override with its dates.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub(super) name: String,
    pub(super) description: Option<String>,
    pub(super) span: Span,
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    /// When it is open; `None` for closed.
    pub(super) open: Option<Vec<Slot>>,
    /// Minutes for which the opening times of the last day run into the day behind it.
    pub(super) behind: u32,
}

impl Dated {
    pub(super) fn members(&self) -> Value {
        let all_day =
            || weekdays(self.first, self.last).into_iter().map(|day| Slot { day, start: 0, end: 0 }).collect();
        let (kind, slots) = match &self.open {
            Some(slots) => ("STANDARD", slots.clone()),
            None => ("CLOSED", all_day()),
        };
        Members::new()
            .with("OverrideName", self.name.as_str())
            .with_some("OverrideDescription", self.description.as_deref())
            .with("OverrideType", kind)
            .with("EffectiveFrom", self.first.to_string())
            .with("EffectiveTill", self.last.to_string())
            .with("OverrideConfig", config(&slots))
            .into()
    }

    fn covers(&self, date: NaiveDate) -> bool {
        self.first <= date && date <= self.last
    }

    /// The part of it between two days.
    fn part(&self, first: NaiveDate, last: NaiveDate) -> Self {
        let days = weekdays(first, last);
        let slots = |slots: &Vec<Slot>| slots.iter().copied().filter(|slot| days.contains(&slot.day)).collect();
        let name = if first == self.first { self.name.clone() } else { format!("{} from {first}", self.name) };
        let behind = if last == self.last { self.behind } else { 0 };
        Self { name, first, last, open: self.open.as_ref().map(slots), behind, ..self.clone() }
    }
}

/// Opens the day behind an override whose opening times run past midnight. That day gets an override of its own, with
/// its usual hours, or its own override is opened longer.
pub(super) fn after_midnight(dated: &mut Vec<Dated>, usual: &[Slot]) {
    let mut index = 0;
    while let Some(each) = dated.get_mut(index) {
        let (last, span, behind) = (each.last, each.span, std::mem::take(&mut each.behind));
        index += 1;
        let Some(date) = last.checked_add_days(Days::new(1)).filter(|_| behind > 0) else { continue };
        let day = date.weekday().num_days_from_monday();
        let early = Slot { day, start: 0, end: behind };
        let Some(other) = dated.iter().position(|each| each.covers(date)) else {
            let open = usual.iter().copied().filter(|slot| slot.day == day).chain([early]).collect();
            let name = format!("{} after midnight", dated[index - 1].name);
            dated.push(Dated {
                name,
                description: None,
                span,
                first: date,
                last: date,
                open: Some(joined(open)),
                behind: 0,
            });
            continue;
        };
        let whole = dated[other].clone();
        let mut only = whole.part(date, date);
        only.open = Some(joined(only.open.unwrap_or_default().into_iter().chain([early]).collect()));
        let mut parts = Vec::new();
        if let Some(before) = date.checked_sub_days(Days::new(1)).filter(|before| whole.covers(*before)) {
            parts.push(whole.part(whole.first, before));
        }
        parts.push(only);
        if let Some(after) = date.checked_add_days(Days::new(1)).filter(|after| whole.covers(*after)) {
            parts.push(whole.part(after, whole.last));
        }
        // The first part keeps its place: what is still to come in this loop stands where it stood.
        dated.extend(parts.split_off(1));
        if let Some(first) = parts.pop() {
            dated[other] = first;
        }
    }
}

/// Slots of one day without overlaps.
fn joined(mut slots: Vec<Slot>) -> Vec<Slot> {
    let end = |slot: &Slot| if slot.end == 0 { MINUTES_PER_DAY } else { slot.end };
    slots.sort_unstable();
    let mut joined: Vec<Slot> = Vec::new();
    for slot in slots {
        match joined.last_mut() {
            Some(last) if slot.start <= end(last) => last.end = end(last).max(end(&slot)) % MINUTES_PER_DAY,
            _ => joined.push(slot),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use callform_source::SourceMap;

    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn dated(first: &str, last: &str, open: Option<Vec<Slot>>, behind: u32) -> Dated {
        let span = Span::whole_file(SourceMap::default().add("a", ""));
        let name = first.to_owned();
        Dated { name, description: None, span, first: date(first), last: date(last), open, behind }
    }

    fn slot(day: u32, start: u32, end: u32) -> Slot {
        Slot { day, start: start * 60, end: end * 60 }
    }

    /// First day, last day, and when it is open.
    fn told(dated: &[Dated]) -> Vec<(String, String, Option<Vec<Slot>>)> {
        let mut told: Vec<_> =
            dated.iter().map(|each| (each.first.to_string(), each.last.to_string(), each.open.clone())).collect();
        told.sort();
        told
    }

    #[test]
    fn the_day_behind_keeps_its_usual_hours() {
        // 2026-12-31 is a Thursday.
        let mut found = vec![dated("2026-12-31", "2026-12-31", Some(vec![slot(3, 20, 0)]), 120)];
        after_midnight(&mut found, &[slot(3, 9, 17), slot(4, 9, 17)]);
        let friday = Some(vec![slot(4, 0, 2), slot(4, 9, 17)]);
        assert_eq!(told(&found)[1], ("2027-01-01".to_owned(), "2027-01-01".to_owned(), friday));
        assert_eq!(found.len(), 2);
    }

    #[test]
    fn a_closed_day_behind_is_open_until_then() {
        let mut found = vec![
            dated("2026-12-31", "2026-12-31", Some(vec![slot(3, 20, 0)]), 120),
            dated("2027-01-01", "2027-01-03", None, 0),
        ];
        after_midnight(&mut found, &[slot(4, 9, 17)]);
        let told = told(&found);
        assert_eq!(told[1], ("2027-01-01".to_owned(), "2027-01-01".to_owned(), Some(vec![slot(4, 0, 2)])));
        assert_eq!(told[2], ("2027-01-02".to_owned(), "2027-01-03".to_owned(), None));
    }

    #[test]
    fn a_day_in_the_middle_of_another_override_is_taken_out_of_it() {
        let mut found = vec![
            dated("2026-12-24", "2026-12-24", Some(vec![slot(3, 20, 0)]), 60),
            dated("2026-12-20", "2026-12-30", None, 0),
        ];
        after_midnight(&mut found, &[]);
        let days: Vec<String> = told(&found).into_iter().map(|(first, last, _)| format!("{first} {last}")).collect();
        assert!(days.contains(&"2026-12-25 2026-12-25".to_owned()), "{days:?}");
        assert!(days.contains(&"2026-12-20 2026-12-24".to_owned()), "{days:?}");
        assert!(days.contains(&"2026-12-26 2026-12-30".to_owned()), "{days:?}");
    }

    #[test]
    fn slots_are_joined() {
        assert_eq!(joined(vec![slot(4, 9, 17), slot(4, 0, 10)]), [slot(4, 0, 17)]);
        assert_eq!(joined(vec![slot(4, 22, 0), slot(4, 0, 2)]), [slot(4, 0, 2), slot(4, 22, 0)]);
    }
}
