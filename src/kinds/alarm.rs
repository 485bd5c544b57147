//! A CloudWatch alarm: what Connect and Lambda measure in a word, or any metric.

use callform_source::{Diagnostic, Spanned, did_you_mean};
use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use super::descriptor::{
    ArnForm, Checks, Descriptor, Drift, Identifiers, Lifetime, Live, Lowering, Outside, Reach, Service, UniqueName,
};
use super::keys;
use crate::blueprint::{Common, Definition as _, Duration, Name, Texts, resource};
use crate::model::members::{self, Members};
use crate::model::resolver::Found;
use crate::model::{Address, Attribute, Kind, Reference, Resolver, Target, Value};

resource! {
    /// A CloudWatch alarm.
    pub struct Alarm {
        /// Name in CloudWatch. Default: CloudFormation makes one up.
        pub name: Option<Spanned<String>>,
        /// What it is about.
        pub description: Option<Spanned<String>>,
        /// What is measured. `center` stands for all that says that a center is broken, an alarm each: throttled calls,
        /// calls over the quota, numbers without a flow, recordings that were not stored, fatal errors of each flow, errors
        /// and throttles of each function. One alone is `missed-calls`, `throttled-calls`, `calls-over-quota`,
        /// `misconfigured-numbers`, `concurrent-calls`, `recording-upload-errors`; `flow-errors` and `fatal-flow-errors`
        /// of a `flow:`; `queue-size`, `queue-wait` and `queue-full` of a `queue:`; `lambda-errors` and
        /// `lambda-throttles` of a `lambda:`. With `namespace:` it is the name of any metric.
        pub metric: Spanned<String>,
        /// The flow of this blueprint that is measured.
        pub flow: Option<Name>,
        /// The queue of this blueprint that is measured.
        pub queue: Option<Name>,
        /// The function that is measured: one of this blueprint, or its ARN.
        pub lambda: Option<Name>,
        /// Namespace of any metric: `AWS/SQS`, or one of your own.
        pub namespace: Option<Spanned<String>>,
        /// Its dimensions, with texts that name things of the blueprint: `{ FunctionName: "${lambda/lookup.ref}" }`, or
        /// `{ QueueName: "${sqs_queue/orders.QueueName}" }` with `namespace: AWS/SQS`.
        #[serde(default)]
        pub dimensions: IndexMap<String, Spanned<String>>,
        /// How values of a period become one: `Sum`, `Average`, `Maximum`, `Minimum`, `SampleCount`, or a percentile such as
        /// `p99`. Default: what fits the metric; `Sum` with `namespace`.
        pub statistic: Option<Spanned<String>>,
        /// Alarm where it is more than this, in the unit of the metric: seconds for `queue-wait`, how many for all others.
        /// Default: 0, for what should not happen at all.
        pub over: Option<f64>,
        /// Alarm where it is this or more.
        pub at_least: Option<f64>,
        /// Alarm where it is less than this.
        pub below: Option<f64>,
        /// The period that is looked at. Default: `5m`.
        pub within: Option<Spanned<Duration>>,
        /// How many periods have to be like that. Default: 1.
        pub times: Option<Spanned<u32>>,
        /// Out of how many. Default: as many as `times`.
        pub out_of: Option<Spanned<u32>>,
        /// What no data means. Default: `fine`.
        pub no_data: Option<NoData>,
        /// Topics that hear of it: of this blueprint, or their ARNs. They need a key that alarms can use, or none.
        pub notify: Option<Texts>,
        /// Whether they hear as well when it is over. Default: false.
        #[serde(default)]
        pub notify_over: bool,
    }
}

/// What no data means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoData {
    /// All is well.
    #[default]
    Fine,
    /// An alarm.
    Alarm,
    /// Whatever it was before.
    Same,
    /// The alarm says that it does not know.
    Unknown,
}

pub(super) static DESCRIPTOR: Descriptor = Descriptor {
    word: "alarm",
    plural: "alarms",
    resource_type: "AWS::CloudWatch::Alarm",
    prefix: "Alarm",
    is_single: false,
    lowering: Some(Lowering {
        section: "alarms",
        names: |blueprint| keys(&blueprint.alarms),
        lower: |resolver| resolver.alarms(),
        files: None,
    }),
    finish: None,
    identifiers: Identifiers {
        arn: ArnForm::ByName("arn:${AWS::Partition}:cloudwatch:${AWS::Region}:${AWS::AccountId}:alarm:${Id}"),
        attribute: Some("Arn"),
        parameter: "AlarmNames",
    },
    name: Some(UniqueName::in_account("/AlarmName")),
    lookup: None,
    builtins: None,
    lifetime: Lifetime::PLAIN,
    reach: Reach::NONE,
    outside: Outside::REGIONAL,
    live: Live::TEMPLATE,
    drift: Drift::PLAIN,
    service: Service::PLAIN,
    checks: Checks {
        codes: &[
            ("alarm-metric", "An alarm is about a metric that is not known, or not about what the metric is of."),
            ("alarm-condition", "An alarm does not say when, or says it twice."),
            ("alarm-statistic", "CloudWatch has no such statistic."),
            ("alarm-period", "CloudWatch does not look at such a period, or at so many."),
        ],
        told_by_rules: &["/Statistic", "/ExtendedStatistic", "/Period", "/EvaluationPeriods", "/DatapointsToAlarm"],
        ..Checks::PLAIN
    },
};

/// What a metric is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Of {
    /// The instance, in a group of metrics.
    Instance(&'static str),
    Flow,
    Queue,
    Lambda,
}

/// A metric that has a word. Sources: Amazon Connect Administrator Guide, "Monitoring your instance using CloudWatch";
/// AWS Lambda Developer Guide, "Types of metrics for Lambda functions".
struct Metric {
    word: &'static str,
    name: &'static str,
    of: Of,
    statistic: &'static str,
    /// True where it should not happen at all, so that more than none is an alarm.
    is_fault: bool,
    /// True where it is one of a center's own alarms.
    is_usual: bool,
}

const fn metric(word: &'static str, name: &'static str, of: Of, statistic: &'static str) -> Metric {
    Metric { word, name, of, statistic, is_fault: true, is_usual: true }
}

const VOICE: Of = Of::Instance("VoiceCalls");

/// Source: Amazon CloudWatch User Guide, "CloudWatch statistics definitions".
const STATISTICS: [&str; 5] = ["Average", "Maximum", "Minimum", "SampleCount", "Sum"];
/// Percentiles, trimmed and winsorized means, counts and sums of a part; each with how many of a hundred.
const PARTS: [&str; 5] = ["p", "tm", "wm", "tc", "ts"];

/// True for what CloudWatch makes of the values of a period. Ranges of values (`TM(10%:90%)`) are its own affair.
fn is_statistic(text: &str) -> bool {
    let is_range = text.ends_with(')') && ["PR(", "TM(", "WM(", "TC(", "TS("].iter().any(|it| text.starts_with(it));
    let of_hundred = |digits: &str| {
        let is_number =
            digits.starts_with(|c: char| c.is_ascii_digit()) && digits.ends_with(|c: char| c.is_ascii_digit());
        is_number && digits.parse::<f64>().is_ok_and(|part| (0.0..=100.0).contains(&part))
    };
    let is_part = || PARTS.iter().filter_map(|part| text.strip_prefix(part)).any(of_hundred);
    STATISTICS.contains(&text) || text == "IQM" || is_range || is_part()
}

const METRICS: [Metric; 13] = [
    metric("throttled-calls", "ThrottledCalls", VOICE, "Sum"),
    metric("calls-over-quota", "CallsBreachingConcurrencyQuota", VOICE, "Sum"),
    metric("misconfigured-numbers", "MisconfiguredPhoneNumbers", VOICE, "Sum"),
    metric("recording-upload-errors", "CallRecordingUploadError", Of::Instance("CallRecordings"), "Sum"),
    metric("fatal-flow-errors", "ContactFlowFatalErrors", Of::Flow, "Sum"),
    metric("lambda-errors", "Errors", Of::Lambda, "Sum"),
    metric("lambda-throttles", "Throttles", Of::Lambda, "Sum"),
    Metric { is_usual: false, ..metric("missed-calls", "MissedCalls", VOICE, "Sum") },
    Metric { is_usual: false, ..metric("flow-errors", "ContactFlowErrors", Of::Flow, "Sum") },
    Metric { is_usual: false, ..metric("queue-full", "QueueCapacityExceededError", Of::Queue, "Sum") },
    Metric { is_fault: false, is_usual: false, ..metric("concurrent-calls", "ConcurrentCalls", VOICE, "Maximum") },
    Metric { is_fault: false, is_usual: false, ..metric("queue-size", "QueueSize", Of::Queue, "Maximum") },
    Metric { is_fault: false, is_usual: false, ..metric("queue-wait", "LongestQueueWaitTime", Of::Queue, "Maximum") },
];

/// The word for all usual alarms.
const OF_CENTER: &str = "center";

const DEFAULT_PERIOD_SECONDS: u32 = 300;
const SECONDS_PER_MINUTE: u32 = 60;
const SECONDS_PER_HOUR: u32 = 3600;
const SECONDS_PER_DAY: u32 = 86_400;

/// One thing that is measured.
struct Measured {
    namespace: Value,
    name: String,
    dimensions: Vec<Value>,
    statistic: String,
    words: String,
}

impl Resolver<'_> {
    fn alarms(&mut self) {
        for (key, alarm) in &self.blueprint().alarms {
            self.check_period(key, alarm);
            self.check_statistic(alarm);
            if alarm.metric.value == OF_CENTER {
                self.alarms_of_center(key, alarm);
                continue;
            }
            let known = METRICS.iter().find(|known| known.word == alarm.metric.value);
            let measured = match (&alarm.namespace, known) {
                (Some(namespace), _) => self.any_metric(alarm, namespace),
                (None, Some(known)) => self.named_metric(key, alarm, known),
                (None, None) => {
                    self.unknown_metric(alarm);
                    continue;
                }
            };
            let is_fault = alarm.namespace.is_none() && known.is_some_and(|known| known.is_fault);
            let Some(measured) = measured else { continue };
            let Some(condition) = self.condition(key, alarm, is_fault) else { continue };
            let properties = self.alarm(alarm, measured, condition);
            self.add(Kind::Alarm, key, alarm.common(), properties);
        }
    }

    /// One alarm for everything of the center that can be broken.
    fn alarms_of_center(&mut self, key: &Spanned<String>, alarm: &Alarm) {
        let own = [&alarm.name, &alarm.namespace, &alarm.flow, &alarm.queue, &alarm.lambda, &alarm.id];
        if let Some(given) = own.into_iter().flatten().next() {
            self.diagnostics.push(
                Diagnostic::error("alarm-metric", "`center` is about the center as a whole")
                    .at(given.span, "")
                    .help("Remove this, or name one metric."),
            );
            return;
        }
        let Some(condition) = self.condition(key, alarm, true) else { return };
        let blueprint = self.blueprint();
        let common = Common { id: None, renamed_from: None, ..alarm.common() };
        for metric in METRICS.iter().filter(|metric| metric.is_usual) {
            let of: Vec<Option<&Spanned<String>>> = match metric.of {
                Of::Flow => {
                    blueprint.flows.iter().filter(|(_, flow)| !flow.archived).map(|(key, _)| Some(key)).collect()
                }
                Of::Lambda => blueprint.lambdas.keys().map(Some).collect(),
                Of::Instance("CallRecordings") if blueprint.instance.storage.call_recordings.is_none() => Vec::new(),
                Of::Instance(_) | Of::Queue => vec![None],
            };
            for of in of {
                let name =
                    of.map_or_else(|| format!("{key}.{}", metric.word), |of| format!("{key}.{}.{of}", metric.word));
                let Some(measured) = self.measured(metric, of) else { continue };
                let properties = self.alarm(alarm, measured, condition.clone());
                self.add(Kind::Alarm, &Spanned::new(name, key.span), common, properties);
            }
        }
    }

    fn alarm(
        &mut self,
        alarm: &Alarm,
        measured: Measured,
        (comparison, threshold): (&str, Value),
    ) -> crate::model::Properties {
        let own = || format!("{} of {}", measured.words, self.blueprint().center.value);
        let description = alarm.description.as_ref().map_or_else(own, |text| text.value.clone());
        let topics: Vec<Value> =
            alarm.notify.iter().flat_map(|topics| &topics.0).map(|topic| self.arn(Kind::Topic, topic)).collect();
        let times = alarm.times.as_ref().map_or(1, |times| times.value);
        let is_plain = STATISTICS.contains(&measured.statistic.as_str());
        let statistic = if is_plain { "Statistic" } else { "ExtendedStatistic" };
        let no_data = match alarm.no_data.unwrap_or_default() {
            NoData::Fine => "notBreaching",
            NoData::Alarm => "breaching",
            NoData::Same => "ignore",
            NoData::Unknown => "missing",
        };
        Members::new()
            .with_some("AlarmName", alarm.name.as_ref())
            .with("AlarmDescription", description)
            .with("Namespace", measured.namespace)
            .with("MetricName", measured.name)
            .with_list("Dimensions", measured.dimensions)
            .with(statistic, measured.statistic)
            .with("ComparisonOperator", comparison)
            .with("Threshold", threshold)
            .with("Period", alarm.within.as_ref().map_or(DEFAULT_PERIOD_SECONDS, |within| within.seconds))
            .with("EvaluationPeriods", alarm.out_of.as_ref().map_or(times, |all| all.value))
            .with("DatapointsToAlarm", times)
            .with("TreatMissingData", no_data)
            .with_list("OKActions", if alarm.notify_over { topics.clone() } else { Vec::new() })
            .with_list("AlarmActions", topics)
            .with_tags(alarm.tags.as_ref())
            .finish()
    }

    /// When it is an alarm.
    fn condition(&mut self, key: &Spanned<String>, alarm: &Alarm, is_fault: bool) -> Option<(&'static str, Value)> {
        let given: Vec<(&str, f64)> = [
            ("GreaterThanThreshold", alarm.over),
            ("GreaterThanOrEqualToThreshold", alarm.at_least),
            ("LessThanThreshold", alarm.below),
        ]
        .into_iter()
        .filter_map(|(comparison, threshold)| Some((comparison, threshold?)))
        .collect();
        match given[..] {
            [(comparison, threshold)] => Some((comparison, number(threshold))),
            [] if is_fault => Some(("GreaterThanThreshold", Value::Integer(0))),
            _ => {
                self.diagnostics.push(
                    Diagnostic::error("alarm-condition", "an alarm says once when it is one")
                        .at(key.span, "")
                        .help("Give one of `over:`, `at_least:` and `below:`."),
                );
                None
            }
        }
    }

    fn named_metric(&mut self, key: &Spanned<String>, alarm: &Alarm, metric: &Metric) -> Option<Measured> {
        let given = [("flow", &alarm.flow), ("queue", &alarm.queue), ("lambda", &alarm.lambda)];
        let wanted = match metric.of {
            Of::Instance(_) => None,
            Of::Flow => Some("flow"),
            Of::Queue => Some("queue"),
            Of::Lambda => Some("lambda"),
        };
        let wrong = given.iter().find(|(word, name)| name.is_some() != (wanted == Some(*word)));
        if wrong.is_some() || !alarm.dimensions.is_empty() {
            let help = match wanted {
                Some(word) => format!("Name one `{word}:`, and nothing else."),
                None => "It is about the whole center: name no flow, queue, function or dimension.".to_owned(),
            };
            self.diagnostics.push(
                Diagnostic::error("alarm-metric", format!("`{}` is not of this", metric.word))
                    .at(key.span, "")
                    .help(help),
            );
            return None;
        }
        let of = given.into_iter().find_map(|(_, name)| name.as_ref());
        let mut measured = self.measured(metric, of)?;
        if let Some(statistic) = &alarm.statistic {
            measured.statistic.clone_from(&statistic.value);
        }
        Some(measured)
    }

    fn measured(&mut self, metric: &Metric, of: Option<&Name>) -> Option<Measured> {
        let instance = Reference { target: Target::Instance, attribute: Attribute::Id };
        let in_group = |group: &str| {
            vec![dimension("InstanceId", Value::Reference(instance.clone())), dimension("MetricGroup", group.into())]
        };
        let dimensions = match (metric.of, of) {
            (Of::Instance(group), _) => in_group(group),
            (Of::Flow, Some(flow)) => {
                let name = self.name_of(Kind::Flow, flow)?;
                [in_group("ContactFlow"), vec![dimension("ContactFlowName", name)]].concat()
            }
            (Of::Queue, Some(queue)) => {
                let name = self.name_of(Kind::Queue, queue)?;
                [in_group("Queue"), vec![dimension("QueueName", name)]].concat()
            }
            (Of::Lambda, Some(lambda)) => vec![dimension("FunctionName", self.function_name(lambda))],
            (Of::Flow | Of::Queue | Of::Lambda, None) => return None,
        };
        let namespace = if metric.of == Of::Lambda { "AWS/Lambda" } else { "AWS/Connect" };
        let words = metric.word.replace('-', " ");
        let words = of.map_or_else(|| words.clone(), |of| format!("{words}: {of},"));
        Some(Measured {
            namespace: namespace.into(),
            name: metric.name.to_owned(),
            dimensions,
            statistic: metric.statistic.to_owned(),
            words,
        })
    }

    /// The name that something has in Connect, which its metrics go by.
    fn name_of(&mut self, kind: Kind, key: &Name) -> Option<Value> {
        if !self.defines(kind, key) {
            self.unknown(kind, key, key.span);
            return None;
        }
        self.resources.get(&Address::new(kind, key.value.clone()))?.properties.get("Name").cloned()
    }

    fn function_name(&mut self, lambda: &Name) -> Value {
        match self.find(Kind::Lambda, lambda) {
            Found::Target(target) => Value::Reference(Reference { target, attribute: Attribute::Ref }),
            Found::Arn(arn) => arn.split(':').nth(6).unwrap_or_default().into(),
        }
    }

    fn any_metric(&mut self, alarm: &Alarm, namespace: &Spanned<String>) -> Option<Measured> {
        if let Some(of) = [&alarm.flow, &alarm.queue, &alarm.lambda].into_iter().flatten().next() {
            self.diagnostics.push(
                Diagnostic::error("alarm-metric", "with `namespace` it is said by `dimensions` what is measured")
                    .at(of.span, "")
                    .help("Remove `namespace:`, or write a dimension."),
            );
            return None;
        }
        let dimensions = alarm.dimensions.iter();
        let dimensions = dimensions.map(|(name, text)| dimension(name, self.text(text, text.span))).collect();
        Some(Measured {
            namespace: namespace.into(),
            name: alarm.metric.value.clone(),
            dimensions,
            statistic: alarm.statistic.as_ref().map_or("Sum", |statistic| statistic.value.as_str()).to_owned(),
            words: alarm.metric.value.clone(),
        })
    }

    fn check_statistic(&mut self, alarm: &Alarm) {
        let Some(statistic) = alarm.statistic.as_ref().filter(|it| !is_statistic(it)) else { return };
        let help = match did_you_mean(statistic, STATISTICS) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None => format!("There are {}, and percentiles from `p0` to `p100`.", STATISTICS.join(", ")),
        };
        let title = format!("CloudWatch has no statistic `{statistic}`");
        self.diagnostics.push(Diagnostic::error("alarm-statistic", title).at(statistic.span, "").help(help));
    }

    fn unknown_metric(&mut self, alarm: &Alarm) {
        let words = || METRICS.iter().map(|metric| metric.word).chain([OF_CENTER]);
        // People write the names of CloudWatch.
        let by_name = METRICS.iter().find(|metric| metric.name == alarm.metric.value).map(|metric| metric.word);
        let meant = by_name.or_else(|| did_you_mean(&alarm.metric, words()));
        let diagnostic = Diagnostic::error("alarm-metric", "no such metric is known").at(alarm.metric.span, "");
        self.diagnostics.push(match meant {
            Some(meant) => diagnostic.help(format!("Did you mean `{meant}`?")),
            None => diagnostic.help("Say its `namespace:`, or write one of the words of the reference."),
        });
    }

    /// Source: Amazon CloudWatch API Reference, `PutMetricAlarm`.
    fn check_period(&mut self, key: &Spanned<String>, alarm: &Alarm) {
        let period = alarm.within.as_ref().map_or(DEFAULT_PERIOD_SECONDS, |within| within.seconds);
        let times = alarm.times.as_ref().map_or(1, |times| times.value);
        let all = alarm.out_of.as_ref().map_or(times, |all| all.value);
        let longest = if period < SECONDS_PER_HOUR { SECONDS_PER_DAY } else { 7 * SECONDS_PER_DAY };
        let is_period = matches!(period, 10 | 20 | 30) || (period > 0 && period.is_multiple_of(SECONDS_PER_MINUTE));
        if is_period && times > 0 && times <= all && period.saturating_mul(all) <= longest {
            return;
        }
        self.diagnostics.push(
            Diagnostic::error("alarm-period", "CloudWatch does not look at these periods")
                .at(alarm.within.as_ref().map_or(key.span, |within| within.span), "")
                .help(
                    "`within` is 10, 20 or 30 seconds or whole minutes, `times` at most `out_of`, and all of them together \
                     a day at most; a week where one has an hour.",
                ),
        );
    }
}

fn dimension(name: &str, value: Value) -> Value {
    Members::new().with("Name", name).with("Value", value).into()
}

/// A number; whole ones as such.
fn number(value: f64) -> Value {
    let text = value.to_string();
    text.parse::<i64>().map_or_else(|_| members::from_json(&value.into()), Value::Integer)
}
