// Keeps the keyboard's focus on the page: when the focused control goes, or can no longer be used, the focus moves on to
// the control that took its place, to a neighbour, to where the focus was before, or at last to the title. Tab leads from
// the button of an open popover into it, and from its end to what follows the button.
const LAB_FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";
const LAB_LOOK = 150; // ms between two looks
const LAB_REST = 2; // looks at a page at rest; until then the page may give the focus back itself
const LAB_REMEMBERED = 6; // controls that had the focus
const LAB_NEIGHBOURS = 12; // on each side of one

// All controls that Tab reaches, in the order of the document, also those in open shadow roots.
function* labControls(root) {
  for (const node of root.querySelectorAll("*")) {
    if (node.tabIndex >= 0 && node.matches(LAB_FOCUSABLE)) yield node;
    if (node.shadowRoot) yield* labControls(node.shadowRoot);
  }
}

function labIsUsable(node) {
  return (
    node.isConnected &&
    !node.matches(":disabled") &&
    node.closest("[inert], [aria-hidden=true]") === null &&
    node.checkVisibility({ visibilityProperty: true })
  );
}

// A control, and by what another one is known that takes its place when the page is drawn anew.
function labKnown(node) {
  const keyed = node.closest(`[class*="${labKeyClass}"]`);
  const key = keyed && [...keyed.classList].find((name) => name.startsWith(labKeyClass));
  return { node, key, name: labControlName(node) };
}

// The place of a control in its row, the nearest container with a key around it: what is drawn there next, such as Pause
// in place of Continue, has another key and another name.
function labPlace(node) {
  const keyed = `[class*="${labKeyClass}"]`;
  const row = node.closest(keyed)?.parentElement?.closest(keyed);
  if (!row) return null;
  const controls = labRow(row);
  return controls && { row: [...row.classList].find((name) => name.startsWith(labKeyClass)), at: controls.indexOf(node) };
}

// The controls of a row; null if it has so many that their places mean nothing.
function labRow(container) {
  const controls = [...labControls(container)];
  return controls.length <= LAB_NEIGHBOURS ? controls : null;
}

function labAtPlace({ place }) {
  const row = place && document.getElementsByClassName(place.row)[0];
  const other = row && labRow(row)?.[place.at];
  return other && labIsUsable(other) ? other : null;
}

function labControlName(node) {
  return `${node.tagName} ${node.getAttribute("aria-label") ?? node.textContent.trim()}`;
}

function labFound({ node, key, name }) {
  if (labIsUsable(node)) return node;
  const keyed = key && document.getElementsByClassName(key)[0];
  if (!keyed) return null;
  for (const other of labControls(keyed)) if (labControlName(other) === name && labIsUsable(other)) return other;
  return null;
}

class LabFocusKeeper {
  constructor(resting, undo, overlay, popover, popoverButton) {
    Object.assign(this, { resting, undo, overlay, popover, popoverButton, had: [], rested: 0, byKeyboard: false });
    document.addEventListener("keydown", (event) => this.onKey(event), true);
    document.addEventListener("pointerdown", () => (this.byKeyboard = false), true);
    document.addEventListener("focusin", (event) => this.remember(event.composedPath()[0]), true);
    setInterval(() => this.look(), LAB_LOOK);
  }

  onKey(event) {
    this.byKeyboard = true;
    // Not when the focus moves: an open dialog gives it back by itself, perhaps after the page has got its new button.
    this.undoBefore = document.querySelector(this.undo);
    if (event.key !== "Tab" || event.ctrlKey || event.altKey || event.metaKey) return;
    const next = this.aroundPopover(event.composedPath()[0], event.shiftKey);
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  // Where Tab leads at the edges of an open popover, whose content is at the end of the document.
  aroundPopover(from, isBack) {
    const [popover, button] = [this.popover, this.popoverButton].map((selector) => document.querySelector(selector));
    if (!popover || !button) return null;
    const inside = [...labControls(popover)].filter(labIsUsable);
    if (isBack) return from === inside[0] ? button : null;
    if (from === button) return inside[0];
    if (from !== inside.at(-1)) return null;
    const controls = [...labControls(document)].filter(labIsUsable);
    return controls[controls.indexOf(button) + 1];
  }

  remember(node) {
    this.path = location.pathname;
    this.had = this.had.filter((one) => one.node !== node && (one.node.isConnected || one.key));
    // What is in a popover goes with it: then the focus returns to where it was before.
    const controls = [...labControls(node.closest(this.overlay) ?? document)];
    const at = controls.indexOf(node);
    const before = at < 0 ? [] : controls.slice(Math.max(0, at - LAB_NEIGHBOURS), at).reverse();
    const after = at < 0 ? [] : controls.slice(at + 1, at + 1 + LAB_NEIGHBOURS);
    this.had.unshift({ ...labKnown(node), place: labPlace(node), neighbours: [...after, ...before].map(labKnown) });
    this.had.length = Math.min(this.had.length, LAB_REMEMBERED);
  }

  isLost() {
    const [last] = this.had;
    const active = document.activeElement;
    return this.byKeyboard && last !== undefined && (active === null || active === document.body) && !labIsUsable(last.node);
  }

  look() {
    this.rested = this.isLost() && document.querySelector(this.resting) ? this.rested + 1 : 0;
    if (this.rested <= LAB_REST) return;
    this.rested = 0;
    const next = this.next();
    if (next) next.focus({ preventScroll: true });
    else this.toTitle();
    document.activeElement.scrollIntoView({ block: "nearest", behavior: "instant" });
  }

  next() {
    // Another page begins with its title.
    if (location.pathname !== this.path) return null;
    // What was deleted can be brought back: that is new on the page.
    const undo = document.querySelector(this.undo);
    if (undo && undo !== this.undoBefore && labIsUsable(undo)) return undo;
    for (const one of this.had) {
      const itself = labFound(one) ?? labAtPlace(one);
      if (itself) return itself;
      for (const known of one.neighbours) {
        const found = labFound(known);
        if (found) return found;
      }
    }
    return null;
  }

  toTitle() {
    const title = document.querySelector("h1");
    if (title) labFocusQuietly(title);
  }
}

export default function ({ data }) {
  window.labFocusKeeper ??= new LabFocusKeeper(...data);
}
