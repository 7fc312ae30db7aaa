#!/usr/bin/env python3
"""Writes tests/golden/deepeval/: a test run as DeepEval itself keeps it.

    pip install deepeval==4.3.1
    python tests/golden/make_deepeval.py      (from the repository's root)

No model and no judge is asked: both metrics compute a score from the texts, and one of them fails on some of them.
"""
import json
import os
import pathlib
import shutil
import tempfile

OUT = pathlib.Path(__file__).resolve().parent / "deepeval"
FOLDER = tempfile.mkdtemp()
os.chdir(FOLDER)
os.environ |= {"DEEPEVAL_TELEMETRY_OPT_OUT": "YES", "DEEPEVAL_RESULTS_FOLDER": FOLDER, "DEEPEVAL_DISABLE_PROGRESS_BAR": "YES"}

from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, DisplayConfig, ErrorConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase


class Overlap(BaseMetric):
    """The share of the expected words that the answer holds."""

    threshold = 0.5

    @property
    def __name__(self):
        return "Overlap"

    def measure(self, case, *args, **more):
        expected = case.expected_output.split()
        self.score = sum(word in case.actual_output.split() for word in expected) / len(expected)
        self.success = self.score >= self.threshold
        self.reason = "words"
        return self.score

    async def a_measure(self, case, *args, **more):
        return self.measure(case)

    def is_successful(self):
        return self.success


class Fragile(Overlap):
    """The same, where the judge answers."""

    @property
    def __name__(self):
        return "Fragile"

    def measure(self, case, *args, **more):
        if case.input.endswith("0?"):
            raise ValueError("the judge did not answer")
        return super().measure(case)


cases = [LLMTestCase(input=f"What is number {i % 5}{i // 5 * 2}?", actual_output=" ".join("abcd"[:1 + i % 4]), expected_output="a b c d",
                     completion_time=0.5 + i, token_cost=0.001 * i, additional_metadata={"topic": "law" if i % 2 else "art"}) for i in range(12)]
cases[3].name = "the third"
evaluate(cases, [Overlap(), Fragile()], async_config=AsyncConfig(run_async=False), hyperparameters={"model": "model-a"},
         display_config=DisplayConfig(print_results=False, show_indicator=False), error_config=ErrorConfig(ignore_errors=True))
[found] = pathlib.Path(FOLDER).glob("test_run_*.json")
run = json.loads(found.read_text())
OUT.mkdir(exist_ok=True)
shutil.copy(found, OUT / "test_run.json")
print(len(run["testCases"]), [(m["metric"], len(m["scores"]), sum(m["scores"]), m["errors"]) for m in run["metricsScores"]])
