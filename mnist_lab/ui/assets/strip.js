// The picture of the network: follows the theme, and tells Python which block was picked.
export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-strip");
  node.innerHTML = data.svg;
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(data.palettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
  });
  for (const block of node.querySelectorAll("[data-index]")) {
    const pick = () => setTriggerValue("picked", Number(block.dataset.index));
    block.style.cursor = "pointer";
    block.onclick = pick;
    block.onkeydown = (event) => {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        pick();
      }
    };
  }
  return () => node.labUnfollow?.();
}
