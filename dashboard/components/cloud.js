// Draws points of the plane as the sign of their class, in its colour; mistakes are ringed.
// The point below the pointer shows its image.

// Smallest and largest x, then y.
const extentOf = (xy) => {
  const ends = [Infinity, -Infinity, Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    ends[0] = Math.min(ends[0], xy[i]);
    ends[1] = Math.max(ends[1], xy[i]);
    ends[2] = Math.min(ends[2], xy[i + 1]);
    ends[3] = Math.max(ends[3], xy[i + 1]);
  }
  return ends;
};

class Cloud {
  constructor(parent, opened) {
    this.opened = opened;
    this.box = document.createElement("div");
    this.box.className = "cloud";
    this.box.style.cssText = "position:relative;width:100%;aspect-ratio:4/3;max-height:560px";
    this.canvas = document.createElement("canvas");
    this.canvas.style.cssText = "position:absolute;inset:0;width:100%;height:100%";
    this.canvas.setAttribute("role", "application");
    this.canvas.tabIndex = 0;
    this.tip = document.createElement("div");
    this.tip.className = "cloud-tip";
    this.tip.style.cssText =
      "position:absolute;display:none;pointer-events:none;padding:6px;border-radius:6px;z-index:3;"
      + "font:0.8125rem/1.3 var(--st-font);background:var(--st-background-color);"
      + "color:var(--st-text-color);border:1px solid var(--st-border-color)";
    this.thumb = document.createElement("canvas");
    this.thumb.width = this.thumb.height = 28;
    this.thumb.style.cssText = "width:5.25rem;height:5.25rem;image-rendering:pixelated;display:block";
    this.words = document.createElement("div");
    this.words.setAttribute("aria-live", "polite");
    this.tip.append(this.thumb, this.words);
    this.box.append(this.canvas, this.tip);
    parent.append(this.box);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.leave());
    this.canvas.addEventListener("click", (event) => {
      this.hover(event);
      if (this.near >= 0) this.opened(this.near);
    });
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.canvas.addEventListener("blur", () => this.leave());
    this.box.marks = () => this.marks();
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.box);
  }

  show({ xy, labels, predicted, names, signs, hues, sheet, columns, text, span }) {
    this.leave();
    Object.assign(this, { xy, labels, predicted, names, signs, hues, columns, text, span });
    if (sheet && sheet !== this.sheet) {
      this.sheet = sheet;
      this.picture = new Image();
      this.picture.src = sheet;
    }
    this.canvas.setAttribute("aria-label", `${text.summary} ${text.keys}`);
    this.draw();
  }

  draw() {
    if (!this.xy || !this.box.clientWidth) return;
    const [width, height] = [this.box.clientWidth, this.box.clientHeight];
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = width * ratio;
    this.canvas.height = height * ratio;
    const pen = this.canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const count = this.labels.length;
    const [x0, x1, y0, y1] = this.span ?? extentOf(this.xy);
    const pad = 16;
    this.at = new Float32Array(2 * count);
    for (let i = 0; i < count; i += 1) {
      this.at[2 * i] = pad + ((this.xy[2 * i] - x0) / (x1 - x0 || 1)) * (width - 2 * pad);
      this.at[2 * i + 1] = height - pad
        - ((this.xy[2 * i + 1] - y0) / (y1 - y0 || 1)) * (height - 2 * pad);
    }
    pen.font = `600 ${11 * typeSize()}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let i = 0; i < count; i += 1) {
      pen.fillStyle = this.hues[this.labels[i]];
      pen.fillText(this.signs[this.labels[i]], this.at[2 * i], this.at[2 * i + 1]);
    }
    pen.strokeStyle = getComputedStyle(this.box).color;
    pen.lineWidth = 1.4;
    for (let i = 0; i < count; i += 1) {
      if (!this.predicted || this.predicted[i] === this.labels[i]) continue;
      pen.beginPath();
      pen.arc(this.at[2 * i], this.at[2 * i + 1], 8, 0, 2 * Math.PI);
      pen.stroke();
    }
  }

  // All points as SVG, for a file of the drawing.
  marks() {
    const ink = getComputedStyle(this.box).color;
    const escape = (text) => text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const marks = Array.from(this.labels, (label, i) => {
      const [x, y] = [this.at[2 * i].toFixed(1), this.at[2 * i + 1].toFixed(1)];
      const wrong = this.predicted && this.predicted[i] !== label;
      const ring = `<circle cx="${x}" cy="${y}" r="8" fill="none" stroke="${ink}"/>`;
      const sign = escape(this.signs[label]);
      return `<text x="${x}" y="${y}" fill="${this.hues[label]}">${sign}</text>${wrong ? ring : ""}`;
    });
    return `<g font-family="sans-serif" font-size="11" font-weight="600" text-anchor="middle"`
      + ` dominant-baseline="central">${marks.join("")}</g>`;
  }

  hover(event) {
    const { left, top } = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - left, event.clientY - top];
    let [best, found] = [14 ** 2, -1];
    for (let i = 0; i < this.labels.length; i += 1) {
      const far = (this.at[2 * i] - x) ** 2 + (this.at[2 * i + 1] - y) ** 2;
      if (far < best) [best, found] = [far, i];
    }
    this.canvas.style.cursor = found >= 0 ? "pointer" : "default";
    if (found < 0) this.leave();
    else this.point(found, x, y);
  }

  // Arrow keys go to the next point on that side, Enter opens it.
  key(event) {
    const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    const way = ways[event.key];
    if (event.key === "Escape") this.leave();
    if (event.key === "Enter" && this.near >= 0) this.opened(this.near);
    if (!way || !this.at) return;
    event.preventDefault();
    const [x, y] = this.near < 0 ? [this.box.clientWidth / 2, this.box.clientHeight / 2]
      : this.at.subarray(2 * this.near);
    let [best, found] = [Infinity, this.near];
    for (let i = 0; i < this.labels.length; i += 1) {
      const [right, down] = [this.at[2 * i] - x, this.at[2 * i + 1] - y];
      const along = right * way[0] + down * way[1];
      const aside = Math.abs(right * way[1]) + Math.abs(down * way[0]);
      if (along > 0 && along >= aside && along + 2 * aside < best) [best, found] = [along + 2 * aside, i];
    }
    if (found >= 0) this.point(found, this.at[2 * found], this.at[2 * found + 1]);
  }

  // Show the image of a point beside it.
  point(found, x, y) {
    this.near = found;
    const pen = this.thumb.getContext("2d");
    if (this.picture?.complete) {
      const [column, row] = [found % this.columns, Math.floor(found / this.columns)];
      pen.drawImage(this.picture, 28 * column, 28 * row, 28, 28, 0, 0, 28, 28);
    }
    const name = this.names[this.labels[found]];
    const read = this.predicted ? this.names[this.predicted[found]] : name;
    this.words.textContent = (read === name ? this.text.right : this.text.wrong)
      .replace("{index}", found).replace("{label}", name).replace("{read}", read);
    this.tip.style.display = "block";
    const beside = x + 130 > this.box.clientWidth ? x - 128 : x + 14;
    this.tip.style.left = `${Math.max(0, beside)}px`;
    this.tip.style.top = `${Math.max(0, Math.min(y - 30, this.box.clientHeight - 140))}px`;
    this.tip.style.maxWidth = "7.25rem";
  }

  leave() {
    this.near = -1;
    this.tip.style.display = "none";
  }

  end() {
    this.sizes.disconnect();
    this.box.remove();
  }
}
