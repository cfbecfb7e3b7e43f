// How much larger the page's type is than a browser's own 16 pixels, and figures drawn alike.

const typeSize = () => parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;

const SIZED = new Set(["thickness", "xshift", "yshift", "standoff", "itemwidth", "narrowTop"]);

const isSize = (name, of) => {
  if (name === "size") return of.endsWith("font") || of === "marker";
  if (of === "margin") return "lrtb".includes(name);
  return (name === "width" && of === "line") || SIZED.has(name);
};

const enlarged = (part, times, of = "") => {
  if (times === 1 || !part || typeof part !== "object" || ArrayBuffer.isView(part)) return part;
  if (Array.isArray(part)) {
    return typeof part[0] === "object" ? part.map((one) => enlarged(one, times, of)) : part;
  }
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [
    name, typeof value === "number" && isSize(name, of) ? value * times : enlarged(value, times, name),
  ]));
};
