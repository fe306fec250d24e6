// The diagram of the network: takes the widest of its views that fits, never smaller than drawn, so that its text stays
// readable; follows the theme; and tells Python which layer was clicked.
const MAX_SCALE = 1.5;
const UNIT = 16; // units of the drawing that are one rem

// Puts the picture of each layer on its front plane, the drawing in place of the digit in the input, and lights the
// digits up that the network finds probable.
function labPaintLayers(node) {
  const { pictures, shares } = document.labLayerPictures ?? { pictures: {}, shares: [] };
  const paint = (block, picture) => {
    const plane = block?.querySelector(".plane, .paper");
    if (!plane || block.querySelector(".cell")) return;
    const image = block.querySelector(".lab-map") ?? document.createElementNS(plane.namespaceURI, "image");
    if (picture === undefined) return image.remove();
    for (const name of ["x", "y", "width", "height"]) image.setAttribute(name, plane.getAttribute(name));
    image.setAttribute("class", "lab-map");
    image.setAttribute("preserveAspectRatio", "none");
    image.setAttribute("href", picture);
    if (!image.isConnected) plane.after(image);
  };
  node.querySelectorAll(".output .cell").forEach((cell, digit) => {
    cell.style.fill = shares.length ? `color-mix(in srgb, var(--lab-validation) ${100 * shares[digit]}%, var(--lab-background))` : "";
  });
  paint(node.querySelector(".input"), pictures.input);
  for (const block of node.querySelectorAll(".block[data-index]")) paint(block, pictures[block.dataset.index]);
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-network-diagram");
  const refold = parentElement.querySelector(".lab-network-frame > .refold");
  const state = (node.labState ??= { unfolded: false });
  const [views, screenShare, followsDrawing] = data;
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
      if (followsDrawing) labPaintLayers(node);
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
  if (followsDrawing && !node.labPaint) {
    node.labPaint = () => (node.isConnected ? labPaintLayers(node) : document.removeEventListener(LAB_LAYER_PICTURES, node.labPaint));
    document.addEventListener(LAB_LAYER_PICTURES, node.labPaint);
  }
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
