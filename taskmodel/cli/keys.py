"""`taskmodel keys`: every key that a kind of file may have, with unit, range and meaning."""

from argparse import Namespace
from collections.abc import Iterable, Iterator

from taskmodel.cli.kinds import KINDS
from taskmodel.cli.output import Answer
from taskmodel.cli.screen import bracketed, wrapped
from taskmodel.errors import InputError
from taskmodel.files.dotted import ANY, covers
from taskmodel.files.reference import Entry, entries
from taskmodel.files.suggestions import did_you_mean, listing


def answer(args: Namespace) -> Answer:
    """List the keys of a kind of file."""
    record = _record_class(args.kind)
    chosen = [entry for entry in entries(record) if fits(args.find, entry.path, entry)]
    if not chosen:
        raise nothing_fits(args.find, (entry.path for entry in entries(record)))
    facts = {"kind": args.kind, "keys": [entry._asdict() for entry in chosen]}
    return Answer(facts, lambda: list(_lines(chosen)))


def _record_class(name: str) -> type:
    from taskmodel.takeoff.loops.records import KINDS as LOOPS

    classes = {kind.name: kind for kind in KINDS.values()}
    names = [*classes, *LOOPS]
    if name in LOOPS:
        return LOOPS[name]
    if name == "loop":
        raise InputError(f"loops have different parameters; give one of {', '.join(LOOPS)}")
    if name not in classes:
        hint = did_you_mean(name, names) or f"; there are {listing(names)}"
        raise InputError(f"there is no kind of file {name!r}{hint}")
    record: type = classes[name].record_class()
    return record


def fits(text: str | None, path: str, entry: Entry) -> bool:
    """Return whether a text is in a path, its key or its meaning, or is a pattern of the path."""
    if text is None:
        return True
    if ANY in text:
        return covers(text, path)
    return any(text.lower() in words.lower() for words in (path, entry.path, entry.meaning))


def nothing_fits(text: str, paths: Iterable[str]) -> InputError:
    """Return the error where nothing is to be listed."""
    known = list(paths)
    names = dict.fromkeys([*known, *(path.rpartition(".")[2] for path in known)])
    hint = did_you_mean(text, names) or "; give a part of a path or of a meaning, such as review"
    return InputError(f"--find {text}: nothing fits{hint}")


def title(entry: Entry) -> str:
    """Return a key with its unit, and what is allowed."""
    allowed = f", {entry.allowed}" if entry.allowed else ""
    kind = f", {entry.kind}" if entry.kind not in ("number", "word", "switch") else ""
    return f"{entry.path}{bracketed(entry.unit)}{kind}{allowed}"


def _lines(chosen: Iterable[Entry]) -> Iterator[str]:
    for entry in chosen:
        default = f"; default: {entry.default}" if entry.default else ""
        need = ", required" if entry.required else default
        yield from wrapped(f"{title(entry)}{need}", indent="")
        if entry.meaning:
            yield from (f"  {line}" for line in wrapped(entry.meaning))
