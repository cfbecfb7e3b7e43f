// What is written on a live chart: what it cannot draw, and the labels of edits.

const LINE = 22; // pixels from a label of an edit to the next below it
const LINES = 3; // of labels at most, so that they do not cover the curve
const CHARACTER = 6.4; // pixels of a label's character
const HAN = 12; // pixels of a Chinese one, from U+2E80 on
const NOTE = 16; // pixels from a line of notes to the next below it
const BUTTONS = 30; // pixels that Plotly's own buttons take of the chart's right end

const longOf = (text) => [...text].reduce((sum, sign) => sum + (sign < "\u2e80" ? CHARACTER : HAN), 0);

const literal = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;");

// The lines on which a text has room.
const broken = (text, room) => {
  const lines = [""];
  for (const part of text.match(/[\u2e80-\uffff]|[^\s\u2e80-\uffff]+\s*|\s+/g) ?? []) {
    const line = lines.at(-1) + part;
    if (lines.at(-1) && longOf(line.trimEnd()) > room) lines.push(part);
    else lines[lines.length - 1] = line;
  }
  return lines.map((line) => line.trimEnd());
};

// What cannot be drawn is said in the upper right corner: its lines, and how they are drawn.
const notesOf = ({ notes = [] }, width, buttons, times) => {
  const aside = buttons ? BUTTONS : 0;
  const lines = notes.flatMap((text) => broken(text, (width - aside) / times - 12));
  const drawn = {
    text: lines.map(literal).join("<br>"), name: "notes", showarrow: false, align: "right",
    xref: "x domain", yref: "y domain", x: 1, y: 1, xanchor: "right", yanchor: "top",
    xshift: -aside, borderpad: 3, bgcolor: "var(--st-background-color)",
    font: { size: 12 * times, color: "var(--st-orange-text-color)" },
  };
  return { high: lines.length ? NOTE * times * lines.length + 6 : 0, drawn: lines.length ? [drawn] : [] };
};

// The labels of edits below them, each on a line where it has room; those without speak on hover.
const labels = ({ edits = [] }, width, panel, below, [first, last], times) => {
  const line = LINE * times;
  const lines = Math.max(1, Math.min(LINES, Math.floor((panel * 0.6 - below) / line)));
  const taken = Array.from({ length: lines }, () => []);
  const found = [];
  for (const [step, text] of [...edits].reverse()) {
    const x = ((step - first) / (last - first)) * width;
    if (!(x >= 0 && x <= width)) continue;
    const long = (longOf(text) + 12) * times;
    const left = x + long > width && x > long;
    const [from, to] = left ? [x - long, x] : [x, x + long];
    const place = taken.findIndex((spans) => spans.every(([a, b]) => to < a || from > b));
    if (place < 0) continue;
    taken[place].push([from, to]);
    found.push({
      text: literal(text), name: "edit", showarrow: false,
      x: step, y: 1, yref: "y domain", yshift: -line * place - below - 4, yanchor: "top",
      xanchor: left ? "right" : "left", xshift: left ? -3 : 3, borderpad: 2,
      bgcolor: "var(--st-background-color)", bordercolor: "var(--st-red-color)",
      font: { size: 12 * times, color: "var(--st-red-text-color)" },
    });
  }
  return found;
};
