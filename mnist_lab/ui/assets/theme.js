// The theme of the page, told from the background colour that Streamlit gives every component.
function labTheme(element) {
  const host = element.host ?? element;
  const probe = getComputedStyle(host).getPropertyValue("--st-background-color").trim() || "#ffffff";
  const canvas = document.createElement("canvas").getContext("2d");
  canvas.fillStyle = probe;
  const hex = canvas.fillStyle;
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
  return 0.299 * r + 0.587 * g + 0.114 * b > 127 ? "light" : "dark";
}

// Calls `draw(theme)` now and whenever the theme changes; a CSS variable cannot be observed, so it is looked at.
function labFollowTheme(element, draw) {
  let theme = labTheme(element);
  draw(theme);
  const timer = setInterval(() => {
    const now = labTheme(element);
    if (now !== theme) {
      theme = now;
      draw(theme);
    }
  }, 400);
  return () => clearInterval(timer);
}
