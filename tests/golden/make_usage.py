#!/usr/bin/env python3
"""Writes tests/golden/usage/: what items took, in the shape in which Inspect 0.3.285 and promptfoo 0.123 write it, and
when runs were made, in Parquet.

    python3 tests/golden/make_usage.py      (the JSON files are the same bytes each time; moments-*.parquet need
                                             pyarrow, and are left alone without it)

The tools' own test models report no tokens and no cost, so these runs are made up: 24 items, of which the candidate
takes a tenth longer and some tokens more. Each holds what must not count: a sample that failed at once, an answer
from the cache, a provider that reports 0 of everything, a cost that nobody knows.
"""
import json
import pathlib

HERE = pathlib.Path(__file__).parent / "usage"
ITEMS = 24


def draw(*more):
    """A number from 0 to 1 that depends on its arguments alone."""
    state = 2166136261
    for byte in repr(more).encode():
        state = (state ^ byte) * 16777619 % 2**32
    return (state ^ state >> 15) % 1000 / 1000


def figures(run, n):
    slower = 1.1 if run == "candidate" else 1.0
    seconds = round((0.4 + draw("t", n)) * slower, 3)
    given = 100 + int(200 * draw("i", n))
    answered = int((20 + 80 * draw("o", n)) * slower)
    return seconds, given, answered


def inspect(run):
    samples = []
    for n in range(ITEMS):
        seconds, given, answered = figures(run, n)
        usage = {"input_tokens": given - 30, "input_tokens_cache_read": 30, "output_tokens": answered,
                 "total_tokens": given + answered, "total_cost": round((given + 4 * answered) / 1e6, 6)}
        judge = {"input_tokens": 500, "output_tokens": 5, "total_tokens": 505, "total_cost": 0.01}
        sample = {"id": f"item-{n:02}", "epoch": 1, "input": f"Q{n}", "target": str(n),
                  "scores": {"match": {"value": "C" if draw("s", run, n) < 0.7 else "I"}},
                  "metadata": {"subject": ["law", "art", "maths"][n % 3]},
                  "model_usage": {"vendor/model": usage, "vendor/judge": judge},
                  "total_time": round(seconds + 2.5, 3), "working_time": seconds}
        if n == 5:
            sample.update(error={"message": "overloaded", "traceback": ""}, scores={}, model_usage={},
                          total_time=0.01, working_time=0.01)
        if n == 7:
            sample["model_usage"] = {"vendor/model": {"input_tokens": 0, "output_tokens": 0, "total_tokens": 0}}
        samples.append(sample)
    return {"version": 2, "status": "success",
            "eval": {"eval_id": f"usage-{run}", "run_id": f"r-{run}", "created": "2026-11-21T07:02:04+01:00",
                     "task": "qa", "model": "vendor/model", "packages": {"inspect_ai": "0.3.285"}},
            "results": {"total_samples": ITEMS, "completed_samples": ITEMS - 1, "scores": []},
            "stats": {"started_at": "2026-11-21T07:02:05+01:00"}, "samples": samples}


def promptfoo(run):
    results = []
    for n in range(ITEMS):
        seconds, given, answered = figures(run, n)
        tokens = {"prompt": given, "completion": answered, "total": given + answered, "numRequests": 1}
        cost = round((given + 4 * answered) / 1e6, 6)
        right = draw("s", run, n) < 0.7
        result = {"testIdx": n, "promptIdx": 0, "provider": {"id": "vendor:model", "label": ""},
                  "prompt": {"raw": f"Q{n}", "label": "{{q}}"}, "vars": {"q": f"Q{n}", "subject": ["law", "art"][n % 2]},
                  "testCase": {"assert": [{"type": "equals", "value": str(n)}]},
                  "success": right, "score": int(right), "namedScores": {}, "failureReason": 0 if right else 1,
                  "latencyMs": int(seconds * 1000), "cost": cost, "tokenUsage": tokens,
                  "response": {"output": "x", "cached": False, "cost": cost, "tokenUsage": tokens}}
        if n == 3:
            result["response"].update(cached=True, cost=0, tokenUsage={"cached": given + answered, "total": given + answered})
            result.update(latencyMs=1, cost=0)
        if n == 5:
            result.update(error="overloaded", failureReason=2, success=False, score=0, latencyMs=4, cost=0)
            result["response"] = {"error": "overloaded"}
        if n == 7:
            nothing = {"prompt": 0, "completion": 0, "total": 0, "numRequests": 1}
            result.update(cost=0, tokenUsage=nothing)
            result["response"] = {"output": "x", "cached": False, "tokenUsage": nothing}
        results.append(result)
    return {"evalId": f"usage-{run}",
            "results": {"version": 3, "timestamp": "2026-11-21T06:02:04.000Z", "results": results},
            "config": {"description": "qa"}, "metadata": {"promptfooVersion": "0.123.1"}}


def moments():
    """Two runs with the moments at which they were written, in each unit. Python evalsig 0.1.2 writes 0 there."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    first = 1795240949  # 2026-11-21T06:02:29Z
    for unit, scale in [("ms", 10**3), ("us", 10**6), ("ns", 10**9)]:
        pq.write_table(pa.table({
            "run_id": ["first", "first", "second"], "model_id": ["m"] * 3, "task_id": ["t"] * 3,
            "metric_name": ["accuracy"] * 3, "item_id": ["a", "b", "a"], "score": [1.0, 0.0, 1.0],
            "ts": pa.array([first * scale, (first + 1) * scale, 0], pa.timestamp(unit, tz="UTC")),
        }), HERE / f"moments-{unit}.parquet", compression="none")


HERE.mkdir(exist_ok=True)
try:
    moments()
except ImportError as error:
    print(f"moments-*.parquet are left alone: {error}")
for run in ["baseline", "candidate"]:
    for tool in [inspect, promptfoo]:
        text = json.dumps(tool(run), indent=1, sort_keys=True)
        (HERE / f"{tool.__name__}-{run}.json").write_text(text + "\n")
