// Ten buttons that send the drawing of the page, with the digit that was meant. One drawing is sent once.
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

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
    const canKeep = drawing !== undefined && !drawing.isEmpty && !drawing.isMoving && this.kept === undefined;
    this.buttons.forEach((button, digit) => {
      button.disabled = !canKeep;
      button.setAttribute("aria-pressed", this.kept === digit);
    });
  }

  update(version) {
    if (version !== this.version) this.kept = undefined;
    this.version = version;
    this.show();
  }

  async keep(digit) {
    const drawing = document.labDrawing;
    this.kept = digit;
    this.show();
    const image = await labDataUrl(await drawing.png());
    this.send({ label: digit, image, pen: drawing.penWidth, strokes: labStrokes() });
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
    return (strokes ?? []).map(({ path, strokeWidth }) => ({ path, strokeWidth }));
  } catch {
    return [];
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-keeper");
  node.labKeeper ??= new DrawingKeeper(node);
  node.labKeeper.send = (drawing) => setTriggerValue("kept", drawing);
  node.labKeeper.update(data[0]);
}
