#!/usr/bin/env python3
"""Time and peak memory of trails of many entries: in a folder, and in the history of git.

    cargo build --release --locked
    python3 benches/trails.py target/release/evalsig [--sizes 100,1000,10000,100000] [--commits 2000,20000]

Makes the trails below --work (by default target/bench/trails), each from one decision that the program itself
recorded, and runs the program on them. A figure is what the operating system accounts to the finished process and
those that it started: wall clock, processor time, and peak resident memory, the median of --rounds runs. The last
column is the exponent of growth of the processor time against the size before: log(time ratio) / log(size ratio), 1
where twice as much takes twice as long. It says nothing where the time is that of a start of the program.

A trail in a folder: every release has one attempt, every tenth a second one. In git: a commit for each entry, on a
branch of a bare repository.
"""
import argparse
import hashlib
import json
import math
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
RUNS = [str(REPOSITORY / "examples" / "runs" / name) for name in ("baseline.json", "candidate.json")]


def sha256(data):
    return hashlib.sha256(data).hexdigest()


def written(value):
    return (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode()


def release(number):
    """Ids in no order of their names, as those of commits are."""
    return f"v{number // 1000}.{number % 1000}-{sha256(str(number).encode())[:6]}"


def template(binary, work):
    """An envelope that the program wrote."""
    folder = work / "template"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    gate(binary, folder, "v0")
    return json.loads((folder / "audit" / "v0" / "audit.json").read_text())


def gate(binary, folder, name):
    command = [binary, "gate", "--baseline", RUNS[0], "--candidate", RUNS[1], "--audit-root", str(folder), "--min-delta", "0"]
    return measured(command + ["--release-id", name], codes=(0, 1, 2))


def entries(envelope, count):
    """Path and bytes of both files of each entry, in the order of the chain."""
    previous, attempts = None, {}
    for index in range(1, count + 1):
        # Every eleventh entry is the second attempt at the release before it.
        second = index % 11 == 0
        name = release(index - 1 if second else index)
        folder = f"audit/{name}/attempts/002" if second else f"audit/{name}"
        envelope["release_id"], envelope["attempt"] = name, 2 if second else 1
        envelope["supersedes"] = attempts.get(name) if second else None
        envelope["inputs"]["candidate"]["sha256"] = sha256(f"candidate {index}".encode())
        body = written(envelope)
        path = f"{folder}/audit.json"
        reference = {"path": path, "sha256": sha256(body)}
        attempts = {name: reference}
        entry = {
            "schema": "evalsig.entry/v1",
            "index": index,
            "envelope": {**reference, "size": len(body)},
            "previous": previous,
            "written_at": envelope["decided_at"],
        }
        head = written(entry)[:-3] + b",\n  "
        link = head + f'"checksum": "{sha256(head)}"\n}}\n'.encode()
        previous = {"index": index, "sha256": sha256(link)}
        yield [(path, body), (f"{folder}/entry.json", link)]


def in_folder(envelope, folder, count):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / ".gitattributes").write_bytes(b"audit/** -text\n")
    for number, files in enumerate(entries(envelope, count)):
        for path, data in files:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
            # Files of an older trail are not all of one moment.
            os.utime(target, (1_700_000_000 + number,) * 2)


def in_git(envelope, folder, count):
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run(["git", "init", "-q", "--bare", str(folder)], check=True)
    load = subprocess.Popen(["git", "-C", str(folder), "fast-import", "--quiet"], stdin=subprocess.PIPE)
    out = load.stdin
    for number, files in enumerate(entries(envelope, count)):
        message = f"Add entry {number + 1}".encode()
        out.write(b"commit refs/heads/trail\ncommitter a <a@example.org> %d +0000\n" % (1_700_000_000 + number))
        out.write(b"data %d\n%s\n" % (len(message), message))
        for path, data in files + ([(".gitattributes", b"audit/** -text\n")] if number == 0 else []):
            out.write(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(data), data))
    out.close()
    assert load.wait() == 0


def measured(command, codes=(0,), cwd=None):
    """Wall clock and processor time in seconds, and peak resident memory in bytes, of one run."""
    start = time.monotonic()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, cwd=cwd)
    said = child.stdout.read()
    _, status, used = os.wait4(child.pid, 0)
    took = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in codes:
        sys.exit(f"{command} ended with {code}: {said[-2000:].decode(errors='replace')}")
    return took, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


class Table:
    def __init__(self):
        self.last = {}
        print("| what | size | seconds | processor | peak MB | exponent |\n|---|---|---|---|---|---|")

    def row(self, what, size, figures):
        seconds, processor = (statistics.median(figure[at] for figure in figures) for at in (0, 1))
        memory = max(peak for _, _, peak in figures) / 1e6
        exponent = ""
        if what in self.last:
            before, then = self.last[what]
            exponent = f"{math.log(processor / then) / math.log(size / before):.2f}"
        self.last[what] = (size, processor)
        row = f"| {what} | {size:,} | {seconds:.3f} | {processor:.3f} | {memory:.0f} | {exponent} |"
        print(row, flush=True)


def main():
    numbers = lambda text: [int(number) for number in text.split(",") if number]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--sizes", type=numbers, default=[100, 1_000, 10_000, 100_000])
    parser.add_argument("--commits", type=numbers, default=[2_000, 20_000])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--what", default="append,first append,verify,export,history")
    parser.add_argument("--work", type=pathlib.Path, default=REPOSITORY / "target" / "bench" / "trails")
    given = parser.parse_args()
    binary = str(pathlib.Path(given.binary).resolve())
    what = given.what.split(",")
    envelope = template(binary, given.work)
    table = Table()
    for count in given.sizes:
        folder = given.work / f"folder-{count}"
        in_folder(envelope, folder, count)
        if "verify" in what:
            table.row("verify", count, [measured([binary, "verify", str(folder)]) for _ in range(given.rounds)])
        if "export" in what:
            into = given.work / "export"
            figures = []
            for _ in range(given.rounds):
                shutil.rmtree(into, ignore_errors=True)
                command = [binary, "export", "all", "--audit-root", str(folder), "--out", str(into)]
                figures.append(measured(command, codes=(0, 2)))
            table.row("export", count, figures)
            shutil.rmtree(into, ignore_errors=True)
        if "first append" in what:
            # As after a clone: no file tells by its time that it is the newest.
            for entry in folder.glob("audit/**/entry.json"):
                os.utime(entry, (1_700_000_000,) * 2)
            table.row("first append to a copy", count, [gate(binary, folder, "first")])
        if "append" in what:
            figures = [gate(binary, folder, f"next-{number}") for number in range(given.rounds)]
            table.row("append", count, figures)
        shutil.rmtree(folder)
    for count in given.commits if "history" in what else []:
        folder = given.work / f"git-{count}"
        in_git(envelope, folder, count)
        command = [binary, "verify", "git:trail"]
        table.row("verify of a branch", count, [measured(command, cwd=folder) for _ in range(given.rounds)])
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
