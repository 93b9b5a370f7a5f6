"""What a competent user writes today: matplotlib's FuncAnimation, whole figure, saved as it is.

python baseline.py OUT.gif|OUT.mp4 WIDTH HEIGHT TRAJECTORIES.npz contour|relief|orbit [FRAMES.npy]

With FRAMES.npy, the true pictures are kept instead of being encoded.
"""

import sys

import numpy as np
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

out, width, height, data = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), np.load(sys.argv[4])
view = sys.argv[5]
points, labels, heights = data["points"], data["labels"], data["heights"]
FRAMES = 200

x, y = np.meshgrid(np.linspace(-4.5, 4.5, 300), np.linspace(-4.5, 4.5, 300))
z = (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2

figure = Figure(figsize=(width / 100, height / 100), dpi=100)
FigureCanvasAgg(figure)
if view == "contour":
    axes = figure.add_subplot()
    axes.contour(x, y, z, levels=np.logspace(-1, 5.2, 35), cmap="jet", linewidths=1)
    axes.plot(3, 0.5, "*", markersize=12, color="gray")
    counter = axes.text(0.02, 0.02, "", transform=axes.transAxes)
    paths = points
else:
    axes = figure.add_subplot(projection="3d")
    axes.plot_surface(x, y, np.log10(1 + z), cmap="coolwarm", alpha=0.8)
    axes.view_init(elev=35, azim=-60)
    counter = axes.text2D(0.02, 0.02, "", transform=axes.transAxes)
    paths = np.concatenate([points, np.log10(1 + heights)[..., None]], axis=2)
axes.set(xlabel="x", ylabel="y", title="Beale's function")
nothing = [[]] * paths.shape[2]
lines = [axes.plot(*nothing, lw=2, label=label)[0] for label in labels]
heads = [axes.plot(*nothing, "o", color=line.get_color(), ms=6)[0] for line in lines]
axes.legend(loc="upper right")


def move(artist, path):
    artist.set_data(path[:, 0], path[:, 1])
    if view != "contour":
        artist.set_3d_properties(path[:, 2])


def update(frame):
    for line, head, path in zip(lines, heads, paths, strict=True):
        move(line, path[: frame + 1])
        move(head, path[frame : frame + 1])
    if view == "orbit":
        axes.view_init(elev=35, azim=-60 + 360 * frame / FRAMES)
    counter.set_text(f"step {frame}")
    return [*lines, *heads, counter]


if len(sys.argv) > 6:
    pictures = []
    for frame in range(FRAMES):
        update(frame)
        figure.canvas.draw()
        pictures.append(np.asarray(figure.canvas.buffer_rgba())[..., :3].copy())
    np.save(sys.argv[6], np.array(pictures))
    sys.exit()

animation = FuncAnimation(figure, update, frames=FRAMES, interval=40)
animation.save(out, writer=PillowWriter(fps=25) if out.endswith("gif") else FFMpegWriter(fps=25))
