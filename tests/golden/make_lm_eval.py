#!/usr/bin/env python3
"""Writes tests/golden/lm_eval/: samples and results as lm-evaluation-harness itself writes them.

    python tests/golden/make_lm_eval.py      (needs lm_eval 0.4.13; its dummy model, no network, no torch)

Two runs, `baseline` and `candidate`, of four tasks over the same 20 documents:

golden_qa       multiple choice: acc, acc_norm, and brier_score and mcc, which are no single numbers
golden_gen      generation under two filters, two repeats
golden_lower    exact_match declared to be better when lower
golden_nan      a metric that is NaN for every fifth document and true or false for the others

The dummy model answers at random, and results hold times, so the files are committed and not made again
unless a case is added. Of the results only what evalsig reads, and the scores, are kept: the rest tells of the machine.
"""
import json
import pathlib
import random
import shutil
import tempfile

import lm_eval
from lm_eval.loggers import EvaluationTracker
from lm_eval.tasks import TaskManager

HERE = pathlib.Path(__file__).parent / "lm_eval"
KEPT = ["results", "versions", "n-shot", "higher_is_better", "n-samples", "lm_eval_version", "task_hashes", "model_source"]

COMMON = """
dataset_path: json
dataset_kwargs: {data_files: {test: DATA}}
test_split: test
doc_to_text: "{{question}}"
metadata: {version: 1.0}
"""
TASKS = {
    "golden_qa": """
output_type: multiple_choice
doc_to_target: answer
doc_to_choice: choices
metric_list: [{metric: acc}, {metric: acc_norm}, {metric: brier_score}, {metric: mcc}]
""",
    "golden_gen": """
output_type: generate_until
doc_to_target: "{{answer_text}}"
generation_kwargs: {until: ["\\n"]}
repeats: 2
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: true}]
filter_list:
  - {name: strict-match, filter: [{function: regex, regex_pattern: "([A-Za-z]+)"}, {function: take_first}]}
  - {name: flexible-extract, filter: [{function: regex, group_select: -1, regex_pattern: "(l)"}, {function: take_first}]}
""",
    "golden_lower": """
output_type: generate_until
doc_to_target: "{{answer_text}}"
generation_kwargs: {until: ["\\n"]}
metric_list: [{metric: exact_match, aggregation: mean, higher_is_better: false}]
""",
    "golden_nan": """
output_type: generate_until
doc_to_target: "{{answer_text}}"
generation_kwargs: {until: ["\\n"]}
process_results: !function scoring.process
metric_list: [{metric: judged, aggregation: !function scoring.mean, higher_is_better: true}]
""",
}
SCORING = """
import math
def process(doc, results):
    return {"judged": math.nan if doc["n"] % 5 == 0 else doc["n"] % 3 == 0}
def mean(scores):
    scores = [float(score) for score in scores if not math.isnan(score)]
    return sum(scores) / len(scores)
"""


def documents():
    rng = random.Random(7)
    for n in range(20):
        choices = [f"choice {rng.randrange(1000)}" for _ in range(4)]
        yield {"n": n, "passage_id": f"p{n // 4}", "meta": {"topic": "law" if n < 9 else "art"}, "question": f"Question {n}?",
               "choices": choices, "answer": rng.randrange(4), "answer_text": "lol" if n % 4 else "l"}


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data = folder / "documents.jsonl"
        data.write_text("".join(json.dumps(doc) + "\n" for doc in documents()))
        (folder / "scoring.py").write_text(SCORING)
        for name, text in TASKS.items():
            (folder / f"{name}.yaml").write_text(f"task: {name}\n" + COMMON.replace("DATA", str(data)) + text)
        manager = TaskManager(include_path=str(folder), include_defaults=False)
        for seed, run in enumerate(["baseline", "candidate"], 1):
            out = folder / run
            random.seed(seed)
            # Given the name of a file, the harness calls the results after it.
            tracker = EvaluationTracker(output_path=str(out / "run.json" if run == "candidate" else out))
            results = lm_eval.simple_evaluate(model="dummy", tasks=list(TASKS), task_manager=manager, log_samples=True,
                                              evaluation_tracker=tracker, random_seed=seed, bootstrap_iters=0)
            samples = results.pop("samples")
            tracker.save_results_aggregated(results=results, samples=samples)
            for task in results["configs"]:
                tracker.save_results_samples(task_name=task, samples=samples[task])
            target = HERE / run
            shutil.rmtree(target, ignore_errors=True)
            target.mkdir(parents=True)
            for path in out.rglob("samples_*.jsonl"):
                shutil.copy(path, target)
            [path] = out.rglob("*.json")
            whole = json.loads(path.read_text())
            kept = {key: whole[key] for key in KEPT if key in whole} | {"model_name": f"dummy-{run}"}
            (target / path.name).write_text(json.dumps(kept, indent=2))


if __name__ == "__main__":
    main()
