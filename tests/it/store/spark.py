"""The store as one table in Spark, by the statement of docs/store.md.

    python spark.py ROOT PROJECT DOCUMENT

Prints the mean of each run of one month, how many files were read for it, the columns and rows of everything, and the
verdicts in the envelopes.
"""

import json
import re
import sys

from pyspark.sql import SparkSession

root, project, document = sys.argv[1:4]
spark = (
    SparkSession.builder.master("local[1]")
    .config("spark.ui.enabled", "false")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.driver.host", "127.0.0.1")
    # Plans as they are run, with what they counted.
    .config("spark.sql.adaptive.enabled", "false")
    .config("spark.sql.shuffle.partitions", "1")
    .config("spark.sql.session.timeZone", "UTC")
    .getOrCreate()
)
statement = re.search(r"```python\n(runs = spark\.read.*?)```", open(document, encoding="utf-8").read(), re.DOTALL).group(1)
statement = statement.replace("s3://evidence/store/mmlu-pro", f"{root}/{project}").replace("month <= 6", "month = 6")
found = {}
exec(statement, {"spark": spark}, found)
means = sorted(tuple(row) for row in found["means"].collect())
leaves = found["means"]._jdf.queryExecution().executedPlan().collectLeaves()
everything = spark.read.option("basePath", f"{root}/{project}/").option("mergeSchema", "true") \
    .parquet(f"{root}/{project}/year=*/month=*/")
envelopes = spark.read.option("multiLine", "true").json(f"{root}/*/_envelopes/year=*/month=*/")
print(json.dumps({
    "june": means,
    "read": leaves.apply(0).metrics().apply("numFiles").value(),
    "columns": everything.columns,
    "rows": everything.count(),
    "runs": sorted(row[0] for row in everything.select("run_id").distinct().collect()),
    "verdicts": sorted(row[0] for row in envelopes.select("verdict").collect()),
}))
