"""Which places of a table hold methods, which groups, which statistics. Standard library only."""

from __future__ import annotations

from collections.abc import Sequence

from benchmark.audit import spellings as words
from benchmark.audit.layout import LabelPlace, PrintedNumber, TableLayout
from benchmark.audit.meanings import ScoreNames

CAPTION = LabelPlace("caption")


class TableRoles:
    """Which places of a table hold methods, groups and statistics."""

    def __init__(self, layout: TableLayout, names: ScoreNames) -> None:
        self.layout, self.names = layout, names
        self.labels: dict[LabelPlace, list[str]] = {}
        for printed in layout.numbers:
            for place, text in printed.labels.items():
                if place != CAPTION and text not in self.labels.setdefault(place, []):
                    self.labels[place].append(text)
        self.readings = {place: {text: names.reading(text) for text in texts} for place, texts in self.labels.items()}
        self.method = self._method_place()
        self.groups = self._group_places()
        self.ignored = [
            place for place in self.labels if place != self.method and place not in self.groups and self._bases(place)
        ]

    def _bases(self, place: LabelPlace) -> list[str]:
        """What labels say beside statistics."""
        return [reading.rest for reading in self.readings[place].values() if reading.rest]

    def _title(self, place: LabelPlace) -> str:
        return words.plain_word(self.layout.titles.get(place, ""))

    def _method_place(self) -> LabelPlace | None:
        def weight(place: LabelPlace) -> tuple[int, bool, int]:
            found = sum(1 for base in self._bases(place) if self.names.column(base) is not None)
            titled = self._title(place) in words.TITLES_METHOD
            return (found, titled, -list(self.labels).index(place))

        places = [place for place in self.labels if self._bases(place)]
        best = max(places, key=weight, default=None)
        if best is None or weight(best)[0] == 0:
            titled = [place for place in places if self._title(place) in words.TITLES_METHOD]
            return titled[0] if len(titled) == 1 else None
        return best

    def _group_places(self) -> list[LabelPlace]:
        others = [place for place in self.labels if place != self.method and self._bases(place)]
        bases = {place: [base for base in self._bases(place) if not words.is_count(base)] for place in others}
        chosen = [
            place
            for place in others
            if any(self.names.group(base) is not None for base in bases[place])
            or (self._title(place) in words.TITLES_DATA and place.axis != "section" and bases[place])
        ]
        for place in others:
            if place not in chosen and bases[place] and len(self.labels[place]) > 1 and self._needed(place, chosen):
                chosen.append(place)
        return chosen

    def _needed(self, place: LabelPlace, chosen: Sequence[LabelPlace]) -> bool:
        """Whether two numbers would mean the same without this label."""
        seen: dict[tuple[object, ...], str] = {}
        for printed in self.layout.numbers:
            found = self.statistics(printed)
            if not found:
                continue
            known = (printed.labels.get(self.method or CAPTION, ""), found, printed.part)
            key = (*known, *(printed.labels.get(other, "") for other in chosen))
            label = printed.labels.get(place, "")
            if seen.setdefault(key, label) != label:
                return True
        return False

    def statistics(self, printed: PrintedNumber) -> tuple[str, ...]:
        """The statistics that a number's labels name, those of the nearest label."""
        found: tuple[str, ...] = ()
        for place in sorted(printed.labels, key=lambda place: (place.axis == "column", place.number)):
            if place in self.readings:
                found = self.readings[place][printed.labels[place]].statistics or found
        return found

    def base(self, printed: PrintedNumber, place: LabelPlace) -> str:
        """What the label of a number at one place says beside statistics."""
        text = printed.labels.get(place, "")
        return self.readings[place][text].rest if text else ""

    def lines(self) -> list[str]:
        """Where methods, groups and statistics were found."""
        lines = []
        if self.method is not None:
            lines.append(f"methods are {_where(self.method)}")
        if self.groups:
            lines.append(f"groups are {' and '.join(_where(place) for place in self.groups)}")
        for place in self.ignored:
            texts = [base for base in self._bases(place) if not words.is_count(base)]
            if texts and place != self.method:
                lines.append(
                    f"not used: labels {_where(place)} ({', '.join(texts[:4])}{', …' if len(texts) > 4 else ''})"
                )
        return lines


def _where(place: LabelPlace) -> str:
    names = {
        "row": "beside the numbers, column of labels",
        "column": "above the numbers, row of headings",
        "section": "headings between rows",
        "caption": "the caption",
    }
    return names[place.axis] + ("" if place.axis in {"section", "caption"} else f" {place.number + 1}")
