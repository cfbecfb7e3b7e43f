// What a network says of a drawing: a bar for each class, a sentence, and the steps before it.

const CALM = 700; // ms before an answer is announced
const MOST = 10; // bars

const node = (tag, className, text) => {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
};

// A text whose two values are written as # and %%.
const filled = (text, first, second) => text.replace(/#|%%/g, (mark) => (mark === "#" ? first : second));

class Answer {
  constructor(root, texts) {
    this.root = root;
    const right = node("div", "drawing-right");
    this.verdict = node("p", "drawing-verdict");
    this.bars = node("div", "drawing-bars");
    this.spoken = node("p", "only-read");
    this.spoken.setAttribute("aria-live", "polite");
    right.append(node("h2", "drawing-title", texts.answer), this.verdict, this.bars, this.spoken);
    this.steps = node("div", "drawing-steps");
    root.append(right, node("h2", "drawing-title drawing-wide", texts.steps), this.steps);
  }

  showBars(chances, { classes, texts }) {
    const shown = chances ?? new Float64Array(classes.length);
    let order = classes.map((_, index) => index);
    const ranked = [...order].sort((a, b) => shown[b] - shown[a]);
    if (classes.length > MOST) order = ranked.slice(0, MOST);
    while (this.bars.children.length > order.length) this.bars.lastChild.remove();
    while (this.bars.children.length < order.length) {
      const row = node("div", "drawing-bar");
      row.append(node("b"), node("i"), node("span"));
      row.children[1].append(node("s"));
      this.bars.append(row);
    }
    order.forEach((index, place) => {
      const row = this.bars.children[place];
      row.classList.toggle("first", Boolean(chances) && index === ranked[0]);
      row.children[0].textContent = classes[index];
      row.children[1].firstChild.style.width = `${100 * shown[index]}%`;
      row.children[2].textContent = chances ? percent(shown[index]) : "";
    });
    this.root.dataset.predicted = chances ? classes[ranked[0]] : "";
    this.root.dataset.probabilities = chances ? JSON.stringify([...chances]) : "";
    if (!chances) {
      clearTimeout(this.saying);
      this.spoken.textContent = "";
      return;
    }
    const text = filled(texts.verdict, classes[ranked[0]], percent(shown[ranked[0]]));
    this.verdict.textContent = text;
    clearTimeout(this.saying);
    this.saying = setTimeout(() => { if (this.spoken.textContent !== text) this.spoken.textContent = text; }, CALM);
  }

  showSteps(steps, { texts, low, high }) {
    const all = steps ? [...steps, { ...steps.at(-1), name: "normalised" }] : [];
    while (this.steps.children.length > all.length) this.steps.lastChild.remove();
    all.forEach((step, index) => {
      let figure = this.steps.children[index];
      if (!figure) {
        figure = node("figure");
        figure.append(node("div"), node("figcaption"));
        figure.firstChild.append(node("canvas"));
        this.steps.append(figure);
      }
      const canvas = figure.firstChild.firstChild;
      canvas.setAttribute("role", "img");
      const caption = filled(texts[`step_${step.name}`], low, high);
      canvas.setAttribute("aria-label", caption);
      canvas.style.aspectRatio = `${step.columns} / ${step.rows}`;
      canvas.style[step.columns >= step.rows ? "width" : "height"] = "100%";
      canvas.style[step.columns >= step.rows ? "height" : "width"] = "auto";
      paint(canvas, step);
      figure.lastChild.textContent = `${index + 1}. ${caption}`;
    });
  }

  end() { clearTimeout(this.saying); }
}
