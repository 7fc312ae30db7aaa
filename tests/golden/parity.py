"""What Python evalsig 0.1.2 reports and decides, for tests/golden/parity_0_1_2.json.

    pip install evalsig==0.1.2 && python tests/golden/parity.py

Twenty-four pairs of runs for each method and branch, run through the package's own gate(). Methods that
resample are run with four seeds. Scores are 0/1, quarters, or six decimals, so that no two resamples tie
on paper but differ by rounding.
"""
import importlib.metadata
import json
import pathlib

import numpy as np
from evalsig.compare.gate import gate
from evalsig.types import ItemResult, RunFrame

# The package itself says 0.1.0.
__version__ = importlib.metadata.version("evalsig")
assert __version__ == "0.1.2", __version__
RESAMPLES = 10_000
SEEDS = [0, 1, 2, 3]
RNG = np.random.default_rng(20241121)


def graded(n, kind, shift):
    base = RNG.uniform(0, 1, n)
    if kind == "quarters":
        base = RNG.integers(0, 5, n) / 4
        return base, np.clip(base + RNG.choice([-.25, 0, 0, 0, .25, .5], n), 0, 1)
    if kind == "skewed":
        cand = base + shift + 0.1 - RNG.exponential(0.1, n)
    else:
        cand = base + shift + RNG.normal(0, 0.15, n)
    return base.round(6), cand.round(6)


def binary(n, broken, fixed):
    base = RNG.integers(0, 2, n).astype(float)
    cand = base.copy()
    places = RNG.permutation(n)
    base[places[:broken]], cand[places[:broken]] = 1, 0
    base[places[broken:broken + fixed]], cand[places[broken:broken + fixed]] = 0, 1
    return base, cand


def clustered(k, equal, kind):
    sizes = np.full(k, 6) if equal else RNG.integers(1, 15, k)
    labels = np.repeat(np.arange(k), sizes)
    n = len(labels)
    effect = RNG.normal(0.03, 0.1, k)[labels]
    if kind == "binary":
        base = RNG.integers(0, 2, n).astype(float)
        flip = RNG.random(n) < 0.2 + np.abs(effect)
        return base, np.where(flip, 1 - base, base), labels
    base, cand = graded(n, kind, 0.0)
    if kind != "quarters":
        cand = (cand + effect).round(6)
    return base, cand, labels


def frames(base, cand, labels):
    def frame(name, scores):
        items = [ItemResult(f"{i:06}", float(s), None if labels is None else f"c{labels[i]:04}")
                 for i, s in enumerate(scores)]
        return RunFrame(name, name, "task", "score", items)
    return frame("base", base), frame("cand", cand)


def run(name, method, base, cand, labels, named, plan):
    a, b = frames(base, cand, labels)
    results = []
    for seed in SEEDS:
        try:
            report = gate(a, b, method=method, cluster="cluster" if named else None, n_resamples=RESAMPLES,
                          rng=seed, **plan)
        except ZeroDivisionError:
            results.append(None)
            break
        c = report.comparison
        results.append({"p": c.p_value, "ci": [x if np.isfinite(x) else None for x in c.ci], "delta": c.delta,
                        "mde": c.mde, "label": c.method, "significant": c.significant, "n_clusters": c.n_clusters,
                        "verdict": report.verdict.value})
        if c.method in ("paired_t", "mcnemar_exact", "mcnemar_chi2"):
            break
    short = [int(x) if x == int(x) else float(x) for x in base], [int(x) if x == int(x) else float(x) for x in cand]
    return {"name": name, "method": method, "baseline": short[0], "candidate": short[1],
            "clusters": None if labels is None else labels.tolist(), "cluster_named": named, "plan": plan,
            "python": results}


def main():
    cases = []

    def plan(i):
        return {"one_sided": i % 3 != 1, "alpha": [.05, .05, .01, .1][i % 4], "power": [.8, .9][i % 5 == 4],
                "min_delta": 0.0 if i == 10 else [.005, .02, -.02, .05, .01, .2][(i // 2) % 6]}

    kinds = ["normal", "quarters", "skewed"]
    for i in range(24):
        n = [2, 3, 5, 8, 20, 50, 129, 300][i % 8]
        base, cand = graded(n, kinds[i % 3], [.0, .02, .05, -.02][i % 4])
        if i in (6, 13):
            cand = base + .25
        cases.append(run("paired_t", "paired_t", base, cand, None, False, plan(i)))
    for i in range(24):
        m = [0, 1, 2, 5, 9, 14, 20, 25][i % 8]
        fixed = int(RNG.binomial(m, [.5, .7, .95][i % 3]))
        base, cand = binary(m + [1, 30, 200][i % 3], m - fixed, fixed)
        cases.append(run("mcnemar_exact", "mcnemar", base, cand, None, False, plan(i)))
    for i in range(24):
        m = [26, 27, 40, 60, 100, 150, 31, 80][i % 8]
        fixed = m // 2 if i == 5 else int(RNG.binomial(m, [.5, .6, .75][i % 3]))
        base, cand = binary(m + [0, 100, 250][i % 3], m - fixed, fixed)
        cases.append(run("mcnemar_chi2", "mcnemar", base, cand, None, False, plan(i)))
    for method in ("paired_permutation", "paired_bootstrap"):
        for i in range(24):
            n = [4, 6, 10, 17, 30, 50, 90, 160][i % 8]
            base, cand = graded(n, kinds[i % 3], [.0, .02, .05, -.02][i % 4])
            if i % 6 == 5:
                base, cand = binary(n, n // 8, n // 5)
            cases.append(run(method, method, base, cand, None, False, plan(i)))
    for i in range(24):
        base, cand, labels = clustered([2, 3, 5, 8, 12, 20][i % 6], i % 2 == 0, ["normal", "quarters", "binary"][i % 3])
        cases.append(run("cluster_bootstrap", "cluster_bootstrap", base, cand, labels, True, plan(i)))
    for i in range(24):
        labels, named = None, False
        if i % 4 == 0:
            base, cand = graded(60, kinds[i // 4 % 3], .02)
        elif i % 4 == 1:
            base, cand = binary(150, 8 + i, 15 + i)
        else:
            base, cand, labels = clustered(7, i % 8 < 4, ["normal", "quarters", "binary"][i % 3])
            named = i % 4 == 2
        cases.append(run("auto", "auto", base, cand, labels, named, plan(i)))
    out = {"generator": "tests/golden/parity.py", "evalsig": __version__, "numpy": np.__version__,
           "resamples": RESAMPLES, "cases": cases}
    path = pathlib.Path(__file__).with_name("parity_0_1_2.json")
    path.write_text(json.dumps(out, separators=(",", ":")).replace('{"name"', '\n{"name"') + "\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes; crashed:", sum(c["python"][-1] is None for c in cases))


main()
