// Asks the page to draw something again. For the same reason it asks only once, unless nothing happens for a while.
const LAB_ASK_AGAIN = 2_000; // ms

function labAskOnce(node, reason, ask) {
  const now = performance.now();
  if (node.labAsked?.reason === reason && now - node.labAsked.at < LAB_ASK_AGAIN) return;
  node.labAsked = { reason, at: now };
  ask(reason);
}
