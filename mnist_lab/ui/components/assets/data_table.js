// A table whose rows are known by their ids. Ticks, sort order, scroll position and choice of columns are the browser's
// own, so that rows can come and go meanwhile. It asks the server whether the list of rows has changed.
// The ticked runs stand below the table as chips, those that the filters hide, too. The choice of columns comes from the
// URL or, if that has none, from the browser's storage.
// A cell is null, a text, or [text, value to sort by]; of a column of times a number of seconds, of a column of lines a
// list of numbers.
const LAB_COLUMNS = "lab-columns"; // key in the browser's storage
const RETRY = 4; // s, after a request that failed
const PROGRESS_AGAIN = 10_000; // ms between two drawings of the page because a ticked run has moved on
const POINTER_REST = 1_000; // ms without a movement of the pointer until rows may move
const LINE = [84, 22];
const NAME_LENGTH = 24; // characters of a name that are always in sight
const NAME_END = 12; // characters at the end of a longer one that stay in sight
const DATE = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };

function labElement(tag, options = {}, ...children) {
  const node = Object.assign(document.createElement(tag), options);
  node.append(...children);
  return node;
}

function labSlug(name) {
  return name.toLowerCase().replaceAll(" ", "-");
}

function labStored() {
  try {
    return JSON.parse(localStorage.getItem(LAB_COLUMNS)) ?? {};
  } catch {
    return {};
  }
}

function labStore(choice) {
  try {
    localStorage.setItem(LAB_COLUMNS, JSON.stringify(choice));
  } catch {
    // A browser may forbid storage; the choice then lasts as long as the page.
  }
}

function labLine(values) {
  const [width, height] = LINE;
  const top = Math.max(...values) || 1;
  const x = (index) => 1 + ((width - 2) * index) / Math.max(1, values.length - 1);
  const points = values.map((value, index) => `${x(index).toFixed(1)},${(height - 2 - (height - 4) * (value / top)).toFixed(1)}`);
  if (points.length === 1) points.push(`${width - 1},${points[0].split(",")[1]}`);
  return `<svg class="spark" width="${width}" height="${height}" aria-hidden="true"><polyline points="${points.join(" ")}"/></svg>`;
}

function labCell(cell, column) {
  const td = labElement("td", { className: column.kind });
  if (cell === null) td.textContent = "–";
  else if (column.kind === "line") td.innerHTML = cell.length ? labLine(cell) : "–";
  else if (column.kind === "time") td.textContent = new Date(1000 * cell).toLocaleString(undefined, DATE);
  else {
    const [text, value] = Array.isArray(cell) ? cell : [cell];
    td.textContent = text;
    if (typeof value === "string" && value !== text) td.title = value;
  }
  return td;
}

// The value that a cell is sorted by; null for an empty one.
function labValue(row, name, columns) {
  if (name === null) return row.name;
  const cell = row.cells[columns.findIndex((column) => column.name === name)];
  if (!Array.isArray(cell)) return cell;
  if (columns.find((column) => column.name === name).kind === "line") return cell.at(-1) ?? null;
  return cell[1];
}

function labSorted(rows, sort, columns) {
  if (!sort) return rows;
  const direction = sort.down ? -1 : 1;
  const valued = rows.map((row) => [labValue(row, sort.name, columns), row]);
  const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, undefined, { numeric: true }) : a - b);
  // Empty cells come last in both directions.
  valued.sort(([a], [b]) => (a === null || b === null ? (a === null) - (b === null) : direction * compare(a, b)));
  return valued.map(([, row]) => row);
}

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const [content, ticked, ticksVersion, address, version, dialog, alt, hidden, linked, count, hint] = data;
  const node = parentElement.querySelector(".lab-table");
  const [head, body, scroll, menu] = ["thead", "tbody", ".scroll", ".choice"].map((name) => node.querySelector(name));
  const [untick, summary, columnMenu] = [".untick", "summary", ".columns"].map((name) => node.querySelector(name));
  const [chips, chosen, why] = [".chips", ".chosen", ".hint"].map((name) => node.querySelector(name));
  const state = (node.labState ??= { sort: null, choice: labStored(), sent: [], drawn: new Map(), progress: {}, asked: 0 });
  if (state.ticksVersion !== ticksVersion || !state.touched) {
    state.touched &&= state.ticksVersion === ticksVersion;
    state.ticksVersion = ticksVersion;
    state.ticked = new Set(ticked);
  }
  let columns, rows;
  const adopt = () => {
    if (state.content !== content) {
      state.content = content;
      state.table = JSON.parse(content);
      state.progress = {};
    }
    ({ columns, rows } = state.table);
    node.classList.toggle("empty", !rows.length);
    adoptColumns();
  };
  // The columns of a URL are not stored: whoever follows a link keeps a choice of his own for later. A URL that this
  // browser wrote itself says nothing new, and may be older than its last choice.
  const adoptColumns = () => {
    if (linked === null || state.linked === linked || state.sent.includes(linked)) return;
    state.linked = linked;
    const slugs = linked.split(",");
    // An address that names none of the columns would leave a table of names alone.
    if (!columns.some(({ name }) => slugs.includes(labSlug(name)))) return;
    state.choice = Object.fromEntries(columns.map(({ name }) => [name, slugs.includes(labSlug(name))]));
  };
  scroll.setAttribute("aria-label", alt);
  const counted = node.querySelector(".count");
  if (counted.textContent !== count) counted.textContent = count;
  scroll.onpointermove = scroll.onpointerdown = () => (state.pointed = performance.now());

  const isShown = (column) => state.choice[column.name] ?? !column.hidden;
  const shown = () => columns.filter(isShown);
  const report = () => {
    state.touched = true;
    drawChips();
    drawAllBox();
    setStateValue("ticked", { version: state.ticksVersion, ids: [...state.ticked] });
  };
  const showTick = (tr, on) => {
    tr.querySelector("input").checked = on;
    tr.classList.toggle("ticked", on);
  };
  const setTick = (id, on) => {
    if (on) state.ticked.add(id);
    else state.ticked.delete(id);
    const tr = state.drawn.get(id)?.tr;
    if (tr) showTick(tr, on);
  };
  // With Shift, all rows from the one ticked before to this one are ticked, or unticked.
  const onTick = (id, box, shift) => {
    const order = [...state.drawn.keys()];
    const [from, to] = [order.indexOf(shift ? state.lastTick : id), order.indexOf(id)].sort((a, b) => a - b);
    for (const each of from < 0 ? [id] : order.slice(from, to + 1)) setTick(each, box.checked);
    state.lastTick = id;
    report();
  };
  // With Tab one comes to one row, not to five hundred; the arrow keys lead to the others.
  const boxes = () => [...body.querySelectorAll("input")];
  const setTabStop = (box) => {
    for (const other of body.querySelectorAll('input[tabindex="0"]')) other.tabIndex = -1;
    if (box) box.tabIndex = 0;
  };
  body.onkeydown = (event) => {
    const all = boxes();
    const now = all.indexOf(event.target);
    const next = { ArrowDown: now + 1, ArrowUp: now - 1, Home: 0, End: all.length - 1 }[event.key];
    if (now < 0 || next === undefined) return;
    event.preventDefault();
    const box = all[next];
    if (!box) return;
    setTabStop(box);
    box.focus();
  };
  untick.onclick = () => {
    for (const id of [...state.ticked]) setTick(id, false);
    scroll.focus();
    report();
  };
  const sign = ([shape, colour]) => state.table.signs[shape].replaceAll("COLOUR", `var(--lab-${colour})`);
  // The figure of a run's chip is that of the first column.
  const figureOf = ({ cells }) => (Array.isArray(cells[0]) ? cells[0][0] : "");
  const chip = ({ id, name, svg, figure, away }) => {
    const remove = labElement("button", { type: "button", textContent: "×", ariaLabel: `Untick ${name}`, title: "Untick" });
    remove.onclick = () => {
      const next = chips.querySelector(`[data-run="${id}"]`)?.nextElementSibling ?? chips.querySelector("li");
      const nextRun = next?.dataset.run;
      setTick(id, false);
      report();
      (chips.querySelector(`[data-run="${nextRun}"] button`) ?? scroll).focus();
    };
    const text = labElement("span", { textContent: name, title: away ? `${name}: not in the table with these filters` : name });
    const item = labElement("li", { className: away ? "away" : "" });
    item.insertAdjacentHTML("beforeend", svg);
    item.append(text, ...(figure ? [labElement("b", { textContent: figure })] : []), remove);
    item.dataset.run = id;
    return item;
  };
  const drawChips = () => {
    const inTable = rows.filter(({ id }) => state.ticked.has(id)).map((row) => ({ id: row.id, name: row.name, svg: sign(row.sign), figure: figureOf(row) }));
    const shownIds = new Set(inTable.map(({ id }) => id));
    const others = hidden.filter(({ id }) => state.ticked.has(id) && !shownIds.has(id)).map((run) => ({ ...run, away: true }));
    const all = [...inTable, ...others];
    const source = JSON.stringify(all);
    chosen.hidden = !all.length;
    why.textContent = hint;
    why.hidden = !hint || state.touched;
    untick.hidden = all.length < 2;
    if (source === state.chips) return;
    state.chips = source;
    chips.replaceChildren(...all.map(chip));
    labShowLit();
  };
  const drawAllBox = () => {
    const box = head.querySelector("input");
    if (!box) return;
    const count = rows.filter(({ id }) => state.ticked.has(id)).length;
    box.checked = count > 0 && count === rows.length;
    box.indeterminate = count > 0 && count < rows.length;
  };
  labLightOnHover();

  const rowNode = (row) => {
    const box = labElement("input", { type: "checkbox", checked: state.ticked.has(row.id) });
    box.tabIndex = -1;
    // A key counts as a click, too, and tells whether Shift is down.
    box.onfocus = () => setTabStop(box);
    box.onclick = ({ shiftKey }) => onTick(row.id, box, shiftKey);
    const label = labElement("label", { title: row.name }, box);
    label.insertAdjacentHTML("beforeend", sign(row.sign));
    // Names of a sweep differ at their ends.
    const cut = row.name.length > NAME_LENGTH ? row.name.length - NAME_END : row.name.length;
    label.append(labElement("span", { textContent: row.name.slice(0, cut) }));
    if (cut < row.name.length) label.append(labElement("span", { className: "end", textContent: row.name.slice(cut) }));
    if (row.warning) label.append(labElement("b", { textContent: "⚠", title: row.warning, ariaLabel: row.warning, role: "img" }));
    const tr = labElement("tr", {}, labElement("th", { scope: "row", className: "pin" }, label));
    tr.dataset.run = row.id;
    columns.forEach((column, index) => {
      if (isShown(column)) tr.append(labCell(row.cells[index], column));
    });
    return tr;
  };
  const drawHead = () => {
    const cell = (name, text, kind, help) => {
      const sorted = state.sort?.name === name ? state.sort : null;
      const button = labElement("button", { type: "button", textContent: text + (sorted ? (sorted.down ? " ↓" : " ↑") : "") });
      button.onclick = () => {
        const first = kind === "number" || kind === "time";
        if (!sorted) state.sort = { name, down: first };
        else state.sort = sorted.down === first ? { name, down: !first } : null;
        draw();
      };
      const th = labElement("th", { scope: "col", className: name === null ? "pin" : kind, title: help ?? "" });
      if (name === null) th.append(labElement("div", { className: "name" }, allBox, button));
      else th.append(button);
      if (sorted) th.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
      return th;
    };
    const allBox = labElement("input", { type: "checkbox", ariaLabel: "Tick all runs of the table" });
    allBox.onchange = () => {
      for (const { id } of rows) setTick(id, allBox.checked);
      report();
    };
    const focused = [...head.querySelectorAll("button, input")].indexOf(document.activeElement);
    head.replaceChildren(labElement("tr", {}, cell(null, "Name", "text"), ...shown().map((c) => cell(c.name, c.name, c.kind, c.help))));
    head.querySelectorAll("button, input")[focused]?.focus();
    drawAllBox();
  };
  const drawBody = () => {
    // The first row in sight stays where it is when rows are added above it, unless the table is at its top.
    const top = scroll.scrollTop;
    const anchor = top > 0 ? [...body.children].find((tr) => tr.offsetTop + tr.offsetHeight > top + head.offsetHeight) : undefined;
    const offset = anchor ? anchor.offsetTop - top : 0;
    const layout = shown().map((column) => column.name).join("\n");
    const drawn = new Map();
    for (const row of labSorted(rows, state.sort, columns)) {
      const known = state.drawn.get(row.id);
      const source = `${layout}\n${JSON.stringify(row)}`;
      const tr = known?.source === source ? known.tr : rowNode(row);
      showTick(tr, state.ticked.has(row.id));
      drawn.set(row.id, { tr, source });
    }
    for (const { tr } of state.drawn.values()) if (drawn.get(tr.dataset.run)?.tr !== tr) tr.remove();
    let next = body.firstChild;
    for (const { tr } of drawn.values()) {
      // A row that stays is not moved, so that it keeps the focus.
      if (tr === next) next = next.nextSibling;
      else body.insertBefore(tr, next);
    }
    state.drawn = drawn;
    if (!body.querySelector('input[tabindex="0"]')) setTabStop(body.querySelector("input"));
    const kept = anchor && drawn.get(anchor.dataset.run)?.tr;
    if (kept && state.sort === state.drawnSort) scroll.scrollTop = kept.offsetTop - offset;
    state.drawnSort = state.sort;
  };
  const drawMenu = () => {
    summary.textContent = `Columns: ${shown().length + 1} of ${columns.length + 1}`;
    if (columnMenu.open && state.menu === columns) return;
    state.menu = columns;
    const boxes = columns.map((column) => {
      const box = labElement("input", { type: "checkbox", checked: isShown(column) });
      box.onchange = () => choose({ ...state.choice, [column.name]: box.checked });
      return labElement("label", { title: column.help ?? "" }, box, column.name);
    });
    const usual = labElement("button", { type: "button", textContent: "The usual columns" });
    usual.onclick = () => {
      state.menu = null;
      choose({});
    };
    menu.replaceChildren(...boxes, usual);
  };
  const choose = (choice) => {
    state.choice = choice;
    labStore(choice);
    draw();
    const names = Object.keys(choice).length ? shown().map(({ name }) => name) : null;
    if (names) state.sent.push(names.map(labSlug).join(","));
    setStateValue("columns", names);
  };
  const showProgress = () => {
    const column = shown().findIndex(({ name }) => name === "State");
    for (const [id, text] of Object.entries(state.progress)) {
      const cell = column < 0 ? undefined : state.drawn.get(id)?.tr.children[column + 1];
      if (cell && cell.textContent !== text) cell.textContent = text;
    }
  };
  labShowEdge(scroll, node.querySelector(".frame"));
  const draw = () => {
    drawMenu();
    drawHead();
    drawBody();
    drawChips();
    showProgress();
  };
  // Rows must not move away below a pointer that is about to tick one.
  clearTimeout(state.later);
  const drawWhenIdle = () => {
    const wait = state.content === content ? 0 : POINTER_REST - (performance.now() - (state.pointed ?? -POINTER_REST));
    if (wait > 0) state.later = setTimeout(drawWhenIdle, wait);
    else adopt();
    if (state.table) draw();
  };
  if (state.table) ({ columns, rows } = state.table);
  drawWhenIdle();
  document.removeEventListener("click", state.onClickElsewhere);
  state.onClickElsewhere = ({ target }) => {
    // A click may have replaced what was clicked on.
    if (target.isConnected && !columnMenu.contains(target)) columnMenu.open = false;
  };
  document.addEventListener("click", state.onClickElsewhere);
  columnMenu.onkeydown = ({ key }) => {
    if (key !== "Escape" || !columnMenu.open) return;
    columnMenu.open = false;
    summary.focus();
  };
  node.labUnfollow?.();
  node.labUnfollow = labFollowPalette(parentElement, node);

  // Streamlit calls this function for each drawing of the page; only the newest one goes on asking.
  const round = (state.round = (state.round ?? 0) + 1);
  const askIn = (seconds) => {
    clearTimeout(state.timer);
    state.timer = setTimeout(ask, 1000 * seconds);
  };
  // Drawing the page again would close a dialog, so that waits.
  const drawAgain = (reason) => {
    if (!document.querySelector(dialog)) labAskOnce(node, reason, (why) => setTriggerValue("changed", why));
  };
  const ask = async () => {
    if (document.hidden) return askIn(RETRY);
    let answer;
    try {
      const response = await fetch(new URL(address, document.baseURI), { cache: "no-store" });
      if (!response.ok) throw new Error(response.statusText);
      answer = await response.json();
    } catch {
      return round === state.round ? askIn(RETRY) : undefined;
    }
    if (round !== state.round) return;
    const before = state.progress;
    state.progress = answer.active;
    showProgress();
    const moved = [...state.ticked].some((id) => before[id] && before[id] !== answer.active[id]);
    const now = performance.now();
    if (answer.version !== version) drawAgain(answer.version);
    else if (moved && now - state.asked > PROGRESS_AGAIN) {
      state.asked = now;
      drawAgain(JSON.stringify(answer.active));
    }
    askIn(answer.interval);
  };
  askIn(1);
  return () => {
    // Streamlit also calls this when only the data have changed.
    if (node.isConnected) return;
    state.round += 1;
    scroll.labSizes.disconnect();
    clearTimeout(state.timer);
    document.removeEventListener("click", state.onClickElsewhere);
    node.labUnfollow?.();
  };
}
