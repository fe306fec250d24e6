// Scrolls the page to the first element that matches a selector, and may give it the keyboard focus.
const DELAY = 300; // ms; the element may still have to be drawn
const NEAR_BOTTOM = 0.75; // of the window's height

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-scroll-to");
  if (!labIsNew(node, data)) return;
  const [selector, block, focus, , fromBelow] = data;
  const behavior = labReducesMotion() ? "instant" : "smooth";
  setTimeout(() => {
    const target = document.querySelector(selector);
    if (target === null || (fromBelow && target.getBoundingClientRect().top < NEAR_BOTTOM * innerHeight)) return;
    if (block === "start") target.style.scrollMarginTop = labHeaderHeight;
    target.scrollIntoView({ block, behavior });
    const focused = focus === ":scope" ? target : focus ? target.querySelector(focus) : null;
    if (focused?.matches("input, textarea")) focused.focus();
    else if (focused) labFocusQuietly(focused);
  }, DELAY);
}
