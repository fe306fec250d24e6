// The drawings of the collection. What is picked is known in the browser alone; the server hears of what is to be done.
const DIGITS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

class DrawingGrid {
  constructor(node) {
    this.node = node;
    this.bar = node.querySelector(".bar");
    this.list = node.querySelector(".cells");
    this.picked = new Set();
    for (const digit of DIGITS) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = digit;
      button.setAttribute("aria-label", `It is a ${digit}`);
      button.onclick = () => this.act(digit);
      node.querySelector(".digits").append(button);
    }
    node.querySelector(".delete").onclick = () => this.act(null);
    node.querySelector(".none").onclick = () => this.pickNone();
    this.list.onclick = ({ target }) => this.toggle(target.closest(".cell:not([aria-disabled])"));
    this.list.addEventListener("keydown", (event) => this.onKey(event));
    this.list.addEventListener("focusin", ({ target }) => this.makeCurrent(target));
  }

  update(sprite, cells, act) {
    this.send = act;
    const ids = new Set(cells.map(([id]) => id));
    this.picked = new Set([...this.picked].filter((id) => ids.has(id)));
    const content = JSON.stringify([sprite.length, cells]);
    if (content !== this.content) this.draw(sprite, cells);
    this.content = content;
    this.show();
  }

  draw(sprite, cells) {
    const focused = document.activeElement?.dataset?.id;
    this.list.replaceChildren(...cells.map((cell, index) => this.cell(cell, index, cells.length, sprite)));
    const all = this.cells();
    const current = all.find((cell) => cell.dataset.id === focused);
    this.makeCurrent(current ?? all[0]);
    current?.focus();
  }

  cell([id, label, read, name, isChangeable], index, count, sprite) {
    const cell = document.createElement("button");
    cell.type = "button";
    cell.className = read >= 0 && read !== label ? "cell wrong" : "cell";
    cell.dataset.id = id;
    cell.title = name;
    cell.setAttribute("aria-label", name);
    if (!isChangeable) cell.setAttribute("aria-disabled", "true");
    const picture = document.createElement("span");
    picture.className = "picture";
    picture.style.backgroundImage = `url(${sprite})`;
    picture.style.backgroundPosition = `0 ${count > 1 ? (100 * index) / (count - 1) : 0}%`;
    const text = document.createElement("b");
    text.textContent = label;
    if (read >= 0 && read !== label) {
      const wrong = document.createElement("span");
      wrong.className = "read";
      wrong.textContent = `✗ ${read}`;
      text.append(wrong);
    }
    cell.append(picture, text);
    const item = document.createElement("li");
    item.append(cell);
    return item;
  }

  cells() {
    return [...this.list.querySelectorAll(".cell")];
  }

  // Of all cells only one is reached by the Tab key; the arrow keys lead from there to the others.
  makeCurrent(cell) {
    for (const other of this.cells()) other.tabIndex = other === cell ? 0 : -1;
  }

  onKey(event) {
    const cells = this.cells();
    const index = cells.indexOf(event.target.closest(".cell"));
    const columns = getComputedStyle(this.list).gridTemplateColumns.split(" ").length;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, Home: -index };
    if (event.key === "End") steps.End = cells.length - 1 - index;
    if (index < 0 || !(event.key in steps)) return;
    event.preventDefault();
    cells[index + steps[event.key]]?.focus();
  }

  toggle(cell) {
    if (!cell) return;
    if (!this.picked.delete(cell.dataset.id)) this.picked.add(cell.dataset.id);
    this.show();
  }

  pickNone() {
    this.picked.clear();
    this.show();
    this.cells().find((cell) => cell.tabIndex === 0)?.focus();
  }

  show() {
    for (const cell of this.cells()) {
      if (!cell.ariaDisabled) cell.setAttribute("aria-pressed", this.picked.has(cell.dataset.id));
    }
    const { size } = this.picked;
    this.bar.hidden = size === 0;
    this.node.querySelector(".count").textContent = `${size} picked. ${size === 1 ? "It is" : "They are"}`;
  }

  act(label) {
    const ids = [...this.picked];
    this.picked.clear();
    this.show();
    this.send({ ids, label });
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-drawings");
  node.labGrid ??= new DrawingGrid(node);
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    node.querySelector(".cells").classList.toggle("dark", theme.startsWith("dark"));
    for (const [name, colour] of Object.entries(labPalettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
  });
  node.labGrid.update(...data, (action) => setTriggerValue("action", action));
  return () => node.labUnfollow?.();
}
