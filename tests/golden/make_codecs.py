#!/usr/bin/env python3
"""Writes tests/golden/codecs/: one run as Parquet in each codec that pyarrow has, and its rows and mean as pyarrow reads them.

    pip install pyarrow==26.0.1
    python tests/golden/make_codecs.py      (from the repository's root)

What pyarrow calls lz4 is LZ4_RAW; the older LZ4, in Hadoop's frames, pyarrow reads and does not write.
"""
import json
import pathlib
import random
from importlib.metadata import version

import pyarrow as pa
import pyarrow.compute
import pyarrow.parquet as pq

OUT = pathlib.Path(__file__).resolve().parent / "codecs"


def main():
    OUT.mkdir(exist_ok=True)
    rng, n = random.Random(19), 60
    table = pa.table({
        "run_id": ["run"] * n, "model_id": ["model"] * n, "task_id": ["task"] * n, "metric_name": ["accuracy"] * n,
        "item_id": [f"item-{i:04}" for i in range(n)], "cluster_id": [f"passage {i // 3}" for i in range(n)],
        "score": pa.array([None if i == 11 else rng.random() for i in range(n)], pa.float64()),
    })
    expected = {"generator": {"pyarrow": version("pyarrow")}, "files": {}}
    for codec in ["brotli", "lz4", "zstd", "snappy"]:
        for pages in ["1.0", "2.0"]:
            name = f"{codec}-{pages[0]}.parquet"
            pq.write_table(table, OUT / name, compression=codec, data_page_version=pages, row_group_size=40, use_dictionary=["run_id"])
            score = pq.read_table(OUT / name)["score"]
            expected["files"][name] = {"rows": len(score), "scored": len(score) - score.null_count, "mean": pa.compute.mean(score).as_py()}
    (OUT / "expected.json").write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
