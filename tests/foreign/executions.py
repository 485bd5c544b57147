"""Runs the definitions of a folder in moto's executor and in a sandbox, and prints how each execution ended."""

import json
import pathlib
import sys
import time

import boto3
from moto import mock_aws

REGION = "us-west-2"
ROLE = "arn:aws:iam::123456789012:role/service"
KEYS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": REGION}


def run(client, name, case):
    """Runs a definition to its end: status, output and name of the error."""
    machine = client.create_state_machine(name=name, definition=json.dumps(case["definition"]), roleArn=ROLE)
    started = client.start_execution(stateMachineArn=machine["stateMachineArn"], input=json.dumps(case["input"]))
    while True:
        ended = client.describe_execution(executionArn=started["executionArn"])
        if ended["status"] != "RUNNING":
            # moto has the status before it has the output, and writes no quotes around a text.
            output = json.loads(ended["output"]) if ended.get("output") else None
            if ended["status"] == "SUCCEEDED" and "output" not in ended:
                continue
            return {"status": ended["status"], "output": output, "error": ended.get("error")}
        time.sleep(0.05)


def main():
    url, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    cases = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
    sandbox = boto3.client("stepfunctions", endpoint_url=url, **KEYS)
    seen = {name: {"sandbox": run(sandbox, name, case), "differs": "differs" in case} for name, case in cases.items()}
    with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
        moto = boto3.client("stepfunctions", **KEYS)
        for name, case in cases.items():
            seen[name]["moto"] = run(moto, name, case)
    print(json.dumps(seen))


main()
