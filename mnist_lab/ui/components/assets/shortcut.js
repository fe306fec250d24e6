// Keyboard shortcuts. None acts while the user types: there, Ctrl + Z takes back what was typed.
const LAB_NOT_TYPED = ["button", "checkbox", "color", "file", "image", "radio", "range", "reset", "submit"];

function labIsTyping(event) {
  // The event's target would be the component that contains the field; its path begins at the field itself.
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  if (target.isContentEditable || target.closest("textarea, select, [role=textbox], [role=combobox]")) return true;
  return target instanceof HTMLInputElement && !LAB_NOT_TYPED.includes(target.type);
}

// Calls `act` for Ctrl or ⌘ with this key, and with or without the shift key, as long as `node` is part of the page.
function labOnShortcut(node, key, shift, act) {
  const onKeyDown = (event) => {
    if (!node.isConnected) return document.removeEventListener("keydown", onKeyDown);
    const matches = event.key.toLowerCase() === key && event.shiftKey === shift && (event.ctrlKey || event.metaKey);
    if (!matches || event.altKey || event.defaultPrevented || event.isComposing || labIsTyping(event)) return;
    event.preventDefault();
    act();
  };
  document.addEventListener("keydown", onKeyDown);
}
