"""What is left of calls that came in, as boto3 and Python's own `wave` read it. Argument: the endpoint URL.

Contact records are read from the stream, and each recording that they name from its bucket.
"""

import io
import json
import sys
import wave

import boto3

endpoint = sys.argv[1]
kinesis = boto3.client("kinesis", endpoint_url=endpoint)
s3 = boto3.client("s3", endpoint_url=endpoint)
connect = boto3.client("connect", endpoint_url=endpoint)


def records(stream):
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        start = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )
        for record in kinesis.get_records(ShardIterator=start["ShardIterator"])["Records"]:
            yield json.loads(record["Data"])


def loudest(frames, channel):
    """The loudest sample of a channel of 16 bit stereo."""
    samples = memoryview(frames).cast("h")
    return max(abs(sample) for sample in samples[channel::2])


def heard(recording):
    bucket, key = recording["Location"].split("/", 1)
    stored = s3.get_object(Bucket=bucket, Key=key)
    with wave.open(io.BytesIO(stored["Body"].read())) as sound:
        frames = sound.readframes(sound.getnframes())
        return {
            "key": key,
            "participant": recording["ParticipantType"],
            "from": recording["StartTimestamp"],
            "till": recording["StopTimestamp"],
            "type": stored["ContentType"],
            "form": [sound.getframerate(), sound.getnchannels(), sound.getsampwidth()],
            "seconds": sound.getnframes() / sound.getframerate(),
            "heard": [loudest(frames, 0) > 1000, loudest(frames, 1) > 1000],
        }


stream = next(name for name in kinesis.list_streams()["StreamNames"] if "records" in name.lower())
instance = connect.list_instances()["InstanceSummaryList"][0]["Id"]
calls = []
for record in records(stream):
    described = connect.describe_contact(InstanceId=instance, ContactId=record["ContactId"])["Contact"]
    calls.append(
        {
            "from": record["CustomerEndpoint"]["Address"],
            "method": [record["InitiationMethod"], described["InitiationMethod"]],
            "reason": record["DisconnectReason"],
            "attributes": record["Attributes"],
            "agent": (record["Agent"] or {}).get("Username"),
            "media": [media["Type"] for media in record["MediaStreams"]],
            "recordings": [heard(recording) for recording in record["Recordings"] or []],
        }
    )
print(json.dumps(sorted(calls, key=lambda call: call["from"])))
