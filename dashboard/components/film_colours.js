// Colours of a scale, and the ink that can be read on them.

const rgb = (text) => [1, 3, 5].map((i) => parseInt(text.slice(i, i + 2), 16));

// A colour of a scale [[position, "#rrggbb"], …] at 0 to 1.
const along = (scale, at) => {
  let index = 1;
  while (index < scale.length - 1 && scale[index][0] < at) index += 1;
  const [[p, from], [q, to]] = [scale[index - 1], scale[index]];
  const part = Math.min(1, Math.max(0, (at - p) / (q - p)));
  const [a, b] = [rgb(from), rgb(to)];
  return a.map((value, i) => Math.round(value + part * (b[i] - value)));
};

const light = (colour) => {
  const [r, g, b] = colour.map((value) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};

// Black or white, whichever is read more easily on this colour: 4.5 : 1 at least.
const ink = (colour) => (light(colour) > 0.179 ? "#000000" : "#ffffff");
