// The diagram of the network: follows the theme, and tells Python which layer was clicked.
export default function ({ data, parentElement, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-network-diagram");
  node.innerHTML = data.svg;
  node.classList.toggle("lab-whole", data.whole);
  node.labUnfollow?.();
  node.labUnfollow = labFollowTheme(parentElement, (theme) => {
    for (const [name, colour] of Object.entries(labPalettes[theme])) node.style.setProperty(`--lab-${name}`, colour);
  });
  // A diagram wider than the screen fades out at its right edge. It is scrolled to the selected layer, or else to the
  // first layer with a problem.
  const fade = () => {
    const left = node.scrollWidth - node.clientWidth - node.scrollLeft;
    node.classList.toggle("lab-goes-on", left > 4);
  };
  node.onscroll = fade;
  const shown = node.querySelector(".block.selected") ?? node.querySelector(".block .badge");
  if (shown) {
    const [block, frame] = [shown.getBoundingClientRect(), node.getBoundingClientRect()];
    node.scrollLeft += (block.left + block.right - frame.left - frame.right) / 2;
  }
  fade();
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
}
