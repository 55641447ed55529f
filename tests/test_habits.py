"""What the repository promises to contributors: one version everywhere, hooks and continuous integration that run."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import sizes


def project(root: Path) -> dict[str, Any]:
    described: dict[str, Any] = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return described


def test_the_newest_version_of_the_changelog_is_the_projects_and_the_citations(root: Path) -> None:
    version = project(root)["version"]
    headings = re.findall(r"^## \[?([^\]\s]+)", (root / "CHANGELOG.md").read_text(encoding="utf-8"), flags=re.M)
    assert next(heading for heading in headings if heading != "Unreleased") == version
    assert yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8"))["version"] == version


def test_continuous_integration_calls_the_script_from_the_lowest_python_on(root: Path) -> None:
    job = yaml.safe_load((root / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8"))["jobs"]["ci"]
    assert job["steps"][-1] == {"run": ".ci/run"}
    assert project(root)["requires-python"] == f">={job['strategy']['matrix']['python'][0]}"
    script = (root / ".ci" / "run").read_text(encoding="utf-8")
    assert [f"make {name}" for name in ("test", "lint", "docs")] == re.findall(r"^make \w+", script, flags=re.M)


def test_the_hooks_before_a_commit_are_the_linters_and_the_size_check(root: Path) -> None:
    (repository,) = yaml.safe_load((root / ".pre-commit-config.yaml").read_text(encoding="utf-8"))["repos"]
    commands = [hook["entry"].removeprefix(".venv/bin/") for hook in repository["hooks"]]
    assert [command.split()[0] for command in commands] == ["ruff", "ruff", "mypy", "python"]


@pytest.mark.heavy
def test_a_large_file_is_named_with_its_size(root: Path, tmp_path: Path) -> None:
    (tmp_path / "small").write_bytes(b"." * sizes.LIMIT)
    (tmp_path / "large").write_bytes(b"." * (sizes.LIMIT + 1))
    done = subprocess.run(
        [sys.executable, "-m", "tests.sizes", str(tmp_path / "small"), str(tmp_path / "large")],
        cwd=root,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stdout == f"{tmp_path / 'large'}: 524,289 bytes, above 524,288\n"


def test_forms_for_issues_have_what_github_asks_for(root: Path) -> None:
    for form in ("wrong", "wish"):
        content = yaml.safe_load((root / ".github" / "ISSUE_TEMPLATE" / f"{form}.yml").read_text(encoding="utf-8"))
        assert {"name", "description", "body"} <= set(content)
        assert all(part["attributes"]["label"] for part in content["body"])
