// Draws figures that keep arriving, in one node: zoom, hover and a drag in progress survive.
//
// The message is: length of the header (uint32), the header (JSON), then the arrays it points to.

const PAUSE = 250; // ms without another zoom before it is sent to Python
const NARROW = 560; // pixels; a phone
const CALM = 8000; // ms between two announcements of the same state
const SOON = 1000; // ms before a change of state is announced
const zooms = new Map(); // run → its range, for when a person comes back to the page

const decode = (bytes) => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 4 + view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, start)));
  const kinds = { f4: Float32Array, f8: Float64Array, i4: Int32Array };
  for (const { trace, name, kind, offset, size } of header.arrays) {
    const part = bytes.slice(start + offset, start + offset + size);
    header.data[trace][name] = new kinds[kind](part.buffer);
  }
  return header;
};

// Colours and fonts are written as var(--st-…); they are resolved when drawn, so they follow
// the theme of the page.
const themed = (value, resolve) => {
  if (typeof value === "string") {
    const name = /^var\((--[\w-]+)\)$/.exec(value);
    return name ? resolve(name[1]) : value;
  }
  if (Array.isArray(value)) return value.map((item) => themed(item, resolve));
  if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, themed(v, resolve)]));
  }
  return value;
};

// A colour that is written for both schemes, as the page has it now.
const ofScheme = (value, styles) => {
  const both = /^light-dark\((.+),(.+)\)$/.exec(value);
  return both ? both[styles.colorScheme.includes("dark") ? 2 : 1].trim() : value;
};

// Tells readers of the screen what happened: the latest of what came, a calm time apart.
const announcer = () => {
  let node = document.getElementById("run-news");
  if (node) return node;
  node = document.createElement("div");
  node.id = "run-news";
  node.className = "only-read";
  node.setAttribute("role", "status");
  node.setAttribute("aria-live", "polite");
  document.body.appendChild(node);
  return node;
};

const speech = { said: new Map(), at: 0 };
const announce = (run, { text, state, ended, warning = "" }) => {
  const node = announcer();
  const before = speech.said.get(run);
  const isNew = warning && warning !== before?.warning;
  // A warning waits for its turn, also where another text comes before it was said.
  const now = { text, state, warning: warning || before?.warning };
  now.waits = isNew ? warning : warning && before?.waits;
  speech.said.set(run, now);
  if (!text || (before?.text === text && !isNew) || (!before && ended)) return;
  clearTimeout(speech.timer);
  const pause = before?.state === state ? CALM : SOON;
  const wait = Math.max(0, speech.at + pause - Date.now());
  speech.timer = setTimeout(() => {
    speech.at = Date.now();
    node.textContent = now.waits ? `${text} ${now.waits}` : text;
    speech.said.get(run).waits = "";
  }, wait);
};

const isNarrow = (width) => width <= NARROW * typeSize();

// One that has the top of the chart to itself begins at its left edge, so that it has two columns.
const narrowLegend = (legend, times) =>
  legend?.yref === "container"
    ? { ...legend, font: { size: 11 * times }, xref: "container" }
    : legend;

const fitted = (layout, width, times) => {
  if (!isNarrow(width)) return layout;
  return {
    ...layout,
    margin: { ...layout.margin, l: 46 * times, r: 8, t: layout.meta?.narrowTop ?? layout.margin.t },
    xaxis: { ...layout.xaxis, nticks: 5 },
    font: { ...layout.font, size: 12 * times },
    legend: narrowLegend(layout.legend, times),
    yaxis: { ...layout.yaxis, title: undefined },
    yaxis2: { ...layout.yaxis2, title: undefined },
  };
};

class Chart {
  constructor(parent) {
    this.parent = parent;
    this.node = document.createElement("div");
    this.node.className = "live-chart";
    this.node.setAttribute("role", "figure");
    this.quiet = document.createElement("i"); // has the page's quiet colour, of numbers on axes
    this.quiet.hidden = true;
    this.quiet.style.color = "var(--quiet-text)";
    parent.append(this.node, this.quiet);
    this.dragging = false;
    this.pointer = null;
    this.ends = new AbortController();
    const signal = this.ends.signal;
    const on = (target, kind, act) =>
      target.addEventListener(kind, act, { signal, capture: true, passive: true });
    on(this.node, "pointerdown", () => { this.dragging = true; });
    for (const kind of ["pointerup", "pointercancel", "blur"]) on(window, kind, () => this.drop());
    on(this.node, "mousemove", (event) => {
      if (event.isTrusted) this.pointer = [event.clientX, event.clientY];
    });
    on(this.node, "mouseleave", (event) => {
      if (event.target === this.node) this.pointer = null;
    });
    this.sizes = new ResizeObserver(() => {
      const { clientWidth: width, clientHeight: height } = this.node;
      if (!this.drawn || !width) return;
      if (Math.abs(width - this.width) < 2 && Math.abs(height - this.height) < 2) return;
      this.draw(true);
    });
    this.sizes.observe(this.node);
  }

  drop() {
    if (!this.dragging) return;
    this.dragging = false;
    setTimeout(() => this.draw(), 0); // after Plotly has handled the event
  }

  async show(header, setStateValue, setTriggerValue) {
    this.header = header;
    this.setStateValue = setStateValue;
    this.setTriggerValue = setTriggerValue;
    this.describe();
    this.watch();
    this.Plotly = await loadPlotly(header.plotly).catch(() => {
      throw new Error(header.not_loaded);
    });
    this.draw();
  }

  // In words, for those who cannot see it; changed calmly, as screen readers notice each change.
  describe() {
    const { words, news, run } = this.header;
    if (news) announce(run, news);
    if (run === this.described && Date.now() - this.worded < CALM && news?.state === this.state) return;
    [this.described, this.state, this.worded] = [run, news?.state, Date.now()];
    if (words) this.node.setAttribute("aria-label", words);
  }

  // Streamlit may lose the message that starts the timed refreshes: then the page is asked for one.
  // While none comes, the chart says how old it is.
  watch() {
    clearInterval(this.watching);
    clearInterval(this.aging);
    const { due, late, seldom } = this.header;
    this.remark(due ? seldom : "");
    if (!due) return;
    const since = Date.now();
    this.watching = setInterval(() => this.setTriggerValue("missed", true), due * 1000);
    this.aging = setInterval(() => {
      const seconds = Math.round((Date.now() - since) / 1000);
      if (seconds >= due) this.remark(late.replace("#", seconds));
    }, 1000);
  }

  remark(text) {
    if (text && !this.note) {
      this.note = document.createElement("div");
      this.note.className = "late";
      this.parent.appendChild(this.note);
    }
    if (this.note && this.note.textContent !== text) this.note.textContent = text;
  }

  themeKey(resolve) {
    const names = ["--st-background-color", "--st-text-color", "--st-font", "--st-chart-color-1"];
    return [typeSize(), ...names.map(resolve)].join("|");
  }

  async draw(force = false) {
    if (!this.Plotly || this.dragging || !this.node.isConnected || !this.header) return;
    if (this.drawing) { this.again = true; return; }
    const styles = getComputedStyle(this.parent);
    const quiet = getComputedStyle(this.quiet).color;
    const resolve = (name) => {
      if (name === "--st-chart-muted") return quiet;
      const number = /^--st-chart-color-(\d+)$/.exec(name);
      if (!number) return ofScheme(styles.getPropertyValue(name).trim(), styles) || undefined;
      const colors = styles.getPropertyValue("--st-chart-categorical-colors").split(/,(?![^(]*\))/);
      return colors[(number[1] - 1) % colors.length].trim() || undefined;
    };
    const wanted = `${this.header.revision} ${this.themeKey(resolve)}`;
    if (!force && wanted === this.drawn) return;
    this.drawing = true;
    try {
      this.width = this.node.clientWidth;
      this.height = this.node.clientHeight;
      const { data, layout, run } = this.header;
      const drawnLayout = this.layout(layout, run, resolve);
      if (run !== this.run) this.restore(run);
      if (this.range) {
        drawnLayout.xaxis = { ...drawnLayout.xaxis, autorange: false, range: [...this.range] };
      }
      const options = {
        responsive: false,
        displaylogo: false,
        scrollZoom: false,
        doubleClick: "autosize",
        displayModeBar: isNarrow(this.width) ? false : "hover",
        modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["resetScale2d"]], // nothing is sent to a cloud
      };
      await this.Plotly.react(this.node, themed(enlarged(data, typeSize()), resolve), drawnLayout, options);
      if (this.ended) return;
      if (!this.listening) this.listen();
      this.drawn = wanted;
      this.node.dataset.run = run;
      this.node.dataset.points = this.header.points;
      this.node.dataset.last = data[0]?.x?.[data[0].x.length - 1] ?? 0;
      this.node.dataset.draws = Number(this.node.dataset.draws ?? 0) + 1;
      this.hoverAgain();
    } finally {
      this.drawing = false;
      if (this.ended) this.Plotly.purge(this.node);
      else if (this.again) { this.again = false; this.draw(); }
    }
  }

  layout(layout, run, resolve) {
    const times = typeSize();
    const sized = { ...enlarged(layout, times), height: this.height };
    const fitting = fitted(sized, this.width, times);
    const { margin, height, meta = {} } = fitting;
    const domain = layout.yaxis?.domain ?? [0, 1];
    const panel = (height - margin.t - margin.b) * (domain[1] - domain[0]);
    const range = zooms.get(run) ?? [0, layout.xaxis?.autorangeoptions?.include?.[1] ?? 1];
    const width = this.width - margin.l - margin.r;
    const notes = notesOf(meta, width, !isNarrow(this.width), times);
    const annotations = [...notes.drawn, ...labels(meta, width, panel, notes.high, range, times)];
    return themed({ ...fitting, annotations, autosize: true }, resolve);
  }

  // A run's zoom is kept when a person leaves the page and comes back.
  restore(run) {
    this.run = run;
    this.range = zooms.get(run) ?? null;
  }

  hoverAgain() {
    if (!this.pointer) return;
    const [clientX, clientY] = this.pointer;
    const below = document.elementFromPoint(clientX, clientY);
    if (!below || !this.node.contains(below)) return;
    below.dispatchEvent(new MouseEvent("mousemove", { clientX, clientY, bubbles: true }));
  }

  listen() {
    this.listening = true;
    this.node.on("plotly_relayout", (change) => {
      if (!Object.keys(change).some((name) => name.startsWith("xaxis"))) return;
      const axis = this.node.layout.xaxis;
      const range = axis.autorange ? null : axis.range.map(Number);
      if (String(range) === String(this.range)) return;
      this.range = range;
      if (range) zooms.set(this.run, range); else zooms.delete(this.run);
      setTimeout(() => this.draw(true), 0); // the labels of edits find other room
      clearTimeout(this.timer);
      this.timer = setTimeout(
        () => this.setStateValue("visible", { run: this.run, range }), PAUSE,
      );
    });
  }

  end() {
    clearTimeout(this.timer);
    clearInterval(this.watching);
    clearInterval(this.aging);
    this.note?.remove();
    this.ends.abort();
    this.sizes.disconnect();
    this.ended = true;
    this.node.remove();
    this.quiet.remove();
    if (this.Plotly && !this.drawing) this.Plotly.purge(this.node);
  }
}

const charts = new WeakMap();

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = new Chart(parentElement);
    charts.set(parentElement, chart);
  }
  if (data) chart.show(decode(data), setStateValue, setTriggerValue).catch((error) => {
    chart.node.textContent = error.message;
  });
  return whenGone(parentElement, () => { chart.end(); charts.delete(parentElement); });
}
