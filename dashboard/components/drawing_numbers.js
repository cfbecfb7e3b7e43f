// A network's numbers for the pad: sent once, apart from what changes with each stroke.
//
// The message is: length of the header (uint32), the header (JSON), the numbers (float32).

export default function ({ data }) {
  if (!data) return;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const start = 4 + view.getUint32(0, true);
  const { mark } = JSON.parse(new TextDecoder().decode(data.subarray(4, start)));
  if (window.__drawingNetwork?.mark === mark) return;
  window.__drawingNetwork = { mark, numbers: new Float32Array(data.slice(start).buffer) };
  document.dispatchEvent(new Event("drawing-network"));
}
