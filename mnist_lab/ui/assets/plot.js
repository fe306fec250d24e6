// One Plotly chart on one node: `Plotly.react` changes it in place, so hover, zoom and legend choices stay.
const CONFIG = { responsive: true, displayModeBar: false, scrollZoom: false };

function loadPlotly() {
  window.labPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = "/assets/plotly.min.js";
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      delete window.labPlotly;
      reject(new Error("the chart library did not load"));
    };
    document.head.appendChild(script);
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

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-plot");
  node.setAttribute("aria-label", data.alt);
  node.style.height = `${data.height}px`;
  node.labFigure = data.figure;
  node.labPalettes = data.palettes;
  node.labDraw = (theme) =>
    loadPlotly()
      .then((Plotly) => {
        const figure = paint(node.labFigure, node.labPalettes[theme]);
        const font = { family: getComputedStyle(node).fontFamily, ...(figure.layout.font ?? {}) };
        return Plotly.react(node, figure.data, { ...figure.layout, height: data.height, autosize: true, font }, CONFIG);
      })
      .catch((error) => (node.textContent = `This chart cannot be drawn: ${error.message}. Reload the page.`));
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, node.labDraw);
  return () => {
    node.labUnfollow?.();
    window.Plotly?.purge(node);
  };
}
