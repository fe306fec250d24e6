// The slider over a training's epochs, with a button that replays them. At its right end it follows the newest.
const TOLD_EVERY = 150; // ms; a drag passes many epochs
const REPLAY = 12_000; // ms for all epochs, but neither a blur nor a wait:
const STEP = [300, 800];
const PLAY = "M4 1.5v13l10.5-6.5z";
const PAUSE = "M3 2h3.5v12H3zM9.5 2H13v12H9.5z";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-timeline");
  const [button, slider, words] = ["button", "input", "output"].map((tag) => node.querySelector(tag));
  const state = (node.labState ??= { wanted: data.wanted, told: data.wanted, playing: null, waiting: null });
  state.epochs = data.epochs;
  state.drawn = data.wanted ?? null;

  node.labUpdate = (newest) => {
    if (newest !== data.newest) labAskOnce(node, newest, (snapshot) => setTriggerValue("newer", snapshot));
  };

  const last = () => state.epochs.length - 1;
  const place = () => {
    if (state.wanted === null) return last();
    return Math.max(0, state.epochs.findLastIndex((epoch) => epoch <= state.wanted));
  };
  const say = () => {
    const epoch = state.epochs[place()];
    const newest = state.wanted === null && data.live ? " · newest" : "";
    const best = epoch === data.best ? " · best" : "";
    const ended = data.done !== null && epoch > data.done ? " · ended in it" : "";
    const which = epoch === 0 ? "before the first step" : `epoch ${epoch} of ${data.total}`;
    words.textContent = which + newest + best + ended;
    slider.max = last();
    slider.value = place();
    slider.setAttribute("aria-valuetext", words.textContent);
    slider.disabled = button.disabled = last() < 1;
    button.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor"><path d="${state.playing ? PAUSE : PLAY}"/></svg>`;
    button.setAttribute("aria-label", state.playing ? "Stop the replay" : "Replay the training");
    button.title = button.getAttribute("aria-label");
  };
  const tell = () => {
    state.waiting ??= setTimeout(() => {
      state.waiting = null;
      if (state.told === state.wanted) return;
      state.told = state.wanted;
      setStateValue("epoch", state.wanted);
    }, TOLD_EVERY);
  };
  const go = (index) => {
    state.wanted = index >= last() ? null : state.epochs[index];
    say();
    tell();
  };
  const stop = () => {
    clearInterval(state.playing);
    state.playing = null;
    say();
  };
  // The interval lives on while the component is drawn anew, so it must call what belongs to the newest data.
  state.step = () => {
    if (place() >= last()) return stop();
    // Every epoch is to be seen, so the replay goes no faster than its pictures come.
    if (state.drawn === state.wanted) go(place() + 1);
  };

  slider.oninput = () => {
    if (state.playing) stop();
    go(Number(slider.value));
  };
  button.onclick = () => {
    if (state.playing) return stop();
    if (place() >= last()) go(0);
    state.playing = setInterval(() => state.step(), Math.min(STEP[1], Math.max(STEP[0], REPLAY / state.epochs.length)));
    say();
  };
  say();
  return () => {
    clearInterval(state.playing);
    clearTimeout(state.waiting);
    state.playing = state.waiting = null;
  };
}
