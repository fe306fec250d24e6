// HTML with colours of the light or the dark theme, changed in place; its pictures can be enlarged.
export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-themed-html");
  Idiomorph.morph(node, data.html, { morphStyle: "innerHTML" });
  node.labRefreshEnlarged ??= labEnlargeTiles(node, parentElement.querySelector(".lab-enlarged"));
  node.labRefreshEnlarged();
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(data.palettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
    // Images were made for the other theme: ask Python for new ones.
    if (theme !== data.theme) setStateValue("theme", theme);
  });
  return () => node.labUnfollow?.();
}
