// A share of a softmax, which is neither nothing nor all; written as mlcore/words.py does.
const percent = (share) => {
  if (share < 0.001) return "< 0.1 %";
  return share >= 0.9995 ? "> 99.9 %" : `${(100 * share).toFixed(1)} %`;
};
