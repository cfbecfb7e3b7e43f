// A pad to draw on: mouse, finger, stylus and arrow keys; what is drawn, as pixels.

const PAD = 280; // pixels of a side, whatever its size on the screen
const HOP = 5; // pixels that an arrow key moves the pen; with Shift four times as many
const kept = { strokes: [], width: 22 }; // while a person is on another page

class Pad {
  constructor(canvas, pen, changed) {
    Object.assign(this, { canvas, pen, changed, strokes: kept.strokes, cleared: null });
    this.raster = document.createElement("canvas");
    this.raster.width = this.raster.height = PAD;
    this.pixels = this.raster.getContext("2d", { willReadFrequently: true, alpha: false });
    this.shown = canvas.getContext("2d", { alpha: false });
    this.ends = new AbortController();
    this.at = [PAD / 2, PAD / 2]; // of the pen that arrow keys move
    this.listen();
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(canvas);
    this.fit();
  }

  listen() {
    const on = (kind, act) => this.canvas.addEventListener(kind, act, { signal: this.ends.signal });
    on("pointerdown", (event) => {
      if (this.pointer !== undefined || event.button) return;
      event.preventDefault();
      this.canvas.focus({ preventScroll: true });
      this.pen.hidden = true;
      this.pointer = event.pointerId;
      this.canvas.setPointerCapture(event.pointerId); // a stroke may end outside
      this.lift();
      this.begin(this.point(event), event.timeStamp);
    });
    on("pointermove", (event) => {
      if (event.pointerId !== this.pointer) return;
      const moves = event.getCoalescedEvents?.() ?? [];
      for (const move of moves.length ? moves : [event]) this.extend(this.point(move));
      this.changed("drawing", event.timeStamp);
    });
    for (const kind of ["pointerup", "pointercancel", "lostpointercapture"]) {
      on(kind, (event) => {
        if (event.pointerId !== this.pointer) return;
        this.pointer = undefined;
        this.changed("drawn", event.timeStamp);
      });
    }
    on("keydown", (event) => this.key(event));
    on("focus", () => {
      if (!this.canvas.matches(":focus-visible")) return;
      this.pen.hidden = false;
      this.showPen();
    });
    on("blur", () => { this.lift(); this.pen.hidden = true; });
  }

  // Where a pointer is, and how wide it draws there.
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const pressed = event.pointerType === "pen" && event.pressure > 0 ? 0.4 + 1.2 * event.pressure : 1;
    return [
      ((event.clientX - box.left) / box.width) * PAD,
      ((event.clientY - box.top) / box.height) * PAD,
      kept.width * pressed,
    ];
  }

  begin(point, since) {
    if (!this.strokes.length) this.cleared = null;
    this.strokes.push([point]);
    this.draw([point]);
    this.changed("drawing", since);
  }

  extend(point) {
    const stroke = this.strokes.at(-1);
    this.draw([stroke.at(-1), point]);
    stroke.push(point);
  }

  // Dots or lines between points, on what is seen and on what the model gets.
  draw(points) {
    for (const [context, scale] of [[this.shown, this.canvas.width / PAD], [this.pixels, 1]]) {
      context.fillStyle = context.strokeStyle = "#fff";
      context.lineCap = "round";
      points.forEach(([x, y, width], index) => {
        context.beginPath();
        if (index) {
          const [left, top] = points[index - 1];
          context.lineWidth = width * scale;
          context.moveTo(left * scale, top * scale);
          context.lineTo(x * scale, y * scale);
          context.stroke();
        } else {
          context.arc(x * scale, y * scale, (width * scale) / 2, 0, 2 * Math.PI);
          context.fill();
        }
      });
    }
  }

  redraw() {
    for (const context of [this.shown, this.pixels]) {
      context.fillStyle = "#000";
      context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    }
    if (this.image) this.drawImage();
    else this.strokes.forEach((stroke) => this.draw(stroke));
  }

  // An image in place of strokes: it is only looked at here.
  drawImage() {
    const { rows, columns, pixels } = this.image;
    const small = document.createElement("canvas");
    paint(small, this.image);
    const side = this.canvas.width;
    const scale = side / Math.max(rows, columns);
    this.shown.imageSmoothingEnabled = pixels.length > 60 * 60;
    this.shown.drawImage(small, (side - columns * scale) / 2, (side - rows * scale) / 2, columns * scale, rows * scale);
  }

  show(image) {
    this.image = image;
    if (image) { this.strokes.length = 0; this.cleared = null; this.lift(); }
    this.redraw();
  }

  fit() {
    const side = Math.max(1, Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    this.redraw();
  }

  clear() {
    if (this.strokes.length) this.cleared = [...this.strokes];
    this.strokes.length = 0;
    this.show(null);
    this.lift();
    this.changed("drawn");
  }

  undo() {
    if (this.pointer !== undefined) return;
    this.lift();
    if (this.strokes.length) this.strokes.pop();
    else if (this.cleared) {
      this.strokes.push(...this.cleared);
      this.cleared = null;
    } else return;
    this.redraw();
    this.changed("drawn");
  }

  get empty() { return !this.strokes.length; }

  // A pen for those who have no pointer: arrows move it, Space puts it down and lifts it.
  key(event) {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.ctrlKey || event.metaKey || event.altKey || this.pointer !== undefined) return;
    if (event.key === "Escape") { this.lift(); return; }
    const move = moves[event.key];
    if (!move && event.key !== " ") return;
    event.preventDefault();
    this.pen.hidden = false;
    if (move) {
      const hop = HOP * (event.shiftKey ? 4 : 1);
      this.at = this.at.map((value, axis) => Math.min(Math.max(value + hop * move[axis], 0), PAD));
      if (this.down) { this.extend([...this.at, kept.width]); this.changed("drawing", event.timeStamp); }
    } else if (this.down) {
      this.lift();
    } else {
      this.down = true;
      this.begin([...this.at, kept.width], event.timeStamp);
    }
    this.showPen();
  }

  lift() {
    if (!this.down) return;
    this.down = false;
    this.showPen();
    this.changed("drawn");
  }

  showPen() {
    const [x, y] = this.at.map((value) => `${(100 * value) / PAD}%`);
    Object.assign(this.pen.style, { left: x, top: y });
    this.pen.classList.toggle("down", Boolean(this.down));
  }

  // What the model gets: white ink on black.
  grey() {
    const { data } = this.pixels.getImageData(0, 0, PAD, PAD);
    const pixels = new Uint8Array(PAD * PAD);
    for (let i = 0; i < pixels.length; i += 1) pixels[i] = data[4 * i];
    return { rows: PAD, columns: PAD, pixels };
  }

  content() { return this.raster.toDataURL("image/png").split(",")[1]; }

  end() {
    this.ends.abort();
    this.sizes.disconnect();
  }
}

// Grey pixels on a canvas of just their size.
const paint = (canvas, { rows, columns, pixels }) => {
  if (canvas.width !== columns || canvas.height !== rows) Object.assign(canvas, { width: columns, height: rows });
  const image = new ImageData(columns, rows);
  for (let i = 0; i < pixels.length; i += 1) {
    image.data.fill(pixels[i], 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
};
