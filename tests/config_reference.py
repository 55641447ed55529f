"""The tables of configuration keys in ``docs/``, made from the models, so that they can't fall behind.

A page says where a table belongs by a comment, ``<!-- keys of RunConfig -->``, and ends it by ``<!-- end of keys -->``.
MkDocs loads this module as a hook and fills the tables while it builds the site. The pages in the repository hold them as
well, for those who read them there: ``python -m tests.config_reference`` writes them anew, and ``tests/test_pages.py`` fails
where a page is not what would be written.
"""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from benchmark.config import models, protocol, score_tables, study, study_training, training
from benchmark.config.kinds import in_words, kinds
from benchmark.config.written import Written

ENTRANCES: tuple[type[BaseModel], ...] = (
    models.RunConfig,
    training.TrainConfig,
    protocol.Protocol,
    study.StudyKeys,
    study_training.TrainedEntry,
    score_tables.TableStudyKeys,
)
"""The models of whole configurations, and what stands in some of them; all others are reached from them."""
MARKED = re.compile(r"(<!-- keys of (\w+) -->\n).*?(<!-- end of keys -->)", flags=re.S)


def reachable() -> dict[str, type[BaseModel]]:
    """Every model that a configuration is made of, by its name."""
    found: dict[str, type[BaseModel]] = {}
    waiting: list[Any] = list(ENTRANCES)
    while waiting:
        annotation = waiting.pop()
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            if annotation.__name__ not in found:
                found[annotation.__name__] = annotation
                waiting += [field.annotation for field in annotation.model_fields.values()]
        else:
            waiting += get_args(annotation)
    return found


def meanings(model: type[BaseModel]) -> dict[str, str]:
    """What each field means: the text below it in the source of the model or of a model that it extends."""
    found = {name: str(field.description) for name, field in model.model_fields.items() if field.description}
    for parent in reversed(model.__mro__):
        if not parent.__module__.startswith("benchmark.config."):
            continue
        if parent.__name__ == "PrintedValues":  # made of the catalogue of statistics; its descriptions say it
            continue
        (definition,) = ast.parse(inspect.getsource(parent)).body
        assert isinstance(definition, ast.ClassDef)
        for field, text in zip(definition.body, definition.body[1:], strict=False):
            if isinstance(field, ast.AnnAssign) and isinstance(text, ast.Expr) and isinstance(text.value, ast.Constant):
                found[ast.unparse(field.target)] = inspect.cleandoc(str(text.value.value)).replace("\n", " ")
    return found


def default(field: FieldInfo) -> str:
    """A field's default as a configuration would have it; an en dash where there is none."""
    if field.is_required():
        return "–"
    value = field.get_default(call_default_factory=True)
    if any(isinstance(part, BaseModel) for part in (value if isinstance(value, tuple) else (value,))):
        return "below"
    return "none" if value is None or value in ("", (), {}) else in_yaml(value)


def in_yaml(value: object) -> str:
    """A value in Markdown, written as in a configuration, long numbers with commas."""
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return f"`[{', '.join(map(str, value))}]`"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def takes(field: FieldInfo) -> str:
    """What a key takes, in the words of error messages."""
    wanted = kinds(field)
    return "a number" if any(kind.type is Written for kind in wanted) else in_words(wanted)


def table(model: type[BaseModel]) -> str:
    """A model's keys as a table in Markdown: key, default, meaning, what it takes."""
    texts = meanings(model)
    rows = ["| key | default | meaning | takes |", "| --- | --- | --- | --- |"]
    for name, field in model.model_fields.items():
        cells = (f"`{field.alias or name}`", default(field), texts[name], takes(field))
        rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def filled(page: str) -> str:
    """A page with its tables as the models have them."""
    known = reachable()
    return MARKED.sub(lambda found: f"{found[1]}\n{table(known[found[2]])}\n{found[3]}", page)


def on_page_markdown(markdown: str, **_others: Any) -> str:
    """What MkDocs calls for each page of the site."""
    return filled(markdown)


def main() -> None:
    """Write the tables of all pages."""
    for file in sorted((Path(__file__).parents[1] / "docs").glob("*.md")):
        page = file.read_text(encoding="utf-8")
        if (wanted := filled(page)) != page:
            file.write_text(wanted, encoding="utf-8")
            print(f"{file.name}: tables of keys written anew")


if __name__ == "__main__":
    main()
