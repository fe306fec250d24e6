// A part of the page that both the page and the live feed change. It is found by its key, in a registry of our own.
function labRegisterPart(node, key) {
  node.dataset.part = key;
  (window.labParts ??= {})[key] = node;
}

// To be called when the component is cleaned up; Streamlit also does that when only its data have changed.
function labUnregisterPart(node) {
  if (!node.isConnected && window.labParts?.[node.dataset.part] === node) delete window.labParts[node.dataset.part];
}

function labPart(key) {
  const node = window.labParts?.[key];
  return node?.isConnected ? node : undefined;
}

// Whether the page has drawn the part with other data than before. Streamlit also calls a component when only the theme
// has changed; then the live feed may have brought newer content.
function labIsNew(node, data) {
  if (node.labData === data) return false;
  node.labData = data;
  node.labDrawn = performance.now();
  return true;
}
