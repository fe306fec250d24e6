// Drawing with the keyboard: the arrow keys move a pen over the canvas, which the space bar sets down and lifts.
const LAB_KEYBOARD = "keyboard";
const LAB_STEP = 0.02; // of the canvas' side
const LAB_STEPS = {
  ArrowLeft: [-LAB_STEP, 0], ArrowRight: [LAB_STEP, 0], ArrowUp: [0, -LAB_STEP], ArrowDown: [0, LAB_STEP],
};

class KeyboardPen {
  // `canvas` is a DrawingCanvas; strokes begin, go on and end there as those of a pointer do.
  constructor(canvas) {
    this.canvas = canvas;
    this.mark = canvas.node.querySelector(".lab-canvas-pen");
    this.place = [0.5, 0.5]; // shares of the side
    canvas.pad.addEventListener("keydown", (event) => this.onKey(event));
    canvas.pad.addEventListener("blur", () => this.lift(performance.now()));
    this.show();
  }

  get isDown() {
    return this.canvas.pointer?.type === LAB_KEYBOARD;
  }

  onKey(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = LAB_STEPS[event.key];
    if (step) this.move(step, event.timeStamp);
    else if (event.key === " ") this.isDown ? this.lift(event.timeStamp) : this.lower(event.timeStamp);
    else if (event.key === "Escape" && this.isDown) this.lift(event.timeStamp);
    else return;
    event.preventDefault();
  }

  move(step, time) {
    this.place = this.place.map((share, axis) => Math.min(1, Math.max(0, share + step[axis])));
    this.show();
    if (this.isDown) this.canvas.move([this.point()], time);
  }

  lower(time) {
    if (this.canvas.pointer === null) this.canvas.begin(LAB_KEYBOARD, LAB_KEYBOARD, this.point(), time);
    this.show();
  }

  lift(time) {
    if (this.isDown) this.canvas.end(this.point(), time);
    this.show();
  }

  point() {
    const edges = this.canvas.pad.getBoundingClientRect();
    return { clientX: edges.left + this.place[0] * edges.width, clientY: edges.top + this.place[1] * edges.height };
  }

  show() {
    const [left, top] = this.place.map((share) => `${100 * share}%`);
    Object.assign(this.mark.style, { left, top });
    this.mark.classList.toggle("down", this.isDown);
  }
}
