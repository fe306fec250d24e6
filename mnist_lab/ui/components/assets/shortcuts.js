// Tells Python which shortcuts were pressed. The newest presses are sent together, each with an id: so none gets lost
// while the page is busy, and none acts twice.
const SENT_PRESSES = 20;

export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-shortcuts");
  // With each call, Streamlit passes a new function.
  node.labSend = (presses) => setStateValue("presses", presses);
  if (node.labListens) return;
  node.labListens = true;
  const presses = [];
  for (const [key, shift, name] of data) {
    labOnShortcut(node, key, shift, () => {
      presses.push([String(Math.random()), name]);
      node.labSend(presses.slice(-SENT_PRESSES));
    });
  }
}
