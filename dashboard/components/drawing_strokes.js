// A pad to draw on: mouse, finger, stylus and arrow keys; what is drawn, as pixels.

const PAD = 280; // pixels of a side, whatever its size on the screen
const HOP = 5; // pixels that an arrow key moves the pen; with Shift four times as many
const UPLOADS = 5; // images that can be undone
const STEPS = 400; // steps that can be undone

// What was done, while a person is on another page too: strokes (lists of points), images in their
// place ({ content, image, failed }), and clearings ({}). What is on the pad begins at the last of
// these that is no stroke.
const kept = { history: [], serial: 0, width: 22 };

class Pad {
  constructor(canvas, pen, changed) {
    Object.assign(this, { canvas, pen, changed, history: kept.history });
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
    const over = this.upload;
    this.push([point]);
    if (over) this.redraw();
    else this.draw([point]);
    this.changed("drawing", since);
  }

  extend(point) {
    const stroke = this.history.at(-1);
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
    if (this.upload?.image) this.drawImage(this.upload.image);
    else this.strokes.forEach((stroke) => this.draw(stroke));
  }

  // An image in place of strokes: it is only looked at here.
  drawImage(image) {
    const { rows, columns, pixels } = image;
    const small = document.createElement("canvas");
    paint(small, image);
    const side = this.canvas.width;
    const scale = side / Math.max(rows, columns);
    this.shown.imageSmoothingEnabled = pixels.length > 60 * 60;
    this.shown.drawImage(small, (side - columns * scale) / 2, (side - rows * scale) / 2, columns * scale, rows * scale);
  }

  show(image) {
    if (!this.upload) this.push({ content: "" });
    Object.assign(this.upload, { image, failed: "" });
    this.redraw();
  }

  // A place for an image that is about to be read; what was there can be had again by Undo.
  put() {
    this.lift();
    this.pointer = undefined;
    const upload = { content: "" };
    this.push(upload);
    this.redraw();
    return upload;
  }

  push(step) {
    if (this.upload?.failed) this.history.pop();
    this.history.push(step);
    if (this.history.length > STEPS) this.history.splice(0, STEPS / 2);
    const uploads = this.history.filter((one) => "content" in one);
    if (uploads.length > UPLOADS) this.history.splice(0, this.history.indexOf(uploads[1]));
  }

  // The image that is on the pad in place of strokes.
  get upload() {
    const last = this.history.at(-1);
    return last && "content" in last ? last : undefined;
  }

  get strokes() { return this.history.slice(this.history.findLastIndex((one) => !Array.isArray(one)) + 1); }

  fit() {
    const side = Math.max(1, Math.round(this.canvas.clientWidth * (window.devicePixelRatio || 1)));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    this.redraw();
  }

  clear() {
    this.lift();
    this.pointer = undefined;
    if (this.strokes.length || this.upload) this.push({});
    this.redraw();
    this.changed("drawn");
  }

  undo() {
    if (this.pointer !== undefined) return;
    this.lift();
    if (!this.history.length) return;
    this.history.pop();
    while (this.upload && !this.upload.content) this.history.pop();
    this.redraw();
    this.changed("drawn");
  }

  get empty() { return !Array.isArray(this.history.at(-1)); }

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
