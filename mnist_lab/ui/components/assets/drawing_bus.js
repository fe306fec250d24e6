// The drawing of the page. The canvas publishes each change of it, and whatever reads it follows it: in the browser
// alone, as one run of the page for each reading would be slow.
const LAB_DRAWING_CHANGED = "lab-drawing-changed";
const RETRY_SECONDS = 1; // after a request that failed
const TIMEOUT_SECONDS = 120; // the predictor may have to load TensorFlow first
const SLOW_SECONDS = 1; // until `onSlow` is called: the network is being loaded

// `drawing`: { isEmpty, isMoving, penWidth, inked, png }. `isMoving` tells that the pen is down, `inked` when the newest
// ink was drawn (like performance.now()), and `png()` resolves to the picture, which is made once for all who ask.
function labPublishDrawing(drawing) {
  document.labDrawings = (document.labDrawings ?? 0) + 1;
  let picture;
  const png = () => (picture ??= drawing.png());
  document.labDrawing = { ...drawing, png, number: document.labDrawings, at: performance.now() };
  document.dispatchEvent(new Event(LAB_DRAWING_CHANGED));
}

// Has the newest drawing read by the server. One request is under way at a time; what is drawn meanwhile is asked next,
// and what is older is never asked.
class DrawingReader {
  // `show(answer, drawing)` is called with each answer, and at once with null when the canvas is cleared.
  constructor(node, show) {
    this.node = node;
    this.show = show;
    this.isAsking = false;
    this.askedAt = -Infinity;
    this.next = () => this.askNext();
    document.addEventListener(LAB_DRAWING_CHANGED, this.next);
    document.addEventListener("visibilitychange", this.next);
  }

  // `address`: of the server's route, "" for none; `interval`: least milliseconds between two requests while the pen is
  // down, Infinity to wait until it is up; `rest`: milliseconds to wait after that.
  want(address, interval, rest = 0) {
    this.interval = interval;
    this.rest = rest;
    if (address === this.address) return;
    this.address = address;
    this.read = undefined;
    this.askNext();
  }

  askNext() {
    if (!this.node.isConnected) return this.stop();
    const drawing = document.labDrawing;
    if (drawing === undefined || drawing.number === this.read) return;
    if (drawing.isEmpty || !this.address) return this.finish(null, drawing);
    if (this.isAsking || document.hidden) return;
    const due = drawing.isMoving ? this.askedAt + this.interval : drawing.at + this.rest;
    const wait = due - performance.now();
    if (wait <= 0) this.ask(drawing);
    else if (wait < Infinity) this.askIn(wait / 1000);
  }

  askIn(seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.next, 1000 * seconds);
  }

  async ask(drawing) {
    clearTimeout(this.timer);
    const { address } = this;
    this.isAsking = true;
    this.askedAt = performance.now();
    this.node.setAttribute("aria-busy", "true");
    const slow = setTimeout(() => this.onSlow?.(), 1000 * SLOW_SECONDS);
    let answer = null;
    try {
      answer = await labPost(`${address}&pen=${drawing.penWidth}`, await drawing.png());
    } catch {
      // It is asked again below.
    }
    clearTimeout(slow);
    this.isAsking = false;
    this.node.removeAttribute("aria-busy");
    if (address === this.address && document.labDrawing?.isEmpty === false) {
      if (answer === null) return this.askIn(RETRY_SECONDS);
      this.finish(answer, drawing);
      if (answer.again !== undefined) this.askAgainIn(answer.again);
    }
    this.askNext();
  }

  askAgainIn(seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.read = undefined;
      this.askNext();
    }, 1000 * seconds);
  }

  finish(answer, drawing) {
    if (answer === null) clearTimeout(this.timer);
    this.read = drawing.number;
    this.show(answer, drawing);
  }

  stop() {
    clearTimeout(this.timer);
    document.removeEventListener(LAB_DRAWING_CHANGED, this.next);
    document.removeEventListener("visibilitychange", this.next);
  }
}

async function labPost(address, body) {
  const signal = AbortSignal.timeout(1000 * TIMEOUT_SECONDS);
  const response = await fetch(address, { method: "POST", body, signal, cache: "no-store" });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

// For the diagram of the network: the pictures of the layers, by their indices, and the shares of the ten digits.
const LAB_LAYER_PICTURES = "lab-layer-pictures";

function labPublishPictures(pictures, shares) {
  document.labLayerPictures = { pictures, shares };
  document.dispatchEvent(new Event(LAB_LAYER_PICTURES));
}
