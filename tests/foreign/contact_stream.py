"""Makes a Kinesis stream (`make URL NAME`), or prints what is on it (`read URL NAME`): a line with key and data for each record."""

import json
import sys

import boto3

action, endpoint, name = sys.argv[1:]
kinesis = boto3.client("kinesis", endpoint_url=endpoint)

if action == "make":
    kinesis.create_stream(StreamName=name, ShardCount=2)
    kinesis.get_waiter("stream_exists").wait(StreamName=name)
else:
    for shard in kinesis.list_shards(StreamName=name)["Shards"]:
        place = {"StreamName": name, "ShardId": shard["ShardId"], "ShardIteratorType": "TRIM_HORIZON"}
        iterator = kinesis.get_shard_iterator(**place)["ShardIterator"]
        while True:
            answer = kinesis.get_records(ShardIterator=iterator)
            for record in answer["Records"]:
                print(json.dumps({"key": record["PartitionKey"], "data": record["Data"].decode()}))
            if not answer["MillisBehindLatest"] and not answer["Records"]:
                break
            iterator = answer["NextShardIterator"]
