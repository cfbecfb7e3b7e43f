// Numbers as mlcore/words.py writes them.

// A share of a softmax, which is neither nothing nor all.
const percent = (share) => {
  if (share < 0.001) return "< 0.1 %";
  return share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`;
};

// A figure in three digits, for a card with little room.
const number = (value) => {
  if (!value) return "0";
  const size = Math.abs(value);
  const text = size >= 1000 || size < 0.001 ? value.toExponential(1) : value.toPrecision(3);
  return text.replace("-", "−");
};
