// The list of a network's layers. Which rows are shown, where the focus is and what is dragged is the browser's own; every
// change of the network is asked of Python, one after the other, and the focus stays on the row that was acted on.
const LAB_NO_ANSWER = 8_000; // ms, after which the next action is sent anyway
const LAB_FORM_WAIT = 4_000; // ms, in which the form may appear
const LAB_FIELD_WAIT = 600; // ms, in which its first field may appear

class LabLayerList {
  constructor(node) {
    this.node = node;
    [this.rows, this.adders, this.count, this.severalButton, this.status] = [".rows", ".add", ".count", ".several", ".said"].map((name) =>
      node.querySelector(name),
    );
    Object.assign(this, { expanded: new Set(), picked: [], queue: [], waiting: null, number: 0, current: 0, several: false });
    this.drag = new LabLayerDrag(this, node.querySelector(".line"), node.querySelector(".ghost"));
    this.rows.onclick = (event) => this.onClick(event);
    this.rows.onkeydown = (event) => this.onKey(event);
    // Firefox clicks a button when the space key is released.
    this.rows.onkeyup = (event) => event.key === " " && event.target.closest("button.main") && event.preventDefault();
    this.rows.addEventListener("focusin", ({ target }) => this.onFocus(target));
    this.adders.onclick = ({ target }) => this.onAdd(target.closest("button"));
    this.severalButton.onclick = () => this.setSeveral(!this.several);
    this.onDocumentKey = (event) => this.onFormKey(event);
    document.addEventListener("keydown", this.onDocumentKey);
  }

  update(data, send) {
    const [content, picked, handled, focus, show, notice, kinds, picture, form] = data;
    this.send = send;
    this.selectors = { picture, form };
    this.menu ??= new LabLayerMenu(this.node.querySelector(".menu"), JSON.parse(kinds));
    this.watchPicture();
    this.number = Math.max(this.number, handled);
    const answered = this.waiting && handled >= this.waiting.number ? this.waiting : null;
    if (answered) {
      clearTimeout(this.waiting.timer);
      this.waiting = null;
    }
    if (this.source !== content) {
      // Undone, or changed in the form: what was said of the last action is no longer true.
      if (!answered) this.say("");
      this.source = content;
      this.content = JSON.parse(content);
    }
    const isPicking = this.waiting?.isPick || this.queue.some(({ isPick }) => isPick);
    if (!isPicking) this.picked = picked;
    if (answered && focus !== null) this.current = focus;
    this.draw();
    // Past an equal layer, no row looks different and none is drawn anew: the focus follows the layer all the same.
    if (answered && focus !== null) this.followFocus();
    answered?.after?.(focus);
    this.sayNotice(notice);
    this.showAsked(show, picked);
    this.pump();
  }

  sayNotice([number, text]) {
    if (this.noticed !== undefined && number !== this.noticed) this.say(text);
    this.noticed = number;
  }

  // Python asks to show a layer: one that was clicked in the picture, or the one whose form was closed.
  showAsked(show, picked) {
    const isFirst = this.shown === undefined;
    const [number, index, focus] = show;
    if (isFirst && picked.length) this.reveal(picked[0]);
    else if (!isFirst && number !== this.shown) {
      this.current = Math.max(0, Math.min(index, this.content.count - 1));
      this.reveal(this.current);
      if (focus) this.button(this.current, "main")?.focus({ preventScroll: true });
    }
    this.shown = number;
  }

  // Drawing.

  key(repeat) {
    return JSON.stringify(repeat.rows.map(({ title, summary }) => [title, summary]));
  }

  // A block is shown layer by layer if the user wants it, or has picked one of its layers alone.
  isExpanded(repeat, all) {
    if (this.expanded.has(this.key(repeat))) return true;
    const picked = all.filter((index) => this.picked.includes(index));
    return picked.some((index) => {
      const equal = all.filter((other) => (other - index) % repeat.length === 0);
      return !equal.every((other) => picked.includes(other));
    });
  }

  draw() {
    const items = labItems(this.content, (repeat, all) => this.isExpanded(repeat, all));
    const source = JSON.stringify([this.source, items.map(({ indices, expanded }) => [indices, expanded])]);
    if (source !== this.drawn) {
      this.drawn = source;
      this.items = items;
      const focused = this.focusedButton();
      this.rows.replaceChildren(...labRows(this.content, this.items));
      this.node.classList.toggle("has-groups", this.items.some(({ repeat }) => repeat));
      this.showCount();
      if (focused) this.refocus(focused);
    }
    this.mark();
  }

  showCount() {
    const { count, errors } = this.content;
    const layers = count === 1 ? "1 layer" : `${count} layers`;
    this.count.replaceChildren(layers, ...(errors ? [labNode("i", { textContent: `${errors} to repair` })] : []));
  }

  // What the button that has the focus does; null if none of the list has it.
  focusedButton() {
    return this.rows.contains(document.activeElement) ? document.activeElement.dataset.do : null;
  }

  followFocus() {
    const focused = this.focusedButton();
    if (focused && !this.row(this.current)?.contains(document.activeElement)) this.refocus(focused);
  }

  refocus(action) {
    const own = { plus: "plus", times: "times", remove: "remove", duplicate: "duplicate" }[action];
    (this.button(this.current, own ?? "main") ?? this.button(this.current, "main") ?? this.adders.querySelector("button")).focus({ preventScroll: true });
  }

  // Marks the picked rows, and lets Tab reach the buttons of the current row alone.
  mark() {
    const current = this.item(this.current) ?? this.items.find(({ indices }) => indices.length);
    for (const row of this.rows.querySelectorAll(".row")) {
      const { indices } = row.labItem;
      const isPicked = indices.length > 0 && indices.every((index) => this.picked.includes(index));
      row.classList.toggle("picked", isPicked);
      row.querySelector("button.main")?.setAttribute("aria-pressed", String(isPicked));
      const isCurrent = row.labItem === current;
      for (const button of row.querySelectorAll("button.main, .tools button, .plus")) button.tabIndex = isCurrent ? 0 : -1;
    }
    this.severalButton.hidden = this.content.count < 2;
    this.severalButton.setAttribute("aria-pressed", String(this.several));
    this.node.classList.toggle("selecting", this.several);
  }

  // The row that stands for a layer; of the last layers if there are fewer.
  item(index) {
    const rows = this.items.filter(({ indices }) => indices.length);
    return rows.find(({ indices }) => indices.includes(index)) ?? (index >= 0 ? rows.at(-1) : undefined);
  }

  row(index) {
    const item = this.item(index);
    return [...this.rows.querySelectorAll(".row")].find(({ labItem }) => item && labItem === item);
  }

  button(index, action) {
    if (index < 0) return this.rows.querySelector(`[data-do="${action}"][data-index="-1"]`);
    const row = this.row(index);
    return action === "times" ? row?.closest(".group")?.querySelector(".times") : row?.querySelector(`[data-do="${action}"]`);
  }

  reveal(index) {
    const behavior = labReducesMotion() ? "instant" : "smooth";
    this.row(index)?.scrollIntoView({ block: "nearest", behavior });
  }

  say(text) {
    this.status.textContent = text;
  }

  // How far down the picture covers the page.
  covered() {
    return document.querySelector(this.selectors.picture)?.getBoundingClientRect().bottom ?? 0;
  }

  watchPicture() {
    const picture = document.querySelector(this.selectors.picture);
    if (!picture || picture === this.picture) return;
    this.picture = picture;
    this.observer?.disconnect();
    this.observer = new ResizeObserver(() => {
      document.documentElement.style.setProperty("--lab-picture-height", `${picture.offsetHeight}px`);
    });
    this.observer.observe(picture);
  }

  // Actions.

  // `make` returns the action when its turn has come, as the actions before it may change which row it means.
  act(make, after, isPick = false) {
    this.queue.push({ make, after, isPick });
    this.pump();
  }

  pump() {
    if (this.waiting) return;
    const next = this.queue.shift();
    if (!next) return;
    const action = next.make();
    if (!action) return this.pump();
    this.number += 1;
    const timer = setTimeout(() => {
      this.waiting = null;
      this.pump();
    }, LAB_NO_ANSWER);
    this.waiting = { number: this.number, timer, ...next };
    this.send({ number: this.number, version: this.content.version, ...action });
  }

  // The picked layers if the row is one of several picked ones, else those of the row alone.
  targets(item, whole = false) {
    const own = whole ? item.move : item.indices;
    const isOneOfSeveral = this.picked.length > item.indices.length && item.indices.every((index) => this.picked.includes(index));
    if (!isOneOfSeveral) return own;
    if (!whole) return this.picked;
    const rows = this.items.filter(({ indices }) => indices.length && indices.every((index) => this.picked.includes(index)));
    return [...new Set(rows.flatMap(({ move }) => move))].sort((a, b) => a - b);
  }

  moved(item) {
    return this.targets(item, true);
  }

  pick(indices, after) {
    this.picked = [...new Set(indices)].sort((a, b) => a - b);
    this.draw();
    // Only the newest choice counts.
    this.queue = this.queue.filter(({ isPick }) => !isPick);
    const done = (focus) => {
      // On a phone the form covers the lower half of the page.
      if (this.picked.length) this.reveal(this.current);
      after?.(focus);
    };
    this.act(() => ({ type: "open", indices: this.picked }), done, true);
  }

  toggle(item) {
    const isPicked = item.indices.every((index) => this.picked.includes(index));
    this.pick(isPicked ? this.picked.filter((index) => !item.indices.includes(index)) : [...this.picked, ...item.indices]);
  }

  // All rows from the one picked first to this one.
  extend(item) {
    const rows = this.items.filter(({ indices }) => indices.length);
    const anchor = rows.indexOf(this.item(this.anchor ?? this.picked[0] ?? item.indices[0]));
    const place = rows.indexOf(item);
    const range = rows.slice(Math.min(anchor, place), Math.max(anchor, place) + 1);
    this.pick(range.flatMap(({ indices }) => indices));
  }

  drop(indices, position) {
    this.act(() => ({ type: "move", indices, position }), (focus) => this.sayMoved(focus));
    this.current = indices[0];
    this.button(this.current, "main")?.focus({ preventScroll: true });
  }

  // By one row up or down, over a collapsed block as a whole.
  step(direction) {
    const item = this.item(this.current);
    const moving = this.moved(item);
    const rows = this.items.filter(({ indices }) => indices.length);
    const [first, last] = [Math.min(...moving), Math.max(...moving)];
    const next = direction < 0 ? rows.findLast(({ move }) => Math.max(...move) < first) : rows.find(({ move }) => Math.min(...move) > last);
    if (!next) return null;
    return { type: "move", indices: moving, position: direction < 0 ? Math.min(...next.move) : Math.max(...next.move) + 1 };
  }

  remove(item) {
    const called = this.targets(item) === item.indices ? labCalled(item) : `${this.targets(item).length} layers`;
    this.act(
      () => ({ type: "remove", indices: this.targets(item) }),
      () => this.say(`Removed ${called}. Undo brings it back.`),
    );
  }

  duplicate(item) {
    this.act(
      () => ({ type: "duplicate", indices: this.targets(item) }),
      (focus) => this.say(`Duplicated as layer ${focus + 1}.`),
    );
  }

  sayMoved(focus) {
    this.reveal(this.current);
    if (focus !== null) this.say(`Now layer ${focus + 1} of ${this.content.count}.`);
  }

  // Asks for the kind of a layer, which is put behind the row, in each repetition if it stands for several.
  askKind(button) {
    const index = Number(button.dataset.index);
    const item = index < 0 ? null : this.item(index);
    const indices = item ? item.indices.map((one) => one + 1) : [0];
    const title = button.getAttribute("aria-label");
    this.menu.open(button, title, (kind) => {
      this.act(
        () => ({ type: "insert", kind, indices, open: this.opensForms() }),
        (focus) => this.afterAdding(focus, true),
      );
    });
  }

  add(kind) {
    let wanted;
    const make = () => {
      wanted = this.picked.length ? this.picked.at(-1) + 1 : this.content.count;
      return { type: "add", kind, open: this.opensForms() };
    };
    this.act(make, (focus) => this.afterAdding(focus, false, wanted));
  }

  afterAdding(focus, takesFocus, wanted = focus) {
    if (focus === null) return;
    if (takesFocus) this.button(focus, "main")?.focus({ preventScroll: true });
    this.reveal(focus);
    const elsewhere = focus === wanted ? "" : `, in front of ${labCalled(this.item(focus + 1))}: it needs maps`;
    this.say(`Added layer ${focus + 1} of ${this.content.count}, ${this.item(focus).row.title.toLowerCase()}${elsewhere}.`);
  }

  // On a phone the form would cover the list while somebody adds layer after layer.
  opensForms() {
    return !matchMedia("(max-width: 640px)").matches;
  }

  setSeveral(several) {
    this.several = several;
    this.mark();
    if (!several && this.picked.length > 1) this.pick([]);
  }

  openForm(item) {
    const isPicked = item.indices.every((index) => this.picked.includes(index));
    this.pick(isPicked ? this.picked : item.indices, () => this.focusForm());
  }

  focusForm() {
    const selector = `${this.selectors.form}-${this.picked.join("-")}`;
    const start = performance.now();
    // A form without fields has buttons only; those of another form come first, and its fields when they are loaded.
    let focused = document.activeElement;
    const current = this.current;
    // The row that opened the form may be drawn anew meanwhile, and has the focus again a moment later.
    const isAt = (active) =>
      active === focused || active === document.body || (this.current === current && this.row(current)?.contains(active));
    const look = () => {
      const waited = performance.now() - start;
      const form = document.querySelector(selector);
      const field = form?.querySelector("input, [role=slider]");
      const button = waited > LAB_FIELD_WAIT ? form?.querySelector("button") : null;
      // Meanwhile the user may have gone elsewhere.
      if (!isAt(document.activeElement)) return;
      if (field ?? button) (focused = field ?? button).focus({ preventScroll: true });
      if (!field && waited < LAB_FORM_WAIT) requestAnimationFrame(look);
    };
    look();
  }

  // Events.

  onFocus(target) {
    const index = Number(target.dataset.index ?? -1);
    if (index < 0) return;
    this.current = index;
    this.anchor = null;
    this.mark();
  }

  onAdd(button) {
    if (!button) return;
    if (button.dataset.kind) this.add(button.dataset.kind);
    else this.menu.open(button, "Add a layer", (kind) => this.add(kind));
  }

  onClick(event) {
    const button = event.target.closest("[data-do]");
    const item = button && this.item(Number(button.dataset.index));
    const actions = {
      main: () => this.onRow(event, item),
      remove: () => this.remove(item),
      duplicate: () => this.duplicate(item),
      plus: () => this.askKind(button),
      times: () => this.expand(item),
      first: () => this.add("Conv2D"),
      example: () => this.act(() => ({ type: "example" }), (focus) => this.afterAdding(focus, true)),
      repair: () => this.repair(button),
    };
    if (button) actions[button.dataset.do]();
  }

  onRow(event, item) {
    if (event.ctrlKey || event.metaKey || this.several) this.toggle(item);
    else if (event.shiftKey) this.extend(item);
    else this.pick(item.indices);
  }

  repair({ dataset }) {
    const [problem, repair] = [Number(dataset.problem), Number(dataset.repair)];
    this.act(() => ({ type: "repair", problem, repair }), () => this.say("Repaired. Undo takes it back."));
  }

  expand(item) {
    const key = this.key(item.repeat);
    if (item.expanded) {
      this.expanded.delete(key);
      // A layer that is picked alone would open the block again.
      const inside = (index) => index >= item.repeat.start && index < item.repeat.start + item.repeat.length * item.repeat.times;
      if (this.picked.some(inside)) return this.pick(this.picked.filter((index) => !inside(index)));
    } else this.expanded.add(key);
    this.draw();
  }

  onKey(event) {
    const target = event.target.closest("button.main");
    if (!target || event.defaultPrevented) return;
    const item = this.item(Number(target.dataset.index));
    const handler = this.keyHandler(event, item);
    if (!handler) return;
    event.preventDefault();
    handler();
  }

  keyHandler(event, item) {
    const { key, altKey, shiftKey } = event;
    const command = event.ctrlKey || event.metaKey;
    if (command && key.toLowerCase() === "a") return () => this.pick(this.items.flatMap(({ indices }) => indices));
    if (command && key.toLowerCase() === "d") return () => this.duplicate(item);
    if (command && key === " ") return () => this.toggle(item);
    if (command) return null;
    const up = key === "ArrowUp";
    if (up || key === "ArrowDown") {
      const direction = up ? -1 : 1;
      if (altKey) return () => this.act(() => this.step(direction), (focus) => this.sayMoved(focus));
      return () => this.go(item, direction, shiftKey);
    }
    if (altKey) return null;
    return {
      Home: () => this.go(item, -Infinity, shiftKey),
      End: () => this.go(item, Infinity, shiftKey),
      Enter: () => this.openForm(item),
      " ": () => this.toggle(item),
      Delete: () => this.remove(item),
      Backspace: () => this.remove(item),
      Escape: () => this.escape(),
      "+": () => this.askKind(this.button(item.indices[0], "plus")),
      Insert: () => this.askKind(this.button(item.indices[0], "plus")),
      ArrowRight: item.repeat && !item.expanded ? () => this.expand(item) : null,
      ArrowLeft: item.repeat && item.expanded ? () => this.expand(item) : null,
    }[key];
  }

  go(item, steps, extends_) {
    const rows = this.items.filter(({ indices }) => indices.length);
    const place = Math.max(0, Math.min(rows.indexOf(item) + steps, rows.length - 1));
    const anchor = extends_ ? (this.anchor ?? item.indices[0]) : null;
    this.button(rows[place].indices[0], "main").focus({ preventScroll: true });
    this.row(rows[place].indices[0]).scrollIntoView({ block: "nearest" });
    this.anchor = anchor;
    if (extends_) this.extend(rows[place]);
  }

  escape() {
    if (this.several) this.setSeveral(false);
    if (this.picked.length) this.pick([]);
  }

  // Escape leads from the form back to its row.
  onFormKey(event) {
    if (event.key !== "Escape" || event.defaultPrevented || !this.node.isConnected) return;
    const [target] = event.composedPath();
    const isInForm = this.picked.length && target.closest?.(`${this.selectors.form}-${this.picked.join("-")}`);
    if (!isInForm || target.getAttribute("aria-expanded") === "true") return;
    this.current = this.picked[0];
    this.button(this.current, "main")?.focus();
  }

  // The page has left the list.
  leave() {
    this.observer?.disconnect();
    this.menu?.remove();
    this.drag.remove();
    clearTimeout(this.waiting?.timer);
    document.removeEventListener("keydown", this.onDocumentKey);
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-layers");
  node.labUnfollow?.();
  node.labUnfollow = labFollowPalette(parentElement, node);
  node.labList ??= new LabLayerList(node);
  node.labList.update(data, (action) => setTriggerValue("action", action));
  return () => {
    // Streamlit also calls this when only the data have changed.
    if (node.isConnected) return;
    node.labUnfollow?.();
    node.labList.leave();
  };
}
