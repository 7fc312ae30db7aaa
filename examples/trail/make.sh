#!/usr/bin/env bash
# Made the example trail: bash examples/trail/make.sh BINARY FOLDER
# It decides three releases in FOLDER, which must not exist, as a repository would. Another run gives another trail, because
# the times are those of the clock; so the trail that is here is kept and not made again.
set -euo pipefail
evalsig="$(realpath "$1")"
here="$(dirname "$(realpath "${BASH_SOURCE[0]}")")"
runs="$here/../runs"
mkdir "$2" && cd "$2"
mkdir -p runs/baseline runs/candidate .github
cp "$runs/baseline.json" runs/baseline/reading.json
cp "$runs/baseline-graded.json" runs/baseline/summaries.json
cp "$here/.github/evalsig.yml" .github/
export LC_ALL=C

# v1.0.0: one pair of runs. A smaller model was tried, and it must not ship.
cp "$runs/candidate-worse.json" runs/candidate/reading.json
"$evalsig" gate --baseline runs/baseline/reading.json --candidate runs/candidate/reading.json \
    --min-delta -0.02 --release-id v1.0.0 --store store --quiet && exit 1 || (($? == 1))

# v1.1.0: two tasks under a policy. The plan is locked before the candidate's runs exist.
rm runs/candidate/reading.json
"$evalsig" plan lock --release-id v1.1.0 --policy .github/evalsig.yml
cp "$runs/candidate.json" runs/candidate/reading.json
cp "$runs/candidate-graded.json" runs/candidate/summaries.json
"$evalsig" gate --policy .github/evalsig.yml --release-id v1.1.0 --store store --quiet

# v1.2.0: the same policy. Nothing is shown about reading, and a person decides to ship all the same.
rm runs/candidate/*
"$evalsig" plan lock --release-id v1.2.0 --policy .github/evalsig.yml
cp "$runs/candidate-same.json" runs/candidate/reading.json
cp "$runs/candidate-graded.json" runs/candidate/summaries.json
cp "$here/.github/evalsig-waivers.yml" .github/
"$evalsig" gate --policy .github/evalsig.yml --release-id v1.2.0 --store store --quiet && exit 1 || (($? == 2))
