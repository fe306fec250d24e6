// Registry of the parts of the page that both the page and the live feed change, by their keys.
function labRegisterPart(node, key) {
  node.dataset.part = key;
  (window.labParts ??= {})[key] = node;
}

// Called when Streamlit cleans up the component, which it also does when only its data have changed.
function labUnregisterPart(node) {
  if (!node.isConnected && window.labParts?.[node.dataset.part] === node) delete window.labParts[node.dataset.part];
}

function labPart(key) {
  const node = window.labParts?.[key];
  return node?.isConnected ? node : undefined;
}

// Whether the page has drawn the part with new data. Streamlit also calls a component when only the theme has changed;
// then its data may be older than those of the live feed.
function labIsNew(node, data) {
  if (node.labData === data) return false;
  node.labData = data;
  node.labDrawn = performance.now();
  return true;
}
