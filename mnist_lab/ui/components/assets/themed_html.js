// HTML with colours of the light or the dark theme, changed in place; its pictures can be enlarged.
export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-themed-html");
  Idiomorph.morph(node, data.html, { morphStyle: "innerHTML" });
  node.labRefreshEnlarged ??= labEnlargeTiles(node, parentElement.querySelector(".lab-enlarged"));
  node.labRefreshEnlarged();
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    labPaint(node, theme);
    // Images were made for the other theme: ask Python for new ones.
    const pageTheme = labPageTheme(parentElement);
    if (pageTheme !== data.theme) setStateValue("theme", pageTheme);
  });
  return () => node.labUnfollow?.();
}
