"""Puts copies of contact records on the stream of the contact records blueprint, or lists what was delivered.

Arguments: the endpoint URL, and `put` or `get`.
"""

import base64
import gzip
import json
import sys

import boto3

endpoint, step = sys.argv[1:]
kinesis, s3 = (boto3.client(name, endpoint_url=endpoint) for name in ("kinesis", "s3"))
INSTANCE = "arn:aws:connect:us-west-2:123456789012:instance/11111111-2222-3333-4444-555555555555"


def record(contact, initiated, updated):
    return {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Channel": "VOICE",
        "ContactId": contact,
        "CustomerEndpoint": {"Address": "+15550100100", "Type": "TELEPHONE_NUMBER"},
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": initiated,
        "InstanceARN": INSTANCE,
        "LastUpdateTimestamp": updated,
    }


A = "aaaaaaaa-0000-4000-8000-000000000001"
B = "bbbbbbbb-0000-4000-8000-000000000002"
VERSIONS = [record(A, "2026-01-31T23:58:00Z", updated) for updated in ("2026-01-31T23:59:00Z", "2026-02-01T00:05:00Z", "2026-02-06T10:00:00Z")]
EVENT = {
    "AWSAccountId": "123456789012",
    "AgentARN": f"{INSTANCE}/agent/cccccccc-0000-4000-8000-000000000003",
    "CurrentAgentSnapshot": None,
    "EventId": "dddddddd-0000-4000-8000-000000000004",
    "EventTimestamp": "2026-02-01T08:00:00.123Z",
    "EventType": "HEART_BEAT",
    "InstanceARN": INSTANCE,
    "PreviousAgentSnapshot": None,
    "Version": "2017-10-01",
}


def put():
    stream = kinesis.list_streams()["StreamNames"][0]
    data = [json.dumps(version) for version in VERSIONS for _ in range(2)]
    data += [json.dumps(record(B, "2026-02-01T07:59:00Z", "2026-02-01T08:00:00Z"))] * 2
    data += [json.dumps(EVENT), json.dumps(EVENT), "this is no record"]
    # One key: Connect keeps the records of a contact in order too.
    answer = kinesis.put_records(StreamName=stream, Records=[{"PartitionKey": "k", "Data": text} for text in data])
    assert answer["FailedRecordCount"] == 0
    return {}


def name(line):
    if "ContactId" in line:
        return f"{line['ContactId'][0]} {line['LastUpdateTimestamp']}"
    if "rawData" in line:
        return base64.b64decode(line["rawData"]).decode()
    return "event"


def get():
    bucket = next(found["Name"] for found in s3.list_buckets()["Buckets"] if "records" in found["Name"])
    delivered = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            folder = found["Key"].rsplit("/", 1)[0]
            if folder.startswith("errors/"):
                folder = folder.rsplit("/", 1)[0]
            body = gzip.decompress(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()).decode()
            delivered.setdefault(folder, []).extend(name(json.loads(line)) for line in body.splitlines())
    return {folder: sorted(lines) for folder, lines in delivered.items()}


print(json.dumps({"put": put, "get": get}[step]()))
