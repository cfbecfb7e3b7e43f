// The steps in which MNIST was made and a network's answer, as mlcore computes them: the pixels to
// the last one (mlcore/insight/drawing.py; all sums are of whole numbers), the answer to rounding.

const SIDE = 28;
const BOX = 20;
const CENTRE = 14;

// For each new pixel, the old ones below it and how much of each: [first, weights].
const overlaps = (before, after) => Array.from({ length: after }, (_, index) => {
  const [start, end] = [index * before, (index + 1) * before];
  const first = Math.floor(start / after);
  const weights = [];
  for (let old = first; old * after < end; old += 1) {
    weights.push(Math.min(end, (old + 1) * after) - Math.max(start, old * after));
  }
  return [first, weights];
});

const resized = ({ rows, columns, pixels }, newRows, newColumns) => {
  const along = overlaps(columns, newColumns);
  const across = overlaps(rows, newRows);
  const lines = new Float64Array(rows * newColumns);
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < newColumns; column += 1) {
      const [first, weights] = along[column];
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += weights[i] * pixels[row * columns + first + i];
      lines[row * newColumns + column] = sum;
    }
  }
  const whole = rows * columns;
  const result = new Uint8Array(newRows * newColumns);
  for (let row = 0; row < newRows; row += 1) {
    const [first, weights] = across[row];
    for (let column = 0; column < newColumns; column += 1) {
      let sum = 0;
      for (let i = 0; i < weights.length; i += 1) sum += weights[i] * lines[(first + i) * newColumns + column];
      result[row * newColumns + column] = Math.floor((2 * sum + whole) / (2 * whole));
    }
  }
  return { rows: newRows, columns: newColumns, pixels: result };
};

const cropped = ({ rows, columns, pixels }) => {
  let [top, bottom, left, right] = [rows, -1, columns, -1];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (!pixels[row * columns + column]) continue;
      top = Math.min(top, row);
      bottom = row;
      left = Math.min(left, column);
      right = Math.max(right, column);
    }
  }
  if (bottom < 0) return null;
  const [height, width] = [bottom - top + 1, right - left + 1];
  const part = new Uint8Array(height * width);
  for (let row = 0; row < height; row += 1) {
    const start = (top + row) * columns + left;
    part.set(pixels.subarray(start, start + width), row * width);
  }
  return { rows: height, columns: width, pixels: part };
};

const boxed = (ink) => {
  const longer = Math.max(ink.rows, ink.columns);
  const side = (length) => Math.max(1, Math.floor((2 * BOX * length + longer) / (2 * longer)));
  return resized(ink, side(ink.rows), side(ink.columns));
};

const centred = ({ rows, columns, pixels }) => {
  let [mass, down, along] = [0, 0, 0];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      const value = pixels[row * columns + column];
      mass += value;
      down += row * value;
      along += column * value;
    }
  }
  const place = (moment, side) => {
    const start = mass ? Math.floor((2 * CENTRE * mass - 2 * moment + mass) / (2 * mass)) : 0;
    return Math.min(Math.max(start, 0), SIDE - side);
  };
  const [top, left] = [place(down, rows), place(along, columns)];
  const result = new Uint8Array(SIDE * SIDE);
  for (let row = 0; row < rows; row += 1) {
    result.set(pixels.subarray(row * columns, (row + 1) * columns), (top + row) * SIDE + left);
  }
  return { rows: SIDE, columns: SIDE, pixels: result };
};

// White ink on black as a model takes it, with every step; null where nothing is drawn.
const prepare = (grey, centre) => {
  const ink = cropped(grey);
  if (!ink) return null;
  const first = { name: "grey", ...grey };
  if (!centre) return [first, { name: "resized", ...resized(grey, SIDE, SIDE) }];
  const box = boxed(ink);
  return [first, { name: "cropped", ...ink }, { name: "boxed", ...box }, { name: "centred", ...centred(box) }];
};

// M. Abramowitz and I. Stegun, Handbook of Mathematical Functions, 1964, 7.1.26: to 1.5e-7.
const erf = (x) => {
  const t = 1 / (1 + 0.3275911 * Math.abs(x));
  const sum = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))));
  return Math.sign(x) * (1 - sum * Math.exp(-x * x));
};

const ACTIVATIONS = {
  relu: (x) => Math.max(x, 0),
  leaky_relu: (x) => (x > 0 ? x : 0.01 * x),
  gelu: (x) => 0.5 * x * (1 + erf(x / Math.SQRT2)),
  silu: (x) => x / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
};

// Four sums at once: each waits for its own last product only.
const product = (numbers, start, hidden) => {
  const whole = hidden.length - (hidden.length % 4);
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let i = 0; i < whole; i += 4) {
    a += numbers[start + i] * hidden[i];
    b += numbers[start + i + 1] * hidden[i + 1];
    c += numbers[start + i + 2] * hidden[i + 2];
    d += numbers[start + i + 3] * hidden[i + 3];
  }
  for (let i = whole; i < hidden.length; i += 1) a += numbers[start + i] * hidden[i];
  return a + b + c + d;
};

// numbers: for each layer its weights (after, before), then its biases (after).
const answer = ({ widths, activation, mean, std }, numbers, pixels) => {
  const { fround } = Math;
  const act = ACTIVATIONS[activation];
  let hidden = Float64Array.from(pixels, (byte) => fround(fround(fround(byte / 255) - fround(mean)) / fround(std)));
  let place = 0;
  for (let layer = 1; layer < widths.length; layer += 1) {
    const [before, after] = [widths[layer - 1], widths[layer]];
    const bias = place + before * after;
    const next = new Float64Array(after);
    for (let unit = 0; unit < after; unit += 1) {
      const sum = numbers[bias + unit] + product(numbers, place + unit * before, hidden);
      next[unit] = layer < widths.length - 1 ? act(sum) : sum;
    }
    place = bias + after;
    hidden = next;
  }
  const most = hidden.reduce((a, b) => Math.max(a, b), -Infinity);
  const shares = hidden.map((logit) => Math.exp(logit - most));
  const sum = shares.reduce((a, b) => a + b, 0);
  return shares.map((share) => share / sum);
};
