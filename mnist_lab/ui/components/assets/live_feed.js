// Requests the view of a run from the server repeatedly, and passes the answers on to the parts of the page that show
// it. The page itself is drawn again only when its layout changes. A hidden page sends no requests.
// A request contains the version that the page has, and the answer contains only what has changed since.
const RETRY_SECONDS = 2; // after a request that failed
const TIMEOUT_SECONDS = 30;

export default function ({ data, parentElement, setTriggerValue }) {
  const [address, layoutKey, interval, version] = data;
  const node = parentElement.querySelector(".lab-feed");
  node.labStop?.();
  if (labIsNew(node, data)) node.labVersion = version;
  let timer;
  let ended = false;
  const askIn = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(ask, 1000 * seconds);
  };
  const ask = async () => {
    if (!node.isConnected) return node.labStop();
    if (document.hidden) return;
    const asked = performance.now();
    try {
      const url = `${address}&version=${node.labVersion}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(1000 * TIMEOUT_SECONDS), cache: "no-store" });
      if (!response.ok) throw new Error(response.statusText);
      const answer = await response.json();
      if (ended) return;
      if (answer.layout_key !== layoutKey) labAskOnce(node, answer.layout_key, (key) => setTriggerValue("changed", key));
      // If the page has drawn something else in the meantime, the next answer must contain everything.
      else node.labVersion = apply(answer, asked) ? answer.version : "";
      askIn(answer.interval);
    } catch {
      if (!ended) askIn(RETRY_SECONDS);
    }
  };
  // Updates the parts; returns whether the answer fits what the page shows.
  const apply = ({ parts, changes }, asked) => {
    const keys = [...Object.keys(parts), ...Object.keys(changes)];
    if (keys.some((key) => labPart(key)?.labDrawn > asked)) return false;
    for (const [key, content] of Object.entries(parts)) labPart(key)?.labUpdate?.(content);
    return Object.entries(changes).every(([key, change]) => labPart(key)?.labChange(change) ?? true);
  };
  const onVisibilityChange = () => askIn(0);
  document.addEventListener("visibilitychange", onVisibilityChange);
  node.labStop = () => {
    clearTimeout(timer);
    ended = true;
    document.removeEventListener("visibilitychange", onVisibilityChange);
  };
  askIn(interval);
  return () => {
    // Streamlit also calls this when data arrive faster than it can pass them on.
    if (!node.isConnected) node.labStop();
  };
}
