"""Invokes the real functions in the sandbox at URL while their DynamoDB is moto's: `URL FOLDER ARCHITECTURE`, with the zip files in FOLDER.

Prints what they answered, what moto's tables hold, and whether the same events again changed anything.
"""

import base64
import json
import pathlib
import sys

import boto3
from moto.server import ThreadedMotoServer

sandbox, folder, architecture = sys.argv[1:]
moto = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
moto.start()
host, port = moto.get_host_and_port()
moto_url = f"http://{host}:{port}"

dynamodb = boto3.client("dynamodb", endpoint_url=moto_url)
functions = boto3.client("lambda", endpoint_url=sandbox)
trust = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
role = boto3.client("iam", endpoint_url=sandbox).create_role(RoleName="any", AssumeRolePolicyDocument=json.dumps(trust))


def text_keys(*names):
    return [{"AttributeName": name, "KeyType": kind} for name, kind in zip(names, ["HASH", "RANGE"])]


def make_table(name, keys, *others, **more):
    attributes = [{"AttributeName": each, "AttributeType": "S"} for each in (*keys, *others)]
    dynamodb.create_table(
        TableName=name, KeySchema=text_keys(*keys), AttributeDefinitions=attributes, BillingMode="PAY_PER_REQUEST", **more
    )


def make_function(name, bundle, **variables):
    functions.create_function(
        FunctionName=name,
        Role=role["Role"]["Arn"],
        Runtime="provided.al2023",
        Handler="bootstrap",
        Architectures=[architecture],
        # What is tested must not depend on how busy the machine is.
        Timeout=120,
        Code={"ZipFile": pathlib.Path(folder, f"{bundle}-{architecture}.zip").read_bytes()},
        Environment={"Variables": {"AWS_ENDPOINT_URL_DYNAMODB": moto_url, **variables}},
    )


def invoke(name, event):
    answer = functions.invoke(FunctionName=name, Payload=json.dumps(event))
    payload = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, payload
    return payload


def items(table):
    return sorted(dynamodb.scan(TableName=table, ConsistentRead=True)["Items"], key=json.dumps)


def twice(name, event, *tables):
    """Invokes a function with the same event twice; the answer, and whether the second time nothing changed."""
    first = invoke(name, event)
    before = [items(table) for table in tables]
    again = invoke(name, event)
    return first, again == first and [items(table) for table in tables] == before


def call(contact, address):
    contact_data = {"ContactId": contact, "CustomerEndpoint": {"Address": address, "Type": "TELEPHONE_NUMBER"}}
    return {"Name": "ContactFlowEvent", "Details": {"ContactData": contact_data, "Parameters": {}}}


def record(second):
    return {
        "ContactId": "a",
        "InstanceARN": "arn:aws:connect:us-west-2:123456789012:instance/i",
        "InitiationTimestamp": "2026-01-31T23:59:00Z",
        "LastUpdateTimestamp": f"2026-02-01T00:00:0{second}Z",
        "CustomerEndpoint": {"Address": "+15550100134", "Type": "TELEPHONE_NUMBER"},
    }


def data(value):
    return base64.b64encode(json.dumps(value).encode()).decode()


# Three versions, twice each, the oldest last of all.
versions = [1, 2, 1, 2, 0, 0]
delivery = {"records": [{"recordId": f"r-{place}", "data": data(record(version))} for place, version in enumerate(versions)]}
stream = {
    "Records": [
        {"eventID": f"s:{place}", "kinesis": {"sequenceNumber": str(place), "data": data(record(version))}}
        for place, version in enumerate(versions)
    ]
}

by_day = {"IndexName": "by_day", "KeySchema": text_keys("day", "at"), "Projection": {"ProjectionType": "ALL"}}
make_table("numbers", ["phone", "company"])
make_table("calls", ["contact"], "day", "at", GlobalSecondaryIndexes=[by_day])
tables = {"NUMBERS_TABLE": "numbers", "CALLS_TABLE": "calls", "COMPANY": "KWGlobal", "RETENTION_DAYS": "30"}
make_function("vanity", "vanity", **tables)
make_function("vanity-callers", "vanity-callers", CALLS_TABLE="calls")
for table in ["drop", "deliver", "current"]:
    make_table(table, ["RecordKey"])
make_function("drop", "dedup", TABLE="drop")
make_function("deliver", "dedup", TABLE="deliver", LATE_VERSIONS="deliver")
make_function("current", "dedup-consumer", TABLE="current")

told, told_again = twice("vanity", call("c-1", "+15945622510"), "numbers", "calls")
withheld, withheld_again = twice("vanity", call("c-2", "anonymous"), "numbers", "calls")
callers = invoke("vanity-callers", {})
dropped, dropped_again = twice("drop", delivery, "drop")
delivered, delivered_again = twice("deliver", delivery, "deliver")
consumed, consumed_again = twice("current", stream, "current")

print(
    json.dumps(
        {
            "told": [told[key] for key in ("status", "stored", "option_1", "spoken_1")],
            "withheld": [withheld[key] for key in ("status", "stored", "count")],
            "callers": [[caller["contact"], caller.get("phone")] for caller in callers],
            "numbers": [[item["phone"]["S"], len(item["options"]["L"]), "expires" in item] for item in items("numbers")],
            "drop": [entry["result"] for entry in dropped["records"]],
            "deliver": [entry["result"] for entry in delivered["records"]],
            "lines": all(base64.b64decode(entry["data"]).endswith(b"}\n") for entry in delivered["records"][:2]),
            "owners": [
                sorted([name[-12:-11], value["S"]] for name, value in item.items() if name.startswith("Owner"))
                for table in ("drop", "deliver")
                for item in items(table)
            ],
            "latest": [[item["Latest"]["S"], "ExpiresAt" in item] for table in ("drop", "deliver", "current") for item in items(table)],
            "consumed": consumed,
            "again": [told_again, withheld_again, dropped_again, delivered_again, consumed_again],
            "tables of the sandbox": boto3.client("dynamodb", endpoint_url=sandbox).list_tables()["TableNames"],
        }
    )
)
moto.stop()
