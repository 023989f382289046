// Python, beside the page: what runs here cannot freeze it, and is stopped by ending the worker.
const say = (kind, text) => postMessage({ kind, text });

// Text goes to the page in pieces, ten a second: one for each line would keep the page busy long after Python is done.
const ENOUGH = 100_000;
let printed = 0;
let waiting = "";
let sent = 0;

function flush() {
  if (waiting) say("output", waiting);
  waiting = "";
  sent = performance.now();
}

function writer() {
  const letters = new TextDecoder();
  return { write(part) {
    if (printed < ENOUGH) {
      const text = letters.decode(part, { stream: true });
      waiting += text.slice(0, ENOUGH - printed);
      printed += text.length;
      if (printed >= ENOUGH) waiting += `\n… no more than ${ENOUGH.toLocaleString("en")} letters are shown\n`;
      if (performance.now() - sent > 100) flush();
    }
    return part.length;
  } };
}

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
    columns: () => columns,
  });
  python.setStdout(writer());
  python.setStderr(writer());
  say("stage", "Importing chaingrad …");
  return python.pyimport("page");
}

let columns = 80;
let page;
try {
  page = await start();
  say("ready", "");
} catch (error) {
  say("failed", error.message);
}

onmessage = ({ data }) => {
  printed = 0;
  columns = data.columns;
  try {
    page.run(data.source);
  } catch (error) {  // Python itself has ended, for want of memory say
    waiting += error.message;
  }
  flush();
  say("done", "");
};
