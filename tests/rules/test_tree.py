"""The tree's own rules: what no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=True,
).stdout.splitlines()
FILES = [ROOT / name for name in TRACKED if (ROOT / name).is_file()]
TEXTS = [file for file in FILES if file.suffix not in {".png", ".webp", ".ico", ".woff2", ".ttf"}]

# Links to other hosts, to places in the same document and to mail addresses are left alone.
_LINK = re.compile(r"\]\((?!https?://|#|mailto:)([^)#\s]+)")


def test_no_package_shadows_another():
    """`platform/__init__.py` at the root or below tests/ would shadow Python's own `platform` module."""
    wrong = [
        name
        for name in TRACKED
        if re.fullmatch(r"(?:tests/(?:.*/)?|[^/]+/)__init__\.py", name)
        or re.search(r"(?:^|/)plietsch/__init__\.py$", name)
    ]
    assert wrong == []


def test_the_platform_module_is_pythons_own():
    import platform

    assert platform.python_version()


@pytest.mark.parametrize("lock", ["requirements.lock", "package-lock.json"])
def test_locks_carry_no_addresses(lock: str):
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r'"resolved": "http|--index-url|--find-links| @ ', text)


def test_nothing_that_is_built_or_installed_is_tracked():
    wrong = [name for name in TRACKED if re.search(r"(^|/)(uv\.lock|node_modules/|\.venv/|__pycache__/)", name)]
    assert wrong == []


def test_links_between_documents_lead_somewhere():
    missing = [
        f"{file.relative_to(ROOT)} -> {target}"
        for file in TEXTS
        if file.suffix == ".md"
        for target in _LINK.findall(file.read_text(encoding="utf-8"))
        if not (file.parent / target).exists()
    ]
    assert missing == []


def test_every_command_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE))
    assert named
    assert named <= targets


def test_files_can_be_read_at_one_sitting():
    long = [
        f"{file.relative_to(ROOT)}: {count} lines"
        for file in TEXTS
        if file.suffix in {".py", ".ts", ".mjs", ".css"} and (count := len(file.read_text().splitlines())) > 500
    ]
    assert long == []
