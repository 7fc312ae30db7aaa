#!/usr/bin/env python3
"""Writes examples/runs/: four made-up runs of one quiz, the same bytes on every machine.

    python3 examples/make_runs.py

400 items in 20 subjects, scored 0 or 1. Each candidate is the baseline with some of its wrong
answers made right and some of its right answers made wrong, item by item and independently:

    file                  wrong -> right   right -> wrong   made to be, at the margin named
    candidate.json              .36              .05         ALLOW at min-delta 0.01
    candidate-worse.json        .08              .20         REJECT at min-delta 0
    candidate-same.json         .20              .11         INCONCLUSIVE at min-delta 0.01
"""
import json
import pathlib
import random

SUBJECTS, ITEMS = 20, 20
RUNS = [
    # file, model, seed, share of wrong answers fixed, share of right answers broken
    ("candidate.json", "aster-7b-v2", 2, 0.36, 0.05),
    ("candidate-worse.json", "aster-7b-v2-pruned", 3, 0.08, 0.20),
    ("candidate-same.json", "aster-7b-v1-requantised", 4, 0.20, 0.11),
]


def write(folder, name, model, scores):
    head = {"run_id": name.removesuffix(".json"), "model_id": model, "task_id": "reading-quiz",
            "metric_name": "accuracy"}
    rows = [json.dumps({"item_id": f"q{i:03}", "score": score, "cluster_id": f"subject-{i // ITEMS:02}"})
            for i, score in enumerate(scores)]
    text = json.dumps(head)[:-1] + ', "items": [\n' + ",\n".join(rows) + "\n]}\n"
    json.loads(text)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def main():
    folder = pathlib.Path(__file__).parent / "runs"
    folder.mkdir(exist_ok=True)
    draw = random.Random(1).random
    baseline = [int(draw() < 0.62) for _ in range(SUBJECTS * ITEMS)]
    write(folder, "baseline.json", "aster-7b-v1", baseline)
    for name, model, seed, fixed, broken in RUNS:
        draw = random.Random(seed).random
        flips = [draw() < (broken if score else fixed) for score in baseline]
        write(folder, name, model, [score ^ flip for score, flip in zip(baseline, flips)])


if __name__ == "__main__":
    main()
