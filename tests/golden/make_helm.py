#!/usr/bin/env python3
"""Writes tests/golden/helm/: two run directories in the shape of HELM 0.5.

    python tests/golden/make_helm.py      (Python alone; HELM itself needs models and gigabytes)

Keys, nesting, indentation and the order of fields are those of HELM's own files, and like it the script leaves
out what is null. `run` has two trials, instances of two splits, perturbed copies, a metric that was not
computed for some instances (`count: 0`), and one instance whose statistics stand in two rows. `valid` has
instances of the split `valid` only. stats.json holds the means that HELM computes: over the instances of a trial,
then over the trials.
"""
import json
import pathlib
import random

HERE = pathlib.Path(__file__).parent / "helm"
ROBUST = {"name": "robustness", "robustness": True, "fairness": False, "computed_on": "perturbed"}


def stat(name, values):
    out = {"name": name, "count": len(values), "sum": sum(values), "sum_squared": sum(x * x for x in values)}
    if values:
        mean = sum(values) / len(values)
        variance = max(0.0, out["sum_squared"] / len(values) - mean * mean)
        out |= {"min": min(values), "max": max(values), "mean": mean, "variance": variance, "stddev": variance**0.5}
    return out


def name(metric, split, perturbation=None):
    return {"name": metric, "split": split} | ({"perturbation": perturbation} if perturbation else {})


def instances(splits, trials, rng):
    for trial in range(trials):
        for n, split in enumerate(splits):
            for perturbation in (None, ROBUST) if trials > 1 else (None,):
                scores = {"num_prompt_tokens": [700 + n], "exact_match": [float(rng.random() < 0.6)],
                          "f1_score": [round(rng.random(), 3)] if n != 2 else [], "training_co2_cost": []}
                yield trial, f"id{n}", split, perturbation, scores


def write(folder, run, splits, trials):
    folder = HERE / folder
    folder.mkdir(parents=True, exist_ok=True)
    rows, totals = [], {}
    for trial, id, split, perturbation, scores in instances(splits, trials, random.Random(1)):
        head = {"instance_id": id} | ({"perturbation": perturbation} if perturbation else {})
        head["train_trial_index"] = trial
        stats = [stat(name(metric, split, perturbation), values) for metric, values in scores.items()]
        parts = [stats[:2], stats[2:]] if id == "id1" else [stats]
        rows += [head | {"stats": part} for part in parts]
        for metric, values in scores.items():
            key = (metric, split, json.dumps(perturbation))
            totals.setdefault(key, {}).setdefault(trial, []).extend(values)
    means = [
        stat(name(metric, split, json.loads(perturbation)), [sum(v) / len(v) for v in by_trial.values() if v])
        for (metric, split, perturbation), by_trial in totals.items()
    ]
    model = "mock/model-1b"
    spec = {
        "name": f"{run},model={model.replace('/', '_')}",
        "scenario_spec": {"class_name": "helm.benchmark.scenarios.mock.MockScenario", "args": {}},
        "adapter_spec": {"method": "multiple_choice_joint", "max_eval_instances": len(splits),
                         "num_train_trials": trials, "model_deployment": "mock/deployed", "model": model},
        "metric_specs": [{"class_name": "helm.benchmark.metrics.basic_metrics.BasicGenerationMetric",
                          "args": {"names": ["exact_match", "f1_score"]}}],
        "groups": ["mock"],
    }
    states = {"adapter_spec": spec["adapter_spec"], "request_states": [{"result": {"success": True}}]}
    for file, value in (("per_instance_stats", rows), ("stats", means), ("run_spec", spec), ("scenario_state", states)):
        (folder / f"{file}.json").write_text(json.dumps(value, indent=2))


if __name__ == "__main__":
    write("run", "mock:subject=law,method=joint", ["test", "test", "test", "valid", "test", "test"], 2)
    write("valid", "mock:subject=law,method=joint", ["valid"] * 4, 1)
