#!/usr/bin/env bash
# The schema of `AWS::Connect::TestCase` takes no phone number at all.
#
# `SourcePhoneNumber` and `DestinationPhoneNumber` of its entry point have the pattern `^\\+[1-9]\\d{1,14}$`, with a backslash
# too many before `+` and `d`: it asks for backslashes where E.164 has a plus and digits. The patterns of other types of
# Connect, and the text of the service model, mean `^\+[1-9]\d{1,14}$`. Whatever holds templates against the schema refuses
# every number: cfn-lint 1.58.0 does, and a test case in a template can begin in a flow only, without the caller's number.
# Whether CloudFormation itself looks at the pattern was not tried.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

cat > "$folder/template.json" <<'JSON'
{
  "Resources": {
    "Case": {
      "Type": "AWS::Connect::TestCase",
      "Properties": {
        "InstanceArn": "arn:aws:connect:us-west-2:111122223333:instance/11111111-1111-4111-8111-111111111111",
        "Name": "greets",
        "Content": "{}",
        "EntryPoint": {
          "Type": "VOICE_CALL",
          "VoiceCallEntryPointParameters": { "SourcePhoneNumber": "+15550100", "DestinationPhoneNumber": "+15550101" }
        }
      }
    }
  }
}
JSON

python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'cfn-lint==1.58.0'
("$folder/venv/bin/cfn-lint" --regions us-west-2 -- "$folder/template.json" || true) | grep '^E3031' | sort | tee "$folder/output"

diff "$folder/output" - <<'EXPECTED'
E3031 '+15550100' does not match '^\\\\+[1-9]\\\\d{1,14}$'
E3031 '+15550101' does not match '^\\\\+[1-9]\\\\d{1,14}$'
EXPECTED
