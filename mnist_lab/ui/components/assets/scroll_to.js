// Scrolls the page to the first element that matches a selector.
const DELAY = 300; // ms; the element may still have to be drawn

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-scroll-to");
  if (!labIsNew(node, data)) return;
  const behavior = labReducesMotion() ? "instant" : "smooth";
  const [selector, focus] = data;
  setTimeout(() => {
    const target = document.querySelector(selector);
    if (target === null) return;
    target.style.scrollMarginTop = labHeaderHeight;
    target.scrollIntoView({ block: focus ? "start" : "center", behavior });
    const focused = focus ? target.querySelector(focus) : null;
    if (focused === null) return;
    focused.tabIndex = -1;
    focused.focus({ preventScroll: true });
  }, DELAY);
}
