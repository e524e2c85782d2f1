"""What a command returns, and the files it writes: whole, or not at all."""

from __future__ import annotations

import hashlib
import os
import re
import shlex
import shutil
import sys
import tempfile
import warnings
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taskmodel.cli import signals
from taskmodel.cli.comma_separated import table_csv
from taskmodel.cli.commands import default_of
from taskmodel.cli.screen import WIDTH, ProgressLine, json_text, note, progress, scientific
from taskmodel.cli.values import InputRange, Span
from taskmodel.errors import InputError, one_line, printable
from taskmodel.files.atomic import atomic_write, own_mark, stale

if TYPE_CHECKING:
    import xarray as xr

    from taskmodel.catalog import Catalog

FINE, NO_ANSWER, BAD_INPUT, INTERRUPTED, CLOSED_PIPE = 0, 1, 2, 130, 141
STDOUT = "-"
RESULTS = Path("taskmodel-results")
UNFINISHED = ".unfinished-"  # with the mark of the process: folders of files to be
MAX_NAME = 100  # characters in the name of a folder
OPTIONS_OF_NUMBERS = (
    *("x", "y", "range", "compute", "grid", "budgets", "budget"),
    *("draws", "seed", "moments", "draws_from", "paths"),
)
MAX_REASON = 200  # characters of why there is no figure
NO_MATPLOTLIB = (
    "note: no figures, since matplotlib is not installed; to have them: "
    "pip install 'taskmodel[plot]'"
)


@dataclass
class Output:
    """Files of one answer, collected in a temporary folder.

    Attributes
    ----------
    folder : Path or None
        Where the files go; None: none are written.
    files : list of str
        Paths of the files once they are written, datasets first.
    progress : ProgressLine
        What is shown of the work.
    unwritten : str
        Why the files could not be written, to be told after the answer; empty: they could.
    """

    folder: Path | None
    figures: bool
    files: list[str] = field(default_factory=list)
    progress: ProgressLine = field(default_factory=lambda: ProgressLine(""))
    unwritten: str = ""
    _workshop: Path | None = None
    _figures: list[str] = field(default_factory=list)
    _drawings: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    _failure: str = ""
    _replaced: list[str] = field(default_factory=list)

    def write(self, stem: str, dataset: xr.Dataset, figure: str = "", plot: str = "") -> None:
        """Write STEM.nc, and later the figure that PLOT of `taskmodel.plots` draws of it."""
        if self._workshop is None or self.unwritten:
            return
        import taskmodel as tm

        with self._named_folder():
            tm.save(dataset, self._workshop / f"{stem}.nc")
        if figure:
            self.figure(figure, lambda plots: getattr(plots, plot)(dataset))

    def figure(self, name: str, draw: Callable[[Any], Any]) -> None:
        """Write a figure later: what a function of `taskmodel.plots`, the package, returns."""
        self._figures.append(name)
        if self.figures and find_spec("matplotlib") is not None:
            self._drawings[name] = draw

    def draw(self) -> None:
        """Draw the figure once the data are in their folder; one that fails becomes a note."""
        if not self._drawings or self.folder is None or self.unwritten:
            return
        if "matplotlib" not in sys.modules:
            # figures go to files; a notebook's process names a backend for its own windows
            os.environ["MPLBACKEND"] = "agg"
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                from taskmodel import plots

                for name, draw in self._drawings.items():
                    pair = plots.save(draw(plots), self.folder / name)
                    self.files += [str(path) for path in sorted(pair)]
            except (Exception, SystemExit) as error:  # whatever the library does: there are numbers
                signals.check(error)
                reason = " ".join(str(error).split())[:MAX_REASON]
                self._failure = f"no figure: {type(error).__name__}: {reason}"
        glyphs = [item for item in caught if "missing from font" in str(item.message)]
        for item in caught:
            if item not in glyphs:
                warnings.warn_explicit(item.message, item.category, item.filename, item.lineno)
        if glyphs and not self._failure:
            self._failure = "some letters are missing from the font of the figures"

    def write_text(self, name: str, text: str) -> None:
        """Write a text."""
        if self._workshop is not None and not self.unwritten:
            with self._named_folder():
                (self._workshop / name).write_text(text, encoding="utf-8", newline="\n")

    @contextmanager
    def _named_folder(self) -> Iterator[None]:
        """Context whose errors of the system wait until the answer is printed."""
        try:
            yield
        except OSError as error:  # it names the folder of the work, which is temporary
            self.unwritten = (
                f"{self.folder}: the files cannot be written there ({_reason(error)}); choose "
                "another folder with -o DIR"
            )

    def _settle(self, folder: Path, workshop: Path) -> None:
        """Name the files that are about to move to their folder, all of them or none."""
        names = sorted(os.listdir(workshop), key=lambda name: (name[-3:] != ".nc", name))
        if taken := [name for name in names if (folder / name).is_dir()]:
            self.unwritten = (
                f"{folder}: has a folder {taken[0]} where a file would go; choose another folder "
                "with -o DIR"
            )
        if self.unwritten:
            for name in names:
                (workshop / name).unlink()
            return
        self._replaced = [name for name in names if _differs(folder / name, workshop / name)]
        self.files = [str(folder / name) for name in names]

    def lines(self) -> list[str]:
        """Name the files, as the last lines of a page."""
        names = ", ".join(Path(file).name for file in self.files)
        folder = one_line(str(self.folder))
        line = f"Written to {folder}: {names}"
        lines = [line] if len(line) <= WIDTH else [f"Written to {folder}:", f"  {names}"]
        return ["", *lines] if self.files else []

    def _notes(self) -> Iterator[str]:
        """Tell of files that were replaced, and of figures that are missing or out of date."""
        if self._replaced:
            yield (
                f"note: {', '.join(self._replaced)} in {self.folder} replaced other content of an "
                "earlier run; another folder (-o) keeps both"
            )
        if not self._figures or self.folder is None or self.unwritten:
            return
        if self._failure:
            yield f"note: {self._failure}"
        if self.figures and find_spec("matplotlib") is None:
            yield NO_MATPLOTLIB
        names = (path.name for figure in self._figures for path in self.folder.glob(f"{figure}.*"))
        stale = sorted(name for name in names if str(self.folder / name) not in self.files)
        if stale:
            yield f"note: {', '.join(stale)} in {self.folder} are of an earlier run"


@contextmanager
def output(args: Namespace, label: str, default: str = "") -> Iterator[Output]:
    """Show progress, and collect the files of a command; they are written if all goes well.

    Figures are drawn when the data are written: nothing that happens to them takes the data away.
    Files that cannot be written take no answer away: why is in `Output.unwritten`.

    Parameters
    ----------
    args : Namespace
        Arguments; ``output`` and ``no_figures`` may be absent.
    label : str
        What the progress says.
    default : str
        Folder in ``taskmodel-results`` if the arguments name none; empty: nothing is written then.
    """
    chosen = getattr(args, "output", None)
    folder = Path(chosen) if chosen is not None else RESULTS / default if default else None
    result = Output(folder, not getattr(args, "no_figures", False))
    # The folder is made before the work, so that an error shows at once. Progress ends before the
    # files move, and notes follow: they would break the line that progress rewrites.
    with ExitStack() as stack:
        if folder is not None:
            result._workshop = stack.enter_context(results_folder(folder))
        with progress(label, args.quiet) as result.progress:
            yield result
        signals.check()
        if folder is not None and result._workshop is not None:
            result._settle(folder, result._workshop)
    with progress("drawing", args.quiet):
        result.draw()
    for message in result._notes():
        note(message, args.quiet)


@dataclass(frozen=True)
class Answer:
    """What a command answers.

    Attributes
    ----------
    facts : mapping of str
        The JSON document, without the files.
    lines : function
        Returns the lines of the page for people.
    output : Output or None
        The files; None: the command writes none.
    code : int
        Exit code.
    """

    facts: Mapping[str, Any]
    lines: Callable[[], Iterable[str]]
    output: Output | None = None
    code: int = FINE

    def text(self, form: str) -> str:
        """Return the answer as ``json``, as ``csv`` or as a page, ``text``."""
        if form == "csv":
            return table_csv(self.facts)
        if form == "json":
            files = {} if self.output is None else {"files": self.output.files}
            return json_text({**self.facts, **files})
        if not self.facts:
            return "\n".join(self.lines())  # a document alone stays as it is
        named = [] if self.output is None else self.output.lines()
        return printable("\n".join([*self.lines(), *named]))


def folder_name(catalog: Catalog, args: Namespace, *more: str) -> str:
    """Name the folder of a run after the catalog, the scenario, the settings and the options.

    `more` are names besides, such as that of the command.
    """
    settings = [f"{path}={value}" for path, value in catalog.overrides.items()]
    scenario = [catalog.scenario] if catalog.scenario else []
    parts = [catalog.name, *scenario, *settings, *more, *_asked(args)]
    text = "-".join(parts)
    name = re.sub(r"[^\w.=+-]+", "_", text)
    # long names are cut; the hash keeps the folders of different runs apart
    digest = hashlib.sha256(f"{catalog.sha256} {text}".encode()).hexdigest()
    return name if len(name) <= MAX_NAME else f"{name[: MAX_NAME - 9]}-{digest[:8]}"


def _asked(args: Namespace) -> Iterator[str]:
    """Yield the options that were given and that change numbers, as name=value."""
    for option in OPTIONS_OF_NUMBERS:
        value = getattr(args, option, None)
        if value is None or value == default_of(args.command, option):
            continue
        text = _text(value)
        yield text if "=" in text else f"{option}={text}"


def _text(value: Any) -> str:
    """Return the value of an option as it may be typed."""
    if isinstance(value, Span):
        ends = scientific(value.low, 6), scientific(value.high, 6)
        return ":".join([*ends, *([str(value.points)] if value.points else [])])
    if isinstance(value, InputRange):
        return f"{value.path}={_text(value.span)}"
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return scientific(value, 6) if isinstance(value, float) else str(value)


def _differs(old: Path, new: Path) -> bool:
    """Return whether there is an old file, with other content than the new one."""
    return old.is_file() and old.read_bytes() != new.read_bytes()


@contextmanager
def results_folder(folder: Path, option: str = "-o") -> Iterator[Path]:
    """Make a temporary folder; its files move to `folder` at the end, or are deleted on an error.

    It is made at once, so that a folder that cannot be written to shows before the work.

    Parameters
    ----------
    folder : Path
        Where results go; made if need be, and removed again if it stays empty.
    option : str
        Name of the option that chooses the folder, for messages.

    Raises
    ------
    InputError
        If it is a file, or nothing can be written there.
    """
    new_folders: list[Path] = []
    prefix, workshop = f"{UNFINISHED}{own_mark()}", None
    try:
        try:
            new_folders += [path for path in (folder, *folder.parents) if not path.exists()]
            folder.mkdir(parents=True, exist_ok=True)
            # inside the folder, hence on its file system, where os.replace is atomic
            for left in stale(folder, UNFINISHED):
                shutil.rmtree(left, ignore_errors=True)
            workshop = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        except (FileExistsError, NotADirectoryError) as error:
            raise InputError(
                f"{folder}: is or lies below a file, or a link to nothing, not a folder; choose "
                f"another with {option} DIR"
            ) from error
        except (OSError, ValueError) as error:  # ValueError: a NUL in the name
            raise InputError(
                f"{folder}: nothing can be written there ({_reason(error)}); choose another "
                f"folder with {option} DIR"
            ) from error
        try:
            yield workshop
            for path in sorted(workshop.iterdir()):
                os.replace(path, folder / path.name)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    finally:
        # a signal can come when the folder is made and its name is not known yet
        for left in folder.glob(f"{prefix}*") if workshop is None and folder.is_dir() else ():
            shutil.rmtree(left, ignore_errors=True)
        # innermost first, up to the first that has files in it
        for path in new_folders:
            try:
                path.rmdir()
            except (OSError, ValueError):
                break


def catalog_file(args: Namespace, default: Path) -> Path | None:
    """Return the path of a catalog to write: ``-o``, else a default; None: to stdout (``-o -``).

    Raises
    ------
    InputError
        If the path is a folder, or does not end in .yaml, or JSON goes to stdout too.
    """
    if args.output == STDOUT:
        if args.json:
            raise InputError(
                "-o - and --json both write to stdout; give -o a file, or use one of them"
            )
        return None
    path = default if args.output is None else Path(args.output)
    if path.is_dir():
        raise InputError(
            f"{path}: is a folder; choose a file in it, such as -o {quoted(path / default.name)}"
        )
    if path.suffix not in (".yaml", ".yml"):
        raise InputError(
            f"{path}: the file of a catalog ends in .yaml; choose -o "
            f"{quoted(path.with_suffix('.yaml'))}"
        )
    return path


def quoted(path: Path) -> str:
    """Return a path as a command has it, in quotes if need be."""
    text = str(path)
    return shlex.quote(f"./{text}" if text.startswith("-") else text)


def next_commands(path: Path) -> str:
    """Return what to do with a catalog that was written."""
    return f"next: taskmodel check {quoted(path)}, then taskmodel run {quoted(path)}"


def write_over(path: Path, text: str, option: str = "") -> None:
    """Write a text to a file, which is replaced as a whole if it exists.

    `option` is what names the file, for messages.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        with atomic_write(path) as (temporary,):
            temporary.write_text(text, encoding="utf-8", newline="\n")
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputError(f"{option} {path}: {_unwritten(path, error)}".lstrip()) from error


def write_new(path: Path, text: str, remedy: str = "another name") -> None:
    """Write a text to a file that must not exist yet; `remedy` is what else helps if it does.

    Raises
    ------
    InputError
        If it exists, or cannot be written.
    """
    try:
        with open(path, "x", encoding="utf-8", newline="\n") as file:
            # an interrupt, too, must not leave half a file: hence BaseException
            try:
                file.write(text)
                file.flush()
            except BaseException:
                path.unlink()
                raise
    except FileExistsError as error:
        raise InputError(
            f"{path}: exists and is not overwritten; choose {remedy}, or another file with -o FILE"
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputError(f"{path}: {_unwritten(path, error)}") from error


def _unwritten(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError) and not path.parent.exists():
        return f"there is no folder {path.parent}; make it first"
    return f"cannot be written: {_reason(error)}"


def _reason(error: Exception) -> object:
    return getattr(error, "strerror", None) or error
