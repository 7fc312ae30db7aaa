"""The store as one table in DuckDB, by the statements of docs/store.md.

    python duck.py ROOT PROJECT DOCUMENT

Prints mean and count of each run, the verdicts, and how many files a query of one month reads.
"""

import json
import re
import sys

import duckdb

root, project, document = sys.argv[1:4]
statements = re.findall(r"```sql\n(.*?)```", open(document, encoding="utf-8").read(), re.DOTALL)
# Of every month, whenever the test runs.
means, verdicts = (text.replace("runs/mmlu-pro", f"{root}/{project}") for text in statements[:2])
june = means.replace("BETWEEN 1 AND 6", "= 6")
plan = duckdb.sql(f"EXPLAIN ANALYZE {june}").fetchall()[0][1]
read = re.search(r"(?:Scanning Files: |Total Files Read: )(\d+)", plan)
print(json.dumps({
    "runs": sorted(duckdb.sql(means.replace("year = 2026 AND month BETWEEN 1 AND 6 AND", "")).fetchall()),
    "june": sorted(duckdb.sql(june).fetchall()),
    "verdicts": sorted(verdict for _, verdict, _ in duckdb.sql(verdicts.replace("year=2026", "year=*")).fetchall() if verdict),
    "read": int(read.group(1)),
    "plan": plan,
}))
