// A picture made of HTML, changed in place.
export default function ({ data, parentElement, setStateValue }) {
  const node = parentElement.querySelector(".lab-picture");
  labMorphTo(node, data.html);
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(data.palettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
    // Pixels have the colours of the theme that they were made for: ask for others.
    if (theme !== data.theme) setStateValue("theme", theme);
  });
  return () => node.labUnfollow?.();
}
