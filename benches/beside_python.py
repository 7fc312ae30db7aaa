#!/usr/bin/env python3
"""Whole-process time and peak memory of `evalsig gate` beside Python evalsig 0.1.2, on the same files.

    cargo build --release --locked
    python3 benches/beside_python.py target/release/evalsig [--rounds 5] > table.md

Makes a virtual environment with evalsig==0.1.2 under target/bench, generates run files there, and
runs the two programs in turn (A B A B ...), so that a machine whose speed drifts slows both. Each
figure is what the operating system accounts to the finished process: wall clock and peak resident
memory. The table gives medians and the median of the pairwise ratios. Python is left out where it
would need more memory than the machine has.
"""
import argparse
import json
import os
import pathlib
import random
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent / "target" / "bench"
SIZES = (1_000, 10_000, 50_000, 1_000_000)
KINDS = ("graded", "0/1", "clustered")
# Its permutation test holds three matrices of items x 10,000 resamples.
PYTHON_GRADED_LIMIT = 50_000
PYTHON_LIMIT = 1_000_000


def python():
    venv = ROOT / "venv"
    if not (venv / "bin" / "evalsig").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([venv / "bin" / "pip", "install", "--quiet", "evalsig==0.1.2"], check=True)
    return venv / "bin" / "evalsig"


def runs(kind, n):
    """The files of one cell; made by a process of its own, so that this one stays small: a child's
    peak memory begins with its parent's."""
    paths = files(kind, n)
    if not all(path.exists() for path in paths):
        subprocess.run([sys.executable, __file__, "-", "--generate", kind, str(n)], check=True)
    return paths


def files(kind, n):
    folder = ROOT / f"{kind.replace('/', '-')}-{n}"
    return [folder / "baseline.json", folder / "candidate.json"]


def generate(kind, n):
    paths = files(kind, n)
    paths[0].parent.mkdir(parents=True, exist_ok=True)
    rng = random.Random(n)
    scores = [[], []]
    for i in range(n):
        if kind == "graded":
            base = rng.random()
            scores[0].append(base)
            scores[1].append(min(1.0, max(0.0, base + rng.gauss(0.01, 0.2))))
        else:
            base = rng.random() < 0.6
            flip = rng.random()
            scores[0].append(int(base))
            scores[1].append(int(not base if flip < (0.05 if base else 0.12) else base))
    for path, name, column in zip(paths, ("base", "cand"), scores):
        items = []
        for i, score in enumerate(column):
            item = {"item_id": f"item-{i:07}", "score": score}
            if kind == "clustered":
                item["cluster_id"] = f"c{i // 20}"
            items.append(item)
        run = {"run_id": f"{name}-{n}", "model_id": name, "task_id": "bench", "metric_name": "m", "items": items}
        path.write_text(json.dumps(run))


def measure(command):
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{command} ended with {process.returncode}")
    return time.perf_counter() - started, usage.ru_maxrss / 1024


def main():
    args = argparse.ArgumentParser()
    args.add_argument("evalsig")
    args.add_argument("--rounds", type=int, default=5)
    args.add_argument("--generate", nargs=2, metavar=("KIND", "ITEMS"), help=argparse.SUPPRESS)
    args = args.parse_args()
    if args.generate:
        return generate(args.generate[0], int(args.generate[1]))
    theirs = python()
    print("| data | items | ours s | ours MB | Python s | Python MB | times faster | times less memory |")
    print("|---|---|---|---|---|---|---|---|")
    for kind in KINDS:
        for n in SIZES:
            base, cand = runs(kind, n)
            tail = ["gate", "--baseline", str(base), "--candidate", str(cand), "--min-delta", "0.005"]
            if kind == "clustered":
                tail += ["--cluster", "cluster_id"]
            limit = PYTHON_GRADED_LIMIT if kind == "graded" else PYTHON_LIMIT
            rounds = args.rounds if n <= 10_000 else 3 if n < 1_000_000 else 1
            ours, other = [], []
            measure([args.evalsig, *tail])
            for _ in range(rounds):
                ours.append(measure([args.evalsig, *tail]))
                if n <= limit:
                    other.append(measure([str(theirs), *tail]))
            s, mb = (statistics.median(column) for column in zip(*ours))
            if other:
                ps, pmb = (statistics.median(column) for column in zip(*other))
                faster = statistics.median(b[0] / a[0] for a, b in zip(ours, other))
                leaner = statistics.median(b[1] / a[1] for a, b in zip(ours, other))
                rest = f"{ps:.2f} | {pmb:.0f} | {faster:.0f} | {leaner:.0f}"
            else:
                rest = "not run | needs more than 200 GB | - | -"
            print(f"| {kind} | {n:,} | {s:.3f} | {mb:.0f} | {rest} |", flush=True)


if __name__ == "__main__":
    main()
