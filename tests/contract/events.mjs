// node tests/contract/events.mjs MODULES EVALSIG
// Gives the action every payload that GitHub publishes for the events it reads, and compares the
// commits in the envelope with those of the payload. MODULES holds @octokit/webhooks-examples.
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const [modules, evalsig] = process.argv.slice(2);
const examples = JSON.parse(readFileSync(join(modules, "@octokit/webhooks-examples/api.github.com/index.json")));

const sha = "3".repeat(40);
const zeros = /^0+$/;
const expected = {
  pull_request: (p) => [p.pull_request.head.sha, p.pull_request.base.sha, `${p.pull_request.number}`],
  pull_request_target: (p) => [p.pull_request.head.sha, p.pull_request.base.sha, `${p.pull_request.number}`],
  merge_group: (p) => [p.merge_group.head_sha, p.merge_group.base_sha, null],
  workflow_run: (p) => {
    const pulls = p.workflow_run.pull_requests ?? [];
    return [p.workflow_run.head_sha, null, pulls.length === 1 ? `${pulls[0].number}` : null];
  },
  push: (p) => [sha, zeros.test(p.before) ? null : p.before, null],
  release: () => [sha, null, null],
  workflow_dispatch: () => [sha, null, null],
};

const workspace = mkdtempSync(join(tmpdir(), "evalsig-events-"));
let count = 0;
const problems = [];
try {
  mkdirSync(join(workspace, "runs"));
  for (const run of ["baseline.json", "candidate.json"]) {
    cpSync(resolve("examples/runs", run), join(workspace, "runs", run));
  }
  for (const [event, facts] of Object.entries(expected)) {
    const source = event === "pull_request_target" ? "pull_request" : event;
    for (const payload of examples.find((entry) => entry.name === source).examples) {
      count += 1;
      const path = join(workspace, "event.json");
      writeFileSync(path, JSON.stringify(payload));
      execFileSync(resolve(evalsig), ["action"], {
        cwd: workspace,
        env: {
          GITHUB_WORKSPACE: workspace,
          GITHUB_EVENT_NAME: event,
          GITHUB_EVENT_PATH: path,
          GITHUB_SHA: sha,
          GITHUB_REPOSITORY: payload.repository?.full_name ?? "org/app",
          INPUT_BASELINE: "runs/baseline.json",
          INPUT_CANDIDATE: "runs/candidate.json",
          "INPUT_MIN-DELTA": "0.01",
        },
        stdio: ["ignore", "ignore", "inherit"],
      });
      const { source: got } = JSON.parse(readFileSync(join(workspace, "evalsig-envelope.json"), "utf8"));
      const want = facts(payload);
      const have = [got.head_sha, got.base_sha, got.pull_request];
      if (JSON.stringify(want) !== JSON.stringify(have)) problems.push(`${event}: ${want} but ${have}`);
    }
  }
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
for (const problem of problems) console.error(problem);
console.log(`events: ${count} payloads of ${Object.keys(expected).length} events, ${problems.length} problems`);
process.exit(problems.length > 0 || count === 0 ? 1 : 0);
