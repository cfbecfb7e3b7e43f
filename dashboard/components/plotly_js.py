"""plotly.js for the inline components: served from the installed package, loaded once a tab.

The file is copied to `dashboard/static/`, which Streamlit serves. Where that folder cannot be
written, or static serving is off, its text travels through a component of its own instead.
"""

from __future__ import annotations

import contextlib
import functools
from importlib import metadata, resources
from pathlib import Path

import streamlit as st

from dashboard.gaps.static_files import publish_file

__all__ = ["LOADER", "ensure", "publish", "url"]

STATIC = Path(__file__).parents[1] / "static"

LOADER = """
const loadPlotly = (url) => {
  const page = window;
  if (page.__plotlyReady) return page.__plotlyReady;
  if (!url) return (page.__plotlyReady = new Promise((done) => { page.__plotlyArrived = done; }));
  page.__plotlyReady = new Promise((done, fail) => {
    const tag = document.createElement("script");
    tag.src = url;
    tag.onload = () => done(page.Plotly);
    tag.onerror = () => {
      page.__plotlyReady = undefined;
      tag.remove();
      fail(new Error(`${url} could not be loaded`));
    };
    document.head.appendChild(tag);
  });
  return page.__plotlyReady;
};
"""
"""Goes before a component's own script: `await loadPlotly(url)` gives the Plotly object.

`url` is the value of this module's `url()`, sent with the component's data.
"""

_AHEAD = """
export default function({ data }) {
  if (data?.url) loadPlotly(data.url).catch(() => {});  // the first chart tries again and reports
}
"""

_INLINE = """
export default function({ data }) {
  if (window.Plotly || !data?.text) return;
  const tag = document.createElement("script");
  tag.textContent = data.text;
  document.head.appendChild(tag);
  if (window.__plotlyArrived) window.__plotlyArrived(window.Plotly);
  else window.__plotlyReady = Promise.resolve(window.Plotly);
}
"""


def publish(folder: Path = STATIC) -> str | None:
    """Copy plotly.js into the served folder, unless this version is there already.

    Other versions are removed.

    Returns:
        Its file name, which carries the version; None where the folder cannot be written.
    """
    target = folder / f"plotly-{metadata.version('plotly')}.min.js"
    if not publish_file(_source(), target):
        return None
    for other in folder.glob("plotly-*.min.js"):
        if other != target:
            with contextlib.suppress(OSError):
                other.unlink()
    return target.name


def url() -> str:
    """Where the browser finds plotly.js; empty where it comes through `ensure` instead."""
    name = _published() if st.get_option("server.enableStaticServing") else None
    if name is None:
        return ""
    base = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"/{base}/app/static/{name}" if base else f"/app/static/{name}"


def ensure() -> None:
    """Make the browser load plotly.js before the first chart needs it.

    A page calls it once, outside its fragments. Where the file cannot be served, its text (4.8 MB)
    is sent instead.
    """
    if address := url():
        ahead = st.components.v2.component("plotly_ahead", js=LOADER + _AHEAD)
        ahead(key="plotly-ahead", data={"url": address}, height=1)
    else:
        inline = st.components.v2.component("plotly_inline", js=_INLINE)
        text = _source().read_text(encoding="utf-8")
        inline(key="plotly-inline", data={"text": text}, height=1)


@functools.cache
def _published() -> str | None:
    return publish()


def _source() -> Path:
    return Path(str(resources.files("plotly") / "package_data" / "plotly.min.js"))
