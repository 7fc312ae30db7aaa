#!/usr/bin/env python3
"""Writes tests/golden/lighteval/: details in the shape of lighteval 0.13.0, and the means of their metrics.

    pip install datasets==5.2.0
    python tests/golden/make_lighteval.py      (from the repository's root)

lighteval itself needs a model and torch; what writes its details is the library `datasets`, which writes these: a list of
documents, answers and scores with the fields of lighteval's own classes. Everything in them is made up.
"""
import json
import pathlib

from datasets import Dataset

OUT = pathlib.Path(__file__).resolve().parent / "lighteval"
OUT.mkdir(exist_ok=True)


def detail(i):
    doc = {"query": f"Question: {i}\nAnswer:", "choices": [" A", " B"], "gold_index": i % 2, "instruction": "", "images": None, "specific": {"topic": "law" if i % 3 else "art"},
           "unconditioned_query": None, "original_query": None, "id": str(i), "task_name": "qa|0", "fewshot_samples": [], "sampling_methods": ["LOGPROBS"],
           "fewshot_sorting_class": None, "generation_size": 32, "stop_sequences": ["\n"], "use_logits": False, "num_samples": 1, "generation_grammar": None}
    response = {"input": f"Question: {i}", "text": [" A"], "logprobs": [-0.5, -1.5], "argmax_logits_eq_gold": [True, False], "truncated_tokens_count": 0}
    return {"doc": doc, "model_response": response, "metric": {"acc": i % 4 != 1, "em": (i % 5) / 4, "f1": None if i == 7 else 0.5, "judges": [1.0, 0.0]}}


details = [detail(i) for i in range(30)]
date = "2026-11-21T05-30-01.123456"
Dataset.from_list(details).to_parquet(str(OUT / f"details_qa_{date}.parquet"))
mean = lambda name: [d["metric"][name] for d in details if d["metric"][name] is not None]
(OUT / "expected.json").write_text(json.dumps({name: {"count": len(mean(name)), "sum": float(sum(mean(name)))} for name in ("acc", "em", "f1")}, indent=1) + "\n")
