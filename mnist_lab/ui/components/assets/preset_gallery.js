// Cards of networks to start from. A click tells Python the name of the card, or the id of the run that came of it.
function labNode(tag, className, ...children) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  node.append(...children);
  return node;
}

export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-gallery");
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.name : undefined;
  const [groups, chosen, isRow] = data;
  node.classList.toggle("row", isRow);
  node.classList.toggle("grid", !isRow);

  const card = ({ name, title, hint, svg, accuracy, time, parameters, run_id, run_name }) => {
    const picture = labNode("span", "picture");
    picture.innerHTML = svg;
    const figures = [["accuracy", accuracy], ["quiet", time]];
    const lines = [["title", title], ["quiet", hint], ...figures, ["quiet", parameters]];
    // In a row, figures that are not known yet leave their room at the end, so that nothing below moves when they come.
    if (isRow) lines.push(...figures.filter(([, text]) => !text).map(([name]) => [name, "\u00A0"]));
    const button = labNode("button", "", picture, ...lines.filter(([, text]) => text).map(([name, text]) => labNode("span", name, text)));
    button.type = "button";
    button.dataset.name = name;
    button.setAttribute("aria-pressed", String(name === chosen));
    button.setAttribute("aria-label", [title, hint, accuracy, time, parameters].filter(Boolean).join(", "));
    button.onclick = () => setTriggerValue("picked", name);
    const item = labNode("li", "", button);
    if (run_id) {
      const link = labNode("a", "", "Open the run");
      link.href = `inspect?run=${encodeURIComponent(run_id)}`;
      link.setAttribute("aria-label", `Open the run ${run_name}`);
      // Another tab opens the address; here the page changes without a reload, which would lose what was drawn.
      link.onclick = (event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey) return;
        event.preventDefault();
        setTriggerValue("opened", run_id);
      };
      item.append(link);
    }
    return item;
  };
  node.replaceChildren(
    ...groups.map(([title, cards]) => {
      const list = labNode("ul", "", ...cards.map(card));
      // Safari does not call a list without bullets a list.
      list.setAttribute("role", "list");
      const group = labNode("section", "", ...(title ? [labNode("h3", "", title)] : []), list);
      if (title) group.setAttribute("aria-label", title);
      group.style.setProperty("--cards", cards.length);
      return group;
    }),
  );
  if (focused) node.querySelector(`[data-name="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });

  if (isRow) {
    const list = node.querySelector("ul");
    const pressed = list.querySelector('[aria-pressed="true"]')?.parentElement;
    if (pressed) list.scrollLeft = pressed.offsetLeft - list.offsetLeft - (list.clientWidth - pressed.offsetWidth) / 2;
    node.labResize?.disconnect();
    node.labResize = new ResizeObserver(labFadeEdges(list));
    node.labResize.observe(list);
  }
  node.labUnfollow?.();
  node.labUnfollow = labFollowPalette(parentElement, node);
  return () => {
    if (node.isConnected) return;
    node.labUnfollow?.();
    node.labResize?.disconnect();
  };
}
