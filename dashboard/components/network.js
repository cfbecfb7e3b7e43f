// The network: image, first layer's units as weight images, later units as cells, outputs as bars.

const EDGES = 44; // drawn between two layers, the strongest

const largest = (values) => {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most || 1;
};

class Network extends NetworkCard {
  constructor(parent) {
    super();
    this.root = add(parent, "div", "net");
    this.field = add(this.root, "div", "net-field");
    this.card = add(this.root, "div", "net-card");
    this.card.hidden = true;
    this.card.setAttribute("aria-hidden", "true");
    this.sizes = new ResizeObserver(() => {
      if (this.found && !this.fits()) this.build();
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
    for (const name of ["right", "wrong", "mid", "muted", "line"]) {
      this.root.style.setProperty(`--net-${name}`, colours[name]);
    }
    if (this.built === this.plan() && this.fits()) this.fill();
    else this.build();
  }

  fits() {
    const wide = this.width * this.times;
    return this.times === typeSize() && Math.abs(this.root.clientWidth - wide) <= 1;
  }

  plan() {
    return JSON.stringify([this.found.layers, this.found.classes, this.found.text]);
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
  return whenGone(parentElement, () => { network.end(); networks.delete(parentElement); });
}
