"""Gates every Inspect log as it ends, against the log of the model in use.

Import this module where the task is defined, and name the baseline; without it nothing is gated:

    EVALSIG_BASELINE=logs/baseline.eval inspect eval task.py --model vendor/candidate

EVALSIG_ARGS holds the rest of the plan, "--min-delta -0.02" unless said. The verdict is printed; a hook cannot fail an
evaluation, so a script that must stop runs `evalsig gate` itself, as lm_eval_gate.sh does.
"""
import os
import shlex
import subprocess
from urllib.parse import unquote, urlparse

from inspect_ai.hooks import Hooks, TaskEnd, hooks


@hooks(name="evalsig", description="Gates each log against EVALSIG_BASELINE.")
class Gate(Hooks):
    def enabled(self) -> bool:
        return bool(os.environ.get("EVALSIG_BASELINE"))

    async def on_task_end(self, data: TaskEnd) -> None:
        if data.log.status != "success":
            return
        log = urlparse(data.log.location)
        candidate = unquote(log.path) if log.scheme == "file" else data.log.location
        plan = shlex.split(os.environ.get("EVALSIG_ARGS", "--min-delta -0.02"))
        gate = ["evalsig", "gate", "--baseline", os.environ["EVALSIG_BASELINE"], "--candidate", candidate]
        gated = subprocess.run(gate + plan, capture_output=True, text=True)
        print(gated.stdout or gated.stderr)
