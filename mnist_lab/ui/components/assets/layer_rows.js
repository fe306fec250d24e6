// The rows of the list of layers as elements. All text is set as text, never as HTML.
const LAB_ICONS = {
  grip: "M9 5h.01M15 5h.01M9 12h.01M15 12h.01M9 19h.01M15 19h.01",
  duplicate: "M9 9h11v11H9zM5 15H4V4h11v1",
  remove: "M6 6l12 12M18 6L6 18",
  plus: "M12 5v14M5 12h14",
  problem: "M12 4L2.5 20h19zM12 10v5M12 17.5v.01",
};

function labNode(tag, options = {}, ...children) {
  const { data = {}, attributes = {}, ...properties } = options;
  const node = Object.assign(document.createElement(tag), properties);
  Object.assign(node.dataset, data);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

function labIcon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", LAB_ICONS[name]);
  svg.append(path);
  return svg;
}

// "3", "3 and 6", "3, 6 and 9", "3, 6, … and 30"
function labNumbers(indices) {
  const numbers = indices.map((index) => String(index + 1));
  if (numbers.length > 4) numbers.splice(2, numbers.length - 3, "…");
  return numbers.length < 2 ? numbers.join("") : `${numbers.slice(0, -1).join(", ")} and ${numbers.at(-1)}`;
}

// How a row is called in the names of its buttons: "layer 3, max pooling".
function labCalled(item) {
  const noun = item.indices.length > 1 ? "layers" : "layer";
  return `${noun} ${labNumbers(item.indices)}, ${item.row.title.toLowerCase()}`;
}

// Of the same problem in several equal layers the first one, with the others that have it.
function labFirstOfEach(problems) {
  const firsts = new Map();
  for (const problem of problems) {
    const first = firsts.get(problem.rule);
    if (first) first.also.push(problem.index);
    else firsts.set(problem.rule, { ...problem, also: [] });
  }
  return [...firsts.values()];
}

// The visible rows: each with the layers that it stands for, those that move with it, and the place before it.
function labItems(content, isExpanded) {
  const items = [];
  const problems = (indices) => content.problems.flatMap((problem, number) => (indices.includes(problem.index) ? [{ ...problem, number }] : []));
  const rows = content.rows;
  const last = rows.length - 1;
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place];
    if (!row.indices.length) {
      const own = place === last ? content.problems.flatMap((problem, number) => (problem.index === null ? [{ ...problem, number }] : [])) : [];
      items.push({ row, indices: [], move: [], gap: null, problems: own });
      continue;
    }
    const repeat = content.repeats.find(({ start }) => start === row.indices[0]);
    if (!repeat) {
      items.push({ row, indices: row.indices, move: row.indices, gap: row.indices[0], problems: problems(row.indices) });
      continue;
    }
    const all = Array.from({ length: repeat.length * repeat.times }, (_, step) => repeat.start + step);
    const expanded = isExpanded(repeat, all);
    // A Flatten that the lab adds is never inside a block, as it comes only once: the rows of a block follow each other.
    const shown = expanded ? rows.slice(place, place + all.length) : repeat.rows;
    shown.forEach((one, step) => {
      const move = expanded ? one.indices : all;
      const gap = expanded || step === 0 ? one.indices[0] : null;
      const edge = expanded && step > 0 && step % repeat.length === 0;
      items.push({ row: one, indices: one.indices, move, gap, edge, problems: labFirstOfEach(problems(one.indices)), repeat, expanded });
    });
    place += all.length - 1;
  }
  return items;
}

function labPlus(after, index) {
  const label = `Insert a layer after ${after}`;
  return labNode("button", { type: "button", className: "plus", data: { do: "plus", index }, ariaLabel: label, title: label }, labIcon("plus"));
}

function labProblem(problem, index) {
  const others = problem.also?.length ? ` The same in layer${problem.also.length > 1 ? "s" : ""} ${labNumbers(problem.also)}.` : "";
  const text = labNode("span", { className: "message" }, labIcon("problem"), labNode("span", { textContent: problem.message + others }));
  const repairs = problem.repairs.map((label, repair) =>
    labNode("button", { type: "button", textContent: label, data: { do: "repair", index, problem: problem.number, repair } }),
  );
  return labNode("div", { className: `problem ${problem.severity}` }, text, ...repairs);
}

function labMain(item) {
  const { row, indices } = item;
  const implied = !indices.length;
  const title = labNode("span", { className: "what" }, labNode("b", { textContent: row.title }), labNode("span", { className: "summary", textContent: row.summary }));
  const share = labNode("span", { className: row.share ? "share" : "" }, labNode("i"));
  share.firstChild.style.width = `${(100 * (row.share ?? 0)).toFixed(1)}%`;
  const cells = [
    labNode("span", { className: "number", textContent: implied ? "" : String(indices[0] + 1) }),
    labNode("span", { className: "square" }),
    title,
    labNode("span", { className: "shape", textContent: row.shape }),
    labNode("span", { className: "parameters", textContent: row.parameters }),
    share,
  ];
  const options = { className: "main", title: `${row.title} ${row.summary}\n${row.facts}` };
  if (implied) return labNode("div", options, ...cells);
  const label = `Edit ${labCalled(item)} ${row.summary}, output ${row.shape}`;
  return labNode("button", { ...options, type: "button", ariaLabel: label, data: { do: "main", index: indices[0] } }, ...cells);
}

function labRow(item) {
  const { row, indices } = item;
  const classes = ["row", ...(indices.length ? [] : ["implied"]), ...(item.edge ? ["edge"] : [])];
  const li = labNode("li", { className: classes.join(" ") }, labMain(item));
  li.style.setProperty("--tone", `var(--lab-${row.colour})`);
  if (indices.length) {
    const tool = (name, verb) => {
      const label = `${verb} ${labCalled(item)}`;
      return labNode("button", { type: "button", data: { do: name, index: indices[0] }, ariaLabel: label, title: label }, labIcon(name));
    };
    li.prepend(labNode("span", { className: "grip", title: "Drag to move" }, labIcon("grip")));
    li.append(labNode("span", { className: "tools" }, tool("duplicate", "Duplicate"), tool("remove", "Remove")));
    li.append(labPlus(labCalled(item), indices[0]));
  }
  li.append(...item.problems.map((problem) => labProblem(problem, indices[0] ?? -1)));
  li.labItem = item;
  return li;
}

function labGroup(items) {
  const [{ repeat, expanded }] = items;
  const range = `layers ${repeat.start + 1} to ${repeat.start + repeat.length * repeat.times}`;
  const label = expanded ? `Show the ${repeat.times} equal blocks of ${range} once` : `Show ${range} one by one, a block that comes ${repeat.times} times`;
  const options = { type: "button", className: "times", textContent: `×${repeat.times}`, title: label, ariaLabel: label };
  const button = labNode("button", { ...options, ariaExpanded: String(expanded), data: { do: "times", index: repeat.start } });
  return labNode("li", { className: `group${expanded ? " expanded" : ""}` }, button, labNode("ol", {}, ...items.map(labRow)));
}

function labInput(content) {
  const row = { title: "Input", summary: "a grey picture", shape: content.input, parameters: "", share: 0, colour: "muted", facts: "28×28 pixels" };
  const li = labRow({ row, indices: [], problems: [] });
  if (content.count) li.append(labPlus("the input", -1));
  return li;
}

function labEmpty() {
  const button = (action, text, main) => labNode("button", { type: "button", textContent: text, className: main ? "first" : "", data: { do: action, index: -1 } });
  return labNode(
    "li",
    { className: "empty" },
    labNode("b", { textContent: "No layer yet" }),
    labNode("span", { textContent: "The pixels go straight to the ten outputs. Give the network something that finds patterns." }),
    labNode("span", { className: "starts" }, button("first", "Add a convolution", true), button("example", "Open an example")),
  );
}

// All rows, those of a repeated block in a list of their own.
function labRows(content, items) {
  const nodes = [labInput(content)];
  if (!content.count) nodes.push(labEmpty());
  for (let place = 0; place < items.length; ) {
    const { repeat } = items[place];
    const group = repeat ? items.filter((item) => item.repeat === repeat) : [items[place]];
    nodes.push(repeat ? labGroup(group) : labRow(group[0]));
    place += group.length;
  }
  return nodes;
}
