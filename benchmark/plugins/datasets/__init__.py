"""Import home of the plug-ins in ``datasets/`` folders; see ``benchmark.plugins``."""

from benchmark.plugins import shipped_folders

__path__ += [folder for folder in shipped_folders("datasets") if folder not in __path__]
