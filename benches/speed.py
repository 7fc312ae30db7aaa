"""Is a build of evalsig as fast as another one? python3 benches/speed.py BASELINE CANDIDATE FOLDER [ROUNDS]

Runs everyday commands with both programs by turns and writes two run files, FOLDER/baseline.json and FOLDER/candidate.json, for
evalsig to judge. An item is a command, an epoch is a round, and the score is the logarithm of the seconds, so that a
difference of 0.1 is ten percent. By turns, because a machine that others share is not equally fast at every moment.

    evalsig gate --baseline FOLDER/baseline.json --candidate FOLDER/candidate.json --lower-is-better --min-delta -0.1
"""

import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
RUNS, TRAIL = ROOT / "examples/runs", ROOT / "examples/trail"


def pair(candidate, baseline="baseline"):
    return ["--baseline", f"{RUNS}/{baseline}.json", "--candidate", f"{RUNS}/{candidate}.json"]


# What people wait for. Each ends in a verdict or an answer, and none writes beside the folder of its round.
COMMANDS = {
    "gate, clusters, ALLOW": ["gate", *pair("candidate"), "--min-delta", "0.01"],
    "gate, clusters, REJECT": ["gate", *pair("candidate-worse"), "--min-delta", "0.01"],
    "gate, clusters, 100000 resamples": ["gate", *pair("candidate"), "--min-delta", "0.01", "--resamples", "100000"],
    "gate, 0/1, exact": ["gate", *pair("candidate"), "--min-delta", "0.01", "--cluster", "none"],
    "gate, graded, epochs": ["gate", *pair("candidate-graded", "baseline-graded"), "--min-delta", "0.01"],
    "gate, equivalence": ["gate", *pair("candidate-same"), "--equivalence", "0.05"],
    "gate, page": ["gate", *pair("candidate"), "--min-delta", "0.01", "--html", "page.html"],
    "gate, trail and store": ["gate", *pair("candidate"), "--min-delta", "0.01", "--release-id", "v1", "--store", "store"],
    "compare": ["compare", *pair("candidate")],
    "doctor": ["doctor", f"{RUNS}/baseline.json", f"{RUNS}/candidate.json"],
    "doctor, tolerance": ["doctor", "--tolerance", "0.02", f"{RUNS}/baseline.json", f"{RUNS}/candidate-same.json"],
    "mde": ["mde", *pair("candidate"), "--target-delta", "0.02", "--one-sided"],
    "verify, decided again": ["verify", str(TRAIL), "--store", f"{TRAIL}/store"],
    "report": ["report", "v1.1.0", "--audit-root", str(TRAIL), "--html", "report.html"],
    "history": ["history", "--root", f"{TRAIL}/store"],
    "export": ["export", "all", "--audit-root", str(TRAIL), "--store", f"{TRAIL}/store", "--out", "evidence.zip"],
}


def seconds(binary, arguments):
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        ended = subprocess.run([binary, *arguments], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
                               env={"PATH": os.environ["PATH"]}, check=False)
        took = time.perf_counter() - begin
    if ended.returncode > 2:
        sys.exit(f"{' '.join(arguments)}: exit {ended.returncode}: {ended.stderr.decode()}")
    return took


def main(baseline, candidate, folder, rounds=20):
    binaries = {"baseline": str(pathlib.Path(baseline).resolve()), "candidate": str(pathlib.Path(candidate).resolve())}
    items = {name: [] for name in binaries}
    # The first round only warms up.
    for epoch in range(-1, int(rounds)):
        for command, arguments in COMMANDS.items():
            # Whoever is second finds a warmer machine: they take turns.
            for name in sorted(binaries, reverse=epoch % 2 == 1):
                took = seconds(binaries[name], arguments)
                if epoch >= 0:
                    items[name].append({"item_id": command, "epoch": epoch, "score": math.log(took)})
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in items.items():
        run = {"run_id": name, "model_id": name, "task_id": "speed", "metric_name": "log_seconds", "items": rows}
        (folder / f"{name}.json").write_text(json.dumps(run, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
