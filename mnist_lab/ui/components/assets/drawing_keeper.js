// Ten buttons that send the drawing of the page, with the digit that was meant, until the server has it: what is pressed
// while the connection is broken gets lost on the way. One drawing is kept once.
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const KEEP_AGAIN = 4000; // ms
const MAX_KEEP_AGAIN = 30000;
const MAX_STROKES_LENGTH = 2e6; // characters; the server accepts messages of 3 MB, and the picture is what counts

class DrawingKeeper {
  constructor(node) {
    this.node = node;
    this.buttons = DIGITS.map((digit) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = digit;
      button.setAttribute("aria-label", `It was a ${digit}: keep this drawing`);
      button.onclick = () => this.keep(digit);
      return button;
    });
    node.querySelector(".digits").replaceChildren(...this.buttons);
    this.refresh = () => this.show();
    document.addEventListener(LAB_DRAWING_CHANGED, this.refresh);
  }

  show() {
    if (!this.node.isConnected) return document.removeEventListener(LAB_DRAWING_CHANGED, this.refresh);
    const drawing = document.labDrawing;
    // Not the number: the same drawing is published again when the page is drawn again.
    if (drawing?.isMoving || drawing?.isEmpty) this.kept = undefined;
    const isDrawn = drawing !== undefined && !drawing.isEmpty && !drawing.isMoving;
    // One at a time: until the server has a drawing, the next one would take its place.
    const canKeep = isDrawn && this.kept === undefined && this.sent === undefined;
    // The page's notice is about this drawing alone; see `ui/draw/draw_style.py`.
    document.documentElement.classList.toggle("lab-kept", this.kept !== undefined && this.sent === undefined);
    this.buttons.forEach((button, digit) => {
      button.disabled = !canKeep;
      button.setAttribute("aria-pressed", this.kept === digit);
    });
  }

  update(version, handled) {
    if (version !== this.version) this.kept = undefined;
    this.version = version;
    if (handled === this.sent?.id) this.sent = undefined;
    this.show();
  }

  async keep(digit) {
    const drawing = document.labDrawing;
    const id = String(Math.random());
    this.kept = digit;
    this.sent = { id };
    this.show();
    const image = await labDataUrl(await drawing.png());
    this.sent = { id, label: digit, image, pen: drawing.penWidth, strokes: labStrokes() };
    this.sendAgain(KEEP_AGAIN);
  }

  sendAgain(wait) {
    clearTimeout(this.timer);
    if (this.sent === undefined || !this.node.isConnected) return;
    this.send(this.sent);
    this.timer = setTimeout(() => this.sendAgain(Math.min(2 * wait, MAX_KEEP_AGAIN)), wait);
  }
}

function labDataUrl(blob) {
  return new Promise((done) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result);
    reader.readAsDataURL(blob);
  });
}

// The strokes that the canvas keeps in the tab; the picture counts if they are not there.
function labStrokes() {
  try {
    const { strokes } = JSON.parse(sessionStorage.getItem("mnist-lab-drawing")) ?? {};
    if (JSON.stringify(strokes ?? []).length > MAX_STROKES_LENGTH) return [];
    return (strokes ?? []).map(({ path, strokeWidth }) => ({ path, strokeWidth }));
  } catch {
    return [];
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-keeper");
  node.labKeeper ??= new DrawingKeeper(node);
  node.labKeeper.send = (drawing) => setTriggerValue("kept", drawing);
  node.labKeeper.update(...data);
}
