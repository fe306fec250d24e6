// Clicks buttons of the page when their keys are pressed; a disabled button ignores the click.
// Of two clicks that reach the server before the page has answered the first, it would act on one only: so the next
// click waits until the page rests.
const CLICK_PAUSE = 150; // ms until the page shows that its script runs
const MAX_CLICK_WAIT = 3000; // ms; then the page is busy with something else
const POLL = 30; // ms

function labClickInTurn(selectors, isIdle) {
  let clicked = -Infinity;
  let timer = 0;
  const next = () => {
    timer = 0;
    if (!selectors.length) return;
    const passed = performance.now() - clicked;
    if (passed < CLICK_PAUSE || (passed < MAX_CLICK_WAIT && !isIdle())) {
      timer = setTimeout(next, POLL);
      return;
    }
    clicked = performance.now();
    document.querySelector(`${selectors.shift()} button`)?.click();
    next();
  };
  return () => timer || next();
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-shortcuts");
  if (node.labListens) return;
  node.labListens = true;
  const [buttons, idle] = data;
  const waiting = [];
  const click = labClickInTurn(waiting, () => document.querySelector(idle) !== null);
  for (const [key, shift, selector] of buttons) {
    labOnShortcut(node, key, shift, () => {
      waiting.push(selector);
      click();
    });
  }
}
