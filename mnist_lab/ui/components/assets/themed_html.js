// HTML with colours of the light or the dark theme, changed in place.
export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-themed-html");
  Idiomorph.morph(node, data.html, { morphStyle: "innerHTML" });
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(data.palettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
    // The colours of pixels belong to the theme that they were made for: ask for others.
    if (theme !== data.theme) setStateValue("theme", theme);
  });
  return () => node.labUnfollow?.();
}
