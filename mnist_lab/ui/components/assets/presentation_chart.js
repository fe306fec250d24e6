// Charts in presentation mode: larger text, thicker lines and more height, as Plotly measures all of them in pixels.
const LAB_TEXT = 1.4;
const LAB_MIN_TEXT = 18; // px
const LAB_LINE = 1.8;
const LAB_USUAL_LINE = 2; // px; Plotly's own width of lines
const LAB_HEIGHT = 1.25;
const LAB_SCREEN = 0.6; // share of the screen's height that a chart may have, so that its figures are in sight as well
const LAB_MIN_HEIGHT = 0.8; // share of its usual height that it always has
const LAB_DISTANCES = new Set(["standoff", "xshift", "yshift", "ax", "ay", "borderpad", "l", "r", "t", "b"]);

function labHeight(height) {
  if (!labIsPresenting()) return height;
  return Math.round(Math.min(LAB_HEIGHT * height, Math.max(LAB_SCREEN * innerHeight, LAB_MIN_HEIGHT * height)));
}

// A copy of a part of a figure, enlarged; `name` is its key, `owner` that of the object around it.
function labEnlarged(value, name = "", owner = "") {
  if (Array.isArray(value)) {
    if (name === "size" && owner === "marker") return value.map((size) => LAB_TEXT * size);
    return typeof value[0] === "object" ? value.map((part) => labEnlarged(part, name, owner)) : value;
  }
  if (value !== null && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, labEnlarged(part, key, name)]));
  }
  if (typeof value !== "number") return value;
  if (name === "size") return owner.endsWith("font") ? Math.max(LAB_MIN_TEXT, LAB_TEXT * value) : LAB_TEXT * value;
  if (name === "width" && owner === "line") return LAB_LINE * value;
  return LAB_DISTANCES.has(name) && !owner.startsWith("pad") ? LAB_TEXT * value : value;
}

function labEnlargedFigure({ data, layout }) {
  const traces = data.map((trace) => {
    const isLine = trace.mode?.includes("lines") && trace.line?.width === undefined;
    const enlarged = labEnlarged(isLine ? { ...trace, line: { ...trace.line, width: LAB_USUAL_LINE } } : trace);
    // Plotly would make the text as small as its bar.
    return trace.type === "bar" ? { constraintext: "none", ...enlarged } : enlarged;
  });
  return { data: traces, layout: labEnlarged(layout) };
}
