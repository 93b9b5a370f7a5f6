"""A run as a list of checkpoints: files that each hold the weights of one moment of training.

A checkpoint is a state dict that torch saved (.pt, .pth), alone or beside a loss in a larger dict,
or an NPZ of arrays. Torch reads its own files, weights only: nothing in them is run.
"""

from __future__ import annotations

import functools
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from trajviz.descent.recording import Recording
from trajviz.errors import TrajvizError
from trajviz.frozen import dataclass
from trajviz.surface import Floats
from trajviz.surface.data_files import check_unpacked, npz_arrays
from trajviz.untrusted import MOST_ARRAY_BYTES, check_count, read_bytes, user_path

_STATES = ("model_state_dict", "state_dict", "model", "weights")
"""What the weights are called in a checkpoint that holds more, as training loops write them."""
_LOSSES = ("loss", "train_loss", "training_loss")
_PLAIN = (
    "",
    "ckpt",
    "checkpoint",
    "epoch",
    "step",
    "iter",
    "iteration",
    "model",
    "state",
    "weights",
)
"""How files of checkpoints are called that say nothing of whose they are: the folder does."""
_NO_WEIGHTS = ("running_mean", "running_var", "num_batches_tracked")
"""What a state dict holds besides weights: what batch normalisation counts."""


@dataclass(frozen=True)
class _Checkpoint:
    """The weights of one moment, by their names, and the loss there, NaN where it is not known."""

    weights: Mapping[str, Floats]
    loss: float

    @property
    def shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """What the weights are called, and their shapes, in order."""
        return [(name, weight.shape) for name, weight in self.weights.items()]


def are_checkpoints(text: str) -> bool:
    """Tell whether a path is a folder, a pattern of files, or a file as torch saves them."""
    return bool(set("*?[") & set(Path(text).name)) or _is_torch(text) or user_path(text).is_dir()


def _is_torch(text: str) -> bool:
    return text.lower().endswith((".pt", ".pth"))


def checkpoint_files(text: str) -> list[Path]:
    """Return the files that a folder or a pattern holds, by the numbers in their names.

    Args:
        text: A folder, as "runs/sgd"; a pattern in the last part of a path, as "sgd/ckpt_*.pt"; or
            one file.

    Raises:
        TrajvizError: There is none, too many, or of several kinds.
    """
    path = user_path(text)
    folder, pattern = (path, "*") if path.is_dir() else (path.parent, path.name)
    found = [path] if path.is_file() else [*folder.glob(pattern)]
    files = [file for file in found if file.suffix.lower() in _READERS and file.is_file()]
    if not files:
        raise TrajvizError(f"no checkpoints {text!r}: no file there is one of {_suffixes()}")
    check_count("checkpoints", files)
    kinds = {file.suffix.lower() for file in files}
    if len(kinds) > 1:
        both = " and ".join(sorted(kinds))
        raise TrajvizError(f"checkpoints {text!r} are {both}: name those of one kind, as '*.pt'")
    return sorted(files, key=_order)


def _suffixes() -> str:
    return " ".join(_READERS)


def _order(file: Path) -> tuple[list[int], str]:
    """Return what sorts checkpoints: the numbers in their names, so that 9 is before 10."""
    return [int(number) for number in re.findall(r"\d+", file.stem)], file.stem


def run_label(text: str) -> str:
    """Return what a run of checkpoints is called: by its files' name, else by their folder's.

    >>> run_label("runs/sgd_*.pt"), run_label("runs/sgd/ckpt_*.pt"), run_label("runs/adam")
    ('sgd', 'sgd', 'adam')
    """
    path = Path(text)
    if not re.search(r"[*?\[.]", path.name):
        return path.name or "run"
    stem = re.split(r"[*?\[.\d]", path.name)[0].rstrip("_- ")
    return path.parent.name or stem or "run" if stem.lower() in _PLAIN else stem


def read_checkpoints(text: str) -> Recording:
    """Return the run that checkpoints are, one step each.

    Args:
        text: Which files, as `checkpoint_files` finds them.

    Raises:
        TrajvizError: One cannot be read, or has other weights than the first; told with its name.
    """
    weights: list[Floats] = []
    losses: list[float] = []
    shapes, left = None, MOST_ARRAY_BYTES
    for file, one in _read(checkpoint_files(text)):
        shapes = shapes or one.shapes
        if one.shapes != shapes:
            raise TrajvizError(f"checkpoint {str(file)!r}: {_differing(shapes, one.shapes)}")
        weights.append(np.concatenate([array.ravel() for array in one.weights.values()]))
        losses.append(one.loss)
        left -= weights[-1].nbytes
        if left < 0:
            raise TrajvizError(f"checkpoints {text!r} are longer than {MOST_ARRAY_BYTES:,} bytes")
    known = np.array(losses) if np.isfinite(losses).any() else None
    return Recording(run_label(text), np.array(weights), losses=known)


def _read(files: Sequence[Path]) -> Iterator[tuple[Path, _Checkpoint]]:
    for file in files:
        what = f"checkpoint {str(file)!r}"
        data = read_bytes(file, MOST_ARRAY_BYTES, what)
        try:
            yield file, _checkpoint(_READERS[file.suffix.lower()](data))
        except TrajvizError as error:
            raise TrajvizError(f"{what}: {error}") from error


def _differing(first: Sequence[Any], other: Sequence[Any]) -> str:
    name, shape = next((one for one in other if one not in first), ("", ()))
    if name:
        return f"{name!r} of shape {shape} is not among the weights of the first checkpoint"
    return "it has other weights, or in another order, than the first checkpoint"


def _checkpoint(held: Mapping[str, Any]) -> _Checkpoint:
    """Return the weights and the loss that a file holds."""
    state = next((held[word] for word in _STATES if isinstance(held.get(word), Mapping)), held)
    loss = next((held[word] for word in _LOSSES if word in held), np.nan)
    weights = {
        str(name): np.asarray(array, dtype=np.float64)
        for name, array in state.items()
        if getattr(array, "dtype", None) is not None
        and array.dtype.kind == "f"
        and not str(name).endswith(_NO_WEIGHTS)
        and not (state is held and name in _LOSSES)
    }
    if not weights or not any(array.size for array in weights.values()):
        raise TrajvizError("it holds no arrays of weights")
    for name, array in weights.items():
        if not np.isfinite(array).all():
            raise TrajvizError(f"{name!r} has a number that is not finite")
    return _Checkpoint(weights, _number(loss))


def _number(loss: Any) -> float:
    """Return a loss as a number, NaN for what is none."""
    try:
        return float(loss)
    except (TypeError, ValueError):
        return float("nan")


def _read_npz(data: bytes) -> Mapping[str, Any]:
    return npz_arrays(data, "arrays of weights")


def _read_torch(data: bytes) -> Mapping[str, Any]:
    """Return what torch saved, its tensors as arrays."""
    torch = _torch()
    try:
        if data.startswith(b"PK"):
            check_unpacked(data)
        held = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except TrajvizError:
        raise
    except Exception as error:  # whatever torch makes of a broken file, or of one that runs code
        first = str(error).strip().split("\n")[0][:200]
        raise TrajvizError(f"it is no checkpoint that torch reads safely: {first}") from error
    if not isinstance(held, Mapping):
        raise TrajvizError("it is no state dict")
    _check_spread(held, torch.Tensor)
    return _with_arrays(held, torch)


def _check_spread(held: Mapping[str, Any], tensor: Any) -> None:
    """Refuse tensors that are larger than their file, spread out of a few numbers."""
    states = [held, *(value for value in held.values() if isinstance(value, Mapping))]
    tensors = [one for state in states for one in state.values() if isinstance(one, tensor)]
    if sum(one.numel() for one in tensors) * 8 > MOST_ARRAY_BYTES:
        raise TrajvizError(f"its tensors are longer than {MOST_ARRAY_BYTES:,} bytes")


def _with_arrays(held: Mapping[str, Any], torch: Any) -> dict[str, Any]:
    """Return a dict with arrays in place of tensors of weights, also in the state that it holds."""
    found: dict[str, Any] = {}
    for name, value in held.items():
        if isinstance(value, torch.Tensor):
            plain = value.is_floating_point() and value.layout == torch.strided
            value = value.detach().double().numpy() if plain else None
        elif isinstance(value, Mapping) and name in _STATES:
            value = _with_arrays(value, torch)
        found[str(name)] = value
    return found


@functools.cache
def _torch() -> Any:
    try:
        import torch
    except ImportError as error:
        raise TrajvizError(
            "torch reads its own checkpoints, and is not installed: pip install torch, or save the "
            "weights with numpy.savez"
        ) from error
    return torch


_READERS: dict[str, Callable[[bytes], Mapping[str, Any]]] = {
    ".pt": _read_torch,
    ".pth": _read_torch,
    ".npz": _read_npz,
}
"""What reads a checkpoint, by suffix."""
