#!/usr/bin/env python3
"""Holds a bill of materials to the schema of CycloneDX 1.6: .ci/sbom_valid.py FILE, with cyclonedx-python-lib at hand."""

import pathlib
import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(pathlib.Path(sys.argv[1]).read_text())
if error is not None:
    sys.exit(f"{sys.argv[1]}: {error}")
print("the bill of materials is valid CycloneDX 1.6")
