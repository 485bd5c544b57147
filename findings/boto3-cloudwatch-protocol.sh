#!/usr/bin/env bash
# Which wire protocol boto3 speaks with CloudWatch follows from neither the API reference nor the model that it ships.
#
# The API reference shows form-encoded requests (Query) and XML answers; the service model of boto3 1.44.5 says `protocol:
# smithy-rpc-v2-cbor`. On the wire, boto3 1.42.1 speaks Query and 1.44.5 speaks AWS JSON 1.0 with an `X-Amz-Target`, with the
# same program and no configuration. Whatever stands in for CloudWatch or looks at its requests by `Action=` (a test double, a
# proxy, a firewall rule) stops to see alarms after an upgrade. SNS, described alike, stays with Query.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/seen.py" <<'PYTHON'
import http.server
import threading

import boto3
from botocore.config import Config

seen = []


class Double(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        seen.append((self.headers.get("Content-Type"), self.headers.get("X-Amz-Target"), b"Action=" in body))
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *arguments):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Double)
threading.Thread(target=server.serve_forever, daemon=True).start()
options = dict(
    endpoint_url=f"http://127.0.0.1:{server.server_port}",
    region_name="us-west-2",
    aws_access_key_id="key",
    aws_secret_access_key="secret",
    config=Config(retries={"max_attempts": 1, "mode": "standard"}),
)
clients = {name: boto3.client(name, **options) for name in ("cloudwatch", "sns")}
calls = {
    "cloudwatch": lambda client: client.describe_alarms(AlarmNames=["missed-calls"]),
    "sns": lambda client: client.create_topic(Name="missed-calls"),
}
for name, call in calls.items():
    try:
        call(clients[name])
    except Exception:
        pass  # The double answers 500 to everything.
    content_type, target, has_action = seen[-1]
    model = clients[name].meta.service_model.metadata["protocol"]
    print(f"boto3 {boto3.__version__} {name}: model={model} sent={content_type} target={target} Action={has_action}")
PYTHON

for pins in 'boto3==1.42.1 botocore==1.42.1' 'boto3==1.44.5 botocore==1.44.8'; do
    python3 -m venv --clear "$folder/venv"
    # shellcheck disable=SC2086
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check $pins
    "$folder/venv/bin/python" "$folder/seen.py"
done | tee "$folder/output"

diff "$folder/output" - <<'EXPECTED'
boto3 1.42.1 cloudwatch: model=query sent=application/x-www-form-urlencoded; charset=utf-8 target=None Action=True
boto3 1.42.1 sns: model=query sent=application/x-www-form-urlencoded; charset=utf-8 target=None Action=True
boto3 1.44.5 cloudwatch: model=smithy-rpc-v2-cbor sent=application/x-amz-json-1.0 target=GraniteServiceVersion20100801.DescribeAlarms Action=False
boto3 1.44.5 sns: model=query sent=application/x-www-form-urlencoded; charset=utf-8 target=None Action=True
EXPECTED
