// Keeps the page working while the browser translates it.
//
// Chrome replaces each text by <font> elements with the translation. React does not know this and still changes and
// removes the text that is gone: the page would crash, or go on showing an old text.
const standIns = new WeakMap(); // of a text that is gone: the <font> in its place
const isFont = (node) => node?.nodeName === "FONT";
const isText = (node) => node?.nodeType === Node.TEXT_NODE;

// When React changes a text that is gone, it returns to its place; the browser then translates it again.
const changedTexts = new MutationObserver((records) => {
  for (const { target } of records) {
    const standIn = standIns.get(target);
    standIns.delete(target);
    if (!target.isConnected && standIn?.isConnected) standIn.replaceWith(target);
  }
});

const translatedTexts = new MutationObserver((records) => {
  for (const { addedNodes, removedNodes, previousSibling, nextSibling } of records) {
    const standIn = [...addedNodes, previousSibling, nextSibling].find(isFont);
    if (standIn === undefined) continue;
    for (const text of [...removedNodes].filter(isText)) {
      standIns.set(text, standIn);
      changedTexts.observe(text, { characterData: true });
    }
  }
});

// The child of `parent` that has the place of `node`: the node itself, or the <font> around it or instead of it.
function childInPlaceOf(parent, node) {
  let child = node.isConnected ? node : (standIns.get(node) ?? node);
  while (child.parentNode !== parent && isFont(child.parentNode)) child = child.parentNode;
  return child.parentNode === parent ? child : null;
}

function guardReact() {
  const { removeChild, insertBefore } = Node.prototype;
  Node.prototype.removeChild = function (node) {
    const child = node instanceof Node ? childInPlaceOf(this, node) : node;
    if (child === null && isText(node)) return node;
    removeChild.call(this, child ?? node);
    return node;
  };
  Node.prototype.insertBefore = function (node, next) {
    const child = next instanceof Node ? childInPlaceOf(this, next) : next;
    return insertBefore.call(this, node, child === null && !isText(next) ? next : child);
  };
}

export default function () {
  if (window.labTranslationGuard) return;
  window.labTranslationGuard = translatedTexts;
  translatedTexts.observe(document.body, { childList: true, subtree: true });
  guardReact();
}
