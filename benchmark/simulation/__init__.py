"""Data sets with *simulated* labels: photographs, degradations, enhancers, observers. NumPy, OpenCV, SciPy.

``write_demo`` makes an EFID-shaped one, ``write_like`` a small one in the layout of a published set. They serve the demo and
tests; docs/simulated_labels.md documents the observers' rules. Images in this package are float64 RGB
in [0, 1], (H, W, 3); every random number comes from a generator that is passed in.
"""

from benchmark.simulation.dataset import write_demo
from benchmark.simulation.like import SetMade, write_like

__all__ = ["SetMade", "write_demo", "write_like"]
