// The slider's frames (`map/frames.ts`) with a clock and a network of the test's own, a line of JSON for each step.
//
// A step: `now` and `elapsed_ms` set the clocks, `away` takes the network away; `load` and `prepare` name times. The
// answer: the days that were asked for (Unix seconds), whether what was loaded `has` come, and station 1's value `at` it.
import { readFileSync } from "node:fs";
import { registerHooks, stripTypeScriptTypes } from "node:module";
import { createInterface } from "node:readline";

const SOURCES = new URL("../../dashboards/web/src/", import.meta.url);
const HOUR_S = 3600;

registerHooks({
  resolve: (name, context, next) =>
    name.startsWith(".") && !/\.\w+$/.test(name)
      ? { url: new URL(`${name}.ts`, context.parentURL).href, shortCircuit: true }
      : next(name, context),
  load: (url, context, next) =>
    url.endsWith(".ts")
      ? { format: "module", source: stripTypeScriptTypes(readFileSync(new URL(url), "utf8"), { mode: "transform" }), shortCircuit: true }
      : next(url, context),
});

let [now, elapsed, isAway, asked] = [0, 0, false, []];
Date.now = () => now * 1000;
performance.now = () => elapsed;
globalThis.fetch = async (address) => {
  const query = new URL(address, "http://localhost/").searchParams;
  const [from, to] = ["from", "to"].map((name) => Date.parse(query.get(name)) / 1000);
  asked.push(from);
  if (isAway) throw new TypeError("no network");
  // Of each hour that is over the same value, of the others none.
  const values = Array.from({ length: (to - from) / HOUR_S }, (_, hour) => (from + (hour + 1) * HOUR_S > now ? null : hour ? 0 : 7));
  return Response.json({ from, step: HOUR_S, decimals: 0, number: [1], values: [values] });
};

const { Frames } = await import(new URL("map/frames.ts", SOURCES).href);
const frames = new Frames("/data/flensburg/frames", "pm10", 0);

for await (const line of createInterface({ input: process.stdin })) {
  const step = JSON.parse(line);
  [now, elapsed, isAway, asked] = [step.now, step.elapsed_ms ?? elapsed, step.away ?? false, []];
  if (step.prepare !== undefined) frames.prepare(step.prepare);
  if (step.load !== undefined) await frames.load(step.load);
  const has = step.load !== undefined && frames.has(step.load);
  const at = has ? frames.at(step.load, Int32Array.of(1))[0] : null;
  console.log(JSON.stringify({ asked, has, at: Number.isNaN(at) ? null : at }));
}
