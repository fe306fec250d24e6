// Asks the page to draw something again: only once for the same reason, unless nothing happens for this time.
const LAB_ASK_AGAIN = 2_000; // ms

function labAskOnce(node, reason, ask) {
  const now = performance.now();
  if (node.labAsked?.reason === reason && now - node.labAsked.at < LAB_ASK_AGAIN) return;
  node.labAsked = { reason, at: now };
  ask(reason);
}
