// A picture in which a box can be drawn with mouse, finger or pen; rectangles are shares of its width and height.
const SMALLEST = 0.02; // a click is no box

function labFrame([left, top, right, bottom], className) {
  const frame = document.createElement("i");
  frame.className = className;
  const percent = (share) => `${100 * share}%`;
  Object.assign(frame.style, {
    left: percent(left), top: percent(top), width: percent(right - left), height: percent(bottom - top),
  });
  return frame;
}

export default function ({ data, parentElement, setStateValue }) {
  const [source, alt, found] = data;
  const node = parentElement.querySelector(".lab-picture-box");
  const [image, frames] = [node.querySelector("img"), node.querySelector(".lab-picture-frames")];
  if (image.src !== source) image.src = source;
  image.alt = alt;
  const show = (drawn) => {
    frames.replaceChildren(...(drawn ? [labFrame(drawn, "lab-drawn")] : found.map((box) => labFrame(box, ""))));
  };
  show(null);

  let start = null;
  const place = (event) => {
    const edges = image.getBoundingClientRect();
    const share = (value, first, size) => Math.min(1, Math.max(0, (value - first) / size));
    return [share(event.clientX, edges.left, edges.width), share(event.clientY, edges.top, edges.height)];
  };
  const box = (event) => {
    const [x, y] = place(event);
    return [Math.min(x, start[0]), Math.min(y, start[1]), Math.max(x, start[0]), Math.max(y, start[1])];
  };
  node.onpointerdown = (event) => {
    if (event.button !== 0 || start) return;
    node.setPointerCapture(event.pointerId);
    start = place(event);
  };
  node.onpointermove = (event) => {
    if (start) show(box(event));
  };
  node.onpointerup = (event) => {
    if (!start) return;
    const drawn = box(event);
    start = null;
    const [left, top, right, bottom] = drawn;
    if (right - left < SMALLEST || bottom - top < SMALLEST) return show(null);
    setStateValue("box", drawn);
  };
  node.onpointercancel = () => {
    start = null;
    show(null);
  };
}
