// The table of runs: rows come filtered and sorted; what a person asks for is told to the server.
// A selection is shown at once, and the server's is taken when it has seen the last one.

const make = (tag, parent, className) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  parent.append(node);
  return node;
};

const write = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// Of the page of a run, for another tab, in the language that was chosen here.
const addressOf = (run) => {
  const language = new URLSearchParams(location.search).get("lang");
  return `run?${new URLSearchParams({ run, ...(language && { lang: language }) })}`;
};

class Table {
  constructor(parent) {
    this.root = make("div", parent, "runs");
    this.box = make("div", this.root, "runs-table");
    this.box.setAttribute("role", "region");
    this.table = make("table", this.box);
    this.head = make("tr", make("thead", this.table));
    this.body = make("tbody", this.table);
    this.more = make("button", this.root, "runs-more");
    this.more.type = "button";
    this.more.addEventListener("click", () => this.ask("more", null));
    this.body.addEventListener("click", (event) => this.clicked(event));
    this.body.addEventListener("keydown", (event) => this.pressed(event));
    this.body.addEventListener("focusin", (event) => this.entered(event));
    this.rows = new Map();
    this.selected = new Set();
    this.sent = 0;
  }

  show(data) {
    if (this.data?.revision === data.revision) return;
    const before = this.data;
    this.data = data;
    if (data.echo >= this.sent) {
      this.selected = new Set(data.selected);
      this.sent = data.echo;
    }
    this.box.setAttribute("aria-label", data.words.table);
    this.box.classList.toggle("no-choice", !data.choosable);
    this.table.setAttribute("aria-rowcount", data.matching + 1);
    const named = (heads) => JSON.stringify(heads);
    if (!before || named(before.headings) !== named(data.headings)) this.buildHead();
    this.sortedBy();
    this.buildRows();
    this.more.hidden = !data.left_out;
    write(this.more, data.words.more);
    this.mark();
  }

  buildHead() {
    const focused = this.head.contains(document.activeElement)
      ? document.activeElement.dataset.name : null;
    this.head.replaceChildren();
    const first = make("th", this.head);
    first.scope = "col";
    this.all = make("input", first);
    this.all.type = "checkbox";
    this.all.addEventListener("change", () => this.selectAll(this.all.checked));
    for (const heading of [{ name: "name", label: this.data.words.name }, ...this.data.headings]) {
      const cell = make("th", this.head, heading.figure ? "figure" : "");
      cell.scope = "col";
      const button = make("button", cell);
      button.type = "button";
      button.textContent = heading.label;
      button.dataset.name = heading.name;
      if (heading.hint) button.title = heading.hint;
      button.addEventListener("click", () => this.ask("sort", heading.name));
      if (focused === heading.name) button.focus({ preventScroll: true });
    }
    this.rows.clear();
    this.body.replaceChildren();
  }

  sortedBy() {
    for (const cell of [...this.head.children].slice(1)) {
      const mine = cell.firstChild.dataset.name === this.data.sort;
      if (mine) cell.setAttribute("aria-sort", this.data.descending ? "descending" : "ascending");
      else cell.removeAttribute("aria-sort");
    }
    this.all.setAttribute("aria-label", this.data.words.all);
  }

  buildRows() {
    const kept = new Set();
    let place = this.body.firstChild;
    this.data.rows.forEach((row) => {
      kept.add(row.run);
      const line = this.rows.get(row.run) ?? this.newRow(row.run, row.group);
      this.fill(line, row);
      if (line.node === place) place = place.nextSibling;
      else this.body.insertBefore(line.node, place);
    });
    for (const [run, line] of this.rows) {
      if (kept.has(run)) continue;
      line.node.remove();
      this.rows.delete(run);
    }
    if (!this.rows.has(this.active)) this.active = this.data.rows[0]?.run;
  }

  newRow(run, group) {
    const node = document.createElement("tr");
    node.dataset.run = run;
    const box = make("input", make("td", node));
    box.type = "checkbox";
    const name = make("th", node);
    name.scope = "row";
    const link = make(group ? "button" : "a", name);
    if (group) link.type = "button";
    const cells = this.data.headings.map((heading) => {
      const cell = make("td", node, heading.figure ? "figure" : "");
      return { cell, main: make("span", cell), small: make("small", cell) };
    });
    const line = { node, box, link, cells };
    this.rows.set(run, line);
    return line;
  }

  fill(line, row) {
    line.runs = row.runs;
    line.node.classList.toggle("group", row.group);
    line.node.classList.toggle("inside", row.inside);
    if (row.group) line.link.setAttribute("aria-expanded", row.open);
    write(line.link, row.name);
    if (!row.group && row.linked) line.link.href = addressOf(row.run);
    else line.link.removeAttribute("href");
    line.link.title = row.name;
    line.box.setAttribute("aria-label", this.data.words.select.replace("{run}", row.name));
    row.cells.forEach(([text, small], index) => {
      const { cell, main, small: after } = line.cells[index];
      write(main, text);
      write(after, small ? ` ${small}` : "");
      if (this.data.headings[index].name === "state") {
        main.className = row.state ? `state state-${row.state}` : "";
      }
      cell.title = text.length > 24 ? text : "";
    });
  }

  mark() {
    for (const [run, line] of this.rows) {
      const count = line.runs.filter((one) => this.selected.has(one)).length;
      const chosen = count > 0 && count === line.runs.length;
      line.box.checked = chosen;
      line.box.indeterminate = count > 0 && !chosen;
      line.node.classList.toggle("chosen", chosen);
      const reached = run === this.active ? 0 : -1; // one row is on the way of the Tab key
      line.box.tabIndex = reached;
      line.link.tabIndex = reached;
    }
    const here = new Set([...this.rows.values()].flatMap((line) => line.runs));
    const count = [...here].filter((run) => this.selected.has(run)).length;
    const whole = !this.data.left_out || this.selected.size >= this.data.matching;
    this.all.checked = count > 0 && count === here.size && whole;
    this.all.indeterminate = this.selected.size > 0 && !this.all.checked;
    this.root.dataset.selected = this.selected.size;
  }

  order() {
    return this.data.rows.map((row) => row.run);
  }

  entered(event) {
    const run = event.target.closest("tr")?.dataset.run;
    if (!run || run === this.active) return;
    this.active = run;
    this.mark();
  }

  clicked(event) {
    const run = event.target.closest("tr")?.dataset.run;
    if (!run || event.button) return;
    if (event.target.closest("button")) {
      this.ask("unfold", run);
      return;
    }
    if (event.target.closest("a")) {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      if (!event.target.closest("a[href]")) return;
      event.preventDefault();
      this.ask("open", run);
      return;
    }
    if (!this.data.choosable) return;
    if (String(getSelection()) && event.target.tagName !== "INPUT") return; // text was marked
    this.choose(run, event.shiftKey);
  }

  choose(run, range) {
    const all = (one) => this.rows.get(one).runs;
    const chosen = !all(run).every((one) => this.selected.has(one));
    const order = this.order();
    const [from, to] = [order.indexOf(this.last), order.indexOf(run)];
    const runs = range && from >= 0
      ? order.slice(Math.min(from, to), Math.max(from, to) + 1) : [run];
    runs.flatMap(all).forEach(
      (one) => (chosen ? this.selected.add(one) : this.selected.delete(one)),
    );
    this.last = run;
    this.active = run;
    this.tell(false);
  }

  selectAll(chosen) {
    this.selected = new Set(chosen ? [...this.rows.values()].flatMap((line) => line.runs) : []);
    this.tell(chosen);
  }

  tell(all) {
    this.mark();
    this.sent += 1;
    this.ask("select", { runs: [...this.selected], all, echo: this.sent });
  }

  pressed(event) {
    const keys = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -1e9, End: 1e9 };
    const step = keys[event.key];
    const line = event.target.closest("tr");
    if (!step || !line || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    const order = this.order();
    const at = order.indexOf(line.dataset.run);
    const next = order[Math.min(order.length - 1, Math.max(0, at + step))];
    if (event.shiftKey && next !== line.dataset.run && this.data.choosable) {
      const all = (run) => this.rows.get(run).runs;
      all(line.dataset.run).forEach((run) => this.selected.add(run));
      all(next).forEach((run) => this.selected.delete(run));
      this.last = line.dataset.run;
      this.choose(next, true);
    }
    const kind = event.target.tagName === "INPUT" ? "box" : "link";
    this.rows.get(next)[kind].focus();
  }
}

const tables = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
  let table = tables.get(parentElement);
  if (!table) {
    table = new Table(parentElement);
    tables.set(parentElement, table);
  }
  table.ask = (what, value) => setTriggerValue("asked", { what, value });
  if (data) table.show(data);
  return whenGone(parentElement, () => { table.root.remove(); tables.delete(parentElement); });
}
