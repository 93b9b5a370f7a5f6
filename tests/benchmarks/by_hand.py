"""The best that is written by hand in matplotlib: blitting, and a pipe of one's own to ffmpeg.

python by_hand.py OUT.gif TRAJECTORIES.npz

Only what moves is drawn again, over a background that is kept; ffmpeg makes one palette for all.
"""

import subprocess
import sys

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

out, data = sys.argv[1], np.load(sys.argv[2])
FRAMES = 200

x, y = np.meshgrid(np.linspace(-4.5, 4.5, 300), np.linspace(-4.5, 4.5, 300))
z = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
figure = Figure(figsize=(6.4, 4.8), dpi=100)
canvas = FigureCanvasAgg(figure)
axes = figure.add_subplot()
axes.contour(x, y, z, levels=np.logspace(-1, 5.2, 35), cmap="jet", linewidths=1)
axes.plot(3, 0.5, "*", markersize=12, color="gray")
axes.set(xlabel="x", ylabel="y", title="Beale's function")
counter = axes.text(0.02, 0.02, "", transform=axes.transAxes, animated=True)
lines = [axes.plot([], [], lw=2, label=label, animated=True)[0] for label in data["labels"]]
heads = [axes.plot([], [], "o", color=line.get_color(), ms=6, animated=True)[0] for line in lines]
axes.legend(loc="upper right")
canvas.draw()
background = canvas.copy_from_bbox(figure.bbox)

graph = "split[a][b];[a]palettegen[p];[b][p]paletteuse=dither=none:diff_mode=rectangle"
command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", "640x480"]
command += ["-r", "25", "-i", "-", "-filter_complex", graph, out]
with subprocess.Popen(command, stdin=subprocess.PIPE) as encoder:
    for frame in range(FRAMES):
        canvas.restore_region(background)
        for line, head, path in zip(lines, heads, data["points"], strict=True):
            line.set_data(path[: frame + 1].T)
            head.set_data(path[frame : frame + 1].T)
        counter.set_text(f"step {frame}")
        for artist in (*lines, *heads, counter):
            axes.draw_artist(artist)
        encoder.stdin.write(canvas.buffer_rgba())
sys.exit(encoder.returncode)
