// The confusion matrix, the error rates and the most frequent mistakes. A click on one of their buttons chooses a part.
const STEPS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
const ENDS = { Home: 0, End: 9 };

function labCells(node) {
  return [...node.querySelectorAll("tbody tr")].map((row) => [...row.querySelectorAll("button")]);
}

// Of all cells only one is reached by the Tab key; the arrow keys lead from there to the others.
function labMakeCurrent(node, cell) {
  for (const other of labCells(node).flat()) other.tabIndex = other === cell ? 0 : -1;
}

function labFollowFocus({ currentTarget, target }) {
  if (target.closest("td")) labMakeCurrent(currentTarget, target);
}

function labCellAfter(node, cell, key) {
  const cells = labCells(node);
  const row = cells.findIndex((row) => row.includes(cell));
  const column = cells[row].indexOf(cell);
  if (key in ENDS) return cells[row][ENDS[key]];
  const [down, right] = STEPS[key];
  return cells[row + down]?.[column + right];
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-confusion");
  Idiomorph.morph(node, data[0], { morphStyle: "innerHTML" });
  node.labUnfollow?.();
  node.labUnfollow = labFollowPalette(parentElement, node);
  // The function is the same each time, so it is added only once.
  node.addEventListener("focusin", labFollowFocus);
  const cells = labCells(node).flat();
  labMakeCurrent(node, cells.find((cell) => cell === document.activeElement || cell.ariaPressed === "true") ?? cells[0]);
  node.onclick = ({ target }) => {
    const button = target.closest("button:not([aria-disabled])");
    if (button) setTriggerValue("chosen", button.ariaPressed === "true" ? "," : button.dataset.part);
  };
  node.onkeydown = (event) => {
    if (!(event.key in STEPS || event.key in ENDS) || !event.target.closest("td")) return;
    event.preventDefault();
    labCellAfter(node, event.target, event.key)?.focus();
  };
  return () => node.labUnfollow?.();
}
