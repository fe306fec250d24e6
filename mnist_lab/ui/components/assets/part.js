// Whether the page has drawn this part of it with other data than before: Streamlit also calls a component when nothing but
// the theme has changed, and then the live feed knows better.
function labIsNew(node, data) {
  if (node.labData === data) return false;
  node.labData = data;
  node.labDrawn = performance.now();
  return true;
}
