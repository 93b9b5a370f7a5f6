"""A network's race as loss-landscape-anim draws one: a network in torch evaluated at each node.

python landscape.py OUT.gif STEPS NODES NAME=RATE...

The same network, start and data as ours, the same steps, one joint plane of principal axes, as many
nodes; rates are given, where ours are tuned.
"""

import sys

import numpy as np
import torch
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

import trajviz

out, steps, nodes = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
FRAMES = 200
KINDS = {
    "sgd": torch.optim.SGD,
    "momentum": lambda w, lr: torch.optim.SGD(w, lr, momentum=0.9),
    "rmsprop": torch.optim.RMSprop,
    "adam": torch.optim.Adam,
}
START = torch.from_numpy(trajviz.load_subject("moons-net").start(0))

torch.manual_seed(0)
t = torch.linspace(0, torch.pi, 100, dtype=torch.float64)
upper = torch.stack([torch.cos(t), torch.sin(t)], dim=-1)
lower = torch.stack([1 - torch.cos(t), 0.5 - torch.sin(t)], dim=-1)
x = torch.cat([upper, lower]) + 0.2 * torch.randn(200, 2, dtype=torch.float64)
y = torch.cat([torch.zeros(100), torch.ones(100)]).double()
layers = [torch.nn.Linear(2, 16), torch.nn.Tanh(), torch.nn.Linear(16, 16), torch.nn.Tanh()]
model = torch.nn.Sequential(*layers, torch.nn.Linear(16, 1)).double()
loss = torch.nn.BCEWithLogitsLoss()


def put(weights):
    torch.nn.utils.vector_to_parameters(weights, model.parameters())


paths = {}
for name, _, rate in (each.partition("=") for each in sys.argv[4:]):
    put(START.clone())
    optimizer = KINDS[name](model.parameters(), lr=float(rate))
    path = [START.numpy()]
    for _step in range(steps):
        optimizer.zero_grad()
        loss(model(x)[:, 0], y).backward()
        optimizer.step()
        path.append(torch.nn.utils.parameters_to_vector(model.parameters()).detach().numpy().copy())
    paths[name] = np.array(path)

everything = np.concatenate([*paths.values()])
origin = everything.mean(axis=0)
axes_of = np.linalg.svd(everything - origin, full_matrices=False)[2][:2]
flat = {name: (path - origin) @ axes_of.T for name, path in paths.items()}
low, high = (
    np.concatenate([*flat.values()]).min(axis=0),
    np.concatenate([*flat.values()]).max(axis=0),
)
xs, ys = np.linspace(low, high, nodes).T
heights = np.empty((nodes, nodes))
with torch.no_grad():
    for row, b in enumerate(ys):
        for column, a in enumerate(xs):
            put(torch.from_numpy(origin + a * axes_of[0] + b * axes_of[1]))
            heights[row, column] = loss(model(x)[:, 0], y)

figure = Figure(figsize=(6.4, 4.8), dpi=100)
FigureCanvasAgg(figure)
axes = figure.add_subplot()
axes.contourf(xs, ys, heights, levels=35, cmap="YlGnBu_r", alpha=0.9)
lines = [axes.plot([], [], lw=2, label=name)[0] for name in flat]
heads = [axes.plot([], [], "o", color=line.get_color(), ms=6)[0] for line in lines]
axes.legend(loc="upper right")


def update(frame):
    shown = round(frame / (FRAMES - 1) * steps)
    for line, head, path in zip(lines, heads, flat.values(), strict=True):
        line.set_data(*path[: shown + 1].T)
        head.set_data(*path[shown : shown + 1].T)
    return [*lines, *heads]


FuncAnimation(figure, update, frames=FRAMES).save(out, PillowWriter(fps=25))
