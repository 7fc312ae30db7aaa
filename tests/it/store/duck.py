"""The store as one table in DuckDB, by the statements of docs/store.md.

    python duck.py months ROOT PROJECT DOCUMENT    mean and count of each run, the verdicts, the files read for one month
    python duck.py gates ROOT DOCUMENT             all gates of all projects, and the items that became worse
    python duck.py as FILE SELECTION               makes FILE one of another version: with other columns of its rows
"""

import json
import re
import sys

import duckdb


def statements(document):
    return re.findall(r"```sql\n(.*?)```", open(document, encoding="utf-8").read(), re.DOTALL)


def months(root, project, document):
    # Of every month, whenever the test runs.
    means, verdicts = (text.replace("runs/mmlu-pro", f"{root}/{project}") for text in statements(document)[:2])
    june = means.replace("BETWEEN 1 AND 6", "= 6")
    plan = duckdb.sql(f"EXPLAIN ANALYZE {june}").fetchall()[0][1]
    read = re.search(r"(?:Scanning Files: |Total Files Read: )(\d+)", plan)
    verdicts = duckdb.sql(verdicts.replace("year=2026", "year=*")).fetchall()
    return {
        "runs": sorted(duckdb.sql(means.replace("year = 2026 AND month BETWEEN 1 AND 6 AND", "")).fetchall()),
        "june": sorted(duckdb.sql(june).fetchall()),
        "verdicts": sorted(verdict for _, verdict, _ in verdicts if verdict),
        "read": int(read.group(1)),
        "plan": plan,
    }


def gates(root, document):
    view, by_month, worse = (text.replace("'evidence/", f"'{root}/") for text in statements(document)[-3:])
    duckdb.sql(view)
    return {
        "gates": duckdb.sql("SELECT project, candidate, baseline, verdict, delta FROM gates ORDER BY ALL").fetchall(),
        "by_month": [row[:1] + row[2:] for row in duckdb.sql(by_month).fetchall()],
        "worse": duckdb.sql(worse).fetchall(),
    }


def rewritten(path, selection):
    duckdb.sql(f"CREATE TABLE rows AS SELECT {selection} FROM read_parquet('{path}', hive_partitioning = false)")
    duckdb.sql(f"COPY rows TO '{path}' (FORMAT parquet)")


act, *args = sys.argv[1:]
print(json.dumps({"months": months, "gates": gates, "as": rewritten}[act](*args), default=str))
