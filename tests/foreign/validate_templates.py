"""Prints what cloudformation-validate has against templates, a line each. Arguments: the templates."""

import os
import sys

from cloudformation_validate import CompositeEngine

# Notes that say nothing against a template: a description of the architecture could be added (I4010), a property is
# create-only (I9001), a resource has no tags of its own (I9040; those of the stack reach it).
NOTES = {"I4010", "I9001", "I9040"}

engine = CompositeEngine()
for path in sys.argv[1:]:
    for found in engine.validate_template(path).diagnostics:
        if found.rule_id not in NOTES:
            print(f"{os.path.basename(path)}: {found.rule_id}: {found.message}")
