"""A built site as a reader gets it: served below a folder of a host, and looked at in Chromium."""

import contextlib
import functools
import http.server
import threading
from pathlib import Path

MEDIA = """async () => {
  const media = [...document.querySelectorAll("img, video, iframe")];
  for (const one of media) {
    one.loading = "eager";
    one.scrollIntoView();
    if (one.tagName == "VIDEO" && one.preload == "none") { one.preload = "auto"; one.load(); }
  }
  const came = (one) => {
    if (one.tagName == "IMG") return one.decode().then(() => one.naturalWidth, () => 0);
    if (one.tagName == "IFRAME") return 1;
    if (one.readyState || one.error) return one.error ? 0 : one.videoWidth;
    return new Promise((settle) => {
      one.addEventListener("loadeddata", () => settle(one.videoWidth));
      one.addEventListener("error", () => settle(0), true);
    });
  };
  return Promise.all(media.map(async (one) => ({
    kind: one.tagName.toLowerCase(),
    source: one.currentSrc || one.src,
    width: await came(one),
    words: one.alt || one.getAttribute("aria-label") || one.title || "",
    shown: one.getClientRects().length > 0,
  })));
}"""


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """Serve a folder as /site/ of a host of this machine, and yield its address.

    Sites mostly live below a folder: an address that begins at the host's root does not come.
    """
    root = Path(folder)

    class Handler(_Quiet):
        def translate_path(self, path):
            if not path.startswith("/site/"):
                return str(root / "no such file")
            return super().translate_path(path.removeprefix("/site"))

    handler = functools.partial(Handler, directory=str(root))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/site/"
        finally:
            server.shutdown()
            thread.join()


def media_of(page_of, address, *, ours="", **options):
    """Open a page, have all its media loaded, and return those whose address has `ours` in it.

    Nothing that the page asks this host for may fail, all media of ours have come and say in words
    what they show. What Chromium itself breaks off, as when it asks for a film anew, is no failure.
    """
    opened = page_of(address, **options)
    media = [one for one in opened.page.evaluate(MEDIA) if ours in one["source"]]
    failed = [one for one in opened.failed if "127.0.0.1" in one]
    assert [one for one in failed if "favicon" not in one and "ERR_ABORTED" not in one] == []
    assert media
    for one in media:
        assert one["width"] > 0, one
        assert one["words"], one
    return media
