#!/usr/bin/env python3
"""Writes tests/golden/parquet/: run files as other writers make them, and what is in them.

    python tests/golden/make_parquet.py      (needs evalsig 0.1.2 and pyarrow)

evalsig-*.parquet   written by Python evalsig 0.1.2 itself
pyarrow-*.parquet   the same columns as pyarrow may write them: other types, encodings, codecs, row groups
expected.json       names and rows of each, read back by pyarrow; NaN and null scores as null

The bytes depend on the versions that wrote them (named in expected.json), so the files are committed
and not made again unless a case is added.
"""
import json
import math
import pathlib
import random
import re
from importlib.metadata import version

import pyarrow as pa
import pyarrow.parquet as pq
from evalsig.io.parquet import runframe_to_table, write_runframe_parquet
from evalsig.types import ItemResult, RunFrame

HERE = pathlib.Path(__file__).parent / "parquet"
IDS = ["q1", "q10", "q2", "na\u00efve", "\u65e5\u672c", "tab\tnew\nline", "quote\"back\\slash", "\U0001f600", " ", "z" * 300]


def run(run_id, items, **names):
    names = {"model_id": "model-a", "task_id": "task", "metric_name": "accuracy", "config_hash": "", **names}
    return RunFrame(run_id=run_id, items=items, **names)


def items(epochs=1, clusters=True, graded=False, seed=0):
    rng = random.Random(seed)
    return [
        ItemResult(
            item_id=item,
            score=rng.random() if graded else float(rng.random() < 0.6),
            cluster_id=f"passage {i // 3}" if clusters else None,
            epoch=epoch,
            metadata={"subject": ["law", "art"][i % 2], "n": i, "nan": math.nan},
        )
        for i, item in enumerate(IDS)
        for epoch in range(epochs)
    ]


def cast(table, **types):
    for name, kind in types.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table[name].cast(kind))
    return table


def main():
    HERE.mkdir(exist_ok=True)
    write_runframe_parquet(run("graded/1", items(3, graded=True), config_hash="c0ffee"),
                           HERE / "evalsig-graded.parquet", project_id="p")
    write_runframe_parquet(run("binary", items(clusters=False)), HERE / "evalsig-no-clusters.parquet")

    table = runframe_to_table(run("many-types", items(3, graded=True, seed=1)))
    wide = cast(table, run_id=pa.large_string(), item_id=pa.large_string(), epoch=pa.int64(), score=pa.float32())
    pq.write_table(wide, HERE / "pyarrow-zstd-row-groups.parquet", compression="zstd", row_group_size=7,
                   use_dictionary=False)
    unsigned = cast(table, epoch=pa.uint8(), run_id=pa.dictionary(pa.int32(), pa.string()))
    pq.write_table(unsigned, HERE / "pyarrow-dictionary-uncompressed.parquet", compression="none",
                   data_page_version="2.0", write_page_checksum=True)
    delta = {name: "DELTA_BYTE_ARRAY" for name in ("item_id", "cluster_id", "metadata_json")}
    pq.write_table(table, HERE / "pyarrow-delta.parquet", compression="snappy", use_dictionary=False,
                   column_encoding={**delta, "run_id": "DELTA_LENGTH_BYTE_ARRAY", "epoch": "DELTA_BINARY_PACKED"})

    # Only what is required, in another order, with a column that nobody asked for; scores as truth
    # values with nulls, ids as integers.
    pq.write_table(pa.table({
        "score": pa.array([True, None, False, True]),
        "extra": pa.array([[1], [], [2, 3], None]),
        "item_id": pa.array([3, 20, 100, -1], pa.int64()),
        "metric_name": ["accuracy"] * 4, "task_id": ["t"] * 4, "model_id": ["m"] * 4, "run_id": ["minimal"] * 4,
    }), HERE / "pyarrow-minimal.parquet")

    unscored = run("unscored", items())
    scores = pa.array([1.0, None, math.nan, math.inf, 0.0] * 2, pa.float64())
    table = runframe_to_table(unscored)
    pq.write_table(table.set_column(table.schema.get_field_index("score"), "score", scores),
                   HERE / "pyarrow-unscored.parquet")

    both = pa.concat_tables([runframe_to_table(run("first", items(seed=2))),
                             runframe_to_table(run("second", items(seed=3), model_id="model-b"))])
    pq.write_table(both, HERE / "pyarrow-two-runs.parquet")
    pq.write_table(table, HERE / "pyarrow-gzip.parquet", compression="gzip")

    expected = {"generator": {name: version(name) for name in ("evalsig", "pyarrow")}, "files": {}}
    for path in sorted(HERE.glob("*.parquet")):
        rows = pq.read_table(path).to_pylist()
        runs = {}
        for row in rows:
            entry = runs.setdefault(row["run_id"], {
                **{name: row.get(name) or None for name in ("model_id", "task_id", "metric_name", "config_hash")},
                "rows": [],
            })
            score = row["score"]
            finite = score is not None and math.isfinite(score)
            entry["rows"].append([str(row["item_id"]), row.get("epoch", 0), row.get("cluster_id"),
                                  float(score) if finite else None])
        expected["files"][path.name] = runs
    text = json.dumps(expected, indent=1, ensure_ascii=True, allow_nan=False)
    # One row a line.
    text = re.sub(r"\[\s+([^\[\]]*?)\s+\]", lambda row: "[" + re.sub(r",\n\s+", ", ", row[1]) + "]", text)
    assert json.loads(text) == expected
    (HERE / "expected.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
