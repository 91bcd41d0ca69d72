/**
 * The published package @mindflip/webllm-client: it depends on nothing else, and its types match
 * the code.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const CLIENT = join(ROOT, "static/js/client");
const TSC = join(ROOT, "node_modules/typescript/bin/tsc");

/** Return the text of every file in a folder and its subfolders, by path. */
function readFiles(folder, ending) {
  const names = readdirSync(folder, { recursive: true }).map(String);
  return Object.fromEntries(
    names
      .filter((name) => name.endsWith(ending))
      .sort()
      .map((name) => [name, readFileSync(join(folder, name), "utf8")]),
  );
}

test("the published types are those that TypeScript generates from the code", () => {
  const folder = mkdtempSync(join(tmpdir(), "types-"));
  try {
    execFileSync(process.execPath, [TSC, "-p", CLIENT, "--outDir", folder], { stdio: "pipe" });
    const [published, generated] = [join(CLIENT, "types"), folder].map((types) =>
      readFiles(types, ".d.ts"),
    );
    const outdated = Object.keys({ ...published, ...generated }).filter(
      (name) => published[name] !== generated[name],
    );
    assert.deepEqual(outdated, [], "Run `make docs` to write static/js/client/types.");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("docs/client.md lists every event of events.js", () => {
  const types = readFileSync(join(CLIENT, "types/events.d.ts"), "utf8");
  const page = readFileSync(join(ROOT, "docs/client.md"), "utf8");
  const [, events] = types.split("export type ClientEvents = {");
  const [, section] = page.split(/^## Events$|^## Errors$/m);
  const names = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name).sort();
  assert.deepEqual(
    names(section, /^\| `(\w+)` \|/gm),
    names(events, /^ {4}(\w+): /gm),
    "Describe the same events in docs/client.md and in static/js/client/events.js.",
  );
});

test("the package has no dependencies, no outside imports and no use of the document", () => {
  const manifest = JSON.parse(readFileSync(join(CLIENT, "package.json"), "utf8"));
  assert.deepEqual([manifest.name, manifest.dependencies], ["@mindflip/webllm-client", undefined]);
  for (const [name, text] of Object.entries(readFiles(CLIENT, ".js"))) {
    const imports = [...text.matchAll(/^(?:import|export) .*from "(.*)"/gm)].map(
      ([, from]) => from,
    );
    assert.ok(
      imports.every((from) => /^\.\.?\/[a-z\d/-]+\.js$/.test(from) && !from.startsWith("../../")),
      `${name} imports ${imports}`,
    );
    assert.doesNotMatch(text, /\b(document|window|localStorage|sessionStorage)\./, name);
  }
});

test("every file in the package's exports exists", () => {
  const { exports } = JSON.parse(readFileSync(join(CLIENT, "package.json"), "utf8"));
  for (const conditions of Object.values(exports))
    for (const file of Object.values(conditions))
      assert.ok(readFileSync(join(CLIENT, file), "utf8"));
});

test("npm pack includes the license, the README, the types and every module", () => {
  const [{ files }] = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json"], {
      cwd: CLIENT,
      encoding: "utf8",
      stdio: "pipe",
    }),
  );
  const packed = files.map(({ path }) => path);
  const modules = Object.keys(readFiles(CLIENT, ".js"));
  for (const name of ["LICENSE", "README.md", "package.json", "types/index.d.ts", ...modules])
    assert.ok(packed.includes(name), `${name} is missing`);
});
