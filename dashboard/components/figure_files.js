// A chart of Plotly as a file. Streamlit's own copy of Plotly cannot be reached, so the one of the
// live chart is loaded when a button is first pressed.

const WIDTH = 900; // pixels at least, so that labels keep their distance

export default function ({ data, parentElement }) {
  fileButtons(parentElement, data, async (format) => {
    const plot = lastOf(data.where, ".js-plotly-plot");
    if (!plot) return;
    const Plotly = await loadPlotly(data.plotly);
    const size = { width: Math.max(WIDTH, plot.clientWidth), height: plot.clientHeight };
    const colours = { paper_bgcolor: pageColour(), plot_bgcolor: pageColour() };
    const layout = { ...plot.layout, ...size, ...colours };
    const spec = { data: plot.data, layout, config: { staticPlot: true } };
    await Plotly.downloadImage(spec, { format, filename: data.file, scale: 2, ...size });
  });
}
