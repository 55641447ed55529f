"""Small data that several tests make alike: the key columns of a table of scores, and a data set of darkened noise."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray


@dataclass(frozen=True)
class Column:
    """A method as statistics need it."""

    label: str
    higher_is_better: bool = True
    columns: tuple[str, ...] = ()


def score_keys(references: int, conditions: int, mos: NDArray[np.float64]) -> pd.DataFrame:
    """The columns of ``scores.csv`` before those of the methods: every reference under every condition.

    Args:
        references: their number, R.
        conditions: their number, C.
        mos: (R * C,), reference by reference.
    """
    reference, condition = np.divmod(np.arange(references * conditions), conditions)
    names = [f"r{number}" for number in reference]
    about = {"dataset": "set", "split": "test", "fold": np.nan, "pair": [f"p{n}" for n in range(len(mos))]}
    about |= {"reference": names, "cluster": names, "enhanced": [f"e{n}.png" for n in range(len(mos))]}
    about |= {"condition": [f"c{number}" for number in condition]}
    return pd.DataFrame({**about, "mos": mos, "mos_sd": np.nan, "observers": np.nan})


def write_darkened_set(file: Path, references: int, strengths: Sequence[int]) -> None:
    """A table of pairs of the training split: noise of 32 px, and the same divided by one more than each strength."""
    import cv2

    rng, lines = np.random.default_rng(0), ["reference,enhanced,mos,split"]
    for number in range(references):
        reference = rng.integers(0, 256, (32, 32, 3))
        cv2.imwrite(str(file.parent / f"{number}.png"), reference)
        for strength in strengths:
            cv2.imwrite(str(file.parent / f"{number}_{strength}.png"), reference // (1 + strength))
            lines.append(f"{number}.png,{number}_{strength}.png,{5 - strength - number / 10},train")
    file.write_text("\n".join(lines) + "\n")
