// The page on which a person draws: pad, probabilities that follow the stroke, the steps.

const PAUSE = 250; // ms after a stroke in which another one may begin
const SETTLED = 100; // ms without a move after which a server is asked, where the network is there
const PATIENCE = 45_000; // ms in which an image is read and answered


const pixelsOf = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

class Drawing {
  constructor(parent) {
    this.root = node("div", "drawing");
    parent.appendChild(this.root);
    this.ends = new AbortController();
  }

  get serial() { return kept.serial; }

  set serial(number) { kept.serial = number; }

  // An image is on the way from a file to the server and back.
  get reading() { return Boolean(this.pad.upload) && !this.pad.upload.failed && !this.given?.image; }

  // The network's numbers, once they have arrived.
  get numbers() {
    const { network } = this.header;
    const held = window.__drawingNetwork;
    return network && held?.mark === network.mark ? held.numbers : undefined;
  }

  update(header, send) {
    Object.assign(this, { header, send });
    if (!this.pad) this.build();
    const given = header.answer?.serial >= this.serial ? header.answer : null;
    this.serial = Math.max(this.serial, given?.serial ?? 0);
    this.given = given && { ...given, steps: given.steps.map((step) => ({ ...step, pixels: pixelsOf(step.pixels) })) };
    const problem = header.serial >= this.serial ? header.problem : "";
    if (this.given?.image) this.pad.show(this.given.steps[0]);
    else if (problem && this.pad.upload) this.pad.upload.failed = problem;
    if (!this.reading) clearTimeout(this.patience);
    this.comment(problem);
    this.compute();
  }

  build() {
    const { texts } = this.header;
    const left = node("div", "drawing-left");
    const frame = node("div", "drawing-frame");
    const canvas = node("canvas", "drawing-canvas");
    Object.assign(canvas, { tabIndex: 0 });
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label", texts.pad);
    this.pen = node("div", "drawing-pen");
    this.pen.hidden = true;
    this.hint = node("div", "drawing-hint", texts.hint);
    this.video = node("video", "drawing-video");
    Object.assign(this.video, { muted: true, playsInline: true, hidden: true });
    frame.append(canvas, this.pen, this.hint, this.video);
    left.append(frame, this.tools(texts));
    this.note = node("p", "drawing-note");
    this.note.setAttribute("role", "status");
    left.append(this.note);
    this.root.append(left);
    this.answer = new Answer(this.root, texts);
    this.pad = new Pad(canvas, this.pen, (what, since) => this.changed(what, since));
    this.camera = new Camera(this.video);
    this.listen();
  }

  tools(texts) {
    const bar = node("div", "drawing-tools");
    const press = (name, act) => {
      const button = node("button", `drawing-${name}`, texts[name]);
      button.type = "button";
      button.addEventListener("click", act);
      bar.append(button);
      return button;
    };
    press("undo", () => this.pad.undo());
    press("clear", () => this.pad.clear());
    const label = node("label", "drawing-width", texts.width);
    const width = Object.assign(node("input"), { type: "range", min: 8, max: 48, value: kept.width });
    width.addEventListener("input", () => { kept.width = Number(width.value); });
    label.append(width);
    bar.append(label);
    this.file = Object.assign(node("input", "drawing-file"), { type: "file", accept: "image/*", hidden: true });
    this.file.addEventListener("change", () => { this.take(this.file.files[0]); this.file.value = ""; });
    bar.append(this.file);
    press("upload", () => { this.file.removeAttribute("capture"); this.file.click(); });
    this.shoot = press("photograph", () => this.photograph());
    return bar;
  }

  listen() {
    const { signal } = this.ends;
    const typed = (target) => target.closest?.("input:not([type=range]), textarea, [contenteditable=true]");
    document.addEventListener("drawing-network", () => this.compute(), { signal });
    document.addEventListener("keydown", (event) => {
      if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
      if (typed(event.target)) return;
      event.preventDefault();
      this.pad.undo();
    }, { signal });
    document.addEventListener("paste", (event) => {
      const file = imageIn(event.clipboardData);
      if (!file || typed(event.target)) return;
      event.preventDefault();
      this.take(file);
    }, { signal });
    // A file may be dropped anywhere: beside the pad the browser would open it in place of the page.
    const over = (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return false;
      event.preventDefault();
      return true;
    };
    const on = (kind, act) => document.addEventListener(kind, act, { signal });
    on("dragover", (event) => this.root.classList.toggle("over", over(event)));
    on("dragleave", (event) => { if (!event.relatedTarget) this.root.classList.remove("over"); });
    on("drop", (event) => {
      this.root.classList.remove("over");
      if (over(event)) this.take(imageIn(event.dataTransfer) ?? event.dataTransfer.files[0]);
    });
  }

  async take(file) {
    if (file) await this.read(contentOf(file));
  }

  // Put an image on the pad; whatever fails ends in a sentence.
  async read(promised) {
    const upload = this.pad.put();
    this.changed("reading");
    let content = "";
    try {
      content = await promised;
    } catch { /* it stays empty */ }
    if (this.pad.upload !== upload || upload.failed) return;
    upload.content = content;
    if (content) this.report();
    else this.fail(this.header.texts.unreadable);
  }

  fail(reason) {
    clearTimeout(this.patience);
    this.pad.upload.failed = reason;
    this.serial += 1; // an answer that still comes is late
    this.send({ kind: "none", content: "", serial: this.serial });
    this.comment();
    this.compute();
  }

  async photograph() {
    const { texts } = this.header;
    if (!this.video.hidden) {
      const content = this.camera.take();
      this.closeCamera();
      await this.read(content);
    } else if (window.matchMedia("(pointer: coarse)").matches) { // a phone's own camera
      this.file.setAttribute("capture", "environment");
      this.file.click();
    } else if (!Camera.there) {
      this.say(texts.insecure);
    } else {
      try {
        await this.camera.open();
        Object.assign(this.video, { hidden: false });
        this.shoot.textContent = texts.take;
        this.say(texts.shooting);
      } catch {
        this.say(texts.refused);
      }
    }
  }

  closeCamera() {
    this.camera.close();
    this.video.hidden = true;
    this.shoot.textContent = this.header.texts.photograph;
  }

  // Something was drawn or taken away: the bars follow at the next frame, the server after a pause.
  changed(what, since) {
    if (!this.video.hidden) this.closeCamera();
    this.serial += 1; // what the server still says of another drawing is no longer shown
    this.given = null;
    this.since = since ?? performance.now();
    this.comment();
    clearTimeout(this.patience);
    if (this.reading) this.patience = setTimeout(() => this.fail(this.header.texts.late), PATIENCE);
    this.frame ??= requestAnimationFrame(() => { this.frame = undefined; this.compute(); });
    clearTimeout(this.timer);
    const wait = this.header.network ? PAUSE : SETTLED;
    if (what === "drawn" || (what === "drawing" && !this.header.network)) this.timer = setTimeout(() => this.report(), wait);
  }

  report() {
    const { upload, empty } = this.pad;
    if (upload) {
      this.send({ kind: "image", content: upload.content, serial: this.serial });
    } else {
      this.send({ kind: empty ? "none" : "strokes", content: empty ? "" : this.pad.content(), serial: this.serial });
    }
  }

  compute() {
    const { centre, network, texts } = this.header;
    this.hint.hidden = !this.pad.empty || (Boolean(this.pad.upload) && !this.pad.upload.failed);
    const own = this.given?.image ? null : this.pad.empty ? null : prepare(this.pad.grey(), centre);
    const steps = this.given?.image ? this.given.steps : own;
    let chances = this.given?.probabilities;
    const { numbers } = this;
    if (own && numbers) chances = answer(network, numbers, own.at(-1).pixels);
    else if (!steps) chances = null;
    else if (!chances) chances = this.last; // the server's answer is under way
    this.last = chances;
    this.answer.showSteps(steps, this.header);
    this.answer.showBars(chances, this.header);
    if (!chances) this.answer.verdict.textContent = steps || this.reading ? texts.waiting : texts.empty;
    if (this.since !== undefined) this.root.dataset.latency = performance.now() - this.since;
    this.since = undefined;
    this.root.dataset.serial = this.given?.serial ?? "";
  }

  // What stands below the pad: why an image is refused, or that it is read.
  comment(problem = "") {
    const failed = this.pad.upload?.failed;
    this.say(failed || problem || (this.reading ? this.header.texts.reading : ""));
  }

  say(text) {
    if (this.note.textContent !== text) this.note.textContent = text;
  }

  end() {
    clearTimeout(this.timer);
    clearTimeout(this.patience);
    this.answer?.end();
    cancelAnimationFrame(this.frame);
    this.ends.abort();
    this.pad?.end();
    this.camera?.close();
    this.root.remove();
  }
}

const drawings = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  if (!data) return undefined;
  let drawing = drawings.get(parentElement);
  if (!drawing) {
    drawing = new Drawing(parentElement);
    drawings.set(parentElement, drawing);
  }
  drawing.update(data, (value) => setTriggerValue("drawing", value));
  return whenGone(parentElement, () => { drawing.end(); drawings.delete(parentElement); });
}
