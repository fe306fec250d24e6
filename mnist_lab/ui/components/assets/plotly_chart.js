// One Plotly chart on one node: `Plotly.react` changes it in place, so hover, zoom and legend choices stay.
// We handle double clicks ourselves, because Plotly would return to the ranges that a growing chart had at first.
const CONFIG = { responsive: true, displayModeBar: false, scrollZoom: false, doubleClick: false };
const MAX_IDLE_WAIT = 1000; // ms
const AXIS = /^[xy]axis\d*$/;
const NEAR = 40; // px between the pointer and the curve that it lights
const PALE = 0.15; // opacity of the curves of other runs than the one that is lit

function loadPlotly() {
  window.labPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    // Relative to the page: the app may be below a path.
    script.src = "assets/plotly.min.js";
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      delete window.labPlotly;
      reject(new Error("the chart library did not load"));
    };
    // The script has a megabyte, so the text of the page is shown first.
    const later = window.requestIdleCallback ?? setTimeout;
    later(() => document.head.appendChild(script), { timeout: MAX_IDLE_WAIT });
  });
  return window.labPlotly;
}

// Replaces colour tokens ("@training", "@training/0.25") by the colours of a palette.
function paint(value, palette) {
  if (typeof value === "string") {
    if (!value.startsWith("@")) return value;
    const [name, alpha] = value.slice(1).split("/");
    const colour = palette[name];
    if (colour === undefined) return value;
    if (alpha === undefined) return colour;
    const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
    return `rgba(${r},${g},${b},${alpha})`;
  }
  if (Array.isArray(value)) {
    const numbers = value.every((v) => typeof v === "number" || v === null);
    return numbers ? value : value.map((v) => paint(v, palette));
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, paint(v, palette)]));
  }
  return value;
}

// The axes of a layout with the ranges that the user zoomed to. Plotly keeps these only while the figure has the same
// range, but that of a growing chart changes. With `uirevision` false, Plotly uses the ranges that we set. An axis whose
// own `uirevision` has changed shows another quantity, so its zoom is over.
function zoomedAxes(layout, zoom) {
  const axes = {};
  for (const [name, axis] of Object.entries(layout).filter(([name]) => AXIS.test(name))) {
    axes[name] = { ...axis, uirevision: false };
    const kept = zoom[name];
    if (kept === undefined || kept.quantity !== axis.uirevision) continue;
    const type = axis.type ?? "linear";
    const range = type === kept.type ? kept.range : kept.range.map(type === "log" ? Math.log10 : (x) => 10 ** x);
    if (range.every(Number.isFinite)) axes[name].range = range;
  }
  return axes;
}

function watchZoom(node) {
  node.on("plotly_relayout", (changes) => {
    for (const name of Object.keys(node.layout).filter((name) => AXIS.test(name))) {
      if (!Object.keys(changes).some((change) => change.startsWith(`${name}.range`))) continue;
      const { range, type = "linear" } = node.layout[name];
      node.labZoom[name] = { range: [...range], type, quantity: node.labWanted.figure.layout[name].uirevision };
    }
  });
  node.on("plotly_doubleclick", () => {
    node.labZoom = {};
    node.labDraw();
  });
}

// A trace belongs to the run that its legend group names. Plotly names a trace's group of elements after its `uid`.
function traceElements(node) {
  return (node._fullData ?? []).flatMap(({ uid, legendgroup }) => {
    const element = node.querySelector(`.trace${CSS.escape(uid)}`);
    return element ? [{ element, run: legendgroup }] : [];
  });
}

// Shows the runs that are lit: other traces are pale. A chart without these runs stays as it is.
function showLit(node) {
  const lit = labLit();
  const traces = traceElements(node);
  const concerned = traces.some(({ run }) => lit.has(run));
  for (const { element, run } of traces) {
    element.style.opacity = concerned && !lit.has(run) ? PALE : "";
    element.style.transition = labReducesMotion() ? "" : "opacity 0.12s";
  }
}


// Lights the run whose point is nearest to the pointer: the hover text of curves has one point of each of them.
function watchHover(node) {
  let hovered = [];
  let pointer = { clientX: 0, clientY: 0 };
  let own = ""; // the run that this chart has lit
  const pick = () => {
    const box = node.getBoundingClientRect();
    let nearest = { run: "", distance: NEAR };
    for (const { data, xaxis, yaxis, x, y } of hovered) {
      const across = hovered.length > 1 ? 0 : box.left + xaxis._offset + xaxis.d2p(x) - pointer.clientX;
      const distance = Math.hypot(across, box.top + yaxis._offset + yaxis.d2p(y) - pointer.clientY);
      if (data.legendgroup && distance < nearest.distance) nearest = { run: data.legendgroup, distance };
    }
    own = nearest.run;
    labLight(own ? [own] : []);
  };
  node.addEventListener("pointermove", (event) => {
    pointer = event;
    if (hovered.length) pick();
  });
  node.on("plotly_hover", ({ points }) => {
    hovered = points;
    pick();
  });
  node.on("plotly_unhover", () => {
    hovered = [];
    // Plotly notices late that the pointer has left: another part may have lit its runs already.
    if (labLit().size === 1 && labLit().has(own)) labLight([]);
  });
}

async function draw(node, theme) {
  const Plotly = await loadPlotly();
  const { figure, height } = node.labWanted;
  const painted = paint(figure, labPalettes[theme]);
  const { data, layout } = labIsPresenting() ? labEnlargedFigure(painted) : painted;
  const shownHeight = labHeight(height);
  node.style.height = `${shownHeight}px`;
  if (node.labShown !== layout.uirevision) node.labZoom = {};
  node.labShown = layout.uirevision;
  const font = { family: getComputedStyle(node).fontFamily, ...layout.font };
  // On a touch screen, dragging must scroll the page instead of drawing a zoom box.
  const dragmode = matchMedia("(pointer: coarse)").matches ? false : layout.dragmode;
  const fullLayout = { ...layout, ...zoomedAxes(layout, node.labZoom), height: shownHeight, autosize: true, font, dragmode };
  if (labReducesMotion()) fullLayout.transition = { duration: 0 };
  const isNew = node.layout === undefined;
  if (isNew) node.replaceChildren();
  await Plotly.react(node, data, fullLayout, CONFIG);
  if (isNew) {
    watchZoom(node);
    watchHover(node);
  }
  showLit(node);
}

// After an error the chart is created again at the next change.
function showError(node, error) {
  window.Plotly?.purge(node);
  node.textContent = `This chart cannot be drawn: ${error.message}. Reload the page.`;
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-plot");
  node.labZoom ??= {};
  node.labDraw = (theme = labTheme(parentElement)) => draw(node, theme).catch((error) => showError(node, error));
  const want = ([figure, alt, height, version]) => {
    node.setAttribute("aria-label", alt);
    node.style.height = `${labHeight(height)}px`;
    node.labWanted = { figure, height, version };
  };
  // The live feed sends a new figure, or the changes from one version of the figure to the next.
  node.labUpdate = (content) => {
    want(content);
    node.labDraw();
  };
  node.labChange = ([from, to, alt, delta]) => {
    const { figure, height, version } = node.labWanted;
    if (version !== from) return false;
    node.labUpdate([labApplyDelta(figure, delta), alt, height, to]);
    return true;
  };
  labFollowLight(node, () => showLit(node));
  labRegisterPart(node, data[4]);
  if (labIsNew(node, data)) want(data);
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, node.labDraw);
  removeEventListener("resize", node.labResize);
  node.labResize = () => {
    if (node.style.height !== `${labHeight(node.labWanted.height)}px`) node.labDraw();
  };
  addEventListener("resize", node.labResize);
  return () => {
    labUnregisterPart(node);
    if (!node.isConnected) removeEventListener("resize", node.labResize);
    // Streamlit also calls this when data arrive faster than it can pass them on; then the chart must stay.
    if (!node.isConnected) window.Plotly?.purge(node);
  };
}
