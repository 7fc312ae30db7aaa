"""The store as one table in DuckDB: prints mean and count of each run, and what a query of one month reads.

    python duck.py ROOT PROJECT
"""

import json
import re
import sys

import duckdb

root, project = sys.argv[1:3]
table = f"read_parquet('{root}/{project}/year=*/month=*/*.parquet', hive_partitioning = true, union_by_name = true)"
rows = duckdb.sql(f"""
    SELECT run_id, avg(score), count(*) FROM {table} WHERE NOT isnan(score) GROUP BY run_id ORDER BY run_id
""").fetchall()
plan = duckdb.sql(f"EXPLAIN ANALYZE SELECT avg(score) FROM {table} WHERE year = 2026 AND month = 6").fetchall()
read = re.search(r"(?:Scanning Files: |Total Files Read: )(\d+)(?:/(\d+))?", plan[0][1])
print(json.dumps({"runs": rows, "read": int(read.group(1)), "plan": plan[0][1]}))
