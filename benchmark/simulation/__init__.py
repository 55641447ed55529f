"""An EFID-shaped data set with *simulated* labels: photographs, degradations, enhancers, observers. NumPy, OpenCV, SciPy.

It serves the demo and tests; docs/simulated_labels.md documents the observers' rule. Images in this package are float64 RGB
in [0, 1], (H, W, 3); every random number comes from a generator that is passed in.
"""

from benchmark.simulation.dataset import write_demo

__all__ = ["write_demo"]
