// Where image, units and bars lie, and the edges between them; wide, from left to right, and
// narrow, from top to bottom. Pixels are those of type of a browser's own size: larger type, larger
// pixels.

const NARROW = 620; // pixels of width below which it runs downwards
const HEIGHT = 470; // pixels, where it runs to the right
const TOP = 30; // pixels of the titles
const SVG = "http:\/\/www.w3.org/2000/svg";

const rem = (pixels) => `${pixels / 16}rem`;

const add = (parent, tag, name = "", text) => {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  parent.append(node);
  return node;
};

class NetworkPlaces {
  // Places of all units: `at` counts along the network, `over` across it.
  build() {
    this.times = typeSize();
    this.width = this.root.clientWidth / this.times;
    if (!this.width) return;
    this.built = this.plan();
    const { layers, classes } = this.found;
    this.down = this.width < NARROW;
    const held = this.looking;
    this.field.replaceChildren();
    this.groups();
    const across = this.down ? this.width : HEIGHT;
    const ends = layers.map((layer, index) => this.sizesOf(layer.units.length, index, across));
    const long = Math.max(...classes.map((name) => name.length));
    const bars = this.down ? 0 : Math.min(270, Math.max(long > 4 ? 230 : 170, this.width * 0.22));
    const side = this.down ? 88 : Math.min(112, Math.max(80, this.width * 0.1));
    const thick = side + ends.reduce((sum, { depth }) => sum + depth, 0);
    const gap = this.down ? 64 : Math.max(30, (this.width - bars - thick - 12) / layers.length);
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
    this.field.style.height = rem(end + (this.down ? 0 : TOP));
    this.fill();
    if (held) this.look(...held);
  }

  // Where the edges are drawn: the strongest of all, and over them those of one unit.
  groups() {
    const edges = document.createElementNS(SVG, "svg");
    edges.setAttribute("class", "net-edges");
    edges.setAttribute("aria-hidden", "true");
    this.all = document.createElementNS(SVG, "g");
    this.all.setAttribute("class", "net-all");
    this.some = document.createElementNS(SVG, "g");
    for (const group of [this.all, this.some]) group.setAttribute("transform", `scale(${this.times})`);
    edges.append(this.all, this.some);
    this.field.append(edges);
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
      left: rem(left), top: rem(top), width: rem(width), height: rem(height),
    });
    node.place = { left, top, width, height };
    return node;
  }

  title(text, at, depth) {
    const node = add(this.field, "div", "net-title", text);
    node.classList.toggle("aside", this.down);
    if (this.down) node.style.top = rem(at - 22);
    else {
      const half = node.offsetWidth / this.times / 2;
      const middle = at + depth / 2;
      node.style.left = rem(Math.max(half, Math.min(this.width - half, middle)));
      node.style.top = rem(2);
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
    label.style.width = rem(Math.min(this.down ? 110 : 84, 10 + 8 * long));
    const bar = add(add(node, "i"), "s");
    const value = add(node, "span");
    if (this.down) {
      Object.assign(node.style, { left: 0, width: "100%", top: rem(at + 14 + 26 * place) });
    } else {
      const cell = this.units.at(-1)[place].place;
      const top = cell.top + cell.height / 2 - 12;
      Object.assign(node.style, { left: rem(at + 8), width: rem(width), top: rem(top) });
    }
    return { node, bar, value };
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
}
