// Words and figures made of HTML, changed in place: by the page, and between its drawings by the live feed.
export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-part");
  node.labUpdate = (html) => labMorphTo(node, html);
  if (labIsNew(node, data)) node.labUpdate(data[0]);
}
