#!/usr/bin/env bash
# moto's executor of state machines changes data without an error: a path that may find several values answers the only one it
# finds without its list, and the argument `null` of an intrinsic function disappears.
#
# Step Functions answers a list for every path that is not definite (`$..x`, `$.list[*]`, filters), however many it finds; a
# definition that is tested with one match in moto 5.2.5 gets an object where AWS gives a list of one. `States.Array(1, null)`
# has two items by the language's grammar and one in moto, whose execution succeeds all the same.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/seen.py" <<'PYTHON'
import json
import logging
import time

import boto3
from moto import mock_aws

logging.disable(logging.CRITICAL)
ROLE = "arn:aws:iam::123456789012:role/service"
CASES = {
    "one-match": ({"x.$": "$..x"}, {"o": {"x": 1}}),
    "two-matches": ({"x.$": "$..x"}, {"o": {"x": 1}, "p": {"x": 2}}),
    "null": ({"t.$": "States.Array(1, null)"}, {}),
}
with mock_aws(config={"stepfunctions": {"execute_state_machine": True}}):
    client = boto3.client("stepfunctions", region_name="us-west-2")
    for name, (template, data) in CASES.items():
        state = {"Type": "Pass", "Parameters": template, "End": True}
        definition = json.dumps({"StartAt": "A", "States": {"A": state}})
        machine = client.create_state_machine(name=name, definition=definition, roleArn=ROLE)["stateMachineArn"]
        arn = client.start_execution(stateMachineArn=machine, input=json.dumps(data))["executionArn"]
        while (ended := client.describe_execution(executionArn=arn))["status"] == "RUNNING":
            time.sleep(0.05)
        print(name, ended["status"], ended.get("output"))
PYTHON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[stepfunctions]==5.2.5' boto3==1.44.5
"$folder/venv/bin/python" "$folder/seen.py" 2> /dev/null | tee "$folder/output"

diff "$folder/output" - <<'EXPECTED'
one-match SUCCEEDED {"x": 1}
two-matches SUCCEEDED {"x": [1, 2]}
null SUCCEEDED {"t": [1]}
EXPECTED
