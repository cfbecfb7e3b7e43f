// Draws figures that keep arriving, in one node: zoom, hover and a drag in progress survive.
//
// The message is: length of the header (uint32), the header (JSON), then the arrays it points to.

const PAUSE = 250; // ms without another zoom before it is sent to Python
const NARROW = 560; // pixels; a phone
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

const fitted = (layout, width) => {
  if (width > NARROW) return layout;
  return {
    ...layout,
    height: Math.round(layout.height * 0.8) + Math.max(0, (layout.meta?.narrowTop ?? 58) - 58),
    margin: { ...layout.margin, l: 46, r: 6, t: layout.meta?.narrowTop ?? 58 },
    xaxis: { ...layout.xaxis, nticks: 5 },
    font: { ...layout.font, size: 12 },
    yaxis: { ...layout.yaxis, title: undefined },
    yaxis2: { ...layout.yaxis2, title: undefined },
  };
};

class Chart {
  constructor(parent) {
    this.parent = parent;
    this.node = document.createElement("div");
    this.node.className = "live-chart";
    this.node.style.minHeight = "300px";
    parent.appendChild(this.node);
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
      const width = this.node.clientWidth;
      if (!this.drawn || !width || Math.abs(width - this.width) < 2) return;
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
    this.watch();
    this.Plotly = await loadPlotly(header.plotly).catch(() => {
      throw new Error(header.not_loaded);
    });
    this.draw();
  }

  // Streamlit may lose the message that starts the timed refreshes: then the page is asked for one.
  watch() {
    clearInterval(this.watching);
    if (!this.header.due) return;
    this.watching = setInterval(
      () => this.setTriggerValue("missed", true), this.header.due * 1000,
    );
  }

  themeKey(resolve) {
    const names = ["--st-background-color", "--st-text-color", "--st-font", "--st-chart-color-1"];
    return names.map(resolve).join("|");
  }

  async draw(force = false) {
    if (!this.Plotly || this.dragging || !this.node.isConnected || !this.header) return;
    if (this.drawing) { this.again = true; return; }
    const styles = getComputedStyle(this.parent);
    const resolve = (name) => {
      if (name === "--st-chart-muted") {
        const text = resolve("--st-text-color");
        return /^#[0-9a-f]{6}$/i.test(text ?? "") ? `${text}b0` : text;
      }
      const number = /^--st-chart-color-(\d+)$/.exec(name);
      if (!number) return styles.getPropertyValue(name).trim() || undefined;
      const colors = styles.getPropertyValue("--st-chart-categorical-colors").split(/,(?![^(]*\))/);
      return colors[(number[1] - 1) % colors.length].trim() || undefined;
    };
    const wanted = `${this.header.revision} ${this.themeKey(resolve)}`;
    if (!force && wanted === this.drawn) return;
    this.drawing = true;
    try {
      this.width = this.node.clientWidth;
      const { data, layout, run } = this.header;
      const drawnLayout = fitted(themed({ ...layout, autosize: true }, resolve), this.width);
      if (run !== this.run) this.restore(run, drawnLayout);
      const options = {
        responsive: false,
        displaylogo: false,
        scrollZoom: false,
        doubleClick: "autosize",
        displayModeBar: this.width > NARROW ? "hover" : false,
        modeBarButtons: [["toImage"], ["zoom2d", "pan2d"], ["resetScale2d"]], // nothing is sent to a cloud
      };
      await this.Plotly.react(this.node, themed(data, resolve), drawnLayout, options);
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

  // A run's zoom is kept when a person leaves the page and comes back.
  restore(run, layout) {
    this.run = run;
    this.range = zooms.get(run) ?? null;
    if (this.range) layout.xaxis = { ...layout.xaxis, autorange: false, range: [...this.range] };
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
      clearTimeout(this.timer);
      this.timer = setTimeout(
        () => this.setStateValue("visible", { run: this.run, range }), PAUSE,
      );
    });
  }

  end() {
    clearTimeout(this.timer);
    clearInterval(this.watching);
    this.ends.abort();
    this.sizes.disconnect();
    this.ended = true;
    this.node.remove();
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
  return () => { chart.end(); charts.delete(parentElement); };
}
