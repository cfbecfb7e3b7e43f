// The network: image, first layer's units as weight images, later units as cells, outputs as bars.
// Wide, it runs from left to right; narrow, from top to bottom.

const NARROW = 620; // pixels of width below which it runs downwards
const HEIGHT = 470; // pixels, where it runs to the right
const TOP = 30; // pixels of the titles
const EDGES = 44; // drawn between two layers, the strongest
const SVG = "http:\/\/www.w3.org/2000/svg";

const add = (parent, tag, name = "", text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

const number = (value) => {
  if (!value) return "0";
  const size = Math.abs(value);
  const text = size >= 1000 || size < 0.001 ? value.toExponential(1) : value.toPrecision(3);
  return text.replace("-", "−");
};

const largest = (values) => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
};

class Network {
  constructor(parent) {
    this.root = add(parent, "div", "net");
    this.field = add(this.root, "div", "net-field");
    this.card = add(this.root, "div", "net-card");
    this.card.hidden = true;
    this.card.setAttribute("aria-hidden", "true");
    this.sizes = new ResizeObserver(() => {
      if (this.found && Math.abs(this.root.clientWidth - this.width) > 1) this.build();
    });
    this.sizes.observe(this.root);
    this.root.addEventListener("keydown", (event) => this.key(event));
  }

  show(found) {
    if (this.found?.revision === found.revision) return;
    this.found = found;
    const { colours } = found;
    this.scale = [[0, colours.wrong], [0.5, colours.mid], [1, colours.right]];
    this.palette = Array.from({ length: 256 }, (_, i) => along(this.scale, i / 255));
    for (const name of ["right", "wrong", "mid", "muted", "line", "quiet"]) {
      this.root.style.setProperty(`--net-${name}`, colours[name]);
    }
    if (this.built === this.plan() && this.root.clientWidth === this.width) this.fill();
    else this.build();
  }

  plan() {
    return JSON.stringify([this.found.layers, this.found.classes, this.found.text]);
  }

  // Places of all units: `at` counts along the network, `over` across it.
  build() {
    this.width = this.root.clientWidth;
    if (!this.width) return;
    this.built = this.plan();
    const { layers, classes } = this.found;
    this.down = this.width < NARROW;
    const held = this.looking;
    this.field.replaceChildren();
    this.edges = document.createElementNS(SVG, "svg");
    this.edges.setAttribute("class", "net-edges");
    this.edges.setAttribute("aria-hidden", "true");
    this.all = document.createElementNS(SVG, "g");
    this.all.setAttribute("class", "net-all");
    this.some = document.createElementNS(SVG, "g");
    this.edges.append(this.all, this.some);
    this.field.append(this.edges);
    const across = this.down ? this.width : HEIGHT;
    const ends = layers.map((layer, index) => this.sizesOf(layer.units.length, index, across));
    const long = Math.max(...classes.map((name) => name.length));
    const bars = this.down ? 0 : Math.min(270, Math.max(long > 4 ? 230 : 170, this.width * 0.22));
    const side = this.down ? 88 : Math.min(112, Math.max(80, this.width * 0.1));
    const thick = side + ends.reduce((sum, { depth }) => sum + depth, 0);
    const gap = this.down ? 64 : Math.max(30, (this.width - bars - thick - 12) / layers.length);
    this.side = side;
    let at = this.down ? TOP : 0;
    this.input = add(this.field, "canvas", "net-input");
    this.input.width = this.input.height = 28;
    this.input.setAttribute("role", "img");
    this.put(this.input, at, (across - side) / 2, side, side);
    this.title(this.found.text.image, at, side);
    at += side + gap;
    this.units = layers.map((layer, index) => {
      const { size, pitch, zigzag, depth } = ends[index];
      const start = (across - pitch * (layer.units.length - 1)) / 2;
      const made = layer.units.map((unit, place) => {
        const step = zigzag && place % 2 ? size + 8 : 0;
        const over = start + place * pitch;
        return this.unit(index, place, at + step, over - size / 2, size);
      });
      this.title(layer.title, at, depth);
      at += depth + (index < layers.length - 1 ? gap : 0);
      return made;
    });
    this.bars = classes.map((name, place) => this.bar(name, place, at, bars, across));
    const end = this.down ? at + 14 + 26 * classes.length : HEIGHT;
    this.field.style.height = `${end + (this.down ? 0 : TOP)}px`;
    this.fill();
    if (held) this.look(...held);
  }

  sizesOf(count, index, across) {
    const images = index === 0;
    const zigzag = images && count > 8;
    const share = zigzag ? (2 * across) / (count + 2) - 6 : across / count - (images ? 8 : 5);
    const size = Math.floor(Math.min(share, images ? 54 : 24));
    const pitch = Math.min((across - size) / Math.max(1, count - 1), images && !zigzag ? 64 : 30);
    return { size, pitch, zigzag, depth: zigzag ? 2 * size + 8 : size };
  }

  put(node, at, over, depth, breadth) {
    const [left, top, width, height] = this.down
      ? [over, at, breadth, depth]
      : [at, over + TOP, depth, breadth];
    Object.assign(node.style, {
      left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px`,
    });
    node.place = { left, top, width, height };
    return node;
  }

  title(text, at, depth) {
    const node = add(this.field, "div", "net-title", text);
    node.classList.toggle("aside", this.down);
    if (this.down) node.style.top = `${at - 22}px`;
    else {
      const half = node.offsetWidth / 2;
      const middle = at + depth / 2;
      node.style.left = `${Math.max(half, Math.min(this.width - half, middle))}px`;
      node.style.top = "2px";
    }
  }

  unit(layer, place, at, over, size) {
    const node = add(this.field, "button", layer ? "net-unit cell" : "net-unit");
    node.type = "button";
    node.tabIndex = layer || place ? -1 : 0;
    node.spot = [layer, place];
    this.put(node, at, over, size, size);
    if (!layer) {
      node.picture = add(node, "canvas");
      node.picture.width = node.picture.height = 28;
    }
    node.addEventListener("mouseenter", () => this.look(layer, place));
    node.addEventListener("mouseleave", () => this.leave());
    node.addEventListener("focus", () => this.look(layer, place));
    node.addEventListener("blur", () => this.leave());
    return node;
  }

  bar(name, place, at, width, across) {
    const node = add(this.field, "div", "net-bar");
    const label = add(node, "b", "", name);
    const long = Math.max(...this.found.classes.map((one) => one.length));
    label.style.width = `${Math.min(this.down ? 110 : 84, 10 + 8 * long)}px`;
    const bar = add(add(node, "i"), "s");
    const value = add(node, "span");
    if (this.down) {
      Object.assign(node.style, { left: 0, width: "100%", top: `${at + 14 + 26 * place}px` });
    } else {
      const cell = this.units.at(-1)[place].place;
      const top = cell.top + cell.height / 2 - 12;
      Object.assign(node.style, { left: `${at + 8}px`, width: `${width}px`, top: `${top}px` });
    }
    return { node, bar, value };
  }

  fill() {
    const { arrays, layers, classes, label, shown, text } = this.found;
    const chances = arrays.probabilities;
    const best = chances.indexOf(Math.max(...chances));
    this.bars.forEach(({ node, bar, value }, place) => {
      bar.style.width = `${100 * chances[place]}%`;
      value.textContent = percent(chances[place]);
      node.classList.toggle("true", shown[place] === label);
      node.classList.toggle("first", place === best);
    });
    this.paint(this.input, arrays.pixels, (value) => [value, value, value]);
    this.input.setAttribute("aria-label", text.image);
    const { levels } = arrays;
    const counts = new Int32Array(129);
    for (const level of levels) counts[Math.abs(level - 128)] += 1;
    let most = 128;
    for (let left = levels.length * 0.002; most > 4 && left >= 0; most -= 1) left -= counts[most];
    this.gain = 127 / most;
    layers.forEach(({ units }, layer) => {
      const outputs = arrays[`outputs${layer}`];
      const top = largest(outputs);
      units.forEach((unit, place) => {
        const node = this.units[layer][place];
        const share = outputs[place] / top;
        const colour = `rgb(${along(this.scale, 0.5 + share / 2)})`;
        if (layer) node.style.backgroundColor = colour;
        else {
          this.paint(node.picture, levels.subarray(784 * place, 784 * (place + 1)), this.tint);
          const ring = 1 + Math.round(3 * Math.abs(share));
          node.style.boxShadow = `0 0 0 ${ring}px ${share ? colour : this.found.colours.line}`;
        }
        node.setAttribute("aria-label", this.words(layer, place));
      });
    });
    this.draw();
    this.root.dataset.step = this.found.step;
    this.root.dataset.image = this.found.image;
    this.root.dataset.view = this.found.view;
    this.root.dataset.draws = Number(this.root.dataset.draws ?? 0) + 1;
    if (this.looking) this.look(...this.looking);
  }

  tint = (level) => {
    const at = Math.round(128 + (level - 128) * this.gain);
    return this.palette[Math.max(0, Math.min(255, at))];
  };

  paint(canvas, values, colour) {
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(28, 28);
    for (let pixel = 0; pixel < 784; pixel += 1) {
      const [r, g, b] = colour(values[pixel]);
      picture.data.set([r, g, b, 255], 4 * pixel);
    }
    pen.putImageData(picture, 0, 0);
  }

  // The strongest edges between each two layers; from the image to a unit, its whole sum.
  draw() {
    const paths = [];
    const { arrays, layers } = this.found;
    const most = largest(arrays.sums0);
    arrays.sums0.forEach((sum, place) => paths.push(this.edge(this.input, this.units[0][place], sum / most)));
    for (let layer = 1; layer < layers.length; layer += 1) {
      const weights = arrays[`edges${layer}`];
      const width = layers[layer - 1].units.length;
      const order = Array.from(weights.keys());
      order.sort((a, b) => Math.abs(weights[b]) - Math.abs(weights[a]));
      const top = Math.abs(weights[order[0]]) || 1;
      for (const index of order.slice(0, EDGES)) {
        const [to, from] = [Math.floor(index / width), index % width];
        const [one, other] = [this.units[layer - 1][from], this.units[layer][to]];
        paths.push(this.edge(one, other, weights[index] / top));
      }
    }
    this.stroke(this.all, paths);
  }

  edge(from, to, share) {
    const [one, other] = [from.place, to.place];
    let path;
    if (this.down) {
      const [x, y] = [one.left + one.width / 2, one.top + one.height];
      const [u, v] = [other.left + other.width / 2, other.top];
      const half = (v - y) / 2;
      const begin = from === this.input ? x + (u - x) * 0.2 : x;
      path = `M${begin} ${y}C${begin} ${y + half} ${u} ${v - half} ${u} ${v}`;
    } else {
      const [x, y] = [one.left + one.width, one.top + one.height / 2];
      const [u, v] = [other.left, other.top + other.height / 2];
      const half = (u - x) / 2;
      const begin = from === this.input ? y + (v - y) * 0.2 : y;
      path = `M${x} ${begin}C${x + half} ${begin} ${u - half} ${v} ${u} ${v}`;
    }
    return [path, share];
  }

  stroke(group, paths) {
    while (group.childElementCount > paths.length) group.lastChild.remove();
    paths.forEach(([path, share], index) => {
      let node = group.children[index];
      if (!node) {
        node = document.createElementNS(SVG, "path");
        group.append(node);
      }
      const size = Math.abs(share);
      node.setAttribute("d", path);
      node.setAttribute("stroke", share < 0 ? this.found.colours.wrong : this.found.colours.right);
      node.setAttribute("stroke-width", (0.6 + 3.4 * size).toFixed(2));
      node.style.opacity = (0.12 + 0.7 * size).toFixed(2);
    });
  }

  // All edges of one unit, and its numbers.
  look(layer, place) {
    const node = this.units[layer]?.[place];
    if (!node) { this.leave(); return; }
    this.looking = [layer, place];
    for (const one of this.field.querySelectorAll(".shown")) one.classList.remove("shown");
    node.classList.add("shown");
    this.root.classList.add("looking");
    const { arrays, layers } = this.found;
    const paths = [];
    if (layer) {
      const width = layers[layer - 1].units.length;
      const into = arrays[`edges${layer}`].subarray(place * width, (place + 1) * width);
      const top = largest(into);
      into.forEach((w, from) => paths.push(this.edge(this.units[layer - 1][from], node, w / top)));
    } else paths.push(this.edge(this.input, node, arrays.sums0[place] / largest(arrays.sums0)));
    if (layer < layers.length - 1) {
      const width = layers[layer].units.length;
      const all = arrays[`edges${layer + 1}`];
      const out = this.units[layer + 1].map((_, to) => all[to * width + place]);
      const top = largest(out);
      out.forEach((w, to) => paths.push(this.edge(node, this.units[layer + 1][to], w / top)));
    }
    this.stroke(this.some, paths);
    this.describe(node, layer, place);
  }

  leave() {
    const active = document.activeElement;
    this.looking = undefined;
    this.root.classList.remove("looking");
    for (const one of this.field.querySelectorAll(".shown")) one.classList.remove("shown");
    this.some.replaceChildren();
    this.card.hidden = true;
    if (active?.spot && this.field.contains(active) && active.matches(":focus-visible")) {
      const held = active.spot;
      setTimeout(() => { if (document.activeElement === active) this.look(...held); }, 0);
    }
  }

  name(layer, place) {
    const { layers, text, shown, classes } = this.found;
    const { name, units } = layers[layer];
    if (layer === layers.length - 1) return filled(text.class, { layer: name, name: classes[place] });
    return filled(text.unit, { layer: name, unit: units[place] });
  }

  figures(layer, place) {
    const { arrays, text, layers } = this.found;
    const value = (name) => number(arrays[`${name}${layer}`][place]);
    const last = layer === layers.length - 1;
    return [
      [text.sum, value("sums")],
      [text.bias, value("biases")],
      ...(last ? [[text.probability, percent(arrays.probabilities[place])]] : [[text.output, value("outputs")]]),
    ];
  }

  strongest(layer, place) {
    if (!layer) return [];
    const { arrays, text, layers } = this.found;
    const all = arrays[`strongest${layer}`];
    const count = all.length / layers[layer].units.length;
    const found = [];
    for (let i = place * count; i < (place + 1) * count; i += 3) {
      const [unit, weight, output] = all.subarray(i, i + 3);
      const name = filled(text.unit, { layer: layers[layer - 1].name, unit });
      found.push([name, `${number(weight)} × ${number(output)} = ${number(weight * output)}`]);
    }
    return found;
  }

  words(layer, place) {
    const figures = this.figures(layer, place).map((pair) => pair.join(" ")).join(", ");
    const inputs = this.strongest(layer, place).map((pair) => pair.join(": ")).join("; ");
    const base = `${this.name(layer, place)}: ${figures}.`;
    return inputs ? `${base} ${this.found.text.strongest}: ${inputs}.` : base;
  }

  describe(node, layer, place) {
    this.card.replaceChildren();
    add(this.card, "b", "", this.name(layer, place));
    if (!layer) {
      const canvas = add(this.card, "canvas");
      canvas.width = canvas.height = 28;
      canvas.getContext("2d").drawImage(node.picture, 0, 0);
    }
    const list = add(this.card, "dl");
    const rows = (pairs) => pairs.forEach(([name, value]) => {
      add(list, "dt", "", name);
      add(list, "dd", "", value);
    });
    rows(this.figures(layer, place));
    const inputs = this.strongest(layer, place);
    if (inputs.length) {
      add(list, "dt", "wide", this.found.text.strongest);
      inputs.forEach(([name, value]) => {
        add(list, "dt", "", name);
        add(list, "dd", "", value);
      });
    }
    this.card.hidden = false;
    const { left, top, width, height } = node.place;
    const [wide, high] = [this.card.offsetWidth, this.card.offsetHeight];
    const right = left + width + 14 + wide <= this.width;
    let x = right ? left + width + 14 : left - wide - 14;
    let y = top + height / 2 - high / 2;
    if (x < 0) {
      x = left + width / 2 - wide / 2;
      y = top + height + 10;
    }
    const low = Math.max(0, this.field.clientHeight - high);
    this.card.style.left = `${Math.max(0, Math.min(this.width - wide, x))}px`;
    this.card.style.top = `${Math.max(0, Math.min(low, y))}px`;
  }

  key(event) {
    const spot = event.target.spot;
    if (!spot) return;
    if (event.key === "Escape") {
      this.card.hidden = true;
      return;
    }
    const [along, across] = this.down
      ? [["ArrowUp", "ArrowDown"], ["ArrowLeft", "ArrowRight"]]
      : [["ArrowLeft", "ArrowRight"], ["ArrowUp", "ArrowDown"]];
    const [layer, place] = spot;
    let target;
    if (across.includes(event.key)) {
      target = this.units[layer][place + (event.key === across[1] ? 1 : -1)];
    } else if (along.includes(event.key)) {
      const other = this.units[layer + (event.key === along[1] ? 1 : -1)];
      target = other?.[Math.round((place / this.units[layer].length) * other.length)] ?? other?.at(-1);
    } else if (event.key === "Home") target = this.units[layer][0];
    else if (event.key === "End") target = this.units[layer].at(-1);
    else return;
    event.preventDefault();
    if (!target) return;
    event.target.tabIndex = -1;
    target.tabIndex = 0;
    target.focus();
  }

  end() {
    this.sizes.disconnect();
    this.root.remove();
  }
}

const networks = new WeakMap();

export default function ({ data, parentElement }) {
  let network = networks.get(parentElement);
  if (!network) {
    network = new Network(parentElement);
    networks.set(parentElement, network);
  }
  if (data) network.show(decodeArrays(data));
  return () => { network.end(); networks.delete(parentElement); };
}
