"""The tables of contents of `theory` and `numerics`: what they list exists, and listing it costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import numerics
import theory


@pytest.mark.parametrize("package", [theory, numerics], ids=lambda package: package.__name__)
def test_what_a_table_of_contents_lists_is_there_for_readers_and_for_type_checkers(package):
    tree = ast.parse(Path(package.__file__).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    imports = [node for node in block.body if isinstance(node, ast.ImportFrom)]
    listed = {name.name: str(node.module) for node in imports for name in node.names}
    assert listed == package._HOME
    for name, module in listed.items():
        assert getattr(package, name) is getattr(import_module(module), name)
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        package.nothing  # noqa: B018


def test_the_doors_do_not_load_sympy():
    code = "import sys, theory.errors, numerics.verdict, gradproof.plugin; sys.exit('sympy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
