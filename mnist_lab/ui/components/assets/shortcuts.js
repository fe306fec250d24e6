// Clicks buttons of the page when their keys are pressed; a disabled button ignores the click.
export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-shortcuts");
  if (node.labListens) return;
  node.labListens = true;
  for (const [key, shift, selector] of data) {
    labOnShortcut(node, key, shift, () => document.querySelector(`${selector} button`)?.click());
  }
}
