#!/usr/bin/env python3
"""Writes tests/golden/decimal/: runs as DuckDB writes numbers that are typed as literals.

    pip install duckdb==2.0.1
    python tests/golden/make_decimal.py      (from the repository's root)
"""
import pathlib

import duckdb

OUT = pathlib.Path(__file__).resolve().parent / "decimal"
OUT.mkdir(exist_ok=True)
NAMES = "'run-a' AS run_id, 'model-a' AS model_id, 'qa' AS task_id, 'graded' AS metric_name"
ROWS = "SELECT * FROM (VALUES ('a', 0.5), ('b', 0.25), ('c', -1.75), ('d', NULL), ('e', 12)) AS t(item_id, score)"
for name, kind in [("int32", "DECIMAL(4,2)"), ("int64", "DECIMAL(18,4)"), ("fixed", "DECIMAL(38,10)")]:
    duckdb.sql(f"COPY (SELECT {NAMES}, item_id, score::{kind} AS score FROM ({ROWS})) TO '{OUT / name}.parquet' (COMPRESSION zstd)")
duckdb.sql(f"COPY (SELECT {NAMES}, item_id, score FROM ({ROWS})) TO '{OUT / 'literals'}.parquet'")
duckdb.sql(f"COPY (SELECT {NAMES}, item_id, DATE '2026-01-01' AS score FROM ({ROWS})) TO '{OUT / 'dates'}.parquet'")
duckdb.sql(f"COPY (SELECT {NAMES}, item_id, score FROM ({ROWS})) TO '{OUT / 'brotli'}.parquet' (COMPRESSION brotli)")
