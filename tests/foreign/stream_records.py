"""Streams, delivery streams, the catalog and workgroups through boto3. Arguments: the endpoint URL, and `put` or `get`."""

import gzip
import json
import sys

import boto3
from botocore.exceptions import ClientError

endpoint, step = sys.argv[1:]
kinesis, firehose, s3, iam, glue, athena = (
    boto3.client(name, endpoint_url=endpoint) for name in ("kinesis", "firehose", "s3", "iam", "glue", "athena")
)


def refusal(call, **arguments):
    try:
        call(**arguments)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return None


def put():
    kinesis.create_stream(StreamName="contacts", StreamModeDetails={"StreamMode": "ON_DEMAND"})
    kinesis.get_waiter("stream_exists").wait(StreamName="contacts")
    stream = kinesis.describe_stream_summary(StreamName="contacts")["StreamDescriptionSummary"]["StreamARN"]
    s3.create_bucket(Bucket="delivered", CreateBucketConfiguration={"LocationConstraint": "us-west-2"})
    firehose.create_delivery_stream(
        DeliveryStreamName="deliver",
        DeliveryStreamType="KinesisStreamAsSource",
        KinesisStreamSourceConfiguration={"KinesisStreamARN": stream, "RoleARN": "arn:aws:iam::123456789012:role/r"},
        ExtendedS3DestinationConfiguration={
            "BucketARN": "arn:aws:s3:::delivered",
            "RoleARN": "arn:aws:iam::123456789012:role/r",
            "Prefix": "records/",
            "BufferingHints": {"SizeInMBs": 5, "IntervalInSeconds": 300},
            "CompressionFormat": "GZIP",
            "ProcessingConfiguration": {"Enabled": True, "Processors": [{"Type": "AppendDelimiterToRecord"}]},
        },
    )
    first = kinesis.put_record(StreamName="contacts", PartitionKey="a", Data=b"one")
    rest = kinesis.put_records(
        StreamARN=stream,
        Records=[{"PartitionKey": str(number), "Data": f"record {number}".encode()} for number in range(100)],
    )
    numbers = [record["SequenceNumber"] for record in rest["Records"]]
    shards = [shard["ShardId"] for page in kinesis.get_paginator("list_shards").paginate(StreamName="contacts") for shard in page["Shards"]]
    read = []
    for shard in shards:
        iterator = kinesis.get_shard_iterator(StreamName="contacts", ShardId=shard, ShardIteratorType="TRIM_HORIZON")
        answer = kinesis.get_records(ShardIterator=iterator["ShardIterator"], Limit=10_000)
        read += [record["Data"].decode() for record in answer["Records"]]
        assert answer["MillisBehindLatest"] == 0 and answer["NextShardIterator"]
    at = kinesis.get_shard_iterator(
        StreamName="contacts", ShardId=first["ShardId"],
        ShardIteratorType="AT_SEQUENCE_NUMBER", StartingSequenceNumber=first["SequenceNumber"],
    )
    again = kinesis.get_records(ShardIterator=at["ShardIterator"], Limit=1)["Records"]
    glue.create_database(DatabaseInput={"Name": "contacts"})
    glue.create_table(
        DatabaseName="contacts",
        TableInput={"Name": "records", "StorageDescriptor": {"Columns": [{"Name": "id", "Type": "string"}]}},
    )
    athena.create_work_group(Name="contacts")
    query = athena.create_named_query(Name="all", Database="contacts", QueryString="SELECT 1", WorkGroup="contacts")
    return {
        "failed": rest["FailedRecordCount"],
        "unique": len({first["SequenceNumber"], *numbers}) == 101,
        "shards": len(shards),
        "read": len(read),
        "again": [record["Data"].decode() for record in again],
        "too_large": refusal(kinesis.put_record, StreamName="contacts", PartitionKey="a", Data=b"x" * (1024 * 1024)),
        "direct": refusal(firehose.put_record, DeliveryStreamName="deliver", Record={"Data": b"x"}),
        "tables": [table["Name"] for table in glue.get_tables(DatabaseName="contacts")["TableList"]],
        "queries": athena.list_named_queries(WorkGroup="contacts")["NamedQueryIds"] == [query["NamedQueryId"]],
        "run": refusal(athena.start_query_execution, QueryString="SELECT 1", WorkGroup="contacts"),
        "crawl": refusal(glue.start_crawler, Name="contacts"),
    }


def get():
    lines = []
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket="delivered"):
        for found in page.get("Contents", []):
            body = s3.get_object(Bucket="delivered", Key=found["Key"])["Body"].read()
            lines += gzip.decompress(body).decode().splitlines()
            assert found["Key"].startswith("records/20") and found["Key"].endswith(".gz"), found["Key"]
    return {"lines": sorted(lines)}


print(json.dumps({"put": put, "get": get}[step]()))
