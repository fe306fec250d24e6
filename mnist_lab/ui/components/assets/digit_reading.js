// How a network reads the drawing: a sentence and ten bars. The browser asks the server itself, after each stroke, and
// every second while the network is in training, so that the page is not drawn again for it.
const RETRY_SECONDS = 1; // after a request that failed
const TIMEOUT_SECONDS = 120; // the predictor may have to load TensorFlow first
const WARM_SECONDS = 2.5; // after the page was drawn: the first paint comes first

class DigitReading {
  constructor(node) {
    this.node = node;
    [this.text, this.by] = ["text", "by"].map((name) => node.querySelector(`.lab-reading-${name}`));
    this.bars = node.querySelector(".lab-reading-bars");
    this.columns = [...this.bars.children];
    this.onVisibilityChange = () => !document.hidden && this.isWatching && this.ask();
    document.addEventListener("visibilitychange", this.onVisibilityChange);
  }

  want([address, image, prompt]) {
    const key = `${address} ${image}`;
    if (key === this.key) return;
    const hadImage = this.image !== "" && this.image !== undefined;
    [this.key, this.address, this.image] = [key, address, image];
    clearTimeout(this.timer);
    this.isWatching = image !== "";
    this.number = (this.number ?? 0) + 1;
    if (image === "") {
      this.show({ text: prompt, by: "" });
      if (address && !hadImage) this.askIn(WARM_SECONDS);
    } else this.ask();
  }

  askIn(seconds) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), 1000 * seconds);
  }

  async ask() {
    clearTimeout(this.timer);
    if (!this.node.isConnected) return document.removeEventListener("visibilitychange", this.onVisibilityChange);
    if (document.hidden) return;
    const { number } = this;
    if (this.image !== "") this.node.setAttribute("aria-busy", "true");
    try {
      const url = `${this.address}&image=${encodeURIComponent(this.image)}`;
      const response = await fetch(url, { signal: AbortSignal.timeout(1000 * TIMEOUT_SECONDS), cache: "no-store" });
      if (!response.ok) throw new Error(response.statusText);
      const answer = await response.json();
      if (number !== this.number) return;
      if (this.image !== "") this.show(answer);
      if (answer.again !== undefined) this.askIn(answer.again);
    } catch {
      if (number === this.number && this.image !== "") this.askIn(RETRY_SECONDS);
    } finally {
      if (number === this.number) this.node.removeAttribute("aria-busy");
    }
  }

  show({ text, by, probabilities, labels, is_digit: isDigit }) {
    // Without a reading, the bars of the one before would belong to another drawing.
    const values = probabilities ?? Array(this.columns.length).fill(0);
    const best = probabilities ? values.indexOf(Math.max(...values)) : -1;
    if (this.text.textContent !== text) this.text.textContent = text;
    this.text.classList.toggle("lab-note", !probabilities && this.image !== "");
    this.bars.classList.toggle("lab-no-digit", isDigit === false);
    this.by.textContent = by ? `read by ${by}` : "";
    this.columns.forEach((column, digit) => {
      column.style.setProperty("--share", values[digit]);
      column.classList.toggle("lab-best", digit === best);
      column.dataset.value = labels?.[digit] ?? "";
    });
    const named = values.map((value, digit) => `${digit}: ${Math.round(100 * value)} %`).join(", ");
    this.bars.setAttribute("aria-label", probabilities ? `${isDigit === false ? "Not a digit. " : ""}Probability of each digit: ${named}` : "No digit is read yet");
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-reading");
  node.labReading ??= new DigitReading(node);
  node.labReading.want(data);
}
