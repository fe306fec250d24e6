// Gives the focus to something that Tab does not reach: from there Tab goes on, and it is read aloud. It gets no ring.
function labFocusQuietly(node) {
  node.tabIndex = -1;
  node.style.outline = "none";
  node.focus({ preventScroll: true });
}
