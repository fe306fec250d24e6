// The glossary: filters its terms as one types, and shows the term that the address names.
function labFilterTerms(node) {
  const wanted = node.querySelector("input").value.trim().toLowerCase();
  const terms = [...node.querySelectorAll("article")];
  // Without the names of related terms.
  const text = (term) => [...term.querySelectorAll("h3, h3 + p")].map((part) => part.textContent.toLowerCase());
  for (const term of terms) term.hidden = !text(term).some((part) => part.includes(wanted));
  for (const section of node.querySelectorAll("section")) section.hidden = !section.querySelector("article:not([hidden])");
  const found = terms.filter((term) => !term.hidden).length;
  const result = found === 0 ? "No term contains this" : found === 1 ? "1 term" : `${found} terms`;
  node.querySelector("[role=status]").textContent = wanted === "" ? "" : result;
}

// The browser looks for the anchor of a new page before Streamlit has drawn it.
function labShowTerm(node) {
  for (const marked of node.querySelectorAll("[aria-current]")) marked.removeAttribute("aria-current");
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target === null || !node.contains(target)) return;
  if (target.hidden || target.closest("section").hidden) {
    node.querySelector("input").value = "";
    labFilterTerms(node);
  }
  target.scrollIntoView({ block: "start" });
  if (target.tagName !== "ARTICLE") return;
  target.setAttribute("aria-current", "true");
  target.focus({ preventScroll: true });
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-terms");
  const unfollow = labFollowPalette(parentElement, node);
  if (!node.firstChild) {
    node.innerHTML = data[0];
    node.querySelector("input").oninput = () => labFilterTerms(node);
    requestAnimationFrame(() => labShowTerm(node));
  }
  const show = () => labShowTerm(node);
  addEventListener("hashchange", show);
  return () => {
    removeEventListener("hashchange", show);
    unfollow();
  };
}
