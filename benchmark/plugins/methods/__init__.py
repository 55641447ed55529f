"""Import home of the plug-ins in ``methods/`` folders; see ``benchmark.plugins``."""

from benchmark.plugins import shipped_folders

__path__ += [folder for folder in shipped_folders("methods") if folder not in __path__]
