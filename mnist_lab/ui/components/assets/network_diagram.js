// The diagram of the network: takes the widest of its views that fits, never smaller than drawn, so that its text stays
// readable; follows the theme; and tells Python which layer was clicked.
const MAX_SCALE = 1.5;
const UNIT = 16; // units of the drawing that are one rem

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-network-diagram");
  const refold = parentElement.querySelector(".lab-network-frame > .refold");
  const state = (node.labState ??= { unfolded: false });
  const [views, screenShare] = data;
  state.views = views;
  state.shown = undefined;

  const pick = (block) => {
    if (block.dataset.index !== undefined) return setTriggerValue("picked", Number(block.dataset.index));
    const first = block.dataset.first;
    state.unfolded = true;
    draw();
    const opened = node.querySelector(`[data-index="${first}"]`);
    opened?.focus({ preventScroll: true });
    if (opened) centre(opened);
  };
  const centre = (block) => {
    const [inner, outer] = [block.getBoundingClientRect(), node.getBoundingClientRect()];
    node.scrollLeft += (inner.left + inner.right - outer.left - outer.right) / 2;
  };
  const fade = labFadeEdges(node);
  const bind = () => {
    for (const block of node.querySelectorAll('[role="button"]')) {
      block.onclick = () => pick(block);
      block.onkeydown = (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        pick(block);
      };
      // A browser does not scroll to a part of a drawing by itself.
      block.onfocus = () => {
        const [inner, outer] = [block.getBoundingClientRect(), node.getBoundingClientRect()];
        if (inner.left < outer.left || inner.right > outer.right) centre(block);
      };
    }
  };
  const size = (view) => view.match(/viewBox="0 0 (\d+) (\d+)"/).slice(1).map(Number);
  const draw = () => {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const room = (node.clientWidth / rem) * UNIT;
    if (!room) return;
    const fitting = state.views.findIndex((view) => size(view)[0] <= room);
    const folded = fitting < 0 ? state.views.length - 1 : fitting;
    const shown = state.unfolded ? 0 : folded;
    refold.hidden = !state.unfolded || folded === 0;
    if (state.shown !== shown) {
      const focused = node.contains(document.activeElement) ? document.activeElement.dataset?.index : undefined;
      node.innerHTML = state.views[shown];
      bind();
      if (focused !== undefined) node.querySelector(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
    }
    const [width, height] = size(state.views[shown]);
    const enlarged = Math.min(MAX_SCALE, room / width, (window.innerHeight * screenShare * UNIT) / (rem * height));
    node.firstElementChild.style.width = `${(width * Math.max(1, enlarged)) / UNIT}rem`;
    // It is scrolled to the selected layer, or else to the first one with a problem.
    const wanted = state.shown === shown ? null : (node.querySelector(".selected") ?? node.querySelector(".badge"));
    if (wanted) centre(wanted);
    state.shown = shown;
    fade();
  };
  refold.onclick = () => {
    state.unfolded = false;
    draw();
    node.querySelector(".fold")?.focus({ preventScroll: true });
  };
  draw();
  node.labResize?.disconnect();
  node.labResize = new ResizeObserver(draw);
  node.labResize.observe(node);
  node.labUnfollow?.();
  node.labUnfollow = labFollowPalette(parentElement, node);
  return () => {
    if (node.isConnected) return;
    node.labUnfollow?.();
    node.labResize?.disconnect();
  };
}
