// Scrolls the page to the first element that matches a selector.
const DELAY = 300; // ms; the element may still have to be drawn

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-scroll-to");
  if (!labIsNew(node, data)) return;
  const behavior = labReducesMotion() ? "instant" : "smooth";
  setTimeout(() => document.querySelector(data[0])?.scrollIntoView({ block: "center", behavior }), DELAY);
}
