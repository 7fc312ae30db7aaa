"""Writes setup/action.yml from action.yml: python3 .ci/setup.py > setup/action.yml

Both roads take the same inputs and give the same outputs, so one of the two files is derived. tests/it/setup.rs holds it to
its source without this program.
"""

import pathlib
import re

ROOT = pathlib.Path(__file__).resolve().parent.parent
text = (ROOT / "action.yml").read_text(encoding="utf-8")
inputs = text[text.index("\ninputs:\n") + 9:text.index("\noutputs:\n")].strip("\n")
outputs = text[text.index("\noutputs:\n") + 10:text.index("\nruns:\n")].strip("\n")
names = re.findall(r"^  ([a-z][a-z0-9-]*):$", inputs, re.MULTILINE)

# An output of a composite action says where its value comes from.
outputs = re.sub(r"^  ([a-z][a-z0-9-]*):$", r"  \1:\n    value: ${{ steps.evalsig.outputs.\1 }}", outputs, flags=re.MULTILINE)

print("""\
# The same gate without Docker: the binary of a release, on Linux and macOS. Written from ../action.yml by .ci/setup.py;
# README.md beside it says how to use it.
name: evalsig without Docker
description: >-
  Takes the released evalsig binary for this runner, checks it against the digest in this commit and its attestation, and
  decides whether a candidate model may ship, like the action itself.
author: the evalsig-action authors

branding:
  icon: shield
  color: purple

inputs:
  attestation:
    description: >-
      What the attestation of the binary does. auto: it is verified where the runner has gh and a token. required: without gh
      the step fails. off: only the digest is checked. Empty: auto.
    required: false
  downloads:
    description: >-
      Address below which the releases are, for runners that reach a mirror only; https. Empty: the releases of this
      repository on github.com.
    required: false""")
print(inputs)
print("\noutputs:")
print(outputs)
print("""
runs:
  using: composite
  steps:
    - name: evalsig
      id: evalsig
      shell: bash
      # The path comes through a variable: an expression inside a script would be text that runs.
      run: |
        "$EVALSIG_ACTION/run.sh"
      env:
        EVALSIG_ACTION: ${{ github.action_path }}
        EVALSIG_ATTESTATION: ${{ inputs.attestation || 'auto' }}
        EVALSIG_DOWNLOADS: ${{ inputs.downloads || 'https://github.com/org/evalsig-action/releases/download' }}
        GH_TOKEN: ${{ inputs.github-token }}""")
for name in names:
    print(f"        EVALSIG_INPUT_{name.upper().replace('-', '_')}: ${{{{ inputs.{name} }}}}")
