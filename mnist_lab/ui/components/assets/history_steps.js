// Makes one step of the browser's history of all that the page's address becomes after one input of the user. Streamlit
// adds a step for each change of the address: on the way to another page, it first adds one with the old page's path and
// the new page's parameters, and a page that writes its parameters itself adds one more. Back would lead into these.
class LabHistorySteps {
  constructor() {
    // The address that the page was opened with has its step already, as has the one that Back leads to.
    this.hasStep = true;
    for (const input of ["pointerdown", "keydown", "click"])
      document.addEventListener(input, () => (this.hasStep = false), true);
    window.addEventListener("popstate", () => (this.hasStep = true), true);
    const push = history.pushState.bind(history);
    history.pushState = (...step) => {
      if (this.hasStep) return history.replaceState(...step);
      this.hasStep = true;
      push(...step);
    };
  }
}

export default function () {
  window.labHistorySteps ??= new LabHistorySteps();
}
