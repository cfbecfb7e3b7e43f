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
  const chart = () =>
    [...document.querySelectorAll(`.st-key-${CSS.escape(data.chart)} .js-plotly-plot`)].pop();
  const write = async (format) => {
    const plot = chart();
    if (!plot) return;
    const Plotly = await loadPlotly(data.plotly);
    const page = getComputedStyle(document.querySelector("[data-testid=stApp]")).backgroundColor;
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
