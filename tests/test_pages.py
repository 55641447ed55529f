"""The pages agree with the code and with each other: links, files, tables of keys, names, contents. Nothing is run."""

import re
from pathlib import Path

import pytest

from tests import config_reference
from tests.doc_pages import blocks

pytestmark = pytest.mark.heavy


def test_the_readmes_method_is_the_ten_line_method(root: Path) -> None:
    (readme,) = blocks(root / "README.md", "python")
    page, *_ = blocks(root / "docs" / "add_a_method.md", "python")
    assert readme.strip() == page.partition("\n")[2].strip()
    assert len([line for line in readme.splitlines() if line.strip()]) <= 10


def test_links_and_pictures_exist(root: Path) -> None:
    for page in [root / "README.md", root / "CONTRIBUTING.md", *sorted((root / "docs").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), (page.name, target)


def test_files_that_the_pages_name_exist(root: Path) -> None:
    """By their whole path or the end of it; a name in capitals stands for any."""
    rooms = ("benchmark", "configs", "datasets", "methods", "tests")
    found = [*root.glob("*.*"), *(file for room in rooms for file in (root / room).rglob("*.*"))]
    files = [f"/{file.relative_to(root).as_posix()}" for file in found]
    for page in sorted((root / "docs").glob("*.md")):
        for named in set(re.findall(r"`([\w/]+\.(?:py|toml|yaml))`", page.read_text(encoding="utf-8"))):
            assert re.search(r"\b[A-Z]+\.", named) or any(file.endswith(f"/{named}") for file in files), (
                page.name,
                named,
            )


def test_the_tables_of_keys_are_those_of_the_models(root: Path) -> None:
    """`python -m tests.config_reference` writes them anew."""
    for page in sorted((root / "docs").glob("*.md")):
        text = page.read_text(encoding="utf-8")
        assert config_reference.filled(text) == text, page.name


def test_every_part_of_a_configuration_has_its_table(root: Path) -> None:
    marked = [
        found[2]
        for page in (root / "docs").glob("*.md")
        for found in config_reference.MARKED.finditer(page.read_text(encoding="utf-8"))
    ]
    assert sorted(marked) == sorted(config_reference.reachable())


def test_every_public_name_is_in_the_reference(root: Path) -> None:
    """What `import benchmark` gives, and the statistics as functions."""
    import benchmark

    page = (root / "docs" / "reference.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^::: benchmark\.(\w+)$", page, flags=re.M)) == sorted(benchmark.__all__)


def test_every_page_is_in_the_sites_table_of_contents(root: Path) -> None:
    contents = (root / "mkdocs.yml").read_text(encoding="utf-8")
    assert {page.name for page in (root / "docs").glob("*.md")} == set(re.findall(r"\w+\.md", contents))
