// How a network reads the drawing: the digit, a sentence and ten bars. They follow the pen while it is down.
const READING_INTERVAL = 60; // ms between two requests while the pen is down
const WARM_SECONDS = 2.5; // after the page was drawn: the first paint comes first

class DigitReading {
  constructor(node) {
    const part = (name) => node.querySelector(`.lab-reading-${name}`);
    this.node = node;
    [this.digit, this.text, this.by, this.status] = ["digit", "text", "by", "status"].map(part);
    this.bars = part("bars");
    this.columns = [...this.bars.children];
    this.reader = new DrawingReader(node, (answer, drawing) => this.onAnswer(answer, drawing));
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

  show({ digit, text, by, probabilities, labels, is_digit: isDigit }) {
    // Without a reading, the bars of the one before would belong to another drawing.
    const values = probabilities ?? Array(this.columns.length).fill(0);
    const best = probabilities ? values.indexOf(Math.max(...values)) : -1;
    this.digit.textContent = digit ?? "";
    if (this.text.textContent !== text) this.text.textContent = text;
    this.text.classList.toggle("lab-note", !probabilities);
    this.node.classList.toggle("lab-no-digit", isDigit === false);
    this.by.textContent = by ? `read by ${by}` : "";
    this.columns.forEach((column, index) => {
      column.style.setProperty("--share", values[index]);
      column.classList.toggle("lab-best", index === best);
      column.dataset.value = labels?.[index] ?? "";
    });
    const named = values.map((value, index) => `${index}: ${Math.round(100 * value)} %`).join(", ");
    const kind = isDigit === false ? "Not a digit. " : "";
    this.bars.setAttribute(
      "aria-label",
      probabilities ? `${kind}Probability of each digit: ${named}` : "No digit is read yet",
    );
  }
}

export default function ({ data, parentElement }) {
  const node = parentElement.querySelector(".lab-reading");
  node.labReading ??= new DigitReading(node);
  node.labReading.want(data);
}
