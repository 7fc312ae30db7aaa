// node tests/contract/requests.mjs MODULES RECORDED
// Holds every request that evalsig sent to the stand-in, and every answer that the stand-in gave, to
// GitHub's own descriptions: the OpenAPI document of the REST API and the schema of GraphQL.
// MODULES is a node_modules folder with @octokit/openapi, @octokit/graphql-schema, graphql, ajv and
// ajv-formats; RECORDED the folder that EVALSIG_RECORD named while the tests ran.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join, resolve } from "node:path";

const [modules, recorded] = process.argv.slice(2);
const load = createRequire(join(resolve(modules), "contract.js"));
const Ajv = load("ajv").default;
const { buildSchema, getOperationAST, parse, validate, Kind, coerceInputValue, typeFromAST } = load("graphql");

const description = JSON.parse(readFileSync(join(modules, "@octokit/openapi/generated/api.github.com.json")));
// GitHub's schema defines a few fields twice; that is between GitHub and the specification.
const sdl = readFileSync(join(modules, "@octokit/graphql-schema/schema.graphql"), "utf8");
const schema = buildSchema(sdl, { assumeValidSDL: true, assumeValid: true });

// OpenAPI 3.0 says `nullable` where JSON Schema has a type of its own.
function plain(node) {
  if (Array.isArray(node)) return node.map(plain);
  if (node === null || typeof node !== "object") return node;
  const { nullable, ...rest } = Object.fromEntries(Object.entries(node).map(([key, value]) => [key, plain(value)]));
  return nullable === true ? { anyOf: [rest, { type: "null" }] } : rest;
}

const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: "github", ...plain(description) });
const compiled = new Map();
const validator = (pointer) => {
  if (!compiled.has(pointer)) compiled.set(pointer, ajv.compile({ $ref: `github#${pointer}` }));
  return compiled.get(pointer);
};
const escape = (part) => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));

// The most particular template first: `/commits/{ref}` must not swallow `/commits/{ref}/check-runs`.
const literal = (path) => path.replace(/\{[^}]+\}/g, "").length;
const templates = Object.keys(description.paths)
  .filter((path) => path.startsWith("/repos/{owner}/{repo}"))
  .sort((a, b) => literal(b) - literal(a));
const matcher = (template) =>
  // `ref` is the one parameter that may hold slashes.
  new RegExp(`^${template.replaceAll("{ref}", "(?<ref>.+)").replace(/\{[^}]+\}/g, "[^/]+")}$`);

// Compiled once: thousands of records are held to them.
const patterns = templates.map((template) => [template, matcher(template)]);

const parameters = new Map();
const ofParameter = (key, parameter) => {
  if (!parameters.has(key)) {
    parameters.set(key, ajv.compile({ components: description.components, ...parameter.schema }));
  }
  return parameters.get(key);
};

const problems = [];
let requests = 0;
let answers = 0;
const operations = new Set();

function rest(record) {
  const url = new URL(record.path, "http://stand-in");
  const method = record.method.toLowerCase();
  const [template] =
    patterns.find(([path, pattern]) => pattern.test(url.pathname) && description.paths[path][method]) ?? [];
  if (!template) return [`no such operation: ${record.method} ${url.pathname}`];
  const operation = description.paths[template][method];
  const at = `/paths/${escape(template)}/${method}`;
  operations.add(`${record.method} ${template}`);
  const found = [];

  const resolved = (operation.parameters ?? []).map((parameter) =>
    parameter.$ref
      ? parameter.$ref.slice(2).split("/").reduce((node, key) => node[key], description)
      : parameter,
  );
  const known = new Map(resolved.filter((p) => p.in === "query").map((p) => [p.name, p]));
  for (const [name, text] of url.searchParams) {
    const parameter = known.get(name);
    if (!parameter) {
      // The trees endpoint says so in words: any value of `recursive` counts.
      found.push(`unknown query parameter ${name}`);
      continue;
    }
    const value = ["integer", "number"].includes(parameter.schema.type) ? Number(text) : text;
    if (!ofParameter(`${at}?${name}`, parameter)(value)) {
      found.push(`query parameter ${name} is ${text}`);
    }
  }
  if (operation.requestBody) {
    const check = validator(`${at}/requestBody/content/application~1json/schema`);
    if (!check(record.body)) found.push(...check.errors.map((e) => `request ${e.instancePath} ${e.message}`));
  }
  const answer = operation.responses[record.status];
  if (!record.fault && answer && record.answer !== null) {
    const pointer = answer.$ref ? answer.$ref.slice(1) : `${at}/responses/${record.status}`;
    const node = pointer.slice(1).split("/").reduce(
      (tree, key) => tree[decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~")],
      description,
    );
    if (node.content?.["application/json"]) {
      answers += 1;
      const check = validator(`${pointer}/content/application~1json/schema`);
      if (!check(record.answer)) {
        found.push(...check.errors.slice(0, 3).map((e) => `answer ${record.status} ${e.instancePath} ${e.message}`));
      }
    }
  } else if (!record.fault && record.status < 400 && record.status !== null && !answer) {
    // Refusals that every operation shares (401, 403, 429) are not listed with each.
    found.push(`answer ${record.status} is not in the description`);
  }
  return found;
}

// A document is the same text in every request of its kind.
const documents = new Map();
function readDocument(query) {
  if (!documents.has(query)) {
    const document = parse(query);
    documents.set(query, { document, errors: validate(schema, document).map((error) => error.message) });
  }
  return documents.get(query);
}

function graphql(record) {
  const { document, errors } = readDocument(record.body.query);
  const found = [...errors];
  const operation = getOperationAST(document);
  operations.add(`GraphQL ${operation.operation} ${operation.name?.value ?? ""}`);
  for (const variable of operation.variableDefinitions ?? []) {
    const name = variable.variable.name.value;
    const type = typeFromAST(schema, variable.type);
    const value = record.body.variables?.[name];
    if (value === undefined && variable.type.kind === Kind.NON_NULL_TYPE) {
      found.push(`variable ${name} is missing`);
    } else if (value !== undefined) {
      coerceInputValue(value, type, (path, invalid, error) => found.push(`${path.join(".")}: ${error.message}`));
    }
  }
  return found;
}

for (const file of readdirSync(recorded).sort()) {
  const record = JSON.parse(readFileSync(join(recorded, file), "utf8"));
  // The stand-in's own tests misbehave on purpose.
  if (!/octocrab/i.test(record.headers["user-agent"] ?? "")) continue;
  requests += 1;
  const isGraphql = record.path.split("?")[0].endsWith("/graphql") || record.path === "/graphql";
  const found = isGraphql ? graphql(record) : rest(record);
  if (!/^(bearer|token)$/i.test(record.headers.authorization ?? "")) found.push("no token was sent");
  problems.push(...found.map((what) => `${file}: ${record.method} ${record.path}: ${what}`));
}

for (const problem of [...new Set(problems)].slice(0, 40)) console.error(problem);
console.log(`contract: ${requests} requests and ${answers} answers in ${operations.size} operations, ${problems.length} problems`);
for (const operation of [...operations].sort()) console.log(`  ${operation}`);
process.exit(problems.length > 0 || requests === 0 ? 1 : 0);
