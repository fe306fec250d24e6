// The slider over the epochs of a training, with a button that replays them. At its right end it shows the newest.
const REPORT_INTERVAL = 150; // ms; a drag passes many epochs, and not each is reported
const REPLAY = 12_000; // ms for all epochs together, within these limits for each epoch:
const STEP_LIMITS = [300, 800]; // ms
const CALM_STEP_LIMITS = [1500, 1500]; // ms; if the user has asked for less motion
const PLAY = "M4 1.5v13l10.5-6.5z";
const PAUSE = "M3 2h3.5v12H3zM9.5 2H13v12H9.5z";

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const node = parentElement.querySelector(".lab-epoch-slider");
  const [button, slider, label] = ["button", "input", "output"].map((tag) => node.querySelector(tag));
  const state = (node.labState ??= { wanted: data.wanted, reported: data.wanted, playing: null, waiting: null });
  state.epochs = data.epochs;
  state.drawn = data.wanted ?? null;

  node.labUpdate = (newest) => {
    if (newest !== data.newest) labAskOnce(node, newest, (snapshot) => setTriggerValue("newer", snapshot));
  };
  labRegisterPart(node, data.key);

  const last = () => state.epochs.length - 1;
  const index = () => {
    if (state.wanted === null) return last();
    return Math.max(0, state.epochs.findLastIndex((epoch) => epoch <= state.wanted));
  };
  const show = () => {
    const epoch = state.epochs[index()];
    const newest = state.wanted === null && data.live ? " · newest" : "";
    const best = epoch === data.best ? " · best" : "";
    const ended = data.done !== null && epoch > data.done ? " · training ended in this epoch" : "";
    const text = epoch === 0 ? "before the first step" : `epoch ${epoch} of ${data.total}`;
    label.textContent = text + newest + best + ended;
    slider.max = last();
    slider.value = index();
    slider.setAttribute("aria-valuetext", label.textContent);
    slider.disabled = button.disabled = last() < 1;
    button.innerHTML = `<svg viewBox="0 0 16 16" width="16" height="16" fill="currentColor"><path d="${state.playing ? PAUSE : PLAY}"/></svg>`;
    button.setAttribute("aria-label", state.playing ? "Stop the replay" : "Replay the training");
    button.title = button.getAttribute("aria-label");
  };
  const report = () => {
    state.waiting ??= setTimeout(() => {
      state.waiting = null;
      if (state.reported === state.wanted) return;
      state.reported = state.wanted;
      setStateValue("epoch", state.wanted);
    }, REPORT_INTERVAL);
  };
  const goTo = (newIndex) => {
    state.wanted = newIndex >= last() ? null : state.epochs[newIndex];
    show();
    report();
  };
  const stop = () => {
    clearInterval(state.playing);
    state.playing = null;
    show();
  };
  // The timer continues when the component is called again, so it must call the newest version of this function.
  state.step = () => {
    if (index() >= last()) return stop();
    // Each epoch must be visible, so the replay waits until the picture of the current one has been drawn.
    if (state.drawn === state.wanted) goTo(index() + 1);
  };

  slider.oninput = () => {
    if (state.playing) stop();
    goTo(Number(slider.value));
  };
  button.onclick = () => {
    if (state.playing) return stop();
    if (index() >= last()) goTo(0);
    const [shortest, longest] = labReducesMotion() ? CALM_STEP_LIMITS : STEP_LIMITS;
    state.playing = setInterval(() => state.step(), Math.min(longest, Math.max(shortest, REPLAY / state.epochs.length)));
    show();
  };
  show();
  return () => {
    clearInterval(state.playing);
    clearTimeout(state.waiting);
    state.playing = state.waiting = null;
    labUnregisterPart(node);
  };
}
