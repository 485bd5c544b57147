"""Calls every operation of Amazon Connect with wrong input and prints, as JSON, the errors that the model of the
operation does not declare, how many operations answered, and the operations whose name a refusal did not give.

Usage: error_codes.py ENDPOINT
"""

import json
import sys
import uuid

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

connect = boto3.client(
    "connect",
    endpoint_url=sys.argv[1],
    config=Config(parameter_validation=False, retries={"max_attempts": 0}),
)
instance = connect.create_instance(
    IdentityManagementType="CONNECT_MANAGED",
    InboundCallsEnabled=True,
    OutboundCallsEnabled=True,
    InstanceAlias="codes",
)["Id"]


def value(shape, name, wrong, depth=0):
    """A value of a shape: one that fits and leads to nothing, or one that does not fit."""
    if shape.type_name == "structure":
        members = shape.members.items() if wrong else [(n, shape.members[n]) for n in shape.required_members]
        return {} if depth > 4 else {n: value(s, n, wrong, depth + 1) for n, s in members}
    if shape.type_name == "list":
        count = shape.metadata.get("max", 1) + 1 if wrong and shape.metadata.get("max", 0) < 200 else 1
        return [value(shape.member, name, False, depth + 1)] * count
    if shape.type_name == "map":
        return {"a": value(shape.value, name, wrong, depth + 1)}
    if shape.type_name == "string":
        if name == "InstanceId":
            return instance
        if getattr(shape, "enum", None):
            return "NO_SUCH_WORD" if wrong else shape.enum[0]
        if "ate" in name and "YearMonthDay" in shape.name:
            return "never" if wrong else "2026-11-23"
        return "x" * 600 if wrong else str(uuid.uuid4())
    if shape.type_name in ("integer", "long", "double", "float"):
        return 10**9 if wrong else shape.metadata.get("min", 1)
    if shape.type_name == "boolean":
        return False
    return 0 if shape.type_name == "timestamp" else b""


outside, unnamed, answered = {}, [], set()
for operation in connect.meta.service_model.operation_names:
    model = connect.meta.service_model.operation_model(operation)
    declared = {shape.name for shape in model.error_shapes}
    method = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).strip("_")
    call = getattr(connect, next((k for k, v in connect.meta.method_to_api_mapping.items() if v == operation), method))
    for wrong in (False, True):
        if operation == "DeleteInstance":
            arguments = {"InstanceId": str(uuid.uuid4()) if not wrong else "x" * 600}
        else:
            arguments = value(model.input_shape, "", wrong) if model.input_shape else {}
        try:
            call(**arguments)
            answered.add(operation)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            message = error.response["Error"]["Message"]
            if code == "NotImplementedException":
                if operation not in message and "with" not in message:
                    unnamed.append(operation)
            else:
                answered.add(operation)
                if code not in declared and code != "SerializationException":
                    outside.setdefault(operation, set()).add(code)
print(json.dumps({
    "outside": {name: sorted(codes) for name, codes in sorted(outside.items())},
    "unnamed": sorted(set(unnamed)),
    "answered": len(answered),
}))
