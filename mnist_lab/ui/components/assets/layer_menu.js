// A small menu of the kinds of layers. It is opened below a button and closes by a choice, Escape, Tab or a click elsewhere.
const TOP = 68; // pixels of the window that the page's header covers, and some more
const MARGIN = 8; // pixels between the menu and the edge of the window

class LabLayerMenu {
  constructor(node, kinds) {
    this.node = node;
    this.items = kinds.map(([kind, title, colour]) => {
      const square = labNode("span", { className: "square" });
      square.style.setProperty("--tone", `var(--lab-${colour})`);
      return labNode("button", { type: "button", role: "menuitem", tabIndex: -1, data: { kind } }, square, title);
    });
    node.append(...this.items);
    node.onclick = ({ target }) => this.choose(target.closest("[data-kind]"));
    node.onkeydown = (event) => this.onKey(event);
    this.onElsewhere = ({ target }) => {
      if (!node.hidden && !node.contains(target) && !this.anchor.contains(target)) this.close();
    };
    document.addEventListener("pointerdown", this.onElsewhere);
  }

  open(anchor, title, onChoice) {
    this.anchor = anchor;
    this.onChoice = onChoice;
    this.node.hidden = false;
    this.node.setAttribute("aria-label", title);
    const frame = this.node.parentElement.getBoundingClientRect();
    const at = anchor.getBoundingClientRect();
    const [above, below] = [at.top - TOP, innerHeight - at.bottom - MARGIN];
    const isBelow = this.node.scrollHeight <= below || below >= above;
    this.node.style.maxHeight = `${isBelow ? below : above}px`;
    this.node.style.top = `${(isBelow ? at.bottom + 4 : at.top - this.node.offsetHeight - 4) - frame.top}px`;
    this.node.style.left = `${Math.max(0, Math.min(at.left - frame.left, frame.width - this.node.offsetWidth))}px`;
    this.items[0].focus({ preventScroll: true });
  }

  close(focus = false) {
    if (this.node.hidden) return;
    this.node.hidden = true;
    if (focus) this.anchor.focus({ preventScroll: true });
  }

  choose(item) {
    if (!item) return;
    this.close(true);
    this.onChoice(item.dataset.kind);
  }

  onKey(event) {
    const place = this.items.indexOf(document.activeElement);
    const steps = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: -1 };
    if (event.key in steps) this.items.at(steps[event.key] % this.items.length).focus();
    else if (event.key === "Escape") this.close(true);
    else if (event.key === "Tab") return this.close(true);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.jump(event.key, place);
    else return;
    if (event.key !== " ") event.preventDefault();
    event.stopPropagation();
  }

  // To the next kind that begins with this letter.
  jump(letter, place) {
    const turned = [...this.items.slice(place + 1), ...this.items.slice(0, place + 1)];
    turned.find((item) => item.textContent.toLowerCase().startsWith(letter.toLowerCase()))?.focus();
  }

  remove() {
    document.removeEventListener("pointerdown", this.onElsewhere);
  }
}
