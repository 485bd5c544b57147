//! What a delivery stream's S3 destination says, read into types: a stream that is made can be delivered.

use serde_json::{Map, Value};

use super::prefix::{self, Prefix};
use crate::error::AwsError;

/// Bytes in a megabyte of a buffering hint.
const MEGABYTE: u64 = 1024 * 1024;

/// An S3 destination.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Destination {
    /// The bucket's name.
    pub(super) bucket: String,
    /// Prefix of delivered objects.
    pub(super) prefix: Prefix,
    /// Prefix of objects with records that failed.
    pub(super) error_prefix: Prefix,
    /// Bytes after which an object is written.
    pub(super) size: u64,
    /// Milliseconds after which an object is written.
    pub(super) interval: u64,
    /// Whether objects are GZIP files.
    pub(super) gzip: bool,
    /// End of the objects' names, such as `.gz`.
    pub(super) extension: String,
    /// Whether the prefix has partition keys that the function gives.
    pub(super) dynamic: bool,
    /// The function records go through.
    pub(super) transform: Option<Transform>,
    /// What is put behind each record.
    pub(super) delimiter: Option<String>,
}

/// A Lambda processor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Transform {
    /// ARN of the function, with its qualifier.
    pub(super) function: String,
    /// How often an invocation that failed is tried again.
    pub(super) retries: u64,
    /// Bytes after which it is invoked.
    pub(super) size: u64,
    /// Milliseconds after which it is invoked.
    pub(super) interval: u64,
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new(400, "InvalidArgumentException", message)
}

fn unsupported(what: &str) -> AwsError {
    AwsError::new(501, "NotImplementedException", format!("The sandbox does not support Firehose with {what}."))
}

impl Destination {
    /// Reads `ExtendedS3DestinationConfiguration` or `S3DestinationConfiguration`.
    pub(super) fn read(configuration: &Map<String, Value>) -> Result<Self, AwsError> {
        let text = |name: &str| configuration.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        let bucket = text("BucketARN").and_then(|arn| arn.rsplit(":::").next()).unwrap_or_default().to_owned();
        let dynamic = configuration.get("DynamicPartitioningConfiguration");
        let dynamic = dynamic.is_some_and(|it| it["Enabled"] == true || it["Enabled"] == "true");
        let zone = text("CustomTimeZone").unwrap_or("UTC");
        let zone =
            crate::clock::time_zone(zone).ok_or_else(|| invalid(format!("CustomTimeZone {zone} is not known.")))?;
        let gzip = match text("CompressionFormat").unwrap_or("UNCOMPRESSED") {
            "UNCOMPRESSED" => false,
            "GZIP" => true,
            other => return Err(unsupported(&format!("the compression format {other}"))),
        };
        let conversion = configuration.get("DataFormatConversionConfiguration");
        if conversion.is_some_and(|it| it["Enabled"] == true || it["Enabled"] == "true") {
            return Err(unsupported("record format conversion: it writes records as they are, not as Parquet or ORC"));
        }
        let (size, interval) = hints(configuration.get("BufferingHints"), 5, 300)?;
        if dynamic && size < 64 * MEGABYTE {
            return Err(invalid("BufferingHints.SizeInMBs must be at least 64 when Dynamic Partitioning is enabled."));
        }
        let prefixes =
            prefix::Prefixes { prefix: text("Prefix"), error_prefix: text("ErrorOutputPrefix"), dynamic, zone };
        let (prefix, error_prefix) = prefixes.read()?;
        let (transform, delimiter) = processors(configuration.get("ProcessingConfiguration"))?;
        let extension = text("FileExtension").unwrap_or(if gzip { ".gz" } else { "" }).to_owned();
        Ok(Self { bucket, prefix, error_prefix, size, interval, gzip, extension, dynamic, transform, delimiter })
    }
}

/// Bytes and milliseconds of buffering hints.
fn hints(hints: Option<&Value>, megabytes: u64, seconds: u64) -> Result<(u64, u64), AwsError> {
    let number = |name: &str| hints.and_then(|hints| number(&hints[name]));
    let megabytes = number("SizeInMBs").unwrap_or(megabytes);
    let seconds = number("IntervalInSeconds").unwrap_or(seconds);
    if !(1..=128).contains(&megabytes) || seconds > 900 {
        return Err(invalid("BufferingHints: SizeInMBs has to be 1 to 128, IntervalInSeconds 0 to 900."));
    }
    Ok((megabytes * MEGABYTE, seconds * 1000))
}

fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

fn processors(configuration: Option<&Value>) -> Result<(Option<Transform>, Option<String>), AwsError> {
    let mut transform = None;
    let mut delimiter = None;
    let enabled = configuration.is_some_and(|it| it["Enabled"] == true || it["Enabled"] == "true");
    let processors = configuration.filter(|_| enabled).and_then(|it| it["Processors"].as_array());
    for processor in processors.into_iter().flatten() {
        let parameter = |name: &str| {
            let parameters = processor["Parameters"].as_array()?;
            parameters.iter().find(|one| one["ParameterName"] == name)?["ParameterValue"].as_str()
        };
        match processor["Type"].as_str().unwrap_or_default() {
            "Lambda" => transform = Some(lambda(&parameter)?),
            "AppendDelimiterToRecord" => {
                let written = parameter("Delimiter").unwrap_or("\\n");
                delimiter = Some(written.replace("\\n", "\n").replace("\\t", "\t"));
            }
            other => return Err(unsupported(&format!("the processor {other}"))),
        }
    }
    Ok((transform, delimiter))
}

fn lambda<'a>(parameter: &impl Fn(&str) -> Option<&'a str>) -> Result<Transform, AwsError> {
    let function =
        parameter("LambdaArn").ok_or_else(|| invalid("A Lambda processor needs the parameter LambdaArn."))?;
    let retries = parameter("NumberOfRetries").unwrap_or("3");
    let retries = retries.parse().ok().filter(|retries| *retries <= 300);
    let retries = retries.ok_or_else(|| invalid("NumberOfRetries has to be 0 to 300."))?;
    let seconds = parameter("BufferIntervalInSeconds").unwrap_or("60");
    let seconds: u64 = seconds
        .parse()
        .ok()
        .filter(|seconds| *seconds <= 900)
        .ok_or_else(|| invalid("BufferIntervalInSeconds has to be 0 to 900."))?;
    let megabytes = parameter("BufferSizeInMBs").unwrap_or("1");
    let megabytes: f64 = megabytes
        .parse()
        .ok()
        .filter(|size| (0.2..=3.0).contains(size))
        .ok_or_else(|| invalid("BufferSizeInMBs has to be 0.2 to 3."))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0.2 to 3 MB")]
    let size = (megabytes * 1024.0 * 1024.0) as u64;
    Ok(Transform { function: function.to_owned(), retries, size, interval: seconds * 1000 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::object;
    use serde_json::json;

    fn read(configuration: Value) -> Result<Destination, AwsError> {
        Destination::read(&object(configuration))
    }

    #[test]
    fn what_is_not_said_is_the_default_of_the_service() {
        let plain = read(json!({ "BucketARN": "arn:aws:s3:::b" })).unwrap();
        assert_eq!((plain.bucket.as_str(), plain.size, plain.interval), ("b", 5 * MEGABYTE, 300_000));
        assert_eq!((plain.gzip, plain.extension.as_str(), plain.transform), (false, "", None));
        let processor = json!({ "Type": "Lambda", "Parameters": [
            { "ParameterName": "LambdaArn", "ParameterValue": "arn:f" },
        ] });
        let processed = read(json!({
            "BucketARN": "arn:aws:s3:::b",
            "CompressionFormat": "GZIP",
            "ProcessingConfiguration": { "Enabled": true, "Processors": [processor, { "Type": "AppendDelimiterToRecord" }] },
        }))
        .unwrap();
        let transform = Transform { function: "arn:f".to_owned(), retries: 3, size: MEGABYTE, interval: 60_000 };
        assert_eq!(processed.transform, Some(transform));
        assert_eq!((processed.delimiter.as_deref(), processed.extension.as_str()), (Some("\n"), ".gz"));
    }

    #[test]
    fn what_the_service_or_the_sandbox_cannot_do_is_refused() {
        let dynamic = json!({
            "Prefix": "day=!{partitionKeyFromLambda:day}/",
            "ErrorOutputPrefix": "errors/!{firehose:error-output-type}/",
            "DynamicPartitioningConfiguration": { "Enabled": true },
        });
        assert!(read(dynamic).unwrap_err().message.contains("at least 64"));
        assert_eq!(read(json!({ "CompressionFormat": "Snappy" })).unwrap_err().status, 501);
        for enabled in [json!(true), json!("true")] {
            let parquet = read(json!({ "DataFormatConversionConfiguration": { "Enabled": enabled } })).unwrap_err();
            assert!(parquet.message.contains("not as Parquet"), "{}", parquet.message);
        }
        let jq =
            json!({ "ProcessingConfiguration": { "Enabled": true, "Processors": [{ "Type": "MetadataExtraction" }] } });
        assert!(read(jq).unwrap_err().message.contains("MetadataExtraction"));
        assert!(read(json!({ "BufferingHints": { "IntervalInSeconds": 901 } })).is_err());
    }
}
