"""The paragraph of methods: what a run did, in sentences for a paper, with BibTeX. Pure functions of a report's data.

``composed.paragraph`` puts it together: ``of_…`` modules make the sentences of one matter each, ``bibliography`` and
``procedures`` what they cite. No path, host or user name is in it.
"""

from benchmark.report.paragraph.composed import Paragraph, paragraph

__all__ = ["Paragraph", "paragraph"]
