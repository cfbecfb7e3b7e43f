// Two buttons that write a chart of the page as a file. Streamlit's own copy of Plotly cannot be
// reached, so the one of the live chart is loaded when a button is first pressed.

const WIDTH = 900; // pixels at least, so that labels keep their distance

export default function ({ data, parentElement }) {
  let box = parentElement.querySelector(".figure-files");
  if (!box) {
    box = document.createElement("div");
    box.className = "figure-files";
    parentElement.append(box);
  }
  const last = (what) =>
    [...document.querySelectorAll(`.st-key-${CSS.escape(data.chart)} ${what}`)].pop();
  const save = (content, name) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  const write = async (format) => {
    const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
    const cloud = last(".cloud"); // a drawing that is no chart of Plotly writes itself
    if (cloud) save(await cloud.files[format](page), `${data.file}.${format}`);
    const plot = last(".js-plotly-plot");
    if (!plot) return;
    const Plotly = await loadPlotly(data.plotly);
    const size = { width: Math.max(WIDTH, plot.clientWidth), height: plot.clientHeight };
    const layout = { ...plot.layout, ...size, paper_bgcolor: page, plot_bgcolor: page };
    const spec = { data: plot.data, layout, config: { staticPlot: true } };
    await Plotly.downloadImage(spec, { format, filename: data.file, scale: 2, ...size });
  };
  box.replaceChildren(
    ...["png", "svg"].map((format) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = format.toUpperCase();
      button.title = button.ariaLabel = data[format];
      button.onclick = () => write(format);
      return button;
    }),
  );
}
