// One view of the drawing, as HTML from the server, changed in place.
class DrawingView {
  constructor(node, parentElement) {
    this.node = node;
    this.parentElement = parentElement;
    this.refresh = labEnlargeTiles(node, parentElement.querySelector(".lab-enlarged"));
    this.reader = new DrawingReader(node, (answer) => this.show(answer));
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
    if (answer?.html === undefined) return this.message(answer?.text ?? this.data[1]);
    Idiomorph.morph(this.node, answer.html, { morphStyle: "innerHTML" });
    this.refresh();
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
