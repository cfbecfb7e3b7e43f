"""plotly.js for the inline components: served from the installed package, loaded once a tab.

The file is copied to `dashboard/static/`, which Streamlit serves. Where that folder cannot be
written, or static serving is off, its text travels through a component of its own instead.
"""

from __future__ import annotations

import contextlib
import functools
import os
import uuid
from importlib import metadata, resources
from pathlib import Path

import streamlit as st

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
      fail(new Error("plotly.js could not be loaded; reload the page."));
    };
    document.head.appendChild(tag);
  });
  return page.__plotlyReady;
};
"""
"""Put before a component's own script: `await loadPlotly(url)` gives the Plotly object.

`url` is what `url()` of this module says, sent along with the component's data.
"""

_AHEAD = """
export default function({ data }) {
  if (data) loadPlotly(data).catch(() => {});  // whoever draws first tries again, and says why not
}
"""

_INLINE = """
export default function({ data }) {
  if (window.Plotly || !data) return;
  const tag = document.createElement("script");
  tag.textContent = data;
  document.head.appendChild(tag);
  if (window.__plotlyArrived) window.__plotlyArrived(window.Plotly);
  else window.__plotlyReady = Promise.resolve(window.Plotly);
}
"""


def publish(folder: Path = STATIC) -> str | None:
    """Put plotly.js into the served folder, unless this version lies there already.

    The file appears whole under a name with the version in it; other versions are removed.

    Returns:
        Its file name, or None where the folder cannot be written.
    """
    source = _source()
    target = folder / f"plotly-{metadata.version('plotly')}.min.js"
    with contextlib.suppress(OSError):
        if target.stat().st_size == source.stat().st_size:
            return target.name
    temporary = folder / f".{uuid.uuid4().hex}.js"
    try:
        folder.mkdir(exist_ok=True)
        temporary.write_bytes(source.read_bytes())
        # The server sends no lifetime, so browsers guess one from the age: a file whose name
        # carries its version may be kept for long.
        os.utime(temporary, (1_500_000_000, 1_500_000_000))
        temporary.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            temporary.unlink()
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
    """Have the browser load plotly.js ahead of the first chart, which then finds it ready.

    Called once by a page, outside its fragments. Where the file cannot be served its text (4.8 MB)
    is sent along instead.
    """
    if address := url():
        ahead = st.components.v2.component("plotly_ahead", js=LOADER + _AHEAD)
        ahead(key="plotly-ahead", data=address, height=1)
    else:
        inline = st.components.v2.component("plotly_inline", js=_INLINE)
        inline(key="plotly-inline", data=_source().read_text(encoding="utf-8"), height=1)


@functools.cache
def _published() -> str | None:
    return publish()


def _source() -> Path:
    return Path(str(resources.files("plotly") / "package_data" / "plotly.min.js"))
