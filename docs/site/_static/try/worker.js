// Python, beside the page: what runs here cannot freeze it, and is stopped by ending the worker.
const say = (kind, text) => postMessage({ kind, text });

async function bytes(address) {
  const answer = await fetch(new URL(address, import.meta.url));
  if (!answer.ok) throw new Error(`${answer.url} answered ${answer.status}`);
  return answer.arrayBuffer();
}

async function start() {
  say("stage", "Loading Python: its loader …");
  const { loadPyodide } = await import("./pyodide/pyodide.mjs");
  say("stage", "Loading Python: the interpreter and its library, 12 MB …");
  const python = await loadPyodide({ indexURL: new URL("./pyodide/", import.meta.url).href });
  say("stage", "Loading chaingrad …");
  const folder = "/home/pyodide";
  python.unpackArchive(await bytes("./chaingrad.zip"), "zip", { extractDir: folder });
  python.FS.writeFile(`${folder}/page.py`, new Uint8Array(await bytes("./page.py")));
  python.registerJsModule("shown", {
    picture: (svg) => say("picture", svg),
    explanation: (text) => say("explanation", text),
    page: (html) => say("page", html),
  });
  python.setStdout({ batched: (line) => say("output", `${line}\n`) });
  python.setStderr({ batched: (line) => say("output", `${line}\n`) });
  say("stage", "Importing chaingrad …");
  python.runPython("import page");
  return python;
}

let python;
try {
  python = await start();
  say("ready", "");
} catch (error) {
  say("failed", error.message);
}

onmessage = ({ data }) => {
  try {
    python.runPython(data, { globals: python.toPy({ __name__: "__main__" }), filename: "your code" });
  } catch (error) {
    say("output", error.message);
  }
  say("done", "");
};
