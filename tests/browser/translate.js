// Translates the page as Chrome does, from now on and without a translator: each text is replaced by two <font> elements.
// With `wrap` the text is moved into them and stays as it is; otherwise they get a new text, in capital letters.
(wrap) => {
  const LEFT_ALONE = "[translate=no], .notranslate, script, style, textarea, code, pre";
  const ours = new WeakSet();
  const translate = (text) => {
    if (ours.has(text) || !text.data.trim() || !text.parentElement || text.parentElement.closest(LEFT_ALONE)) return;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    outer.append(inner);
    const translated = wrap ? text : document.createTextNode(text.data.toUpperCase());
    ours.add(translated);
    text.replaceWith(outer);
    inner.append(translated);
  };
  const translateAll = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    texts.forEach(translate);
  };
  translateAll(document.body);
  new MutationObserver((records) => {
    for (const { type, target, addedNodes } of records) {
      if (type === "characterData") translate(target);
      for (const node of addedNodes) node.nodeType === Node.TEXT_NODE ? translate(node) : translateAll(node);
    }
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}
