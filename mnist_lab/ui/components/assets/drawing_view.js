// One view of the drawing, as HTML from the server, changed in place.
class DrawingView {
  constructor(node, parentElement) {
    this.node = node;
    this.parentElement = parentElement;
    this.refresh = labEnlargeTiles(node, parentElement.querySelector(".lab-enlarged"));
    this.cell = null;
    this.reader = new DrawingReader(node, (answer) => this.show(answer));
    node.addEventListener("pointermove", (event) => this.onPointer(event));
    node.addEventListener("pointerleave", () => (this.cell = null));
    labFollowTheme(parentElement, (theme) => {
      for (const [name, colour] of Object.entries(labPalettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
      this.ask();
    });
  }

  want(data) {
    this.data = data;
    this.ask();
  }

  ask() {
    if (this.data === undefined) return;
    const [address, empty, interval, rest] = this.data;
    if (this.reader.read === undefined) this.message(empty);
    // The pictures have the colours of the theme.
    const url = `${address}&theme=${labPageTheme(this.parentElement)}`;
    this.reader.want(url, interval < 0 ? Infinity : interval, rest);
  }

  show(answer) {
    if (answer === null) labPublishPictures({}, []);
    if (answer?.html === undefined) return this.message(answer?.text ?? this.data[1]);
    const told = this.node.querySelector(".cell")?.innerHTML;
    Idiomorph.morph(this.node, answer.html, { morphStyle: "innerHTML" });
    if (told !== undefined && this.cell) this.node.querySelector(".cell").innerHTML = told;
    this.refresh();
    if (answer.pictures) labPublishPictures(answer.pictures, answer.shares);
    if (this.cell) this.tell(this.cell);
  }

  // Which value of which layer the pointer is over, "layer.row.column.channel"; null if it is over none.
  cellAt({ target, clientX, clientY }) {
    const layer = target.closest?.("[data-layer]");
    if (!layer || !target.matches(".sheet")) return null;
    const { left, top, width, height } = target.getBoundingClientRect();
    const [x, y] = [(clientX - left) / width, (clientY - top) / height].map((share) => Math.min(Math.max(share, 0), 0.999));
    const { rows, columns, axes } = layer.dataset;
    if (Number(axes) === 1 || Number(rows) * Number(columns) <= 1) return null;
    const channel = [...layer.querySelectorAll(".sheet")].indexOf(target);
    return [layer.dataset.layer, Math.floor(y * rows), Math.floor(x * columns), channel].join(".");
  }

  onPointer(event) {
    const cell = this.cellAt(event);
    if (cell === this.cell) return;
    this.cell = cell;
    if (cell) this.tell(cell);
  }

  // Asks what the value was summed from; while an answer is under way, the newest value is asked next.
  async tell(cell) {
    if (this.isTelling || document.labDrawing === undefined || document.labDrawing.isMoving) return;
    this.isTelling = true;
    try {
      const { penWidth } = document.labDrawing;
      const address = new URL(this.data[0], document.baseURI);
      address.searchParams.set("view", "cell");
      address.searchParams.set("cell", cell);
      address.searchParams.set("pen", penWidth);
      address.searchParams.set("theme", labPageTheme(this.parentElement));
      const { html, text } = await labPost(address, await document.labDrawing.png());
      const line = this.node.querySelector(".cell");
      if (line && html) line.innerHTML = html;
      else if (line) line.textContent = text ?? "";
    } catch {
      // The next value is asked again.
    } finally {
      this.isTelling = false;
      if (this.cell && this.cell !== cell) this.tell(this.cell);
    }
  }

  message(text) {
    const line = document.createElement("p");
    line.textContent = text;
    this.node.replaceChildren(line);
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-drawing-view");
  node.labDrawingView ??= new DrawingView(node, parentElement);
  node.labDrawingView.want(data);
}
