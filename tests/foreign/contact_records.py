"""Puts copies of contact records on the stream of the contact records blueprint, or lists what was delivered.

Arguments: the endpoint URL, and a step: `put`, `get`, `others` (objects that something else put into the bucket), or
`search` with a text: how many versions of objects and items of tables have it.
"""

import base64
import gzip
import json
import sys

import boto3

endpoint, step, *more = sys.argv[1:]
kinesis, s3, dynamodb = (boto3.client(name, endpoint_url=endpoint) for name in ("kinesis", "s3", "dynamodb"))
INSTANCE = "arn:aws:connect:us-west-2:123456789012:instance/11111111-2222-3333-4444-555555555555"


def record(contact, initiated, updated):
    return {
        "AWSAccountId": "123456789012",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Attributes": {"name": "Jane Example"},
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


def bucket_of_records():
    return next(found["Name"] for found in s3.list_buckets()["Buckets"] if "records" in found["Name"])


def others():
    """A result of Athena, a file that was replaced by one without the contact, and a recording that was deleted."""
    put = lambda key, body: s3.put_object(Bucket=bucket_of_records(), Key=key, Body=body, ContentType="text/csv", Metadata={"by": "test"})
    put("athena-results/1.csv", f'"contactid","calls"\n"{A}","3"\n"{B}","1"\n')
    put("contact-records/year=2026/replaced.json", json.dumps(VERSIONS[0]))
    put("contact-records/year=2026/replaced.json", "")
    put(f"recordings/{A}.wav", b"RIFF\x00")
    put(f"recordings/{A}.wav", b"RIFF\x00\x01")
    s3.delete_object(Bucket=bucket_of_records(), Key=f"recordings/{A}.wav")
    return {}


def unpacked(body):
    return gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def search(text):
    bucket, found = bucket_of_records(), {"versions": 0, "items": 0, "looked_at": 0}
    for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
        for named in page.get("Versions", []) + page.get("DeleteMarkers", []):
            found["versions"] += text in named["Key"]
        for version in page.get("Versions", []):
            body = s3.get_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])["Body"].read()
            found["versions"] += text.encode() in unpacked(body)
            found["looked_at"] += 1
    for table in dynamodb.list_tables()["TableNames"]:
        for page in dynamodb.get_paginator("scan").paginate(TableName=table):
            found["items"] += sum(text in json.dumps(item) for item in page["Items"])
    if text in json.dumps(get()):
        found["current"] = True
    kept = s3.get_object(Bucket=bucket, Key="athena-results/1.csv")
    found["result"] = [kept["Body"].read().decode(), kept["ContentType"], kept["Metadata"]]
    return found


def get():
    bucket = bucket_of_records()
    delivered = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for found in page.get("Contents", []):
            folder = found["Key"].rsplit("/", 1)[0]
            if folder.startswith("errors/"):
                folder = folder.rsplit("/", 1)[0]
            if folder == "athena-results" or found["Key"].endswith("replaced.json"):
                continue
            body = unpacked(s3.get_object(Bucket=bucket, Key=found["Key"])["Body"].read()).decode()
            delivered.setdefault(folder, []).extend(name(json.loads(line)) for line in body.splitlines())
    return {folder: sorted(lines) for folder, lines in delivered.items()}


print(json.dumps({"put": put, "get": get, "others": others, "search": search}[step](*more)))
