#!/bin/sh
# Evaluates a model with lm-evaluation-harness and gates it against the model in use, whose samples lie in runs/baseline.
#
#   sh lm_eval_gate.sh TASK METRIC "pretrained=vendor/candidate" [options of evalsig gate]
#
# The exit code is the verdict's: 0 ALLOW, 1 REJECT, 2 INCONCLUSIVE. The harness writes a folder for the model and a time
# stamp into the names; evalsig finds the newest complete run below runs/candidate by itself.
set -eu
task=$1 metric=$2 model=$3
shift 3
lm_eval --model hf --model_args "$model" --tasks "$task" --log_samples --output_path runs/candidate
evalsig gate --baseline runs/baseline --candidate runs/candidate --metric "$metric" --min-delta 0 "$@"
