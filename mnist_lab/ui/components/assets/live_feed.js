// Asks the lab again and again how a run is getting on, and hands what it says to the parts of the page that show it.
// The page itself is drawn anew only when its outline has changed; while nobody can see it, nothing is asked.
const PATIENCE = 2; // s, after a question that was not answered
const TIMEOUT = 30; // s

export default function ({ data, parentElement, setTriggerValue }) {
  const [address, outline, every] = data;
  const node = parentElement.querySelector(".lab-feed");
  node.labStop?.();
  let timer;
  let ended = false;
  const later = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, 1000 * seconds);
  };
  const look = async () => {
    if (!node.isConnected) return node.labStop();
    if (document.hidden) return;
    const asked = performance.now();
    try {
      const answer = await fetch(address, { signal: AbortSignal.timeout(1000 * TIMEOUT), cache: "no-store" });
      if (!answer.ok) throw new Error(answer.statusText);
      const now = await answer.json();
      if (ended) return;
      if (now.outline !== outline) labAskOnce(node, now.outline, (fresh) => setTriggerValue("changed", fresh));
      else for (const [key, content] of Object.entries(now.parts)) show(key, content, asked);
      later(now.every);
    } catch {
      if (!ended) later(PATIENCE);
    }
  };
  const show = (key, content, asked) => {
    const part = document.querySelector(`.st-key-${key} .lab-part`);
    // What the page has drawn since is newer than the answer.
    if (part && !(part.labDrawn > asked)) part.labUpdate?.(content);
  };
  const seen = () => later(0);
  document.addEventListener("visibilitychange", seen);
  node.labStop = () => {
    clearTimeout(timer);
    ended = true;
    document.removeEventListener("visibilitychange", seen);
  };
  later(every);
  return () => {
    // Streamlit calls this, too, when data came faster than it could pass them on.
    if (!node.isConnected) node.labStop();
  };
}
