#!/usr/bin/env python3
"""Time and peak memory of large runs, large suites and large stores: the tables of docs/scale.md, "Runs and stores".

    cargo build --release --locked
    python3 benches/runs_and_stores.py target/release/evalsig [runs] [suites] [stores] [--largest 1000000] > tables.md

Generates everything under target/bench, some 6 GB. A store of a million runs is made of hard links to one stored run and its
envelope, with an index that names them all: what a gate reads of it, and what it costs, is that of a store that grew by
a million gates. Each figure is what the operating system accounts to the finished process: wall clock, time on a core and
peak resident memory, the median of three where it takes less than five seconds. The exponent is that of growth of the time
on a core from the size before: 1 is linear, 2 is quadratic, and other work on the machine does not disturb it.
"""
import argparse
import datetime
import glob
import json
import math
import os
import pathlib
import random
import re
import shutil
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent / "target" / "bench"
# A file has at most 65,000 names on ext4.
LINKS = 60_000
MONTHS = 12


def once(command, cwd=None):
    """Seconds and peak memory of one run of a command."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=cwd)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1, 2):
        raise SystemExit(f"{command}: {said.decode()}")
    return time.perf_counter() - started, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def measure(make, cwd=None):
    """The median of three, or one that takes long."""
    rounds = [once(make(), cwd)]
    while len(rounds) < 3 and rounds[0][0] < 5:
        rounds.append(once(make(), cwd))
    seconds, cpu, peak = zip(*rounds)
    return statistics.median(seconds), statistics.median(cpu), max(peak)


def exponent(before, now):
    (n, t), (m, u) = before, now
    return f"{math.log(u / t) / math.log(m / n):.2f}"


def forked(generate, *args):
    """In a process of its own: a child's peak memory begins with its parent's."""
    child = os.fork()
    if child == 0:
        generate(*args)
        os._exit(0)
    if os.waitpid(child, 0)[1]:
        raise SystemExit("the files could not be made")


def run_file(path, name, items, clusters, better):
    """A run of 0/1 scores. Of the items, 5 % become wrong and 12 % right where it is `better`."""
    rng = random.Random(items)
    with open(path, "w") as out:
        out.write(f'{{"run_id": "{name}", "model_id": "m", "task_id": "bench", "metric_name": "acc", "items": [')
        for i in range(items):
            right, flip = rng.random() < 0.6, rng.random()
            if better and flip < (0.05 if right else 0.12):
                right = not right
            cluster = f', "cluster_id": "c{i * clusters // items}"' if clusters else ""
            out.write(f'{", " if i else ""}{{"item_id": "item-{i:08}", "score": {int(right)}{cluster}}}')
        out.write("]}")


def pair_of_runs(items, clusters):
    folder = ROOT / f"runs-{items}-{clusters}"
    paths = [folder / "base.json", folder / "cand.json"]
    if not (folder / "done").exists():
        folder.mkdir(parents=True, exist_ok=True)
        for path, better in zip(paths, (False, True)):
            forked(run_file, path, path.stem, items, clusters, better)
        (folder / "done").touch()
    return paths


def held(items, clusters):
    """Bytes of the columns of both runs (id and its end, epoch, score, place in the order; cluster) and of the paired
    scores."""
    return 2 * items * (13 + 8 + 4 + 16 + 4 + (4 if clusters else 0)) + 2 * clusters * (8 + 8) + 2 * items * 8


def runs(evalsig, largest):
    print("| runs | what | seconds | CPU s | exponent | peak MB | must be held, MB | ratio |\n|---|---|---|---|---|---|---|---|---|")
    before = {}
    for items, clusters in [(1_000_000, 0), (10_000_000, 0), (200_000, 100_000), (2_000_000, 1_000_000)]:
        if items > largest * 10:
            continue
        base, cand = map(str, pair_of_runs(items, clusters))
        named = f"{items:,} items" + (f" in {clusters:,} clusters" if clusters else "")
        must = held(items, clusters) / 1e6
        store = ROOT / "store-of-runs"
        shutil.rmtree(store, ignore_errors=True)
        plan = ["--min-delta", "0", "--cluster", "cluster_id" if clusters else "none"]
        gate = [evalsig, "gate", *plan, "--baseline", base, "--candidate", cand]
        stored = [evalsig, "gate", *plan, "--baseline", "store:base", "--candidate", "store:cand", "--store", str(store)]
        for what, command in [
            ("gate", gate),
            ("gate with `--store`", [*gate, "--store", str(store)]),
            ("gate on the stored Parquet", stored),
        ]:
            def fresh():
                if "store:base" not in command:
                    shutil.rmtree(store, ignore_errors=True)
                return command

            seconds, cpu, peak = measure(fresh)
            kind = (what, bool(clusters))
            grew = exponent(before[kind], (items, cpu)) if kind in before else "-"
            before[kind] = (items, cpu)
            print(f"| {named} | {what} | {seconds:.2f} | {cpu:.2f} | {grew} | {peak:.0f} | {must:.0f} | {peak / must:.2f} |", flush=True)


def suite_files(tasks):
    folder = ROOT / f"suite-{tasks}"
    if (folder / "done").exists():
        return folder
    for side in ("base", "cand", "next"):
        (folder / side).mkdir(parents=True, exist_ok=True)
    policy = ["version: 1", "defaults: {metric: acc}", "tasks:"]
    for task in range(tasks):
        # So clear that the suite of any number of tasks is allowed, and the next one too.
        for side, right in (("base", 140), ("cand", 170), ("next", 190)):
            rows = "".join(f"q{i},{int(i < right)}\n" for i in range(200))
            (folder / side / f"t{task}.csv").write_text("item_id,acc\n" + rows)
        role = "improve" if task == 0 else "no-regression"
        policy.append(f"  - {{name: t{task}, baseline: base/t{task}.csv, candidate: cand/t{task}.csv, role: {role}, "
                      "margin: 0.05, margin-rationale: noise}")
    (folder / "evalsig.yml").write_text("\n".join(policy) + "\n")
    again = [re.sub(r"baseline: [^,]+, candidate: cand", "baseline: 'store:latest-allowed', candidate: next", line)
             for line in policy]
    (folder / "again.yml").write_text("\n".join(again) + "\n")
    (folder / "done").touch()
    return folder


def suites(evalsig, _largest):
    print("| tasks | what | seconds | CPU s | exponent | peak MB |\n|---|---|---|---|---|---|")
    before = {}
    for tasks in (100, 1_000):
        folder = suite_files(tasks)
        first = [evalsig, "gate", "--policy", "evalsig.yml", "--release-id", "v1"]
        for what, command in [
            ("gate", [evalsig, "gate", "--policy", "evalsig.yml"]),
            ("gate with `--store` and a trail", [*first, "--store", "kept"]),
            ("the same again", [*first, "--store", "kept"]),
            ("gate from `store:latest-allowed`", [evalsig, "gate", "--policy", "again.yml", "--store", "kept"]),
        ]:
            def fresh():
                if what == "gate with `--store` and a trail":
                    for name in ("kept", "audit"):
                        shutil.rmtree(folder / name, ignore_errors=True)
                return command

            seconds, cpu, peak = measure(fresh, folder)
            grew = exponent(before[what], (tasks, cpu)) if what in before else "-"
            before[what] = (tasks, cpu)
            print(f"| {tasks:,} | {what} | {seconds:.2f} | {cpu:.2f} | {grew} | {peak:.0f} |", flush=True)


def small(folder, name, right):
    items = [{"item_id": f"q{i}", "score": int(i < right)} for i in range(8)]
    run = {"run_id": name, "model_id": "m", "task_id": "t", "metric_name": "acc", "items": items}
    (folder / f"{name}.json").write_text(json.dumps(run))


def links(template, names):
    """Names for one file, on as many copies of it as the file system asks for."""
    for n, name in enumerate(names):
        if n % LINKS == 0:
            copy = f"{name}.copy"
            shutil.copyfile(template, copy)
            os.rename(copy, name)
            source = name
        else:
            os.link(source, name)


def store(evalsig, count):
    """A project of so many runs, half of them allowed candidates with an envelope, over twelve months."""
    folder = ROOT / f"store-{count}"
    if (folder / "done").exists():
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, right in [("base", 0), ("template", 7), *((f"new{n}", 7) for n in range(40))]:
        small(folder, name, right)
    subprocess.run([evalsig, "gate", "--baseline", "base.json", "--candidate", "template.json", "--min-delta", "0",
                    "--store", "kept"], cwd=folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    project = folder / "kept" / "default"
    run = glob.glob(f"{project}/year=*/month=*/run_id=template.parquet")[0]
    envelope = glob.glob(f"{project}/_envelopes/year=*/month=*/run_id=template.*.json")[0]
    digest = envelope.rsplit(".", 2)[1]
    this_month = run.split("/year=")[1].split("/run_id")[0]
    first = datetime.datetime(int(this_month[:4]), int(this_month[-2:]), 1)
    months = []
    for back in range(MONTHS - 1, -1, -1):
        year, month = divmod(first.year * 12 + first.month - 1 - back, 12)
        months.append((year, month + 1))
    record = json.loads((project / "manifest.json").read_text())
    records = record["runs"]
    parquet, envelopes, made, known = [], [], [], set()
    for n in range(count):
        year, month = months[n * MONTHS // count]
        at = f"year={year}/month={month:02}"
        if at not in known:
            known.add(at)
            os.makedirs(f"{project}/{at}", exist_ok=True)
            os.makedirs(f"{project}/_envelopes/{at}", exist_ok=True)
        parquet.append(f"{project}/{at}/run_id=r{n}.parquet")
        allowed = n % 2 == 1
        if allowed:
            envelopes.append(f"{project}/_envelopes/{at}/run_id=r{n}.{digest}.json")
        second = n * MONTHS % count * 2_000_000 // count
        ts = datetime.datetime(year, month, 1) + datetime.timedelta(seconds=second)
        made.append({"run_id": f"r{n}", "model_id": "m", "task_id": "t", "metric_name": "acc",
                     "ts": ts.isoformat() + "+00:00", "path": f"{at}/run_id=r{n}.parquet", "n_items": 8,
                     "config_hash": "", "delta": 0.875 if allowed else None, "p_value": 0.001 if allowed else None,
                     "verdict": "ALLOW" if allowed else None, "parent_run_id": "base" if allowed else None})
    links(run, parquet)
    links(envelope, envelopes)
    made += records
    made.sort(key=lambda record: (record["ts"], record["path"]))
    (project / "manifest.json").write_text(json.dumps({**record, "runs": made}, indent=2))
    (folder / "done").touch()
    return folder


def stores(evalsig, largest):
    print("| runs in the store | what | seconds | CPU s | exponent | peak MB |\n|---|---|---|---|---|---|")
    before = {}
    for count in (1_000, 10_000, 100_000, 1_000_000):
        if count > largest:
            continue
        forked(store, evalsig, count)
        folder = ROOT / f"store-{count}"
        new = iter(f"{number}" for number in range(40))
        gate = lambda baseline: [evalsig, "gate", "--baseline", baseline, "--min-delta", "0", "--store", "kept"]
        this_month = max(glob.glob(f"{folder}/kept/default/year=*/month=*")).split("year=")[1].replace("/month=", "-")

        def fresh(name):
            """Each gate brings a run that the store has not seen."""
            number = next(new)
            run = json.loads((folder / f"new{number}.json").read_text())
            run["run_id"] = f"new-{name}-{time.time_ns()}"
            (folder / f"new{number}.json").write_text(json.dumps(run))
            return f"new{number}.json"

        for what, command in [
            ("gate on files", lambda: [*gate("base.json"), "--candidate", fresh("files")]),
            ("gate from `store:latest-allowed`", lambda: [*gate("store:latest-allowed"), "--candidate", fresh("latest")]),
            ("gate from `store:RUN_ID`", lambda: [*gate("store:base"), "--candidate", fresh("named")]),
            ("`history` of one month", lambda: [evalsig, "history", "--root", "kept", "--since", f"{this_month}-01"]),
            ("`history`", lambda: [evalsig, "history", "--root", "kept", "--output", "jsonl"]),
        ]:
            seconds, cpu, peak = measure(command, folder)
            grew = exponent(before[what], (count, cpu)) if what in before else "-"
            before[what] = (count, cpu)
            print(f"| {count:,} | {what} | {seconds:.3f} | {cpu:.3f} | {grew} | {peak:.0f} |", flush=True)


def main():
    args = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    args.add_argument("evalsig")
    args.add_argument("tables", nargs="*", metavar="TABLE", help="runs, suites, stores; all of them where none is named")
    args.add_argument("--largest", type=int, default=1_000_000, help="largest number of runs in a store, a tenth of the largest number of items")
    args = args.parse_args()
    evalsig = str(pathlib.Path(args.evalsig).resolve())
    ROOT.mkdir(parents=True, exist_ok=True)
    for table in args.tables or ["runs", "suites", "stores"]:
        print(f"\n### {table.capitalize()}\n")
        {"runs": runs, "suites": suites, "stores": stores}[table](evalsig, args.largest)


if __name__ == "__main__":
    sys.exit(main())
