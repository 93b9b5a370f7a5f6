"""Checkpoints that torch itself saved: read as weights alone, and nothing in them is run."""

import numpy as np
import pytest

from trajviz.descent import checkpoints
from trajviz.descent.checkpoints import read_checkpoints
from trajviz.descent.paths import load_recorded
from trajviz.errors import TrajvizError
from trajviz.race import compare

pytestmark = pytest.mark.parity


@pytest.fixture
def torch():
    return pytest.importorskip("torch")


def trained(torch, folder, wrapped, dtype=None):
    """Train a network for three steps, save it before each and after, return its weights."""
    torch.manual_seed(1)
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    ).to(dtype)
    data = torch.linspace(-1, 1, 15, dtype=dtype).reshape(5, 3)
    optimizer, seen = torch.optim.SGD(model.parameters(), lr=0.1), []
    for step in range(4):
        loss = (model(data) ** 2).mean()
        state = model.state_dict()
        whole = {"epoch": step, "model_state_dict": state, "loss": loss.item()}
        torch.save(whole if wrapped else state, folder / f"ckpt_{step}.pt")
        flat = torch.cat([p.detach().ravel() for p in model.parameters()])
        seen.append((flat.double().numpy().copy(), loss.item()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return seen


@pytest.mark.parametrize("wrapped", [True, False])
def test_state_dicts_are_read_in_the_order_of_the_parameters(torch, tmp_path, wrapped):
    seen = trained(torch, tmp_path, wrapped)
    _, (one,) = load_recorded([str(tmp_path / "ckpt_*.pt")], [], 100)
    np.testing.assert_array_equal(one.weights, [weights for weights, _ in seen])
    losses = [loss for _, loss in seen]
    np.testing.assert_array_equal(one.heights, losses if wrapped else [np.nan] * 4)


def test_a_module_is_seen_on_a_grid_of_its_own_losses_from_its_checkpoints_alone(torch, tmp_path):
    """What a user does: train, project, compute the loss on the plane with torch, and draw."""
    seen = trained(torch, tmp_path, wrapped=True)
    runs = compare(None, paths=[tmp_path / "ckpt_*.pt"])
    plane = runs.save_trace(tmp_path / "plane.npz", project=True)
    with np.load(plane) as held:
        origin, axes, points = held["plane_origin"], held["plane_axes"], held["projected"][0]
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Linear(4, 1)
    )
    data = torch.linspace(-1, 1, 15).reshape(5, 3)

    def loss(weights):
        flat = torch.tensor(weights, dtype=torch.float32)
        torch.nn.utils.vector_to_parameters(flat, model.parameters())
        return (model(data) ** 2).mean().item()

    x, y = (np.linspace(points[:, k].min() - 0.1, points[:, k].max() + 0.1, 7) for k in (0, 1))
    z = [[loss(origin + np.array([a, b]) @ axes) for a in x] for b in y]
    np.savez(tmp_path / "grid.npz", x=x, y=y, z=z)
    race = compare(tmp_path / "grid.npz", paths=[plane], panels=["loss"], size=(480, 300))
    (path,) = race.paths
    np.testing.assert_allclose(path.heights, [each for _, each in seen])
    np.testing.assert_array_equal(path.weights, [weights for weights, _ in seen])
    nearest = race.surface.value(path.points[-1:])
    assert nearest == pytest.approx(path.heights[-1], rel=0.05)  # its end lies on the plane
    assert race.to_bytes("png").startswith(b"\x89PNG")


def test_weights_of_half_precision_are_read(torch, tmp_path):
    seen = trained(torch, tmp_path, wrapped=False, dtype=torch.bfloat16)
    run = read_checkpoints(str(tmp_path))
    np.testing.assert_array_equal(run.points, [weights for weights, _ in seen])


class Harm:
    def __reduce__(self):
        return print, ("harm",)


def test_a_checkpoint_that_would_run_code_is_refused(torch, tmp_path, capsys):
    torch.save({"weight": torch.ones(2), "harm": Harm()}, tmp_path / "1.pt")
    with pytest.raises(TrajvizError, match=r"1.pt': it is no checkpoint that torch reads safely"):
        read_checkpoints(str(tmp_path))
    assert "harm" not in capsys.readouterr().out


def test_a_tensor_that_is_larger_than_its_file_is_refused(torch, tmp_path):
    torch.save({"weight": torch.ones(1).expand(10**9)}, tmp_path / "1.pt")
    with pytest.raises(TrajvizError, match="its tensors are longer than"):
        read_checkpoints(str(tmp_path))


def test_a_checkpoint_that_unpacks_to_too_much_is_refused(torch, tmp_path, monkeypatch):
    torch.save({"weight": torch.ones(99)}, tmp_path / "1.pt")
    monkeypatch.setattr("trajviz.surface.data_files.MOST_ARRAY_BYTES", 300)
    with pytest.raises(TrajvizError, match="unpacked it is longer than 300 bytes"):
        read_checkpoints(str(tmp_path))


@pytest.mark.parametrize("held", [[1, 2], 5.0])
def test_what_is_no_state_dict_is_refused(torch, tmp_path, held):
    torch.save(held, tmp_path / "1.pt")
    with pytest.raises(TrajvizError, match="it is no state dict"):
        read_checkpoints(str(tmp_path))
    (tmp_path / "1.pt").write_bytes(b"no")
    with pytest.raises(TrajvizError, match="it is no checkpoint that torch reads safely"):
        read_checkpoints(str(tmp_path))
    assert checkpoints.are_checkpoints(str(tmp_path))
