"""``score``: scores one pair with one method, on the command line and in notebooks. Torch is imported at the first score."""

from __future__ import annotations

import contextlib
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TextIO, cast

import typer

from benchmark.commands import front
from benchmark.config.complaints import shown
from benchmark.config.models import DeviceChoice, SeedChoice
from benchmark.config.source import Source, parse, read_source, source_of
from benchmark.core import provenance, streams
from benchmark.core.errors import ConfigError, PluginError, UserError, WeightsUnavailableError, in_words
from benchmark.core.hashes import sha256_file
from benchmark.plugins import contract_check, registry, weights
from benchmark.plugins.contracts import Method, NoReference, ScoreSource
from benchmark.plugins.options import check_options, construct
from benchmark.results import lineage
from benchmark.statistics import compiled

if TYPE_CHECKING:
    import numpy as np
    import torch
    from numpy.typing import NDArray

    from benchmark.images.sizes import SizePolicy

ROUNDING = 1e-6
"""How far a pixel may be outside 0 to 1, because of single precision in scaled images."""


class LoadedMethod:
    """A method ready to score tensors.

    Attributes:
        info: the method's metadata.
        sees_reference: whether the reference has a part in its scores.
    """

    def __init__(self, method: Method, device: str, seed: int) -> None:
        self.info = method.info
        self.sees_reference = not isinstance(method, NoReference)
        self._method = method
        self._device, self._seed = device, seed

    def score(self, enhanced: torch.Tensor, reference: torch.Tensor) -> torch.Tensor:
        """Score enhanced images against their references, pair by pair as a run does.

        Args:
            enhanced: float32 RGB in [0, 1], (N, 3, H, W).
            reference: the same shape and range.

        Returns:
            Scores, (N,), float64.

        Raises:
            UserError: the arguments aren't such tensors, the method fails, or a score is not finite or outside the range
                that the method declares.
        """
        import torch

        from benchmark.core.randomness import content_sha256
        from benchmark.scoring import score_group

        check_images(enhanced, "enhanced")
        check_images(reference, "reference")
        if enhanced.shape != reference.shape:
            raise UserError(
                f"enhanced is {tuple(enhanced.shape)} and reference {tuple(reference.shape)}; they must be of one shape: "
                "each enhanced image beside its reference, of the same size"
            )
        terms = score_group.Terms(self._device, self._seed)
        values = []
        arrays = (images.detach().cpu().float().clamp(0, 1).numpy() for images in (enhanced, reference))
        for number, (one, other) in enumerate(zip(*arrays, strict=True), 1):
            pair = score_group.PreparedPair("", one, other, content_sha256(other))
            where = self.info.name if len(enhanced) == 1 else f"{self.info.name}: pair {number} of {len(enhanced)}"
            try:
                values.append(score_group.score_pair(self._method, pair, terms))
            except UserError as error:
                raise UserError(f"{where}: {error}") from error
            except (Exception, SystemExit) as error:  # whatever a plug-in does
                raise PluginError(f"{where}: {in_words(error)}") from error
        return torch.tensor(values, dtype=torch.float64)


def check_images(images: object, name: str) -> None:
    """Refuse anything but floating-point RGB in [0, 1], (N, 3, H, W), which methods expect.

    Raises:
        UserError: ``images`` is something else; the message says what to do.
    """
    import torch

    wanted = f"{name} must be a float tensor of RGB values in [0, 1], (N, 3, H, W)"
    if not isinstance(images, torch.Tensor):
        raise UserError(f"{wanted}, not {type(images).__name__}: torch.from_numpy makes one of a NumPy array")
    kind = "nested" if images.is_nested else "meta" if images.is_meta else str(images.layout).removeprefix("torch.")
    if kind != "strided":
        raise UserError(f"{wanted}, not a {kind} tensor")
    if images.ndim != 4 or images.shape[1] != 3 or 0 in images.shape[2:]:
        hint = ": add the first axis with images[None]" if images.ndim == 3 and images.shape[0] == 3 else ""
        raise UserError(f"{wanted}, not {tuple(images.shape)}{hint}")
    if images.dtype not in (torch.float16, torch.bfloat16, torch.float32, torch.float64):
        hint = "convert it with images.float()"
        if not (images.is_floating_point() or images.is_complex()):
            hint = "divide 8-bit values by 255, images.float() / 255"
        raise UserError(f"{wanted}, not {images.dtype}: {hint}")
    if not images.numel():
        return
    low, high = (float(value) for value in torch.aminmax(images.detach()))
    if not (low >= -ROUNDING and high <= 1 + ROUNDING):
        if not (math.isfinite(low) and math.isfinite(high)):
            raise UserError(f"{wanted}; it holds {'NaN' if math.isnan(low + high) else 'infinite values'}")
        hint = "divide 8-bit values by 255" if low >= 0 and high > 2 else "undo a normalisation, or clamp it to [0, 1]"
        raise UserError(f"{wanted}; it holds values from {low:.8g} to {high:.8g}: {hint}")


def create_method(
    name: str, *, device: str = "cpu", seed: int = 0, offline: bool = False, **options: Any
) -> LoadedMethod:
    """Create a method by name and load its weights.

    Args:
        name: registered name.
        device: ``cpu``, ``cuda``, ``cuda:N`` or ``auto``.
        seed: seed of methods that draw random numbers.
        offline: never download weights.
        **options: the method's options.

    Raises:
        UserError: no such method, a wrong option, or weights that can't be had.
    """
    if not isinstance(name, str):
        raise ConfigError(f"create_method takes a method's name, `list methods` shows all (given: {shown(name)})")
    source, device = source_of(options, name), usable_device(device, "device")
    seed = parse(SeedChoice, source_of({"seed": seed}, "seed")).seed
    return load_method(name, options, source, device=device, seed=seed, offline=offline)


def usable_device(device: str, named: str) -> str:
    """The name of a device that is on this machine, with ``auto`` resolved.

    Args:
        device: the wanted device.
        named: the name of the option or keyword in error messages.

    Raises:
        ConfigError: there is no such device.
    """
    wanted = parse(DeviceChoice, source_of({"device": device}, named)).device
    if wanted == "auto":
        return "cuda" if provenance.cuda_at_hand() else "cpu"
    problem = provenance.why_no_device(wanted)
    if problem:
        raise ConfigError(f"{named}: {problem}")
    return wanted


def check_method(name: str, options: Mapping[str, Any], source: Source) -> Method:
    """Create a method with its options but don't load it: this is fast and imports no torch.

    Raises:
        UserError: there is no such method, an option is wrong, or the method can't be used here.
    """
    method_type = registry.methods().load(name, options)
    if issubclass(method_type, ScoreSource):
        raise PluginError(f"{name}: takes its scores from labels or files, not from two images")
    checked = check_options(method_type, options, source, ())
    try:
        method, _ = construct(method_type, checked)
        reason = contract_check.check_method(method)
    except PluginError as error:
        raise PluginError(f"{name}: {error}") from None
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # whatever a plug-in does
        raise PluginError(f"{name} can't be built: {in_words(error)}") from error
    if reason is not None:
        raise WeightsUnavailableError(f"{name} is unavailable: {reason}")
    return method


def load_method(
    name: str, options: Mapping[str, Any], source: Source, *, device: str, seed: int = 0, offline: bool = False
) -> LoadedMethod:
    """Do the same as ``create_method``, with errors that name the source of the options.

    Raises:
        UserError: no such method, a wrong option, or weights that can't be had.
    """
    method = check_method(name, options, source)
    wanted = lineage.pinned(method, weights.locate)
    files = weights.ensure(wanted, weights_dir=None, offline=offline)
    lineage.check_weights(method, list(zip(wanted, files, strict=True)), sha256_file)
    for role, place in contract_check.files_of(method).items():
        if not Path(place).is_file():
            raise UserError(f"{name}: {role}: no such file: {place}")
    compiled.settle()
    try:
        method.load(device)
    except UserError:
        raise
    except (Exception, SystemExit) as error:  # whatever a plug-in does
        raise PluginError(f"{name} can't be loaded: {in_words(error)}") from error
    return LoadedMethod(method, device, seed)


def read_pair(
    enhanced: Path, reference: Path, sizes: SizePolicy | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Two image files of the same size, RGB in [0, 1], (3, H, W) each.

    Args:
        enhanced: file of the enhanced image.
        reference: file of the reference.
        sizes: how they are read; by default as with a configuration that doesn't say.

    Raises:
        UserError: an image can't be read, or the sizes differ.
    """
    from benchmark.images.read import read_image
    from benchmark.images.sizes import SizePolicy, harmonise

    sizes = sizes or SizePolicy()
    one, other = (read_image(path, **sizes.decoding()) for path in (enhanced, reference))
    return harmonise(one, other, sizes, (str(enhanced), str(reference)))


def pair_notes(enhanced: Path, reference: Path, sizes: SizePolicy | None = None) -> list[str]:
    """The warnings about a pair's two files, the same that ``check`` gives for a data set.

    Args:
        enhanced: file of the enhanced image.
        reference: file of the reference.
        sizes: how they are read.
    """
    import pandas as pd

    from benchmark.data.check_copies import unenhanced
    from benchmark.data.check_reading import bit_depths, orientations
    from benchmark.data.pairs import complete
    from benchmark.data.survey import survey
    from benchmark.images.sizes import SizePolicy

    sizes = sizes or SizePolicy()
    row = {"enhanced": enhanced.name, "reference": reference.name, "mos": 0.0}
    paths = {"enhanced_path": str(enhanced), "reference_path": str(reference)}
    table = complete(pd.DataFrame([{**row, **paths}]))
    looks = survey(paths.values(), sizes=sizes)
    problems = [*orientations(table, looks, sizes), *bit_depths(looks, sizes), *unenhanced(table, looks, sizes)]
    return [problem.message for problem in problems]


def flat_note(method: LoadedMethod, enhanced: NDArray[np.float32], reference: NDArray[np.float32]) -> Sequence[str]:
    """The notes on a score where one of the images is of one colour."""
    from benchmark.scoring.flatness import is_flat, notes

    name = method.info.name
    flat = [(name, "")] if is_flat(enhanced) or (method.sees_reference and is_flat(reference)) else []
    return notes({name: method.info}, flat)


def score_pair(method: LoadedMethod, enhanced: NDArray[np.float32], reference: NDArray[np.float32]) -> float:
    """The score of one pair of images as ``read_pair`` returns them."""
    import torch

    return float(method.score(torch.from_numpy(enhanced)[None], torch.from_numpy(reference)[None])[0])


@front.guarded
def command(
    method: Annotated[str, typer.Argument(metavar="METHOD")],
    enhanced: Annotated[Path, typer.Argument(metavar="ENHANCED")],
    reference: Annotated[Path, typer.Argument(metavar="REFERENCE")],
    set_: front.Settings = None,
    device: front.Device = None,
    plugins: front.Plugins = None,
    orientation: Annotated[Literal["ignore", "apply"], typer.Option(help="EXIF orientation.")] = "ignore",
    bit_depth: Annotated[
        int | None,
        typer.Option(parser=front.whole_number(8, 16), metavar="N", help="Bits of the values of 16-bit files."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help='Print {"method": …, "score": …}.')] = False,
) -> int:
    """Score one pair with one method."""
    from benchmark.images.sizes import SizePolicy

    front.add_plugins(plugins)
    source = read_source({}, set_ or ())
    sizes = SizePolicy(orientation=orientation, bit_depth=bit_depth)
    where = usable_device(device or "auto", "--device")
    with contextlib.redirect_stdout(
        cast(TextIO, streams.Steady(sys.stderr))
    ):  # what a plug-in prints must not mix with the result
        check_method(method, source.values, source)
        pair = read_pair(enhanced, reference, sizes)
        for note in pair_notes(enhanced, reference, sizes):
            print(f"note: {note}")
        loaded = load_method(method, source.values, source, device=where)
        value = score_pair(loaded, *pair)
        for note in flat_note(loaded, *pair):
            print(f"note: {note}")
    print(json.dumps({"method": loaded.info.name, "score": value}) if as_json else value)
    return 0
