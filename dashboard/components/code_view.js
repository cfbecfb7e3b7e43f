// Code with the lines marked that a change has moved, and buttons that copy and download it.

const TOKENS = new RegExp(
  [
    /(?<comment>#[^\n]*)/,
    /(?<string>[rbf]?(?:"""[\s\S]*?"""|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'))/,
    /\b(?<keyword>as|break|class|def|elif|else|for|from|if|import|in|is|lambda|not|or|return|while|with|True|False|None)\b/,
    /(?<flag>--[\w.-]+)/,
  ].map((one) => one.source).join("|"),
  "g",
);

const make = (tag, className, parent, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  parent?.append(node);
  return node;
};

// The lines of the code, each a list of [kind, text].
const linesOf = (code) => {
  const lines = [[]];
  const add = (kind, text) =>
    text.split("\n").forEach((part, index) => {
      if (index) lines.push([]);
      if (part) lines.at(-1).push([kind, part]);
    });
  let end = 0;
  for (const found of code.matchAll(TOKENS)) {
    add("", code.slice(end, found.index));
    add(Object.keys(found.groups).find((kind) => found.groups[kind] !== undefined), found[0]);
    end = found.index + found[0].length;
  }
  add("", code.slice(end));
  if (!lines.at(-1).length) lines.pop();
  return lines;
};

const copy = async (text, box) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch { // no permission, or no safe address: as browsers did it before
    const area = make("textarea", "", box, text);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
};

const save = (text, name) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
};

const build = (parentElement) => {
  const box = make("div", "code-view", parentElement);
  const bar = make("div", "bar", box);
  make("span", "said", bar).setAttribute("role", "status");
  for (const name of ["copy", "download"]) make("button", name, bar).type = "button";
  const pre = make("pre", "", box);
  pre.tabIndex = 0;
  make("code", "", pre);
  return box;
};

export default function ({ data, parentElement }) {
  const header = decodeArrays(data);
  const box = parentElement.querySelector(".code-view") ?? build(parentElement);
  const part = (name) => box.querySelector(name);
  const [pre, said, texts] = [part("pre"), part(".said"), header.texts];
  for (const name of ["copy", "download"]) part(`.${name}`).textContent = texts[name];
  part(".download").hidden = !header.file;
  box.classList.toggle("wraps", header.wraps);
  part(".copy").onclick = async () => {
    await copy(header.code, box);
    said.textContent = texts.copied;
  };
  part(".download").onclick = () => save(header.content ?? header.code, header.file);
  if (box.dataset.revision === header.revision) return;
  box.dataset.revision = header.revision;

  const place = pre.scrollTop;
  const rows = linesOf(header.code).map((tokens) => {
    const row = make("span", "line");
    for (const [kind, text] of tokens) make("span", kind, row, text);
    row.append("\n");
    return row;
  });
  const marked = header.marked.map((index) => rows[index]).filter(Boolean);
  marked.forEach((row) => row.classList.add("marked"));
  part("code").replaceChildren(...rows);
  pre.setAttribute("aria-label", texts.label);
  said.textContent = texts.changed;
  pre.scrollTop = place;
  const first = marked[0];
  if (!first) return;
  const above = first.offsetTop - pre.offsetTop; // the box alone scrolls, and only if it must
  if (above < pre.scrollTop || above + first.offsetHeight > pre.scrollTop + pre.clientHeight) {
    pre.scrollTop = above - pre.clientHeight / 3;
  }
}
