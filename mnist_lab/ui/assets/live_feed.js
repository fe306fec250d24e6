// Asks the lab again and again how a run is getting on, and hands what it says to the parts of the page that show it.
// The page itself is drawn anew only when its outline has changed; while nobody can see it, nothing is asked.
const PATIENCE = 2; // s, after a question that was not answered

export default function ({ data, parentElement, setTriggerValue }) {
  const [address, outline, every] = data;
  const node = parentElement.querySelector(".lab-feed");
  // What was asked before this drawing of the page would tell what is older than it.
  node.labStop?.();
  const ending = new AbortController();
  let timer;
  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, 1000 * seconds);
  };
  const look = async () => {
    if (!node.isConnected) return node.labStop();
    if (document.hidden) return;
    try {
      const answer = await fetch(address, { signal: ending.signal, cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      if (now.outline !== outline) setTriggerValue("changed", now.outline);
      else for (const [key, content] of Object.entries(now.parts)) show(key, content);
      later(now.every);
    } catch {
      if (!ending.signal.aborted) later(PATIENCE);
    }
  };
  const show = (key, content) => document.querySelector(`.st-key-${key} .lab-part`)?.labUpdate?.(content);
  const seen = () => later(0);
  document.addEventListener("visibilitychange", seen);
  node.labStop = () => {
    clearTimeout(timer);
    ending.abort();
    document.removeEventListener("visibilitychange", seen);
  };
  later(every);
  return () => {
    // Streamlit calls this, too, when data came faster than it could pass them on.
    if (!node.isConnected) node.labStop();
  };
}
