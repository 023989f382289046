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
  state("Stopped.");
}

function run() {
  for (const name of ["output", "explanation", "page"]) part(name).hidden = true;
  part("output").textContent = "";
  part("picture").replaceChildren();
  part("run").disabled = true;
  state("Running …");
  worker.postMessage(part("code").value);
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
    part("output").textContent += text;
  },
  picture(svg) {
    part("picture").innerHTML = svg;
  },
  explanation(text) {
    part("explanation").hidden = text === "";
    part("explanation").textContent = text;
  },
  page(html) {
    part("page").hidden = false;
    part("page").srcdoc = html;
  },
  done() {
    part("run").disabled = false;
    state("Done.");
  },
};

part("start").addEventListener("click", start);
part("stop").addEventListener("click", stop);
part("run").addEventListener("click", run);
part("example").addEventListener("change", choose);
part("code").addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !part("run").disabled) run();
});
if (location.protocol === "file:") {
  part("start").disabled = true;
  state("A browser runs Python only from a web server: python -m http.server in the folder of this site, then open its address.");
} else {
  choose();
}
