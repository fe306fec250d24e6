// A layer over the canvas of streamlit-drawable-canvas. The package's own script draws, on one canvas that stays as long
// as the page is shown. This layer decides which pointer draws, undoes and clears in the browser, and reports each
// change of the drawing to the page's other components at once, and to Python when the pen rests. Python only receives:
// nothing that it sends back changes what is drawn. The tab keeps the drawing, too: whoever leaves or reloads the page
// right after a stroke finds it again, even if the server never heard of it.
const MAIN_BUTTON = 0;
const PEN_SECONDS = 10; // after a pen was on or above the canvas, the hand that holds it does not draw
const PALM = 60; // CSS pixels; the contact of a finger is smaller
const LAB_DRAWING = "mnist-lab-drawing";
const REST = 1000; // ms without a stroke until Python hears of the drawing, as its answer would disturb the next one
const RESEND = 4000; // ms
const MAX_RESEND = 30000;
const MAX_SENT = 2.8e6; // characters; the server accepts 3 MB, see maxWidgetStateSize in .streamlit/config.toml
const SECOND_FINGER = 250; // ms; if two fingers come down together, neither draws

function labKeptDrawing() {
  try {
    return JSON.parse(sessionStorage.getItem(LAB_DRAWING)) ?? {};
  } catch {
    return {}; // a browser that stores nothing
  }
}

function labKeepDrawing(drawing) {
  try {
    sessionStorage.setItem(LAB_DRAWING, JSON.stringify(drawing));
  } catch {
    // Then the server alone keeps it.
  }
}

function labBlobOf(dataUrl) {
  const text = atob(dataUrl.slice(dataUrl.indexOf(",") + 1));
  return new Blob([Uint8Array.from(text, (character) => character.charCodeAt(0))], { type: "image/png" });
}

class DrawingCanvas {
  constructor(parentElement, node) {
    this.parentElement = parentElement;
    this.node = node;
    [this.pad, this.prompt] = ["pad", "prompt"].map((name) => node.querySelector(`.lab-canvas-${name}`));
    [this.undoButton, this.clearButton] = node.querySelectorAll("button");
    this.width = node.querySelector("input");
    this.note = node.querySelector(".lab-canvas-note");
    this.pointer = null; // the one that draws, as { id, type, began }
    this.penSeen = -Infinity;
    this.version = 0;
    this.sent = null; // the drawing that the server has not confirmed yet
    this.waiting = null; // mouse events while strokes are being loaded, else null
    this.copy = document.createElement("canvas");
    this.inked = 0;
  }

  async start({ data }) {
    const [script, side, strokes, width, id] = data;
    const kept = labKeptDrawing();
    this.unreported = Array.isArray(kept.strokes) && kept.id !== id;
    this.strokes = this.unreported ? kept.strokes : strokes;
    this.side = this.copy.width = this.copy.height = side;
    this.width.value = width;
    this.draw = (await import(new URL(script, document.baseURI))).default;
    this.undoButton.onclick = () => this.undo();
    this.clearButton.onclick = () => this.change([]);
    this.width.oninput = () => this.configure();
    this.width.onchange = () => this.setStateValue("width", Number(this.width.value));
    labOnShortcut(this.node, "z", false, () => this.undo());
    this.listen();
    this.keyboardPen = new KeyboardPen(this);
    // The package's canvas loses its strokes when its colours change.
    labFollowTheme(this.parentElement, (theme) => {
      this.theme = theme;
      if (this.pointer === null) this.repaint();
    });
  }

  listen() {
    const capture = (type, act) => this.pad.addEventListener(type, act, { capture: true, passive: false });
    capture("pointerdown", (event) => this.onDown(event));
    capture("pointermove", (event) => this.onMove(event));
    for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) capture(type, (event) => this.onUp(event));
    // The package listens to the mouse and to touches. It gets the events that we make from the pointer that draws.
    for (const type of ["mousedown", "mousemove", "mouseup", "touchstart", "touchmove", "touchend", "touchcancel"]) {
      capture(type, (event) => {
        if (!event.isTrusted) return;
        event.stopPropagation();
        if (event.cancelable && event.type.startsWith("touch")) event.preventDefault();
      });
    }
  }

  onDown(event) {
    if (event.button !== MAIN_BUTTON) return;
    event.preventDefault();
    // As the mouse event is prevented, the browser would leave the focus in a text field.
    document.activeElement?.blur();
    if (event.pointerType === "pen") this.penSeen = performance.now();
    if (event.pointerType === "touch" && this.isPalm(event)) return;
    if (this.pointer !== null) {
      const handBeforePen = this.pointer.type === "touch" && event.pointerType === "pen";
      const twoFingers = this.pointer.type === "touch" && event.pointerType === "touch" && this.hasJustBegun();
      if (handBeforePen || twoFingers) this.discard();
      if (!handBeforePen) return;
    }
    this.pad.setPointerCapture(event.pointerId);
    this.begin(event.pointerId, event.pointerType, event, event.timeStamp);
  }

  onMove(event) {
    if (event.pointerType === "pen") this.penSeen = performance.now();
    if (event.pointerId !== this.pointer?.id) return;
    // While the page was busy, the browser has collected moves: each of them is a point of the stroke.
    const moves = event.getCoalescedEvents?.() ?? [];
    this.move(moves.length ? moves : [event], event.timeStamp);
  }

  onUp(event) {
    if (event.pointerId !== this.pointer?.id) return;
    // The system cancels a touch that it has recognised as a palm.
    if (event.type === "pointercancel" && this.pointer.type === "touch" && this.hasJustBegun()) return this.discard();
    this.end(event, event.timeStamp);
  }

  // Begins a stroke at a point of the window.
  begin(id, type, point, time) {
    this.pointer = { id, type, began: performance.now() };
    this.pass("mousedown", point);
    this.show();
    this.publish(time);
  }

  move(points, time) {
    for (const point of points) this.pass("mousemove", point);
    this.publish(time);
  }

  end(point, time) {
    this.pointer = null;
    this.inked = time;
    this.pass("mouseup", point);
  }

  isPalm(event) {
    return performance.now() - this.penSeen < 1000 * PEN_SECONDS || Math.max(event.width, event.height) > PALM;
  }

  hasJustBegun() {
    return performance.now() - this.pointer.began < SECOND_FINGER;
  }

  // Takes away the stroke that is being drawn.
  discard() {
    this.pointer = null;
    this.waiting?.splice(this.waiting.findLastIndex((event) => event.type === "mousedown"));
    const last = new MouseEvent("mouseup", { button: MAIN_BUTTON, bubbles: true, composed: true });
    this.node.querySelector(labCanvasSurface).dispatchEvent(last);
    this.load(this.strokes);
  }

  // Passes a pointer event on to the package's canvas, as an event of the mouse.
  pass(type, { clientX, clientY }) {
    const options = { clientX, clientY, button: MAIN_BUTTON, bubbles: true, composed: true, cancelable: true };
    const event = new MouseEvent(type, options);
    if (this.waiting === null) this.deliver(event);
    else this.waiting.push(event);
  }

  deliver(event) {
    this.node.querySelector(labCanvasSurface).dispatchEvent(event);
    if (event.type !== "mouseup") return;
    this.report();
    // What had to wait for the end of the stroke.
    if (this.pointer === null && this.theme !== this.painted) this.repaint();
    else this.configure();
  }

  undo() {
    if (this.pointer === null && this.strokes.length) this.change(this.strokes.slice(0, -1));
  }

  change(strokes) {
    this.unreported = true;
    this.inked = performance.now();
    this.load(strokes);
  }

  repaint() {
    this.painted = this.theme;
    const { ink } = labPalettes[this.theme];
    this.load(this.strokes.map((stroke) => ({ ...stroke, stroke: ink })));
  }

  // Replaces the strokes on the canvas. The package does so in microtasks, so a stroke that begins meanwhile waits.
  load(strokes) {
    this.strokes = strokes;
    this.version += 1;
    this.loaded = { version: String(this.version), objects: strokes };
    this.waiting ??= [];
    this.configure();
    this.show();
    const { version } = this;
    setTimeout(() => {
      if (version !== this.version) return;
      const events = this.waiting;
      this.waiting = null;
      if (this.unreported) this.report();
      else this.publish(performance.now());
      events.forEach((event) => this.pass(event.type, event));
    });
  }

  // Tells the package how to draw. A new pen would end the stroke that is being drawn, so that waits for its end.
  configure() {
    if (this.pointer !== null && this.waiting === null) return;
    const { ink, background } = labPalettes[this.painted];
    const data = {
      ...{ drawingMode: "freedraw", strokeColor: ink, strokeWidth: Number(this.width.value) },
      ...{ canvasWidth: this.side, canvasHeight: this.side, backgroundColor: background, backgroundImageURL: null },
      ...{ initialDrawing: { ...this.loaded, background }, realtimeUpdateStreamlit: false, returnImageData: true },
      ...{ disabled: false, fillColor: "#eee", displayRadius: 3, fontSize: 20, label: "" },
      ...{ backgroundImageFit: "stretch", maxDisplayHeight: null },
    };
    const setStateValue = (name, value) => name === "drawing" && this.onDrawing(value);
    this.draw({ data, parentElement: this.parentElement, setStateValue });
  }

  report() {
    this.unreported = false;
    this.node.querySelector(labCanvasSend).click();
  }

  // Called by the package when it reports its drawing.
  onDrawing({ raw, data }) {
    this.strokes = raw.objects;
    this.show();
    const id = `${Date.now()}-${Math.random()}`;
    labKeepDrawing({ id, strokes: this.strokes });
    this.publish(this.inked, () => labBlobOf(data));
    this.sent = { strokes: this.strokes, id };
    this.sendIn(REST, RESEND);
  }

  // Tells the page's other components what is drawn. While strokes are being loaded, the canvas does not show it yet.
  publish(inked, png = () => this.png()) {
    if (this.waiting !== null) return;
    this.inked = inked;
    const isMoving = this.pointer !== null;
    const widths = [...this.strokes.map((stroke) => stroke.strokeWidth), isMoving ? Number(this.width.value) : 0];
    const isEmpty = !isMoving && !this.strokes.length;
    labPublishDrawing({ isEmpty, isMoving, inked, penWidth: Math.max(...widths), png });
  }

  // The canvas with the stroke that is being drawn, which the package keeps on a canvas of its own until the pen is up.
  png() {
    const context = this.copy.getContext("2d", { willReadFrequently: true });
    for (const layer of [labCanvasStrokes, labCanvasSurface]) context.drawImage(this.node.querySelector(layer), 0, 0);
    return new Promise((done) => this.copy.toBlob(done, "image/png"));
  }

  sendIn(wait, resend) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.send(resend), wait);
  }

  // Sends the drawing until the server has it: what is drawn while the connection is broken gets lost on the way.
  send(wait) {
    if (this.sent === null || !this.node.isConnected) return;
    if (this.pointer !== null) return this.sendIn(REST, RESEND);
    // The server would close the connection: hundreds of long strokes are no digit.
    this.note.hidden = JSON.stringify(this.sent).length <= MAX_SENT;
    if (!this.note.hidden) return;
    this.setStateValue("drawing", this.sent);
    this.sendIn(wait, Math.min(2 * wait, MAX_RESEND));
  }

  confirm(id) {
    if (this.sent?.id === id) this.sent = null;
  }

  show() {
    this.undoButton.disabled = this.clearButton.disabled = !this.strokes.length;
    this.prompt.hidden = this.strokes.length > 0 || this.pointer !== null;
  }
}

export default function (component) {
  const node = component.parentElement.querySelector(".lab-canvas");
  const isNew = node.labCanvas === undefined;
  node.labCanvas ??= new DrawingCanvas(component.parentElement, node);
  // With each call, Streamlit passes a new function.
  node.labCanvas.setStateValue = component.setStateValue;
  if (isNew) node.labCanvas.start(component);
  else node.labCanvas.confirm(component.data[4]);
  return () => {
    if (!node.isConnected) document.labDrawing = undefined;
  };
}
