// Asks the page to draw something anew; for the same reason once more only if nothing has come of it for a while.
const LAB_ASK_AGAIN = 2_000; // ms

function labAskOnce(node, reason, ask) {
  const now = performance.now();
  if (node.labAsked?.reason === reason && now - node.labAsked.at < LAB_ASK_AGAIN) return;
  node.labAsked = { reason, at: now };
  ask(reason);
}
