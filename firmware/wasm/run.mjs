// MicroPython's WebAssembly port, driven line by line: each line of standard input is a request in JSON, each line of
// standard output its answer. It ends with its standard input. Its argument is the size of the heap in bytes.
//
//   {"mount": {"path": "text", …}}               writes files; {"base64": …} for bytes  -> {}
//   {"run": "python code", "argument": "text"}   runs it, returns its result            -> {"result": …} | {"error": "…"}
//   {"heap": true}                               collects garbage, says what there was  -> {"used": …, "garbage": …}
//
// The code finds `argument` among its globals, leaves its answer, a string or None, in a global called `result` and
// catches its own errors: an uncaught one prints the whole interpreter. Garbage is collected after it, unless the request
// says "keepGarbage".
//
// While it runs it may talk to whoever sent the request, by the module `hostbridge`: `ask(text)` writes {"ask": text}
// and returns the "answer" of the next line; `tell(text)` writes {"tell": text} and waits for nothing. Python cannot wait
// for a promise in the middle of a call, so that all reading and writing here is synchronous. `ticks_us()` is a clock that
// is finer than Python's own, which has milliseconds.
import { readSync, writeSync } from "node:fs";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

const STDIN = 0;
const STDOUT = 1;
const HEAP_BYTES = Number(process.argv[2] ?? 16 * 1024 * 1024);

const chunk = Buffer.alloc(65536);
let received = Buffer.alloc(0);

function readLine() {
  let end = received.indexOf(10);
  while (end < 0) {
    const size = readSync(STDIN, chunk);
    if (size === 0) return null;
    received = Buffer.concat([received, chunk.subarray(0, size)]);
    end = received.indexOf(10);
  }
  const line = received.toString("utf-8", 0, end);
  received = received.subarray(end + 1);
  return line;
}

function write(answer) {
  let data = Buffer.from(`${JSON.stringify(answer)}\n`);
  while (data.length > 0) data = data.subarray(writeSync(STDOUT, data));
}

function ask(text) {
  write({ ask: text });
  const line = readLine();
  // Whoever asked for the run is gone, and nobody waits for what comes of it.
  if (line === null) process.exit(0);
  return JSON.parse(line).answer;
}

// What Python prints would tear the answers apart.
const micropython = await loadMicroPython({
  heapsize: HEAP_BYTES,
  linebuffer: true,
  stdout: (line) => process.stderr.write(`${line}\n`),
});
micropython.registerJsModule("hostbridge", {
  ask,
  tell: (text) => write({ tell: text }),
  ticks_us: () => Math.round(performance.now() * 1000),
});

function mount(files) {
  for (const [path, content] of Object.entries(files)) {
    const folders = path.split("/").slice(1, -1);
    folders.reduce((parent, name) => {
      const folder = `${parent}/${name}`;
      if (!micropython.FS.analyzePath(folder).exists) micropython.FS.mkdir(folder);
      return folder;
    }, "");
    const data = typeof content === "string" ? content : Buffer.from(content.base64, "base64");
    micropython.FS.writeFile(path, data);
  }
  return {};
}

function allocated() {
  micropython.runPython("import gc\nresult = gc.mem_alloc()");
  return micropython.globals.get("result");
}

// The collector does not run while Python blocks JavaScript: between two calls it does.
const collect = () => micropython.runPython("import gc\ngc.collect()");

function heap() {
  const before = allocated();
  collect();
  const used = allocated();
  return { used, garbage: before - used };
}

function run(code, argument, keepGarbage) {
  try {
    micropython.globals.set("result", null);
    micropython.globals.set("argument", argument ?? null);
    micropython.runPython(code);
    return { result: micropython.globals.get("result") ?? null };
  } catch (error) {
    return { error: String(error.message ?? error).slice(0, 2000) };
  } finally {
    if (!keepGarbage) collect();
  }
}

for (let line = readLine(); line !== null; line = readLine()) {
  const request = JSON.parse(line);
  if (request.mount) write(mount(request.mount));
  else if (request.heap) write(heap());
  else write(run(request.run, request.argument, request.keepGarbage));
}
