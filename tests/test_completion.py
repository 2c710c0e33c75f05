"""The scripts for the shells, and what bash makes of its own."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from gradproof.cli import run
from gradproof.commands.completion import SHELLS
from theory.ledger import CLAIMS


@pytest.mark.parametrize("shell", SHELLS)
def test_every_shell_learns_the_ids(shell: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert all(name in script for name in CLAIMS)
    (tmp_path / "script").write_text(script)
    if shell != "tcsh" and (program := shutil.which(shell)):
        subprocess.run([program, "-n", str(tmp_path / "script")], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
@pytest.mark.parametrize(
    ("words", "wanted"),
    [
        (["che"], ["check"]),
        (["show", "ven-lederer/tanh-der"], ["ven-lederer/tanh-derivative"]),
        (["check", "corrected/fixed-points/tanh/o"], ["corrected/fixed-points/tanh/order"]),
        (["sweep", "--activation", "arct"], ["arctan"]),
        (["sweep", "--eps"], ["--epsilon"]),
        (["nothing-of-ours", "x"], []),
    ],
)
def test_bash_completes(
    words: list[str], wanted: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(["completion", "bash"]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    line = " ".join(["gradproof", *words])
    ask = f'source "{script}"; COMP_WORDS=({line}); COMP_CWORD={len(words)}; _shtab_gradproof; echo "${{COMPREPLY[*]}}"'
    found = subprocess.run(["bash", "-c", ask], capture_output=True, text=True, check=True).stdout.split()
    assert found == wanted


def test_an_unknown_shell_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(["completion", "csh++"])
    assert ended.value.code == 2
    assert "'csh++'" in capsys.readouterr().err
