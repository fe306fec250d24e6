// Checks the live chart on every animation frame, and records the changes that a user would notice.
(selector) => {
  const chart = () => document.querySelector(selector);
  const node = chart();
  const svg = node.querySelector(".main-svg");
  const box = (element) => Object.values(element.getBoundingClientRect().toJSON()).map((x) => x + 0).join();
  const plotArea = () => JSON.stringify(node._fullLayout._size);
  // Lines that have something to draw, and how many of them are drawn.
  const lines = () => {
    const drawn = [...node.querySelectorAll(".scatterlayer path.js-line")];
    return { all: drawn.length, empty: drawn.filter((path) => (path.getAttribute("d") ?? "").length < 4).length };
  };
  const first = { box: box(node), area: plotArea(), lines: lines().all };
  const watch = (window.labWatch = { frames: 0, updates: 0, faults: {}, expects: {}, on: true });
  const fault = (name, what = "") => (watch.faults[name] ??= `${what}, frame ${watch.frames}, update ${watch.updates}`);
  const end = () => Math.max(...node.data.filter((trace) => trace.uid === "loss-smooth").map((trace) => trace.x.at(-1)));
  let before = end();
  new MutationObserver((changes) => {
    for (const { addedNodes, removedNodes } of watch.on ? changes : []) {
      if ([...removedNodes].some((gone) => gone.contains(node))) fault("the chart's node was taken out");
      const isChart = (added) => added.querySelector?.(".js-plotly-plot") ?? added.matches?.(".js-plotly-plot");
      if ([...addedNodes].some(isChart)) fault("a chart came in");
    }
  }).observe(document.body, { childList: true, subtree: true });
  const check = () => {
    if (!watch.on) return;
    watch.frames += 1;
    if (document.querySelectorAll(selector).length !== 1) fault("not one chart");
    if (chart() !== node || node.querySelector(".main-svg") !== svg) fault("another node");
    if (box(node) !== first.box) fault("the chart moved", `${first.box} to ${box(node)}`);
    if (plotArea() !== first.area) fault("the panels moved", `${first.area} to ${plotArea()}`);
    if (lines().all < first.lines || lines().empty > 0) fault("a line is missing", JSON.stringify(lines()));
    const { zoom, hidden, hover } = watch.expects;
    for (const [axis, range] of Object.entries(zoom ?? {}))
      if (node._fullLayout[axis].range.join() !== range.join()) fault("the zoom is lost", axis);
    if (hidden && node._fullData.some((trace) => trace.legendgroup === hidden && trace.visible === true))
      fault("the legend choice is lost");
    const label = node.querySelector(".hoverlayer .legend")?.textContent;
    if (hover && label === undefined) fault("the hover label is lost");
    if (end() !== before) {
      if (end() < before) fault("the curve went back");
      before = end();
      watch.updates += 1;
    }
    requestAnimationFrame(check);
  };
  requestAnimationFrame(check);
}
