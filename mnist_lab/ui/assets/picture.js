// A picture made of HTML, changed in place: only what differs is touched, so nothing flickers and nothing jumps.
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

export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-picture");
  const template = document.createElement("template");
  template.innerHTML = data.html;
  labMorph(node, template.content);
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(data.palettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
    // Pixels have the colours of the theme that they were made for: ask for others.
    if (theme !== data.theme) setStateValue("theme", theme);
  });
  return () => node.labUnfollow?.();
}
