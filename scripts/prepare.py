"""Make `.venv` ready from nothing: the system's libraries, the environment, the packages.

`python -m scripts.prepare [EXTRA ...]` in the root of the checkout, with any Python 3.11 and
nothing installed. A stamp for each extra in `.venv` makes the second run a matter of
milliseconds: nothing is installed again unless pyproject.toml, the Python or the folder changed.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from scripts import system_libraries as system

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
OLDEST_PIP = (22, 3)


class PrepareError(Exception):
    """Something stands in the way; the text says in a sentence what to do."""


def main(extras: list[str]) -> int:
    """Do what is still to do; return the exit status."""
    try:
        missing = find_missing()
        if missing:
            missing = install_packages(missing)
        # What is lacking is said before a long installation; after it, only what stops us.
        if missing and not_installed(["base", *extras]) and _is_worth_saying(missing):
            say(how_to_install(missing))
        make_venv()
        install(["base", *extras])
        if missing and system.missing(system.CORE):
            check_qt(missing)
    except PrepareError as error:
        say(str(error))
        return 1
    return 0


def say(text: str) -> None:
    """Tell the person, on the error stream, so that a command's own output stays clean."""
    print(text, file=sys.stderr, flush=True)


# ---------------------------------------------------------------------- what the system brings


def find_missing() -> list[str]:
    """Return the Debian packages that this machine lacks, sorted."""
    if not system.is_looked_for():
        return []
    names = system.missing(system.CORE | system.X11 | system.WAYLAND)
    wanted = system.packages(names)
    if not system.has_font():
        wanted.append(system.FONT_PACKAGE)
    if not PYTHON.exists() and importlib.util.find_spec("ensurepip") is None:
        wanted.append(f"python{sys.version_info.major}.{sys.version_info.minor}-venv")
    return sorted(wanted)


def install_packages(wanted: list[str]) -> list[str]:
    """Have apt install them where we may; return what is still missing."""
    can_install = os.geteuid() == 0 and system.is_debian() and shutil.which("apt-get") is not None
    if not can_install or _was_tried(wanted):
        return wanted
    say(f"Installing the system packages that are missing ({len(wanted)}) ...")
    _apt(wanted)
    still_missing = find_missing()
    _remember_tried(still_missing)
    return still_missing


def how_to_install(wanted: list[str]) -> str:
    """Return the sentence that says how to have these packages."""
    if system.is_debian():
        return f"System packages are missing; type: {system.apt_line(wanted)}"
    names = system.missing(system.CORE | system.X11 | system.WAYLAND)
    what = [*names, *([] if system.has_font() else ["a font such as DejaVu Sans"])]
    return f"Install what brings these with your package manager: {', '.join(what)}"


def check_qt(missing: list[str]) -> None:
    """Fail where Qt cannot be loaded for want of a library."""
    code = "import PySide6.QtGui, PySide6.QtWidgets, PySide6.QtSvg"
    tried = subprocess.run(
        [PYTHON, "-c", code], capture_output=True, text=True, check=False, env=_environment()
    )
    if tried.returncode:
        reason = (tried.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        raise PrepareError(f"Qt cannot be loaded ({reason}). {how_to_install(missing)}")


def _is_worth_saying(wanted: list[str]) -> bool:
    """Whether more is missing than what only a window on a screen needs."""
    core = set(system.CORE.values())
    for_windows = set(system.packages([*system.X11, *system.WAYLAND])) - core
    has_screen = "DISPLAY" in os.environ or "WAYLAND_DISPLAY" in os.environ
    return has_screen or not set(wanted) <= for_windows


def _apt(wanted: list[str]) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-qq", "-o", "DPkg::Lock::Timeout=120", "-o", "Acquire::Retries=2"]
    install = ["install", "-y", "--no-install-recommends", *wanted]
    for words in (["update"], install):
        done = subprocess.run(
            ["apt-get", *options, *words],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
    # An update that failed for one of many lists matters only where the install fails too.
    if done.returncode:
        say("\n".join(done.stdout.strip().splitlines()[-5:]))


def _was_tried(wanted: list[str]) -> bool:
    stamp = VENV / ".apt-tried"
    return stamp.exists() and stamp.read_text(encoding="utf-8").split() == wanted


def _remember_tried(still_missing: list[str]) -> None:
    """Keep the next start from waiting again for what apt could not bring."""
    if still_missing:
        VENV.mkdir(exist_ok=True)
        (VENV / ".apt-tried").write_text("\n".join(still_missing), encoding="utf-8")


# ------------------------------------------------------------------------ .venv and its packages


def make_venv() -> None:
    """Make `.venv`, unless a working one of this Python's version is there."""
    ours = f"{sys.version_info.major}.{sys.version_info.minor}"
    if _version_of(PYTHON) == ours:
        return
    if importlib.util.find_spec("ensurepip") is None:
        raise PrepareError(
            "Python cannot make .venv without its `venv` package; install that first."
        )
    say(f"Making .venv with Python {ours} ...")
    shutil.rmtree(VENV, ignore_errors=True)
    _run([sys.executable, "-m", "venv", str(VENV)], "Could not make .venv; see above.")


def install(extras: list[str]) -> None:
    """Install the project, editable, with these extras ("base" = none)."""
    absent = not_installed(extras)
    if not absent:
        return
    say("Installing into .venv (the first time takes minutes: PyTorch and Qt are large) ...")
    _renew_pip()
    names = sorted(set(absent) - {"base"})
    target = f".[{','.join(names)}]" if names else "."
    quiet = [] if sys.stderr.isatty() else ["--quiet", "--progress-bar", "off"]
    _run(
        [str(PYTHON), "-m", "pip", "install", *quiet, "--editable", target],
        "Installing failed; read pip's words above, then try again.",
    )
    for extra in {"base", *absent}:
        stamp(extra).write_text(fingerprint(), encoding="utf-8")


def not_installed(extras: list[str]) -> list[str]:
    """Return those of the extras that are not installed as pyproject.toml now has them."""
    wanted = fingerprint()
    return [extra for extra in extras if _read(stamp(extra)) != wanted]


def fingerprint() -> str:
    """Return what an installation depends on, as one line."""
    project = hashlib.sha256((ROOT / "pyproject.toml").read_bytes()).hexdigest()
    return f"{project} {sys.version_info.major}.{sys.version_info.minor} {ROOT}"


def stamp(extra: str) -> Path:
    """Return the file whose text is the fingerprint that this extra was installed with."""
    return VENV / f".installed-{extra}"


def _renew_pip() -> None:
    shown = subprocess.run(
        [PYTHON, "-c", "import pip; print(pip.__version__)"],
        capture_output=True,
        text=True,
        check=False,
        env=_environment(),
    ).stdout
    version = tuple(int(part) for part in shown.strip().split(".")[:2] if part.isdecimal())
    if not version:
        _run([str(PYTHON), "-m", "ensurepip", "--upgrade"], "Could not install pip; see above.")
    if version < OLDEST_PIP:
        _run(
            [str(PYTHON), "-m", "pip", "install", "--quiet", "--upgrade", "pip"],
            "Could not renew pip; see above.",
        )


def _version_of(python: Path) -> str:
    code = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor}')"
    try:
        shown = subprocess.run(
            [python, "-c", code], capture_output=True, text=True, check=False, env=_environment()
        )
    except OSError:
        return ""
    return shown.stdout.strip()


def _environment() -> dict[str, str]:
    """Return the environment without what would make pip look or install elsewhere."""
    unwanted = {"PYTHONPATH", "PYTHONHOME", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_PREFIX"}
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PIP_USER": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def _run(words: list[str], sentence: str) -> None:
    if subprocess.run(words, cwd=ROOT, env=_environment(), check=False).returncode:
        raise PrepareError(sentence)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
