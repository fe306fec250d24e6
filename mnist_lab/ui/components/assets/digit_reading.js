// How a network reads the drawing: the digit, a sentence and ten bars. They follow the pen while it is down.
const READING_INTERVAL = 60; // ms between two requests while the pen is down
const WARM_SECONDS = 2.5; // after the page was drawn: the first paint comes first

class DigitReading {
  constructor(node) {
    const part = (name) => node.querySelector(`.lab-reading-${name}`);
    this.node = node;
    [this.digit, this.text, this.by, this.status] = ["digit", "text", "by", "status"].map(part);
    this.bars = part("bars");
    this.reader = new DrawingReader(node, (answer, drawing) => this.onAnswer(answer, drawing));
    // The prompt would be wrong now, as there is a drawing; an earlier reading stays.
    this.reader.onSlow = () => this.digit.textContent || this.show({ text: "Loading the network…", by: "" });
  }

  want([address, prompt]) {
    this.prompt = prompt;
    if (this.reader.read === undefined || document.labDrawing.isEmpty) this.show({ text: prompt, by: "" });
    if (address && address !== this.reader.address) this.warm(address);
    this.reader.want(address, READING_INTERVAL);
  }

  // Has the network loaded, so that the first reading is as fast as later ones.
  warm(address) {
    clearTimeout(this.warming);
    this.warming = setTimeout(() => {
      if (this.node.isConnected && this.reader.read === undefined) labPost(address).catch(() => {});
    }, 1000 * WARM_SECONDS);
  }

  onAnswer(answer, drawing) {
    this.inked = drawing.inked;
    this.show(answer ?? { text: this.prompt, by: "" });
    // A screen reader hears what came of a stroke, not each of its points.
    if (!drawing.isMoving) this.status.textContent = answer?.text ?? "";
  }

  show({ number = "", text, by, bars = [], is_digit: isDigit }) {
    this.digit.textContent = number;
    this.node.style.setProperty("--digits", Math.max(1, number.length));
    // What is in brackets, such as (> 99 %), stays on one line.
    const shown = text.replace(/\(.*?\)/g, (inside) => inside.replaceAll(" ", "\u00A0"));
    if (this.text.textContent !== shown) this.text.textContent = shown;
    this.text.classList.toggle("lab-note", !bars.length);
    this.node.classList.toggle("lab-no-digit", isDigit === false);
    this.by.textContent = by ? `read by ${by}` : "";
    // One group of ten bars for each digit of a number. Without a reading, those of the one before would be wrong.
    const groups = this.bars.children;
    while (groups.length > Math.max(1, bars.length)) groups[groups.length - 1].remove();
    while (groups.length < bars.length) this.bars.append(groups[0].cloneNode(true));
    const named = [...groups].map((group, index) => this.showBars([...group.children], bars[index]));
    const kind = isDigit === false ? "Not a digit. " : "";
    const probabilities = `${kind}Probability of each digit: ${named.join("; then: ")}`;
    this.bars.setAttribute("aria-label", bars.length ? probabilities : "No digit is read yet");
  }

  showBars(columns, { probabilities, labels = [] } = {}) {
    const values = probabilities ?? Array(columns.length).fill(0);
    const best = probabilities ? values.indexOf(Math.max(...values)) : -1;
    columns.forEach((column, index) => {
      column.style.setProperty("--share", values[index]);
      column.classList.toggle("lab-best", index === best);
      column.dataset.value = labels[index] ?? "";
    });
    return values.map((value, index) => `${index}: ${Math.round(100 * value)} %`).join(", ");
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-reading");
  node.labReading ??= new DigitReading(node);
  node.labReading.want(data);
}
