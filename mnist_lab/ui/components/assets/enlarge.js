// Pictures that are buttons (`charts/snapshots/tiles.py`): a click enlarges one in a dialog, arrow keys go to the next.
const LAB_STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function labEnlargeTiles(node, dialog) {
  const [pictures, caption] = [".pictures", ".caption"].map((part) => dialog.querySelector(part));
  const tiles = () => [...node.querySelectorAll(".tile")];
  let shown = 0;
  const show = (index) => {
    const all = tiles();
    if (!all.length) return dialog.close();
    shown = (index + all.length) % all.length;
    pictures.replaceChildren(...[...all[shown].querySelectorAll("img")].map((image) => image.cloneNode()));
    const name = all[shown].dataset.name;
    caption.textContent = name.charAt(0).toUpperCase() + name.slice(1);
  };
  const focus = (tile) => {
    for (const one of tile.closest(".tiles").querySelectorAll(".tile")) one.tabIndex = one === tile ? 0 : -1;
    tile.focus();
  };
  node.onclick = ({ target }) => {
    const tile = target.closest(".tile");
    if (!tile) return;
    show(tiles().indexOf(tile));
    dialog.showModal();
  };
  // Within a group of pictures, Tab stops once and the arrow keys move.
  node.onkeydown = (event) => {
    const tile = event.target.closest(".tile");
    if (!tile || !(event.key in LAB_STEPS)) return;
    const group = tile.closest(".tiles");
    const columns = getComputedStyle(group).gridTemplateColumns.split(" ").length;
    const step = LAB_STEPS[event.key] * (event.key === "ArrowUp" || event.key === "ArrowDown" ? columns : 1);
    const all = [...group.querySelectorAll(".tile")];
    const next = all[all.indexOf(tile) + step];
    if (next) focus(next);
    event.preventDefault();
  };
  dialog.onkeydown = (event) => {
    if (!(event.key in LAB_STEPS)) return;
    show(shown + LAB_STEPS[event.key]);
    event.preventDefault();
  };
  dialog.onclick = ({ target }) => {
    const step = target.closest("button")?.dataset.step;
    if (step) show(shown + Number(step));
    else if (target === dialog || target.closest("button")) dialog.close();
  };
  dialog.onclose = () => {
    const tile = tiles()[shown];
    if (tile) focus(tile);
  };
  // A new epoch has other pictures at the same places.
  return () => {
    if (dialog.open) show(shown);
  };
}
