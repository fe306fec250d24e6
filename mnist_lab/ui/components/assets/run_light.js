// One run lights up in all parts of the page at once: its row, its chip, its curves, its point, what is said about it.
// A part names its runs in `data-run`, ids separated by spaces; a container of Streamlit names them in its key.
const LAB_LIGHT = "lab-light";
const LAB_PALE_TEXT = 0.4;

// The ids of the runs that are lit.
function labLit() {
  return (window.labLitRuns ??= new Set());
}

function labLight(ids) {
  const before = labLit();
  if (ids.length === before.size && ids.every((id) => before.has(id))) return;
  window.labLitRuns = new Set(ids);
  document.dispatchEvent(new CustomEvent(LAB_LIGHT));
}

// Calls `show` whenever other runs are lit, as long as `node` is part of the page.
function labFollowLight(node, show) {
  node.labLightOff?.();
  const follow = () => (node.isConnected ? show(labLit()) : node.labLightOff());
  node.labLightOff = () => document.removeEventListener(LAB_LIGHT, follow);
  document.addEventListener(LAB_LIGHT, follow);
}

function labRunsOf(target) {
  const part = target instanceof Element ? target.closest(`[data-run], ${labAboutRuns}`) : null;
  if (!part) return null;
  if (part.dataset.run !== undefined) return part.dataset.run.split(" ");
  const key = [...part.classList].find((name) => name.startsWith(labAboutRunsClass));
  return key.slice(labAboutRunsClass.length).split("-");
}

// Parts in HTML get a class; of the lines about runs, those that are about others turn pale.
function labShowLit() {
  const lit = labLit();
  for (const part of document.querySelectorAll("[data-run].lit")) if (!lit.has(part.dataset.run)) part.classList.remove("lit");
  for (const id of lit) for (const part of document.querySelectorAll(`[data-run="${id}"]`)) part.classList.add("lit");
  const lines = [...document.querySelectorAll(labAboutRuns)].map((line) => [line, labRunsOf(line).some((id) => lit.has(id))]);
  const concerned = lines.some(([, isLit]) => isLit);
  for (const [line, isLit] of lines) line.style.opacity = concerned && !isLit ? LAB_PALE_TEXT : "";
}

// Lights the run under the pointer or with the focus. A chart does that itself, as only it knows its curves.
function labLightOnHover() {
  if (window.labLightsOnHover) return;
  window.labLightsOnHover = true;
  document.addEventListener(LAB_LIGHT, labShowLit);
  for (const event of ["pointerover", "focusin"]) {
    document.addEventListener(event, ({ target }) => {
      const ids = labRunsOf(target);
      if (ids) labLight(ids);
      else if (!(target instanceof Element && target.closest("[data-lights]"))) labLight([]);
    });
  }
  document.documentElement.addEventListener("pointerleave", () => labLight([]));
}
