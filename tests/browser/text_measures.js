// Every piece of text that is in sight: its size in pixels as displayed, its colour with its opacity, and its place.
// `leftOut` is a selector of what is not text in this sense; the class of an element of Streamlit's begins with `prefix`.
([leftOut, prefix]) => {
  const context = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const colours = new Map();
  const rgba = (colour) => {
    if (!colours.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      colours.set(colour, [r, g, b, a / 255]);
    }
    return colours.get(colour);
  };
  const ancestors = function* (node) {
    for (let at = node; at; at = at.assignedSlot ?? at.parentElement ?? at.getRootNode().host) yield at;
  };
  const inSight = (node, rect) => {
    let [left, top, right, bottom] = [rect.left, rect.top, rect.right, rect.bottom];
    for (const at of ancestors(node)) {
      const style = getComputedStyle(at);
      if (style.visibility === "hidden" || style.display === "none" || style.contentVisibility === "hidden") return null;
      if (at === document.documentElement || at === document.body) continue;
      if (style.overflowX === "visible" && style.overflowY === "visible" && style.clip === "auto" && style.clipPath === "none") continue;
      if (at instanceof SVGElement && !(at instanceof SVGSVGElement)) continue;
      const box = at.getBoundingClientRect();
      [left, top, right, bottom] = [Math.max(left, box.left), Math.max(top, box.top), Math.min(right, box.right), Math.min(bottom, box.bottom)];
      if (style.clipPath.startsWith("inset(50%") || style.clip.startsWith("rect(0px")) return null;
    }
    [left, top, right, bottom] = [Math.max(left, 0), Math.max(top, 0), Math.min(right, innerWidth), Math.min(bottom, innerHeight)];
    return right - left < 3 || bottom - top < 3 ? null : { left, top, right, bottom };
  };
  const scale = (node) => {
    const matrix = node instanceof SVGGraphicsElement ? node.getScreenCTM() : null;
    // Turned text is as large as other text.
    return matrix ? Math.hypot(matrix.a, matrix.b) : 1;
  };
  const name = (node) => {
    const named = [...ancestors(node)].map((at) => (at.className?.baseVal ?? at.className ?? "").toString());
    const key = named.flatMap((text) => text.split(" ")).find((one) => one.startsWith(prefix)) ?? "";
    return `${key} ${node.tagName.toLowerCase()}.${named[0].split(" ").filter((one) => !one.includes("emotion"))[0] ?? ""}`;
  };
  const texts = [];
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT | NodeFilter.SHOW_ELEMENT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (node.shadowRoot) read(node.shadowRoot);
      const placeholder = node instanceof HTMLInputElement || node instanceof HTMLTextAreaElement;
      if (placeholder ? !(node.value || node.placeholder) : node.nodeType !== Node.TEXT_NODE) continue;
      if (!placeholder && !node.data.trim()) continue;
      const element = placeholder ? node : node.parentElement;
      if (!element || element.closest(leftOut) || element.closest("style, script, title, option")) continue;
      if (placeholder && !["text", "number", "search", "textarea"].includes(node.type)) continue;
      if (element.closest(":disabled, [aria-disabled=true]")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const rect = placeholder ? node.getBoundingClientRect() : [...range.getClientRects()][0];
      const shown = rect && inSight(element, rect);
      if (!shown) continue;
      const style = getComputedStyle(element, placeholder && !node.value ? "::placeholder" : undefined);
      const isSvg = element instanceof SVGElement;
      const [r, g, b, a] = rgba(isSvg ? style.fill : style.webkitTextFillColor || style.color);
      let opacity = placeholder && !node.value ? a * Number(style.opacity) : a;
      for (const at of ancestors(element)) opacity *= Number(getComputedStyle(at).opacity);
      if (isSvg) opacity *= Number(style.fillOpacity);
      if (opacity < 0.05) continue;
      texts.push({
        text: (placeholder ? node.value || node.placeholder : node.data).trim().slice(0, 60),
        where: name(element),
        size: Math.round(10 * parseFloat(style.fontSize) * scale(element)) / 10,
        colour: [r, g, b],
        opacity,
        box: [shown.left, shown.top, shown.right, shown.bottom],
      });
    }
  };
  read(document.body);
  return texts;
}
