// A tour of the page: each step marks a part of it and explains it in a card beside it. It is offered until it was taken
// or declined once in this browser, and never again.
const LAB_TOUR = "mnist-lab-tour";
const FRAME = 6; // pixels between the frame and what it marks
const NARROW = 640; // pixels; there the card is at an edge of the screen
const GAP = 12; // pixels between the card and what it explains

function labTourIsOver() {
  try {
    return localStorage.getItem(LAB_TOUR) === "over";
  } catch {
    return false; // a browser that stores nothing
  }
}

class Tour {
  constructor(node) {
    this.node = node;
    [this.offer, this.card, this.frame] = ["offer", "card", "frame"].map((name) => node.querySelector(`.lab-tour-${name}`));
    [this.start, this.decline] = this.offer.querySelectorAll("button");
    [this.back, this.next, this.skip] = this.card.querySelectorAll("button");
    [this.count, this.title, this.text] = ["count", "title", "text"].map((name) => this.card.querySelector(`.${name}`));
    this.start.onclick = () => this.show(0);
    this.decline.onclick = () => this.end();
    this.back.onclick = () => this.show(this.index - 1);
    this.next.onclick = () => (this.index + 1 < this.steps.length ? this.show(this.index + 1) : this.end());
    this.skip.onclick = () => this.end();
    this.card.addEventListener("keydown", (event) => event.key === "Escape" && this.end());
    this.follow = () => this.place();
    this.offer.hidden = labTourIsOver();
  }

  show(index) {
    this.index = index;
    const [selector, title, text] = this.steps[index];
    this.target = document.querySelector(selector);
    this.count.textContent = `${index + 1} of ${this.steps.length}`;
    [this.title.textContent, this.text.textContent] = [title, text];
    this.back.disabled = index === 0;
    this.next.textContent = index + 1 < this.steps.length ? "Next" : "Done";
    if (!this.card.matches(":popover-open")) {
      this.card.showPopover();
      addEventListener("resize", this.follow);
      addEventListener("scroll", this.follow, true);
    }
    const block = innerWidth < NARROW ? "start" : "center";
    this.target?.scrollIntoView({ block, behavior: labReducesMotion() ? "instant" : "smooth" });
    this.place();
    this.next.focus({ preventScroll: true });
  }

  // Below what it explains, or above it, or where the window has room.
  place() {
    if (!this.node.isConnected) return this.close();
    this.mark();
    const { innerWidth, innerHeight } = window;
    const card = this.card.getBoundingClientRect();
    const box = this.target?.getBoundingClientRect() ?? { left: 0, right: innerWidth, top: 0, bottom: 0 };
    const within = (value, most) => Math.max(GAP, Math.min(value, most - GAP));
    let top = box.bottom + GAP;
    let left = (box.left + box.right - card.width) / 2;
    if (top + card.height > innerHeight - GAP) top = box.top - card.height - GAP;
    if (top < GAP) {
      top = within(box.top, innerHeight - card.height);
      left = box.left > card.width + 2 * GAP ? box.left - card.width - GAP : box.right + GAP;
    }
    // On a phone the card is at the lower edge, or at the upper one if it would cover there what it explains.
    if (innerWidth < NARROW) {
      const isCovered = box.bottom > innerHeight - card.height - 2 * GAP;
      top = isCovered && box.top > card.height + 2 * GAP ? GAP : innerHeight;
    }
    this.card.style.top = `${within(top, innerHeight - card.height)}px`;
    this.card.style.left = `${within(left, innerWidth - card.width)}px`;
  }

  end() {
    try {
      localStorage.setItem(LAB_TOUR, "over");
    } catch {
      // Then it is offered again.
    }
    this.offer.hidden = true;
    this.close();
    // The button that had the focus is gone: Tab goes on from the title.
    const title = document.querySelector("h1");
    if (title) labFocusQuietly(title);
  }

  close() {
    this.frame.hidden = true;
    if (this.card.matches(":popover-open")) this.card.hidePopover();
    removeEventListener("resize", this.follow);
    removeEventListener("scroll", this.follow, true);
  }

  // A frame over the page, as an outline of the target itself would be cut off where its container ends.
  mark() {
    const box = this.target?.getBoundingClientRect();
    this.frame.hidden = box === undefined;
    if (box === undefined) return;
    for (const side of ["left", "top"]) this.frame.style[side] = `${box[side] - FRAME}px`;
    for (const side of ["width", "height"]) this.frame.style[side] = `${box[side] + 2 * FRAME}px`;
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-tour");
  node.labTour ??= new Tour(node);
  node.labTour.steps = data;
  return () => {
    if (!node.isConnected) node.labTour.close();
  };
}
