// The saved epochs of a run as a film: one slider moves matrix, first layer, projection and one
// image's probabilities together. All frames are here, so a move asks nobody.

const STEP = 700; // ms between two epochs while it plays

const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

class Film {
  constructor(parent) {
    this.root = make("div", "film", parent);
    const style = make("style", "", this.root);
    style.textContent = FILM_STYLE;
    const bar = make("div", "film-bar", this.root);
    this.button = make("button", "film-play", bar);
    this.button.type = "button";
    this.slider = make("input", "film-slider", bar);
    Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.now = make("p", "film-now", this.root);
    this.now.setAttribute("aria-live", "polite");
    const panels = make("div", "film-panels", this.root);
    this.panels = ["matrix", "weights", "points", "chances"].map((name) => {
      const panel = make("div", `film-panel-${name}`, panels);
      return { title: make("h2", "", panel), panel };
    });
    this.matrix = make("table", "film-matrix", this.panels[0].panel);
    this.weights = make("canvas", "film-weights", this.panels[1].panel);
    this.cloud = new Cloud(this.panels[2].panel, (index) => this.opened(index));
    this.letters = make("p", "film-letters", this.panels[2].panel);
    this.chances = make("ol", "film-chances", this.panels[3].panel);
    this.signs = this.panels.map(({ panel }) => make("div", "film-signs", panel));
    this.slider.addEventListener("input", () => {
      this.pause();
      this.go(Number(this.slider.value));
    });
    this.button.addEventListener("click", () => (this.timer ? this.pause() : this.play()));
  }

  show(found) {
    const known = this.found?.revision === found.revision;
    const same = this.found?.film === found.film;
    this.found = found;
    if (known) return;
    const { text, frames, names } = found;
    this.panels.forEach(({ title }, index) => { title.textContent = text.titles[index]; });
    this.signs.forEach((box, index) => { box.innerHTML = text.signs[index]; });
    this.letters.textContent = text.letters;
    this.slider.max = frames.length - 1;
    this.slider.setAttribute("aria-label", text.slider);
    this.button.textContent = this.timer ? text.pause : text.play;
    this.build(names);
    this.span = extentOf(found.arrays.xy);
    this.scales();
    this.go(same ? Math.min(this.index, frames.length - 1) : frames.length - 1);
  }

  build(names) {
    const count = names.length;
    this.matrix.replaceChildren();
    const head = this.matrix.createTHead().insertRow();
    const corner = make("th", "", head);
    make("span", "only-read", corner, this.found.text.rows);
    names.forEach((name) => make("th", "", head, name).setAttribute("scope", "col"));
    const body = this.matrix.createTBody();
    this.cells = [];
    for (let row = 0; row < count; row += 1) {
      const line = body.insertRow();
      make("th", "", line, names[row]).setAttribute("scope", "row");
      for (let column = 0; column < count; column += 1) this.cells.push(line.insertCell());
    }
    this.chances.replaceChildren();
    this.bars = names.map((name, index) => {
      const item = make("li", "", this.chances);
      make("b", "", item, name);
      const bar = make("s", "", make("i", "", item));
      const right = index === this.found.label;
      bar.style.background = right ? this.found.colours.right : this.found.colours.wrong;
      return { bar, value: make("span", "", item) };
    });
  }

  // The largest count and weight of all epochs: a colour means the same in each.
  scales() {
    const { confusion, weights } = this.found.arrays;
    const count = this.found.names.length;
    this.most = 1;
    for (let i = 0; i < confusion.length; i += 1) {
      const cell = i % (count * count);
      if (Math.floor(cell / count) !== cell % count) this.most = Math.max(this.most, confusion[i]);
    }
    this.palette = Array.from({ length: 256 }, (_, i) => along(this.found.colours.diverging, i / 255));
    this.units = weights.length / this.found.frames.length / 784;
  }

  go(index) {
    const began = performance.now();
    this.index = index;
    this.slider.value = index;
    const frame = this.found.frames[index];
    this.slider.setAttribute("aria-valuetext", frame.title);
    this.now.textContent = frame.words;
    this.drawMatrix(index);
    this.drawWeights(index);
    this.drawPoints(index);
    this.drawChances(index);
    this.root.dataset.index = index;
    this.root.dataset.ms = (performance.now() - began).toFixed(1);
  }

  drawMatrix(index) {
    const { names, arrays: { confusion }, colours } = this.found;
    const count = names.length;
    const start = index * count * count;
    for (let row = 0; row < count; row += 1) {
      let total = 0;
      for (let column = 0; column < count; column += 1) {
        total += confusion[start + row * count + column];
      }
      for (let column = 0; column < count; column += 1) {
        const value = confusion[start + row * count + column];
        const right = row === column;
        const colour = right
          ? along(colours.right_scale, total ? value / total : 0)
          : along(colours.wrong_scale, Math.sqrt(value / this.most));
        const cell = this.cells[row * count + column];
        cell.textContent = value || right ? value.toLocaleString("en") : "";
        cell.style.background = `rgb(${colour})`;
        cell.style.color = ink(colour);
      }
    }
  }

  drawWeights(index) {
    const across = Math.ceil(Math.sqrt(this.units));
    const down = Math.ceil(this.units / across);
    const side = 29;
    this.weights.width = across * side - 1;
    this.weights.height = down * side - 1;
    const pen = this.weights.getContext("2d");
    const picture = pen.createImageData(this.weights.width, this.weights.height);
    const { weights } = this.found.arrays;
    const start = index * this.units * 784;
    for (let unit = 0; unit < this.units; unit += 1) {
      const left = (unit % across) * side;
      const top = Math.floor(unit / across) * side;
      for (let pixel = 0; pixel < 784; pixel += 1) {
        const colour = this.palette[weights[start + unit * 784 + pixel]];
        const at = 4 * ((top + Math.floor(pixel / 28)) * this.weights.width + left + (pixel % 28));
        picture.data[at] = colour[0];
        picture.data[at + 1] = colour[1];
        picture.data[at + 2] = colour[2];
        picture.data[at + 3] = 255;
      }
    }
    pen.putImageData(picture, 0, 0);
    this.weights.setAttribute("role", "img");
    this.weights.setAttribute("aria-label", this.found.text.titles[1]);
  }

  drawPoints(index) {
    const { arrays: { xy, labels, predicted }, names, signs, hues, sheet, columns, text } = this.found;
    const count = labels.length;
    this.cloud.show({
      xy: xy.subarray(2 * count * index, 2 * count * (index + 1)),
      predicted: predicted.subarray(count * index, count * (index + 1)),
      labels, names, signs, hues, sheet, columns, text, span: this.span,
    });
  }

  drawChances(index) {
    const { arrays: { chances }, names } = this.found;
    this.bars.forEach(({ bar, value }, number) => {
      const chance = chances[index * names.length + number];
      bar.style.width = `${100 * chance}%`;
      value.textContent = percent(chance);
    });
  }

  play() {
    if (this.index >= this.found.frames.length - 1) this.go(0);
    this.button.textContent = this.found.text.pause;
    this.timer = setInterval(() => {
      if (this.index >= this.found.frames.length - 1) { this.pause(); return; }
      this.go(this.index + 1);
    }, STEP);
  }

  pause() {
    clearInterval(this.timer);
    this.timer = undefined;
    this.button.textContent = this.found.text.play;
  }

  end() {
    clearInterval(this.timer);
    this.cloud.end();
    this.root.remove();
  }
}

const films = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let film = films.get(parentElement);
  if (!film) {
    film = new Film(parentElement);
    films.set(parentElement, film);
  }
  film.opened = (index) => {
    window.__leavePlace?.(); // Back leads to the film
    setTriggerValue("opened", index);
  };
  if (data) film.show(decodeArrays(data));
  return whenGone(parentElement, () => { film.end(); films.delete(parentElement); });
}
