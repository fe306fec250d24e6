// A picture in which a box can be drawn with mouse, finger, pen or keyboard; rectangles are shares of its width and
// height: left, top, right, bottom.
const SMALLEST = 0.02; // a click is no box
const STEP = 0.02; // of an arrow key
const FIRST_BOX = [0.3, 0.3, 0.7, 0.7]; // of the keyboard
const ARROWS = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

function labFrame([left, top, right, bottom], className) {
  const frame = document.createElement("i");
  frame.className = className;
  const percent = (share) => `${100 * share}%`;
  Object.assign(frame.style, {
    left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top),
  });
  return frame;
}

// The box after an arrow key: moved inside the picture, or with its right lower corner moved.
function labChangedBox([left, top, right, bottom], [x, y], resizes) {
  const between = (value, low, high) => Math.min(high, Math.max(low, value));
  if (resizes) return [left, top, between(right + x, left + SMALLEST, 1), between(bottom + y, top + SMALLEST, 1)];
  const [across, down] = [between(x, -left, 1 - right), between(y, -top, 1 - bottom)];
  return [left + across, top + down, right + across, bottom + down];
}

export default function ({ data, parentElement, setStateValue }) {
  const [source, alt, found] = data;
  const node = parentElement.querySelector(".lab-picture-box");
  const [image, frames] = [node.querySelector("img"), node.querySelector(".lab-picture-frames")];
  if (image.src !== source) image.src = source;
  node.setAttribute("aria-label", alt);
  const show = (drawn) => {
    frames.replaceChildren(...(drawn ? [labFrame(drawn, "lab-drawn")] : found.map((box) => labFrame(box, ""))));
  };
  // On the node: the page may draw this again while a box is being drawn.
  const drawing = (node.labDrawing ??= { start: null, typed: null });
  if (drawing.start === null && drawing.typed === null) show(null);

  const place = (event) => {
    const edges = image.getBoundingClientRect();
    const share = (value, first, size) => Math.min(1, Math.max(0, (value - first) / size));
    return [share(event.clientX, edges.left, edges.width), share(event.clientY, edges.top, edges.height)];
  };
  const box = (event) => {
    const [[x, y], [left, top]] = [place(event), drawing.start];
    return [Math.min(x, left), Math.min(y, top), Math.max(x, left), Math.max(y, top)];
  };
  node.onpointerdown = (event) => {
    if (event.button !== 0 || drawing.start) return;
    node.setPointerCapture(event.pointerId);
    Object.assign(drawing, { start: place(event), typed: null });
  };
  node.onpointermove = (event) => {
    if (drawing.start) show(box(event));
  };
  node.onpointerup = (event) => {
    if (!drawing.start) return;
    const drawn = box(event);
    drawing.start = null;
    const [left, top, right, bottom] = drawn;
    if (right - left < SMALLEST || bottom - top < SMALLEST) return show(null);
    setStateValue("box", drawn);
  };
  node.onpointercancel = () => {
    drawing.start = null;
    show(null);
  };

  node.onkeydown = (event) => {
    const [arrow, { typed }] = [ARROWS[event.key], drawing];
    if (arrow) drawing.typed = typed === null ? FIRST_BOX : labChangedBox(typed, arrow, event.shiftKey);
    else if (typed && ["Enter", "Escape"].includes(event.key)) drawing.typed = null;
    else return;
    event.preventDefault();
    show(drawing.typed ?? (event.key === "Enter" ? typed : null));
    if (event.key === "Enter") setStateValue("box", typed);
  };
}
