#!/usr/bin/env python3
"""Writes tests/golden/swe_bench/: a report as SWE-bench's harness writes it.

    pip install swebench==5.0.2
    python tests/golden/make_swe_bench.py      (from the repository's root)

No container runs: the logs of the instances are made up, and the harness makes its report of them.
"""
import json
import os
import pathlib
import tempfile

OUT = pathlib.Path(__file__).resolve().parent / "swe_bench"
os.chdir(tempfile.mkdtemp())

from swebench.harness.constants import LOG_REPORT, RUN_EVALUATION_LOG_DIR
from swebench.harness.reporting import make_run_report

MODEL, RUN = "vendor/model-1.5", "run-a"
ids = [f"{repo}-{number}" for repo in ("left__pad", "right__pad") for number in range(100, 106)]
what = dict(zip(ids, ["resolved", "no", "resolved", "empty", "no", "resolved", "resolved", "error", "empty", "no", "no", "absent"]))
predictions = {i: {"instance_id": i, "model_name_or_path": MODEL, "model_patch": "" if what[i] == "empty" else "diff"} for i in ids if what[i] != "absent"}
for i in ids:
    folder = RUN_EVALUATION_LOG_DIR / RUN / MODEL.replace("/", "__") / i
    folder.mkdir(parents=True)
    if what[i] in ("resolved", "no"):
        (folder / LOG_REPORT).write_text(json.dumps({i: {"resolved": what[i] == "resolved"}}))
OUT.mkdir(exist_ok=True)
print(make_run_report(predictions, [{"instance_id": i} for i in ids], RUN, report_dir=str(OUT)))
