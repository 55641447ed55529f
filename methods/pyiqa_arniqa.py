"""pyiqa's ARNIQA: one encoder and a linear model for each data set; the adapter is ``_pyiqa_no_reference.py``."""

from __future__ import annotations

from benchmark import MethodInfo, WeightFile

from ._pyiqa import pyiqa_file
from ._pyiqa_no_reference import PyiqaNoReference, judged

ARNIQA = judged(
    "@inproceedings{agnolucci2024arniqa, author={Agnolucci, Lorenzo and Galteri, Leonardo and Bertini, Marco and "
    "Del Bimbo, Alberto}, title={{ARNIQA}: learning distortion manifold for image quality assessment}, "
    "booktitle={WACV}, pages={189--198}, year={2024}}",
    "torchvision",
)


def _on(data_set: str) -> str:
    """What it is trained on: the encoder tells distortions of pictures apart, without opinions."""
    return f"{data_set} (encoder: KADIS-700k's pictures)"


def _arniqa(data_set: str) -> tuple[WeightFile, ...]:
    """ARNIQA's encoder, which torch keeps beside torchvision's files, and the regressor of a data set."""
    encoder = pyiqa_file("ARNIQA.pth")
    encoder = WeightFile(name=encoder.name, url=encoder.url, folder="checkpoints")
    return (encoder, pyiqa_file(f"regressor_{data_set}.pth"))


class ARNIQAKonIQ(PyiqaNoReference):
    """A linear model on ResNet-50 features that tell distortions apart, of the image and of its half-size copy."""

    info = MethodInfo(
        name="arniqa",
        title="ARNIQA",
        higher_is_better=True,
        trained_on=_on("KonIQ-10k"),
        weights=_arniqa("koniq10k"),
        **ARNIQA,
    )
    metric = "arniqa"
    arch = "arniqa_arch"


class ARNIQALIVE(ARNIQAKonIQ):
    """ARNIQA with LIVE's linear model."""

    info = MethodInfo(
        name="arniqa-live",
        title="ARNIQA (LIVE)",
        higher_is_better=True,
        trained_on=_on("LIVE"),
        weights=_arniqa("live"),
        **ARNIQA,
    )
    metric = "arniqa-live"


class ARNIQACSIQ(ARNIQAKonIQ):
    """ARNIQA with CSIQ's linear model."""

    info = MethodInfo(
        name="arniqa-csiq",
        title="ARNIQA (CSIQ)",
        higher_is_better=True,
        trained_on=_on("CSIQ"),
        weights=_arniqa("csiq"),
        **ARNIQA,
    )
    metric = "arniqa-csiq"


class ARNIQATID(ARNIQAKonIQ):
    """ARNIQA with TID2013's linear model."""

    info = MethodInfo(
        name="arniqa-tid",
        title="ARNIQA (TID2013)",
        higher_is_better=True,
        trained_on=_on("TID2013"),
        weights=_arniqa("tid2013"),
        **ARNIQA,
    )
    metric = "arniqa-tid"


class ARNIQAKADID(ARNIQAKonIQ):
    """ARNIQA with KADID-10k's linear model."""

    info = MethodInfo(
        name="arniqa-kadid",
        title="ARNIQA (KADID-10k)",
        higher_is_better=True,
        trained_on=_on("KADID-10k"),
        weights=_arniqa("kadid10k"),
        **ARNIQA,
    )
    metric = "arniqa-kadid"


class ARNIQACLIVE(ARNIQAKonIQ):
    """ARNIQA with CLIVE's linear model."""

    info = MethodInfo(
        name="arniqa-clive",
        title="ARNIQA (CLIVE)",
        higher_is_better=True,
        trained_on=_on("CLIVE"),
        weights=_arniqa("clive"),
        **ARNIQA,
    )
    metric = "arniqa-clive"


class ARNIQAFLIVE(ARNIQAKonIQ):
    """ARNIQA with FLIVE's linear model."""

    info = MethodInfo(
        name="arniqa-flive",
        title="ARNIQA (FLIVE)",
        higher_is_better=True,
        trained_on=_on("PaQ-2-PiQ (FLIVE)"),
        weights=_arniqa("flive"),
        **ARNIQA,
    )
    metric = "arniqa-flive"


class ARNIQASPAQ(ARNIQAKonIQ):
    """ARNIQA with SPAQ's linear model."""

    info = MethodInfo(
        name="arniqa-spaq",
        title="ARNIQA (SPAQ)",
        higher_is_better=True,
        trained_on=_on("SPAQ"),
        weights=_arniqa("spaq"),
        **ARNIQA,
    )
    metric = "arniqa-spaq"
