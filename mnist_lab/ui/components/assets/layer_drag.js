// Rows are dragged with the mouse, or by their grip with a finger; a line shows where they would be put.
const LAB_DRAG_FROM = 5; // px, a shorter way is a click
const LAB_EDGE = 48; // px from the edge of the visible part, in which the page scrolls
const LAB_SCROLL_STEP = 9; // px a frame

class LabLayerDrag {
  // `list` has `node`, `items()` of all rows that can be seen, `moved(item)`, `drop(item, position)` and `covered()`.
  constructor(list, line, ghost) {
    Object.assign(this, { list, line, ghost, drag: null });
    list.node.addEventListener("pointerdown", (event) => this.onDown(event));
    list.node.addEventListener("pointermove", (event) => this.onMove(event));
    list.node.addEventListener("pointerup", () => this.onUp());
    list.node.addEventListener("pointercancel", () => this.end());
    list.node.addEventListener("click", (event) => this.onClick(event), true);
    this.onKey = (event) => {
      if (event.key === "Escape" && this.drag?.started) this.end();
    };
    document.addEventListener("keydown", this.onKey);
  }

  onDown(event) {
    this.justDropped = false;
    const row = event.target.closest(".row");
    const isGrip = Boolean(event.target.closest(".grip"));
    if (!row?.labItem.indices.length || event.button !== 0 || event.target.closest(".tools, .plus, .problem")) return;
    if (event.pointerType !== "mouse" && !isGrip) return;
    this.drag = { id: event.pointerId, item: row.labItem, x: event.clientX, y: event.clientY, from: event.clientY, started: false };
    if (isGrip) event.preventDefault();
  }

  onMove(event) {
    const { drag } = this;
    if (drag?.id !== event.pointerId) return;
    if (!drag.started && Math.hypot(event.clientX - drag.x, event.clientY - drag.y) < LAB_DRAG_FROM) return;
    if (!drag.started) this.start(event);
    Object.assign(drag, { x: event.clientX, y: event.clientY });
    this.show();
  }

  start(event) {
    const { drag, list } = this;
    drag.started = true;
    list.node.setPointerCapture(event.pointerId);
    drag.layers = list.moved(drag.item);
    for (const row of list.node.querySelectorAll(".row")) {
      row.classList.toggle("dragged", row.labItem.indices.some((index) => drag.layers.includes(index)));
    }
    const others = drag.layers.length - 1;
    this.ghost.textContent = `${drag.item.row.title} ${others ? `and ${others} more` : drag.item.row.summary}`;
    this.line.hidden = this.ghost.hidden = false;
    list.node.classList.add("dragging");
    this.scroll();
  }

  show() {
    const frame = this.list.node.getBoundingClientRect();
    const { drag } = this;
    this.ghost.style.transform = `translate(${drag.x - frame.left + 14}px, ${drag.y - frame.top + 6}px)`;
    const gaps = this.gaps();
    const distance = (gap) => Math.abs(gap.y - drag.y);
    drag.gap = gaps.reduce((best, gap) => (distance(gap) < distance(best) ? gap : best), gaps[0]);
    this.line.style.top = `${drag.gap.y - frame.top - 1}px`;
  }

  // The places between rows: how far down, and in front of which layer.
  gaps() {
    const rows = [...this.list.node.querySelectorAll(".row")].filter((row) => row.labItem.indices.length);
    const gaps = rows.filter((row) => row.labItem.gap !== null).map((row) => ({ y: row.getBoundingClientRect().top, position: row.labItem.gap }));
    return [...gaps, { y: rows.at(-1).getBoundingClientRect().bottom, position: Math.max(...rows.at(-1).labItem.indices) + 1 }];
  }

  scroll() {
    const { drag } = this;
    if (!drag?.started) return;
    const scroller = labScroller(this.list.node);
    const top = this.list.covered();
    // Only towards the edge: a drag may begin beside it, and lead away from it.
    const up = drag.y < Math.min(top + LAB_EDGE, drag.from - LAB_DRAG_FROM);
    const down = drag.y > Math.max(window.innerHeight - LAB_EDGE, drag.from + LAB_DRAG_FROM);
    const step = up ? -LAB_SCROLL_STEP : down ? LAB_SCROLL_STEP : 0;
    if (step) {
      scroller.scrollTop += step;
      this.show();
    }
    requestAnimationFrame(() => this.scroll());
  }

  onUp() {
    const { drag } = this;
    if (drag?.started) {
      this.justDropped = true;
      this.list.drop(drag.layers, drag.gap.position);
    }
    this.end();
  }

  // The click at the end of a drag opens nothing.
  onClick(event) {
    if (this.justDropped) event.stopPropagation();
    this.justDropped = false;
  }

  end() {
    this.drag = null;
    this.line.hidden = this.ghost.hidden = true;
    this.list.node.classList.remove("dragging");
    for (const row of this.list.node.querySelectorAll(".dragged")) row.classList.remove("dragged");
  }

  remove() {
    document.removeEventListener("keydown", this.onKey);
  }
}

// What scrolls around the element.
function labScroller(element) {
  for (let node = element.parentElement; node; node = node.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(node).overflowY) && node.scrollHeight > node.clientHeight) return node;
  }
  return document.scrollingElement;
}
