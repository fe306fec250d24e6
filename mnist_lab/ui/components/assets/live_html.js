// HTML that is changed in place, by the page and by the live feed.
export default function ({ data, parentElement }) {
  const [content, key] = data;
  const node = parentElement.querySelector(".lab-part");
  node.labUpdate = (html) => Idiomorph.morph(node, html, { morphStyle: "innerHTML" });
  labRegisterPart(node, key);
  if (labIsNew(node, data)) node.labUpdate(content);
  return () => labUnregisterPart(node);
}
