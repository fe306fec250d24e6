// Gives buttons whose text occurs several times on a page a name of their own, for screen readers.
export default function ({ data, parentElement }) {
  const [names, around] = data;
  const node = parentElement.querySelector(".lab-button-names");
  const apply = () => {
    for (const [selector, name] of names) {
      const button = document.querySelector(`${selector} button`);
      if (button && button.getAttribute("aria-label") !== name) button.setAttribute("aria-label", name);
    }
  };
  node.labObserver?.disconnect();
  const area = document.querySelector(around);
  if (!area) return;
  // Streamlit may draw a button later than this, or anew.
  node.labObserver = new MutationObserver(apply);
  node.labObserver.observe(area, { childList: true, subtree: true });
  apply();
  return () => {
    if (!node.isConnected) node.labObserver.disconnect();
  };
}
