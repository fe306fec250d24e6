// The switch of presentation mode. The mode is a class of the page's root; the browser remembers it, and as long as it
// is on, the address has `present=1`, so that it opens the same in another browser.
const COOKIE = "lab-presentation=1";
const COOKIE_SECONDS = 31_536_000;
const FREE = 8; // pixels by which the page may be scrolled with nothing below the button
const PARAMETER = "present=1";
// A screen on a stand; a screen with arrows that point inwards.
const BEGIN = "M2 3h20v2h-1v10a1 1 0 0 1-1 1h-7v1.6l3.4 3.4-1.4 1.4-3-3-3 3-1.4-1.4 3.4-3.4V16H4a1 1 0 0 1-1-1V5H2zm3 2v9h14V5z";
const LEAVE = "M4 14h6v6H8v-4H4zM8 4h2v6H4V8h4zm6 10h6v2h-4v4h-2zm0-10h2v4h4v2h-6z";

function isRemembered() {
  try {
    return document.cookie.split("; ").includes(COOKIE);
  } catch {
    return false;
  }
}

// A cookie: the server sends the next page in the right size at once.
function remember(on) {
  try {
    document.cookie = `${COOKIE}; path=/; samesite=lax; max-age=${on ? COOKIE_SECONDS : 0}`;
  } catch {
    // A browser may forbid storage; the mode then lasts as long as the page.
  }
}

// Streamlit writes the address anew at each change of page, and keeps what it knew of its query.
function writeAddress() {
  const others = location.search.slice(1).split("&").filter((part) => part && part !== PARAMETER);
  if (labIsPresenting()) others.push(PARAMETER);
  const query = others.length ? `?${others.join("&")}` : "";
  if (query !== location.search) history.replaceState(history.state, "", location.pathname + query + location.hash);
}

function present(on) {
  document.documentElement.classList.toggle(labPresenting, on);
  remember(on);
  writeAddress();
  window.dispatchEvent(new Event("lab-presentation"));
}

// Once for each document, whatever page it shows.
function start(asked, overlay) {
  const on = asked || isRemembered() || location.search.slice(1).split("&").includes(PARAMETER);
  if (on) present(true);
  // Before an open dialog is closed by the same key.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !labIsPresenting() || event.isComposing || document.querySelector(overlay)) return;
    present(false);
  }, { capture: true });
  window.navigation?.addEventListener("currententrychange", writeAddress);
  return true;
}

export default function ({ data, parentElement }) {
  const [asked, overlay, scrolled] = data;
  window.labPresentation ??= start(asked, overlay);
  const button = parentElement.querySelector(".lab-presentation");
  const show = () => {
    giveWay();
    const on = labIsPresenting();
    button.setAttribute("aria-pressed", on);
    button.title = on ? "Leave presentation mode (Esc)" : "Presentation mode: large text, for a class";
    button.innerHTML = `<svg viewBox="0 0 24 24" aria-hidden="true"><path d="${on ? LEAVE : BEGIN}"/></svg>`;
  };
  // Over a page that is scrolled it would cover what is below it; the Escape key works there, too.
  const main = document.querySelector(scrolled);
  const giveWay = () => button.classList.toggle("away", labIsPresenting() && main.scrollTop > FREE);
  main.removeEventListener("scroll", button.labGiveWay);
  main.addEventListener("scroll", (button.labGiveWay = giveWay));
  button.onclick = () => present(!labIsPresenting());
  window.removeEventListener("lab-presentation", button.labShow);
  window.addEventListener("lab-presentation", (button.labShow = show));
  show();
  // Dialogs and menus are outside of what Streamlit colours, so the root has the colours as well.
  button.labUnfollow?.();
  button.labUnfollow = labFollowTheme(parentElement, (theme) => {
    document.documentElement.style.colorScheme = labPageTheme(parentElement);
    labPaint(document.documentElement, theme);
  });
}
