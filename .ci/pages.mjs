// node .ci/pages.mjs MODULES EVALSIG CHROMIUM FOLDER
// Makes report pages with the real binary and looks at them as people do: in the light, in the dark, on a telephone and
// on paper. Fails on a request, a message on the console, a breach of the page's policy, a serious finding of axe-core,
// invalid HTML, or a page that is wider than a telephone. The pictures stay in FOLDER, for eyes.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [modules, evalsig, chromium, folder] = process.argv.slice(2).map((argument) => resolve(argument));
const require = createRequire(join(modules, "package.json"));
const puppeteer = require("puppeteer-core");
const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
const { HtmlValidate } = require("html-validate");

// The same numbers every time (mulberry32).
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

// Two runs of the same items. `keep`: the chance that the candidate's answer is the baseline's; `gain`: how much better
// it is where it is not.
function runs({ items, groups = 0, epochs = 1, level = 0.6, keep = 0.85, gain = 0.5, graded = false, drop = 0, lower = false }) {
  const next = random(items + groups * 7 + epochs);
  const rows = [[], []];
  const id = (i) => `item-${String(i).padStart(String(items).length, "0")}`;
  for (let i = 0; i < items; i++) {
    const ease = next();
    const group = groups ? { cluster_id: `group-${String(i % groups).padStart(2, "0")}` } : {};
    for (let epoch = 0; epoch < epochs; epoch++) {
      const scores = graded
        ? [ease, Math.min(1, Math.max(0, ease + (next() - 0.5 + gain) * (1 - keep)))].map((x) => Number(x.toFixed(3)))
        : [0, 1].map(() => (next() < 0.35 * ease + 0.65 * (ease < level ? 1 : 0) ? 1 : 0));
      if (!graded) scores[1] = next() < keep ? scores[0] : next() < gain ? 1 : 0;
      if (lower) scores.forEach((x, which) => (scores[which] = Number((200 + 300 * (1 - x)).toFixed(1))));
      for (const which of [0, 1]) {
        const score = which === 1 && next() < drop ? null : scores[which];
        rows[which].push({ item_id: id(i), score, ...group, ...(epochs > 1 ? { epoch } : {}) });
      }
    }
  }
  return rows;
}

function write(into, task, metric, of, models = ["model-a", "model-b"]) {
  const made = runs(of);
  ["baseline", "candidate"].forEach((role, which) => {
    const run = { run_id: `${task}-${role}`, model_id: models[which], task_id: task, metric_name: metric, items: made[which] };
    writeFileSync(join(into, `${role}.json`), JSON.stringify(run));
  });
}

const HOSTILE = `"><script>alert(1)</script><img src=x onerror=alert(2)>'&amp;[x](javascript:1) @all \u202e \u200b`;

// name, runs, flags of gate, and what else is to be known.
const cases = [
  { name: "allow", of: { items: 2000, groups: 24, gain: 0.85 }, flags: ["--min-delta", "0.01", "--cluster", "none"] },
  { name: "reject", of: { items: 1500, groups: 30, gain: 0.3 }, flags: ["--min-delta", "-0.01", "--cluster", "none"] },
  { name: "inconclusive", of: { items: 400, gain: 0.62 }, flags: ["--min-delta", "0.01"] },
  { name: "missing", of: { items: 800, gain: 0.9, drop: 0.02 }, flags: ["--min-delta", "0", "--missing", "exclude"] },
  { name: "few-clusters", of: { items: 300, groups: 9, gain: 0.8 }, flags: ["--min-delta", "0"] },
  { name: "attempt-3", of: { items: 1000, gain: 0.9 }, flags: ["--min-delta", "0.005"], attempts: 3 },
  { name: "equivalence", of: { items: 3000, keep: 0.96, gain: 0.6 }, flags: ["--equivalence", "0.02"] },
  { name: "lower-is-better", metric: "latency_ms", of: { items: 600, graded: true, lower: true, gain: 0.25 }, flags: ["--min-delta", "0", "--lower-is-better"] },
  { name: "graded", metric: "rouge", of: { items: 900, groups: 40, graded: true, gain: 0.2 }, flags: ["--min-delta", "0"] },
  { name: "epochs", of: { items: 500, epochs: 4, gain: 0.8 }, flags: ["--min-delta", "0"] },
  { name: "envelope-alone", of: { items: 700, gain: 0.8 }, flags: ["--min-delta", "0"], alone: true },
  { name: "hostile", task: HOSTILE, metric: HOSTILE, models: [HOSTILE, `${HOSTILE}b`], of: { items: 300, groups: 12, gain: 0.7 }, flags: ["--min-delta", "0"] },
  { name: "large", of: { items: 100000, groups: 400, gain: 0.55 }, flags: ["--min-delta", "0", "--cluster", "none"], seconds: 3 },
];

function run(cwd, ...args) {
  try {
    return execFileSync(evalsig, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], env: {} });
  } catch (error) {
    // 1 and 2 are verdicts too.
    if (args[0] === "gate" && [1, 2].includes(error.status)) return error.stdout;
    throw new Error(`evalsig ${args.join(" ")}: ${error.stderr}`);
  }
}

// The page of one case; what took longer than it may, or is too large, is thrown.
function make(of) {
  const into = join(folder, of.name);
  mkdirSync(into, { recursive: true });
  write(into, of.task ?? "reading", of.metric ?? "accuracy", of.of, of.models);
  for (let attempt = 1; attempt <= (of.attempts ?? 1); attempt++) {
    const seed = of.attempts ? ["--seed", String(attempt)] : [];
    const release = ["--release-id", "v1.4.0", "--store", "kept"];
    run(into, "gate", "--baseline", "baseline.json", "--candidate", "candidate.json", ...of.flags, ...seed, ...release);
  }
  const items = of.alone ? [] : ["--store", "kept"];
  run(into, "report", "v1.4.0", ...items, "--html", "report.html");
  return join(into, "report.html");
}

const POLICY = `version: 1
defaults: {metric: accuracy}
tasks:
  - {name: math, baseline: math/baseline.json, candidate: math/candidate.json, role: improve, margin: 0.02, margin-rationale: noise of a rerun}
  - {name: safety, baseline: safety/baseline.json, candidate: safety/candidate.json, role: no-regression, margin: 0.03, margin-rationale: noise of a rerun}
  - {name: law, baseline: law/baseline.json, candidate: law/candidate.json, role: no-regression, margin: 0.02, margin-rationale: noise of a rerun}
`;

function makeSuite() {
  const into = join(folder, "suite");
  const tasks = { math: { items: 900, gain: 0.85 }, safety: { items: 700, gain: 0.65 }, law: { items: 800, gain: 0.25 } };
  for (const [task, of] of Object.entries(tasks)) {
    mkdirSync(join(into, task), { recursive: true });
    write(join(into, task), task, "accuracy", of);
  }
  writeFileSync(join(into, "evalsig.yml"), POLICY);
  run(into, "gate", "--policy", "evalsig.yml", "--release-id", "v1.4.0", "--store", "kept");
  run(into, "report", "v1.4.0", "--store", "kept", "--html", "report.html");
  return join(into, "report.html");
}

const validate = new HtmlValidate({
  root: true,
  extends: ["html-validate:recommended"],
  // Void elements stand as HTML has them, and the heads of our tables are as long as they are.
  rules: { "long-title": "off", "no-inline-style": "error", "no-trailing-whitespace": "off", "void-style": "off" },
});

const views = [
  { name: "light", width: 1200, scheme: "light" },
  { name: "dark", width: 1200, scheme: "dark" },
  { name: "phone", width: 390, scheme: "light" },
  { name: "phone-dark", width: 390, scheme: "dark" },
];

async function look(browser, path, findings) {
  const name = path.split("/").at(-2);
  const say = (what) => findings.push(`${name}: ${what}`);
  const html = readFileSync(path, "utf8");
  if (html.length > 1_000_000) say(`${html.length} bytes`);
  for (const result of (await validate.validateString(html)).results) {
    for (const { line, column, ruleId, message } of result.messages) say(`${line}:${column}: ${message} [${ruleId}]`);
  }
  for (const view of views) {
    const page = await browser.newPage();
    const url = pathToFileURL(path).href;
    page.on("request", (request) => request.url() === url || say(`${view.name}: requests ${request.url()}`));
    page.on("console", (message) => say(`${view.name}: console: ${message.text()}`));
    page.on("pageerror", (error) => say(`${view.name}: ${error}`));
    await page.setViewport({ width: view.width, height: 900, isMobile: view.width < 500, hasTouch: view.width < 500 });
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: view.scheme }]);
    await page.goto(url, { waitUntil: "load" });
    const wide = await page.evaluate(() => document.documentElement.scrollWidth);
    if (wide > view.width) say(`${view.name}: ${wide} pixels wide`);
    await page.screenshot({ path: join(folder, `${name}-${view.name}.png`), fullPage: true });
    await page.evaluate(axe);
    const answer = await page.evaluate(() => axe.run(document, { preload: false }));
    for (const { id, impact, nodes } of answer.violations) {
      const serious = impact === "serious" || impact === "critical";
      if (serious) say(`${view.name}: axe ${impact}: ${id}: ${nodes[0].html.slice(0, 160)} ${nodes[0].failureSummary}`);
      else console.log(`${name}: ${view.name}: axe ${impact}: ${id}: ${nodes[0].html.slice(0, 160)}`);
    }
    await page.close();
  }
  const page = await browser.newPage();
  await page.goto(pathToFileURL(path).href, { waitUntil: "load" });
  await page.pdf({ path: join(folder, `${name}.pdf`), format: "A4", preferCSSPageSize: true, printBackground: false });
  await page.close();
}

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
const findings = [];
const only = process.env.ONLY?.split(",");
const wanted = (name) => !only || only.includes(name);
const pages = cases.filter((of) => wanted(of.name)).map(make);
if (wanted("suite")) pages.push(makeSuite());
const browser = await puppeteer.launch({ executablePath: chromium, args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"] });
try {
  for (const path of pages) {
    await look(browser, path, findings);
    console.log(`${path}: ${statSync(path).size} bytes`);
  }
} finally {
  await browser.close();
}
for (const finding of findings) console.error(finding);
console.log(`pages: ${pages.length} looked at, ${findings.length} findings; the pictures are in ${folder}`);
process.exit(findings.length > 0 || pages.length === 0 ? 1 : 0);
