#!/usr/bin/env python3
"""Writes tests/golden/inspect/: logs as Inspect itself writes them, and what Inspect reads in them.

    python tests/golden/make_inspect.py      (needs inspect_ai 0.3.285; its mock model, no network)

scorers.eval      zstd members; ids with `/`, integer ids, two epochs, an errored sample, several scorers
deflate.eval      the same log with deflated members, as versions before 0.3.206 wrote it
frames.eval       the same log with several zstd frames a member (the tool's limit lowered from 200 MiB)
chunked.eval      the same log by `inspect log convert --chunked`
scorers.json      the same log as JSON, without its messages
journal.eval      the log of a process that was killed: journal and no header
failed.eval       a run that an error ended
invalidated.eval  scorers.eval after `invalidate_samples`
expected.json     the results of each finished log by the tool, and the values of its samples

Times and identifiers differ from run to run, so the files are committed and not made again unless a
case is added.
"""
import hashlib
import json
import math
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import version

from inspect_ai import Task, eval as run, task
from inspect_ai._util import zipfile as compression
from inspect_ai.dataset import Sample
from inspect_ai.log import ProvenanceData, invalidate_samples, read_eval_log, read_eval_log_sample_summaries, write_eval_log
from inspect_ai.log._recorders.chunked.convert import convert_eval_logs_to_chunked
from inspect_ai.scorer import Score, accuracy, mean, scorer
from inspect_ai.solver import solver

HERE = pathlib.Path(__file__).parent / "inspect"
#: Three passages that begin alike for 1,100 characters: summaries cut them to the same text.
PASSAGES = ["word " * 220 + f"number {n}" for n in range(3)]


def draw(state, *more):
    text = repr((state.sample_id, state.epoch, *more)).encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") / 2**32


@scorer(metrics=[accuracy()])
def letter():
    async def score(state, target):
        return Score(value="CIPN"[int(draw(state) * 4)])
    return score


@scorer(metrics=[mean()])
def words():
    async def score(state, target):
        return Score(value=["Yes", "no", "TRUE", "false", "0.25", "-1"][int(draw(state, "w") * 6)])
    return score


@scorer(metrics=[mean()])
def graded():
    async def score(state, target):
        return Score(value=math.nan if state.sample_id == 3 else draw(state, "g"))
    return score


@scorer(metrics={"helpful": [mean()], "safe": [mean()]})
def multi():
    async def score(state, target):
        safe = math.nan if state.sample_id == "q/1" and state.epoch == 2 else draw(state, "safe")
        return Score(value={"helpful": draw(state, "helpful") < 0.5, "safe": safe})
    return score


@scorer(metrics=[])
def judges():
    async def score(state, target):
        return Score(value=[1, 0])
    return score


@solver
def fails_once():
    async def solve(state, generate):
        if state.sample_id == 5 and state.epoch == 1:
            raise ValueError("boom")
        return state
    return solve


@solver
def dies():
    async def solve(state, generate):
        if state.sample_id == 5:
            os._exit(9)
        return state
    return solve


def samples():
    for n, id in enumerate(["q/0", "q/1", "dir/sub/2", 3, 4, 5]):
        metadata = {"passage_id": f"p{n // 2}", "passage": PASSAGES[n // 2], "facets": {"all": [f"facet {n // 2}"] * 200}}
        yield Sample(id=id, input=f"Question {n}", target="x", metadata=metadata)


@task
def demo(solver=fails_once):
    scorers = [letter(), words(), graded(), multi(), judges()]
    return Task(dataset=list(samples()), solver=[solver()], scorer=scorers)


def evaluate(folder, solver=fails_once, fail=False, **more):
    [log] = run(demo(solver), model="mockllm/model", epochs=2, fail_on_error=fail, log_dir=str(folder),
                display="none", max_samples=1, log_samples=True, **more)
    return pathlib.Path(log.location.removeprefix("file://"))


def bare(source, path):
    """Writes a log again without transcripts and tracebacks, which hold half a megabyte and paths."""
    log = read_eval_log(str(source))
    for error in [log.error, *(sample.error for sample in log.samples)]:
        if error:
            error.traceback = error.traceback_ansi = ""
    for sample in log.samples:
        sample.messages, sample.events, sample.attachments = [], [], {}
    write_eval_log(log, str(path))
    return path


def plain(value):
    if isinstance(value, dict):
        return {key: plain(leaf) for key, leaf in value.items()}
    if isinstance(value, list):
        return [plain(leaf) for leaf in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def expected(path):
    log = read_eval_log(str(path), header_only=True)
    # A JSON log knows no summaries of its own; they are made of its samples.
    summaries = read_eval_log_sample_summaries(str(path))
    results = [
        {"scorer": score.scorer, "name": score.name, "reducer": score.reducer, "scored": score.scored_samples,
         "unscored": score.unscored_samples, "value": next(iter(score.metrics.values())).value}
        for score in log.results.scores if score.metrics
    ]
    rows = [
        [str(sample.id), sample.epoch, {name: plain(score.value) for name, score in (sample.scores or {}).items()}]
        for sample in summaries
    ]
    passages = {sample.id: sample.metadata["passage_id"] for sample in samples()}
    return {"eval_id": log.eval.eval_id, "results": results, "rows": rows,
            "passages": {str(id): passage for id, passage in passages.items()}}


def main():
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        source = bare(evaluate(folder / "whole"), HERE / "scorers.eval")
        write_eval_log(read_eval_log(str(source)), str(HERE / "scorers.json"), format="json")
        kwargs = compression.zipfile_compress_kwargs
        kwargs["compression"] = zipfile.ZIP_DEFLATED
        write_eval_log(read_eval_log(str(source)), str(HERE / "deflate.eval"))
        kwargs["compression"] = compression._ZIP_ZSTANDARD
        compression._MAX_INPUT_PER_FRAME = 4000
        write_eval_log(read_eval_log(str(source)), str(HERE / "frames.eval"))
        compression._MAX_INPUT_PER_FRAME = 200 * 1024 * 1024
        (folder / "in").mkdir()
        shutil.copy(source, folder / "in" / "chunked.eval")
        convert_eval_logs_to_chunked(str(folder / "in" / "chunked.eval"), str(HERE), overwrite=True)
        provenance = ProvenanceData(author="generator", reason="to have one")
        log = invalidate_samples(read_eval_log(str(source)), "all", provenance)
        write_eval_log(log, str(HERE / "invalidated.eval"))

        bare(evaluate(folder / "failed", fail=True), HERE / "failed.eval")
        subprocess.run([sys.executable, __file__, "die", str(folder / "died")])
        [died] = (folder / "died").glob("*.eval")
        shutil.copy(died, HERE / "journal.eval")
    names = ["scorers.eval", "deflate.eval", "frames.eval", "chunked.eval", "scorers.json"]
    out = {"generator": f"inspect_ai {version('inspect_ai')}", "logs": {name: expected(HERE / name) for name in names}}
    (HERE / "expected.json").write_text(json.dumps(out, indent=1, allow_nan=False) + "\n")


if __name__ == "__main__":
    if sys.argv[1:2] == ["die"]:
        evaluate(pathlib.Path(sys.argv[2]), dies, log_buffer=1)
    else:
        main()
