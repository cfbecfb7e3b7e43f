// What stands on the page in HTML and on canvases, as a file: boxes, images and lines of text are
// read where the browser has laid them out, and drawn again on one canvas (PNG) or as SVG. An element
// with a method `marks` says itself what it is in SVG.

const MARGIN = 12; // pixels around it
const SCALE = 2; // pixels of a PNG for one of the page
const LEFT_OUT = "style, script, button, input, label, video, [hidden], .only-read";

const isClear = (colour) => /^transparent$|^rgba\(.*, 0\)$/.test(colour);
const isDrawn = ({ display, visibility }) => display !== "none" && visibility !== "hidden";

// The lines of a text, each where it stands; one that is cut off on the page ends in an ellipsis.
const linesOf = (node) => {
  const { color, fontFamily, fontSize, fontWeight } = getComputedStyle(node.parentElement);
  const range = document.createRange();
  const lines = [];
  for (const { 0: word, index } of node.data.matchAll(/\S+/g)) {
    range.setStart(node, index);
    range.setEnd(node, index + word.length);
    const { left, right, top, bottom, width } = range.getBoundingClientRect();
    const line = lines.at(-1);
    if (!width) continue;
    if (line && Math.abs(line.top - top) < 2) Object.assign(line, { text: `${line.text} ${word}`, right });
    else lines.push({ text: word, left, right, top, bottom });
  }
  const around = [node.parentElement, node.parentElement.parentElement];
  const box = around.find((one) => getComputedStyle(one).textOverflow === "ellipsis");
  const end = box ? box.getBoundingClientRect().right : Infinity;
  return lines.filter(({ left }) => left < end).map(({ text, left, right, top, bottom }) => {
    const whole = right <= end + 1;
    const kept = whole ? text.length : Math.max(1, Math.floor((text.length * (end - left)) / (right - left)) - 1);
    const size = parseFloat(fontSize);
    return {
      kind: "text", text: whole ? text : `${text.slice(0, kept)}…`, fill: color, size, weight: fontWeight, family: fontFamily,
      left, top, width: Math.min(right, end) - left, height: bottom - top, baseline: (top + bottom) / 2 + 0.34 * size,
    };
  });
};

// The background and border of an element.
const boxOf = (style, area) => {
  const line = style.borderTopStyle === "solid" ? parseFloat(style.borderTopWidth) : 0;
  const colours = style.backgroundImage.startsWith("linear-gradient")
    ? style.backgroundImage.match(/rgba?\([^)]*\)/g)
    : [style.backgroundColor].filter((colour) => !isClear(colour));
  const stroke = line && !isClear(style.borderTopColor) ? style.borderTopColor : "";
  if (!colours.length && !stroke) return [];
  return [{ kind: "box", ...area, colours, stroke, line, radius: parseFloat(style.borderTopLeftRadius) || 0 }];
};

const shapesOf = (node) => {
  if (node.nodeType === Node.TEXT_NODE) return node.data.trim() ? linesOf(node) : [];
  if (node.nodeType !== Node.ELEMENT_NODE || node.matches(LEFT_OUT)) return [];
  const style = getComputedStyle(node);
  const { left, top, width, height } = node.getBoundingClientRect();
  if (!isDrawn(style)) return [];
  const area = { left, top, width, height };
  const own = width && height ? boxOf(style, area) : [];
  if (node.matches("img, canvas")) {
    return [...own, { kind: "image", node, sharp: style.imageRendering === "pixelated", ...area }];
  }
  if (node.marks) {
    const canvas = node.querySelector("canvas");
    return [{ kind: "image", node: canvas, marks: node.marks(), ...area }];
  }
  return [...own, ...[...node.childNodes].flatMap(shapesOf)];
};

const filled = (pen, { left, width, colours }) => {
  if (colours.length < 2) return colours[0];
  const gradient = pen.createLinearGradient(left, 0, left + width, 0);
  colours.forEach((colour, index) => gradient.addColorStop(index / (colours.length - 1), colour));
  return gradient;
};

const PAINT = {
  box(pen, shape) {
    const { left, top, width, height, radius, line } = shape;
    pen.beginPath();
    pen.roundRect(left + line / 2, top + line / 2, width - line, height - line, radius);
    if (shape.colours.length) { pen.fillStyle = filled(pen, shape); pen.fill(); }
    if (shape.stroke) { Object.assign(pen, { strokeStyle: shape.stroke, lineWidth: line }); pen.stroke(); }
  },
  image(pen, { node, sharp, left, top, width, height }) {
    pen.imageSmoothingEnabled = !sharp;
    pen.drawImage(node, left, top, width, height);
  },
  text(pen, { text, fill, size, weight, family, left, baseline, width }) {
    pen.font = `${weight} ${size}px ${family}`;
    pen.fillStyle = fill;
    pen.fillText(text, left, baseline, width + 1);
  },
};

const asPng = (shapes, area) => {
  const canvas = document.createElement("canvas");
  canvas.width = Math.ceil(area.width * SCALE);
  canvas.height = Math.ceil(area.height * SCALE);
  const pen = canvas.getContext("2d");
  pen.fillStyle = pageColour();
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.scale(SCALE, SCALE);
  pen.translate(-area.left, -area.top);
  shapes.forEach((shape) => PAINT[shape.kind](pen, shape));
  return new Promise((done) => canvas.toBlob(done, "image/png"));
};

const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const WRITE = {
  box({ left, top, width, height, radius, line, colours, stroke }, index) {
    const steps = colours.map((colour, at) => `<stop offset="${at / (colours.length - 1)}" stop-color="${colour}"/>`);
    const gradient = colours.length > 1 ? `<linearGradient id="g${index}">${steps.join("")}</linearGradient>` : "";
    const fill = gradient ? `url(#g${index})` : colours[0] ?? "none";
    const edge = stroke ? ` stroke="${stroke}" stroke-width="${line}"` : "";
    return `${gradient}<rect x="${left + line / 2}" y="${top + line / 2}" width="${Math.max(0, width - line)}" `
      + `height="${Math.max(0, height - line)}" rx="${radius}" fill="${fill}"${edge}/>`;
  },
  image({ node, marks, sharp, left, top, width, height }) {
    const place = `x="${left}" y="${top}" width="${width}" height="${height}"`;
    if (marks) return `<svg ${place}>${marks}</svg>`;
    const how = sharp ? ' style="image-rendering:pixelated"' : "";
    return `<image ${place}${how} preserveAspectRatio="none" href="${node.src ?? node.toDataURL()}"/>`;
  },
  text({ text, fill, size, weight, family, left, baseline, width }) {
    return `<text x="${left}" y="${baseline}" textLength="${width}" lengthAdjust="spacingAndGlyphs" fill="${fill}" `
      + `font-size="${size}" font-weight="${weight}" font-family="${escaped(family)}">${escaped(text)}</text>`;
  },
};

const asSvg = (shapes, { left, top, width, height }) => {
  const page = `<rect x="${left}" y="${top}" width="${width}" height="${height}" fill="${pageColour()}"/>`;
  const all = shapes.map((shape, index) => WRITE[shape.kind](shape, index)).join("\n");
  const text = `<svg xmlns="http:\/\/www.w3.org/2000/svg" width="${width}" height="${height}" `
    + `viewBox="${left} ${top} ${width} ${height}">${page}\n${all}</svg>`;
  return new Blob([text], { type: "image/svg+xml" });
};

export default function ({ data, parentElement }) {
  fileButtons(parentElement, data, async (format) => {
    const root = lastOf(data.where, data.what);
    const shapes = root ? shapesOf(root) : [];
    if (!shapes.length) return;
    const ends = (one, other, side) => Math[side](...shapes.map((shape) => shape[one] + (shape[other] ?? 0)));
    const [left, top] = ["left", "top"].map((one) => ends(one, "", "min") - MARGIN);
    const [right, bottom] = [["left", "width"], ["top", "height"]].map((pair) => ends(...pair, "max") + MARGIN);
    const area = { left, top, width: right - left, height: bottom - top };
    const frame = root.dataset.index ? `-${root.dataset.index}` : "";
    save(await { png: asPng, svg: asSvg }[format](shapes, area), `${data.file}${frame}.${format}`);
  });
}
