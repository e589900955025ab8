// MicroPython's WebAssembly port, driven line by line: each line of standard input is a request in JSON, each line of
// standard output its answer. It ends with its standard input.
//
//   {"mount": {"path": "text", …}}   writes files            -> {}
//   {"run": "python code"}           runs it, returns result -> {"result": …} | {"error": "…"}
//
// The code leaves its answer, a string or None, in a global called `result` and catches its own errors: an uncaught one
// prints the whole interpreter.
import { createInterface } from "node:readline";
import { loadMicroPython } from "@micropython/micropython-webassembly-pyscript/micropython.mjs";

// What Python prints would tear the answers apart.
const micropython = await loadMicroPython({
  heapsize: 16 * 1024 * 1024,
  linebuffer: true,
  stdout: (line) => process.stderr.write(`${line}\n`),
});

function mount(files) {
  for (const [path, text] of Object.entries(files)) {
    const folders = path.split("/").slice(1, -1);
    folders.reduce((parent, name) => {
      const folder = `${parent}/${name}`;
      if (!micropython.FS.analyzePath(folder).exists) micropython.FS.mkdir(folder);
      return folder;
    }, "");
    micropython.FS.writeFile(path, text);
  }
  return {};
}

function run(code) {
  try {
    micropython.globals.set("result", null);
    micropython.runPython(code);
    return { result: micropython.globals.get("result") ?? null };
  } catch (error) {
    return { error: String(error.message ?? error).slice(0, 2000) };
  } finally {
    // The collector does not run while Python blocks JavaScript.
    micropython.runPython("import gc\ngc.collect()");
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.mount ? mount(request.mount) : run(request.run);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
