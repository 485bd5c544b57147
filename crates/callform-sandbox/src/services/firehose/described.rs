//! What the service adds to the settings of a destination when it describes them.

use serde_json::{Map, Value, json};

use super::S3_DESTINATIONS;

/// Parameters of a Lambda processor that nobody need give, with the values the service takes for them. Source: API
/// reference, `ProcessorParameter`.
const DEFAULTS: [(&str, &str); 3] =
    [("NumberOfRetries", "3"), ("BufferSizeInMBs", "1"), ("BufferIntervalInSeconds", "60")];

/// Fills in what was not given: Lambda processors come back with every parameter, the destination's role among them, and
/// in an order that is not the one they were given in (?).
pub(super) fn fill_in(stream: &mut Map<String, Value>) {
    let destinations = stream.get_mut("Destinations").and_then(Value::as_array_mut);
    for destination in destinations.into_iter().flatten() {
        for name in S3_DESTINATIONS {
            let role = destination[name]["RoleARN"].clone();
            let processors = destination
                .get_mut(name)
                .and_then(|own| own.get_mut("ProcessingConfiguration")?.get_mut("Processors")?.as_array_mut());
            for processor in processors.into_iter().flatten().filter(|processor| processor["Type"] == "Lambda") {
                processor["Parameters"] = parameters(&processor["Parameters"], &role);
            }
        }
    }
}

fn parameters(given: &Value, role: &Value) -> Value {
    let given = given.as_array().into_iter().flatten();
    let name = |one: &Value| one["ParameterName"].as_str().unwrap_or_default().to_owned();
    let mut all: Map<String, Value> = given.map(|one| (name(one), one["ParameterValue"].clone())).collect();
    for (name, value) in DEFAULTS {
        all.entry(name).or_insert_with(|| value.into());
    }
    if role.is_string() {
        all.entry("RoleArn").or_insert_with(|| role.clone());
    }
    all.sort_keys();
    all.into_iter().map(|(name, value)| json!({ "ParameterName": name, "ParameterValue": value })).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::object;

    #[test]
    fn a_lambda_processor_comes_back_with_every_parameter() {
        let parameter = |name: &str, value: &str| json!({ "ParameterName": name, "ParameterValue": value });
        let given = json!([parameter("NumberOfRetries", "1"), parameter("LambdaArn", "arn:f")]);
        let processors = json!([{ "Type": "Lambda", "Parameters": given }, { "Type": "AppendDelimiterToRecord" }]);
        let mut stream = object(json!({ "Destinations": [{ "ExtendedS3DestinationDescription": {
            "RoleARN": "arn:r",
            "ProcessingConfiguration": { "Enabled": true, "Processors": processors },
        } }] }));
        fill_in(&mut stream);
        let own = &stream["Destinations"][0]["ExtendedS3DestinationDescription"]["ProcessingConfiguration"];
        let filled = json!([
            parameter("BufferIntervalInSeconds", "60"),
            parameter("BufferSizeInMBs", "1"),
            parameter("LambdaArn", "arn:f"),
            parameter("NumberOfRetries", "1"),
            parameter("RoleArn", "arn:r"),
        ]);
        assert_eq!(own["Processors"][0]["Parameters"], filled);
        assert_eq!(own["Processors"][1], json!({ "Type": "AppendDelimiterToRecord" }));
    }
}
