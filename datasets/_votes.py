"""Numbers of votes that authors document but their files don't hold. A helper of loaders of choices; numpy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

ROUNDED = 1e-3
"""How far a share of so many votes may be from a whole number of them: files hold shares in single precision, or rounded."""


def documented(shares: NDArray[np.float64], votes: int) -> bool:
    """Whether every share can be that of so many votes. If not, this copy's number of votes isn't the documented one.

    Args:
        shares: (n,), in [0, 1].
        votes: the documented number.
    """
    counted = shares * votes
    return bool((np.abs(counted - np.round(counted)) <= ROUNDED * votes).all())
