// The page's side: the editor, the buttons, and a place for each thing that the worker sends.
// No module, which a browser would not run from a file, and so could not say why nothing happens.
const here = document.currentScript.src;
const part = (name) => document.getElementById(`try-${name}`);
let worker = null;

function state(text) {
  part("state").textContent = text;
}

async function choose() {
  const answer = await fetch(new URL(part("example").value, here));
  part("code").value = await answer.text();
}

function start() {
  part("start").disabled = true;
  part("stop").disabled = false;
  part("progress").hidden = false;
  part("progress").value = 0;
  worker = new Worker(new URL("./worker.js", here), { type: "module" });
  worker.onmessage = ({ data }) => receive[data.kind](data.text);
  worker.onerror = (error) => receive.failed(error.message || "this browser runs no module workers");
}

function stop() {
  worker.terminate();
  for (const name of ["run", "stop"]) part(name).disabled = true;
  part("start").disabled = false;
  part("progress").hidden = true;
  state("Stopped. Change the code, and press Start.");
}

// How many letters of the explanation go into a line.
function columns() {
  const box = part("explanation");
  box.hidden = false;
  box.innerHTML = "<span>0000000000</span>";
  const found = Math.floor((box.clientWidth - 2 * parseFloat(getComputedStyle(box).paddingLeft)) / box.firstChild.getBoundingClientRect().width * 10);
  box.hidden = true;
  return found;
}

function run() {
  for (const name of ["output", "explanation", "page"]) part(name).hidden = true;
  part("output").textContent = "";
  part("picture").replaceChildren();
  part("run").disabled = true;
  state("Running …");
  worker.postMessage({ source: part("code").value, columns: columns() });
}

// The next line begins where this one does, and four columns further after a colon.
function newLine(editor) {
  const line = editor.value.slice(0, editor.selectionStart).split("\n").at(-1);
  document.execCommand("insertText", false, "\n" + line.match(/^ */)[0] + (/:\s*$/.test(line) ? "    " : ""));
}

const receive = {
  stage(text) {
    part("progress").value += 1;
    state(text);
  },
  ready() {
    part("progress").hidden = true;
    run();
  },
  failed(text) {
    stop();
    state(`Python could not be started here: ${text}. The lessons and pictures of this site do not need it.`);
  },
  output(text) {
    part("output").hidden = false;
    part("output").append(text);
  },
  picture(html) {  // as in a notebook: a click opens it large; a script has to be made to run
    part("picture").innerHTML = html;
    const script = document.createElement("script");
    script.textContent = part("picture").querySelector("script").textContent;
    part("picture").append(script);
  },
  explanation(text) {
    part("explanation").hidden = text === "";
    part("explanation").textContent = text;
  },
  page(html) {  // in a new frame: one that was hidden and is loaded again may stay blank
    const frame = part("page").cloneNode();
    frame.hidden = false;
    frame.srcdoc = html;
    part("page").replaceWith(frame);
  },
  done() {
    part("run").disabled = false;
    const nothing = part("output").hidden && part("page").hidden;
    state(nothing ? "Done. Nothing was printed, and show() was not called." : "Done.");
  },
};

part("start").addEventListener("click", start);
part("stop").addEventListener("click", stop);
part("run").addEventListener("click", run);
part("example").addEventListener("change", choose);
part("code").addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  event.preventDefault();
  if (!event.ctrlKey && !event.metaKey) newLine(part("code"));
  else if (!part("run").disabled) run();
});
if (location.protocol === "file:") {
  part("start").disabled = true;
  state("A browser runs Python only from a web server: python -m http.server in the folder of this site, then open its address.");
} else {
  choose();
}
