// Makes the children of `old` those of `fresh`: only what differs is touched, so nothing flickers and nothing jumps.
function labMorph(old, fresh) {
  const same =
    old.childNodes.length === fresh.childNodes.length &&
    [...old.childNodes].every((child, i) => child.nodeName === fresh.childNodes[i].nodeName);
  if (!same) {
    old.replaceChildren(...fresh.childNodes);
    return;
  }
  for (const [i, child] of [...old.childNodes].entries()) {
    const wanted = fresh.childNodes[i];
    if (child.nodeType !== Node.ELEMENT_NODE) {
      if (child.nodeValue !== wanted.nodeValue) child.nodeValue = wanted.nodeValue;
      continue;
    }
    for (const { name } of [...child.attributes]) if (!wanted.hasAttribute(name)) child.removeAttribute(name);
    for (const { name, value } of wanted.attributes) {
      if (child.getAttribute(name) !== value) child.setAttribute(name, value);
    }
    labMorph(child, wanted);
  }
}

function labMorphTo(node, html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  labMorph(node, template.content);
}
