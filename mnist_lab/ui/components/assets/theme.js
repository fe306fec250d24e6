// The theme of the page, derived from the background colour that Streamlit gives every component.
const labThemes = {};

function labPageTheme(element) {
  const host = element.host ?? element;
  const colour = getComputedStyle(host).getPropertyValue(labBackground).trim() || "#ffffff";
  return (labThemes[colour] ??= labIsLight(colour) ? "light" : "dark");
}

function labIsPresenting() {
  return document.documentElement.classList.contains(labPresenting);
}

// The name of the palette of the page.
function labTheme(element) {
  return labPageTheme(element) + (labIsPresenting() ? "-presentation" : "");
}

function labIsLight(colour) {
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = colour;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(canvas.fillStyle.slice(i, i + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 127;
}

// Calls `draw(theme)` now and at every change of the theme or of presentation mode, as long as `element` is part of the
// page. The change of a CSS variable triggers no event, so it is read repeatedly.
function labFollowTheme(element, draw) {
  let theme = labTheme(element);
  draw(theme);
  const timer = setInterval(() => {
    if (!element.isConnected) return clearInterval(timer);
    const now = labTheme(element);
    if (now !== theme) {
      theme = now;
      draw(theme);
    }
  }, 400);
  return () => clearInterval(timer);
}

// Gives the node the colours of a palette, as the variables `--lab-<name>`.
function labPaint(node, theme) {
  for (const [name, colour] of Object.entries(labPalettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
}

// Gives the node the colours of the page's palette, now and at every change.
function labFollowPalette(element, node) {
  return labFollowTheme(element, (theme) => labPaint(node, theme));
}
