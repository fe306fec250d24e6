// Scrolls the page to the first element that matches a selector, and may give it the keyboard focus.
const DELAY = 300; // ms; the element may still have to be drawn

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-scroll-to");
  if (!labIsNew(node, data)) return;
  const [selector, block, focus] = data;
  const behavior = labReducesMotion() ? "instant" : "smooth";
  setTimeout(() => {
    const element = document.querySelector(selector);
    if (!element) return;
    if (block === "start") element.style.scrollMarginTop = labHeaderHeight;
    element.scrollIntoView({ block, behavior });
    if (!focus) return;
    element.tabIndex = -1;
    element.style.outline = "none"; // the page has moved there: a ring around a container would say no more
    element.focus({ preventScroll: true });
  }, DELAY);
}
