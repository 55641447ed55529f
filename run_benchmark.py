"""Entry point of a checkout: ``python run_benchmark.py run configs/demo.yaml``."""

import sys

from benchmark.cli import main

if __name__ == "__main__":
    sys.exit(main())
