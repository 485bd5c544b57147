//! What each type of state consists of.

use serde_json::{Map, Value, json};

use super::read::{Place, Reader};
use super::{
    Batcher, Catcher, Delay, Flow, ItemReader, Machine, MapState, ResultWriter, Retrier, StateKind, Task, Type,
};
use super::{Given, Language};

/// Seconds of anything, at most.
const MOST_SECONDS: f64 = 99_999_999.0;
/// `MaxDelaySeconds` is less than this.
const LONGEST_DELAY: f64 = 31_622_400.0;

impl Reader {
    pub(super) fn state_kind(&mut self, place: &Place, kind: &str) -> Option<StateKind> {
        Some(match kind {
            "Pass" => StateKind::Pass(place.get("Result").cloned()),
            "Task" => StateKind::Task(Box::new(self.task(place)?)),
            "Choice" => {
                let rules = self.rules(place);
                StateKind::Choice(rules, place.text("Default").map(str::to_owned))
            }
            "Wait" => StateKind::Wait(self.wait(place)?),
            "Succeed" => StateKind::Succeed,
            "Fail" => StateKind::Fail(self.given(place, "Error", None), self.given(place, "Cause", None)),
            "Parallel" => StateKind::Parallel(self.branches(place)?),
            _ => StateKind::Map(Box::new(self.map(place)?)),
        })
    }

    pub(super) fn flow(&mut self, place: &Place) -> Flow {
        Flow {
            input: self.selection(place, "InputPath", false),
            parameters: self.template(place, "Parameters"),
            selector: self.template(place, "ResultSelector"),
            result: self.selection(place, "ResultPath", true),
            output_path: self.selection(place, "OutputPath", false),
            arguments: self.template(place, "Arguments"),
            output: self.template(place, "Output"),
        }
    }

    fn task(&mut self, place: &Place) -> Option<Task> {
        let Some(resource) = place.text("Resource") else {
            self.refuse(place.below("Resource"), "A task has a resource");
            return None;
        };
        let waits = [".sync", ".sync:2", ".waitForTaskToken"].iter().any(|end| resource.ends_with(end))
            || resource.contains(":activity:");
        if self.kind == Type::Express && waits {
            self.refuse(place.below("Resource"), "An express state machine waits for nothing");
        }
        let timeout = self.given(place, "TimeoutSeconds", Some((1.0, MOST_SECONDS)));
        let heartbeat = self.given(place, "HeartbeatSeconds", Some((1.0, MOST_SECONDS)));
        if let (Some(Given::Fixed(timeout)), Some(Given::Fixed(heartbeat))) = (&timeout, &heartbeat)
            && heartbeat.as_f64() >= timeout.as_f64()
        {
            self.refuse(place.below("HeartbeatSeconds"), "`HeartbeatSeconds` is less than `TimeoutSeconds`");
        }
        Some(Task { resource: resource.to_owned(), timeout, heartbeat })
    }

    fn wait(&mut self, place: &Place) -> Option<Delay> {
        let ways = ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"];
        if ways.iter().filter(|field| place.get(field).is_some()).count() != 1 {
            self.refuse(place.pointer, "A `Wait` says once how long: by `Seconds`, `Timestamp` or their `…Path`");
            return None;
        }
        if let Some(seconds) = self.given(place, "Seconds", Some((0.0, MOST_SECONDS))) {
            return Some(Delay::Seconds(seconds));
        }
        let until = self.given(place, "Timestamp", None)?;
        if let Given::Fixed(value) = &until
            && value.as_str().and_then(crate::moment::read).is_none()
        {
            self.refuse(place.below("Timestamp"), "It is a timestamp such as 2026-11-30T10:00:00Z");
        }
        Some(Delay::Until(until))
    }

    fn branches(&mut self, place: &Place) -> Option<Vec<Machine>> {
        let list = place.get("Branches").and_then(Value::as_array).filter(|list| !list.is_empty());
        let Some(list) = list else {
            self.refuse(place.below("Branches"), "A `Parallel` has branches");
            return None;
        };
        let mut branches = Vec::new();
        for (index, branch) in list.iter().enumerate() {
            let pointer = format!("{}/Branches/{index}", place.pointer);
            match branch.as_object() {
                Some(object) => branches.extend(self.machine(object, &pointer, Some(place.language))),
                None => self.refuse(pointer, "A branch is an object"),
            }
        }
        Some(branches)
    }

    fn map(&mut self, place: &Place) -> Option<MapState> {
        let field = if place.get("ItemProcessor").is_some() { "ItemProcessor" } else { "Iterator" };
        let Some(object) = place.get(field).and_then(Value::as_object) else {
            self.refuse(place.below("ItemProcessor"), "A `Map` has an `ItemProcessor`");
            return None;
        };
        let config = object.get("ProcessorConfig").cloned().unwrap_or_else(|| json!({}));
        let is_distributed = match config.get("Mode").and_then(Value::as_str) {
            None | Some("INLINE") => false,
            Some("DISTRIBUTED") => true,
            Some(_) => {
                self.refuse(format!("{}/ProcessorConfig/Mode", place.below(field)), "It is INLINE or DISTRIBUTED");
                false
            }
        };
        let is_express = config.get("ExecutionType").and_then(Value::as_str) == Some("EXPRESS");
        let whole = self.kind;
        if whole == Type::Express && is_distributed {
            self.refuse(place.below(field), "An express state machine has no distributed `Map`");
        }
        self.kind = if is_express { Type::Express } else { whole };
        let processor = self.machine(object, &place.below(field), Some(place.language));
        self.kind = whole;
        let reader = self.reader(place);
        let batcher = self.batcher(place);
        let writer = self.writer(place);
        if !is_distributed {
            for field in ["ItemReader", "ItemBatcher", "ResultWriter", "Label"] {
                if place.get(field).is_some() {
                    self.refuse(place.below(field), format!("`{field}` is for a distributed `Map`"));
                }
            }
        }
        if let Some(path) = place.text("ItemsPath")
            && let Err(why) = crate::intrinsics::Expression::read(path)
        {
            self.refuse(place.below("ItemsPath"), format!("`{path}` is no path: {why}"));
        }
        let selector = if place.get("ItemSelector").is_some() { "ItemSelector" } else { "Parameters" };
        Some(MapState {
            processor: processor?,
            is_distributed,
            items_path: place.text("ItemsPath").map(str::to_owned),
            items: self.template(place, "Items"),
            selector: self.template(place, selector),
            concurrency: self.given(place, "MaxConcurrency", Some((0.0, f64::from(u32::MAX)))),
            reader,
            batcher,
            writer,
            tolerated_count: self.given(place, "ToleratedFailureCount", Some((0.0, 1e9))),
            tolerated_percentage: self.given(place, "ToleratedFailurePercentage", Some((0.0, 100.0))),
            label: place.text("Label").map(str::to_owned),
        })
    }

    /// Arguments under the name that they have in a language.
    fn arguments(&mut self, place: &Place) -> Value {
        let field = match place.language {
            Language::JsonPath => "Parameters",
            Language::Jsonata => "Arguments",
        };
        self.template(place, field).unwrap_or_else(|| json!({}))
    }

    fn part<'a>(&mut self, place: &Place<'a>, field: &str) -> Option<&'a Map<String, Value>> {
        let value = place.get(field)?;
        if value.as_object().is_none() {
            self.refuse(place.below(field), format!("`{field}` is an object"));
        }
        value.as_object()
    }

    fn reader(&mut self, place: &Place) -> Option<ItemReader> {
        let object = self.part(place, "ItemReader")?;
        let pointer = place.below("ItemReader");
        let own = Place { object, pointer: &pointer, language: place.language };
        let resource = own.text("Resource").unwrap_or_default();
        let known = ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"];
        if !known.contains(&resource) {
            self.refuse(own.below("Resource"), format!("It is one of {}", known.join(", ")));
        }
        let config = own.get("ReaderConfig").cloned().unwrap_or_else(|| json!({}));
        let empty = Map::new();
        let config_pointer = own.below("ReaderConfig");
        let config_place =
            Place { object: config.as_object().unwrap_or(&empty), pointer: &config_pointer, language: place.language };
        let forms = ["CSV", "JSON", "JSONL", "PARQUET", "MANIFEST"];
        if resource == known[0] && !config_place.text("InputType").is_some_and(|form| forms.contains(&form)) {
            self.refuse(config_place.below("InputType"), format!("It is one of {}", forms.join(", ")));
        }
        let most = self.given(&config_place, "MaxItems", Some((1.0, 100_000_000.0)));
        Some(ItemReader { resource: resource.to_owned(), arguments: self.arguments(&own), config, most })
    }

    fn batcher(&mut self, place: &Place) -> Option<Batcher> {
        let object = self.part(place, "ItemBatcher")?;
        let pointer = place.below("ItemBatcher");
        let own = Place { object, pointer: &pointer, language: place.language };
        let most = self.given(&own, "MaxItemsPerBatch", Some((1.0, 1e9)));
        let bytes = self.given(&own, "MaxInputBytesPerBatch", Some((1.0, 262_144.0)));
        if most.is_none() && bytes.is_none() {
            self.refuse(pointer.clone(), "A batch is limited by `MaxItemsPerBatch` or `MaxInputBytesPerBatch`");
        }
        Some(Batcher { most, bytes, input: self.template(&own, "BatchInput") })
    }

    fn writer(&mut self, place: &Place) -> Option<ResultWriter> {
        let object = self.part(place, "ResultWriter")?;
        let pointer = place.below("ResultWriter");
        let own = Place { object, pointer: &pointer, language: place.language };
        // Without a resource, it only says how results are formed.
        let resource = own.text("Resource")?.to_owned();
        Some(ResultWriter { resource, arguments: self.arguments(&own) })
    }

    pub(super) fn retriers(&mut self, place: &Place) -> Vec<Retrier> {
        let mut retriers = Vec::new();
        for (object, pointer, errors) in self.handlers(place, "Retry") {
            let pointer = pointer.as_str();
            let attempts = self.number(&object, pointer, "MaxAttempts", 0.0, MOST_SECONDS).unwrap_or(3.0);
            let longest = self.number(&object, pointer, "MaxDelaySeconds", 1.0, LONGEST_DELAY - 1.0);
            let interval = self.number(&object, pointer, "IntervalSeconds", 1.0, MOST_SECONDS).unwrap_or(1.0);
            if longest.is_some_and(|longest| longest <= interval) {
                self.refuse(format!("{pointer}/MaxDelaySeconds"), "`MaxDelaySeconds` is more than `IntervalSeconds`");
            }
            let jitter = object.get("JitterStrategy").map(|strategy| strategy.as_str().unwrap_or_default());
            if jitter.is_some_and(|strategy| strategy != "FULL" && strategy != "NONE") {
                self.refuse(format!("{pointer}/JitterStrategy"), "It is FULL or NONE");
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range was checked")]
            let attempts = attempts as u32;
            retriers.push(Retrier {
                errors,
                interval,
                attempts,
                backoff: self.number(&object, pointer, "BackoffRate", 1.0, f64::MAX).unwrap_or(2.0),
                longest,
                has_jitter: jitter == Some("FULL"),
            });
        }
        retriers
    }

    pub(super) fn catchers(&mut self, place: &Place) -> Vec<Catcher> {
        let mut catchers = Vec::new();
        for (object, pointer, errors) in self.handlers(place, "Catch") {
            let own = Place { object: &object, pointer: &pointer, language: place.language };
            let Some(next) = own.text("Next") else {
                self.refuse(own.below("Next"), "It leads to a state");
                continue;
            };
            catchers.push(Catcher {
                errors,
                next: next.to_owned(),
                result: self.selection(&own, "ResultPath", true),
                assign: self.assign(&own),
                output: self.template(&own, "Output"),
            });
        }
        catchers
    }

    /// Entries of `Retry` or `Catch`, with the errors they are for.
    fn handlers(&mut self, place: &Place, field: &str) -> Vec<(Map<String, Value>, String, Vec<String>)> {
        let Some(value) = place.get(field) else { return Vec::new() };
        let Some(list) = value.as_array() else {
            self.refuse(place.below(field), format!("`{field}` is a list"));
            return Vec::new();
        };
        let mut handlers = Vec::new();
        for (index, entry) in list.iter().enumerate() {
            let pointer = format!("{}/{field}/{index}", place.pointer);
            let named = entry.get("ErrorEquals").and_then(Value::as_array).into_iter().flatten();
            let errors: Vec<String> = named.filter_map(Value::as_str).map(str::to_owned).collect();
            let has_all = errors.iter().any(|error| error == crate::failure::ALL);
            if errors.is_empty() {
                self.refuse(format!("{pointer}/ErrorEquals"), "It names errors");
            } else if has_all && (errors.len() > 1 || index + 1 < list.len()) {
                self.refuse(pointer.clone(), "`States.ALL` stands alone, and last");
            }
            if let Value::Object(object) = entry {
                handlers.push((object.clone(), pointer, errors));
            }
        }
        handlers
    }
}
