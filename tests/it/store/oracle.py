"""What Python evalsig 0.1.2 makes of a store: every record, and what each run holds.

    python oracle.py list ROOT PROJECT            one JSON line a record
    python oracle.py write ROOT PROJECT RUN_ID    adds a run of three items, as the package does
"""

import datetime
import json
import sys

from evalsig.store import list_runs, load_run, write_run
from evalsig.types import ItemResult, RunFrame

act, root, project = sys.argv[1:4]
if act == "list":
    for found in list_runs(root, project):
        record = found.record
        run = load_run(root, record.run_id, project_id=project)
        scores = [item.score for item in run.items]
        print(json.dumps({
            **record.to_dict(),
            "there": found.abs_path.exists(),
            "items": len(run.items),
            "mean": sum(scores) / len(scores),
            "clusters": len({item.cluster_id for item in run.items}),
            "epochs": len({item.epoch for item in run.items}),
        }))
elif act == "write":
    run = RunFrame(
        run_id=sys.argv[4], model_id="model-p", task_id="reading", metric_name="accuracy", config_hash="",
        items=[ItemResult(item_id=f"i{n}", score=float(n % 2)) for n in range(3)],
    )
    moment = datetime.datetime(2026, 6, 30, 23, 59, 59, tzinfo=datetime.timezone.utc)
    write_run(root, run, project_id=project, ts=moment, delta=0.1, p_value=0.01, verdict="ALLOW",
              parent_run_id="somebody")
