"""Build a gallery, interrupt the build when half of it is made, and build the rest.

python resumed.py TRAJVIZ GALLERY COUNT
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path


def main(trajviz: str, gallery: str, count: int) -> None:
    """Take part in no work: a look now and then, of many items every half second, is all."""
    build = [trajviz, "gallery", "build", gallery, "--quiet", "-j", "2"]
    with subprocess.Popen(build, stderr=subprocess.DEVNULL) as process:
        while process.poll() is None and len([*Path(gallery).glob("*.png")]) < count // 2:
            time.sleep(count / 2000)
        process.send_signal(signal.SIGINT)
    made = len([*Path(gallery).glob("*.png")])
    assert made < count, "it was too quick to be interrupted"
    subprocess.run(build, check=True)
    assert len([*Path(gallery).glob("*.png")]) == count


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
