"""The manifest of a store: what it was made from, and the checksum of every finished chunk.

Checksums are in files of up to a thousand, each of which is replaced as a whole, so that neither an
interrupt nor a full disk leaves half of one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from taskmodel._text import counted
from taskmodel.errors import InputError
from taskmodel.files.atomic import atomic_write
from taskmodel.stores.frame import MANIFEST, check_frame
from taskmodel.stores.layout import Seal

FORMAT = 2
SECTION = 1000  # checksums in a file
_SECTION_NAME = re.compile(r"(\d{6,16})\.json", re.ASCII)
WIDTH = 60  # of a value in a message


@dataclass(frozen=True, eq=False)
class Manifest:
    """What a store was made from, and its finished chunks.

    Attributes
    ----------
    path : Path
        The store.
    attributes : mapping of str to value
        Of the dataset: catalog, scenario, paths, seed, version.
    made_from : mapping of str to value
        Everything else that its numbers depend on, with ``draws`` and ``chunk``.
    finished : dict of int to Seal
        By number of the chunk.
    """

    path: Path
    attributes: Mapping[str, Any]
    made_from: Mapping[str, Any]
    finished: dict[int, Seal] = field(default_factory=dict)

    @property
    def draws(self) -> int:
        """How many draws the whole store has."""
        return int(self.made_from["draws"])

    @property
    def chunk(self) -> int:
        """How many draws a chunk has; the last may have fewer."""
        return int(self.made_from["chunk"])

    @property
    def chunks(self) -> int:
        """How many chunks the whole store has."""
        return -(-self.draws // self.chunk)

    @property
    def is_finished(self) -> bool:
        """Whether no chunk is missing."""
        return len(self.finished) == self.chunks

    @property
    def finished_draws(self) -> int:
        """How many draws are finished."""
        missing = self.chunks * self.chunk - self.draws  # of the last chunk
        return len(self.finished) * self.chunk - missing * (self.chunks - 1 in self.finished)

    @property
    def share(self) -> str:
        """How much is finished, in words."""
        return f"{self.finished_draws:,} of {counted(self.draws, 'draw')} are finished"

    def last(self, number: int) -> int:
        """Return the number after that of the last draw of a chunk."""
        return min((number + 1) * self.chunk, self.draws)

    def name_of(self, number: int) -> str:
        """Return a chunk in words."""
        return f"chunk {number} (draws {number * self.chunk} to {self.last(number) - 1})"

    def finish(self, number: int, sealed: Seal) -> None:
        """Record that a chunk is finished.

        Raises
        ------
        OSError
            If the manifest cannot be written; it is as before then.
        """
        self.finished[number] = sealed
        self._write(number // SECTION)

    def _write(self, section: int) -> None:
        numbers = range(section * SECTION, min((section + 1) * SECTION, self.chunks))
        records = {
            str(number): self.finished[number].record()
            for number in numbers
            if number in self.finished
        }
        with atomic_write(_section_file(self.path, section)) as (file,):
            file.write_text(json.dumps(records), encoding="utf-8")

    def differences(self, attributes: Mapping[str, Any], made_from: Mapping[str, Any]) -> list[str]:
        """Return a line for each input that is another one than given here."""
        lines = []
        for stored, now in ((self.attributes, attributes), (self.made_from, made_from)):
            for key in sorted({*stored, *now}):
                if stored.get(key) != now.get(key):
                    lines.append(_difference(key, stored.get(key), now.get(key)))
        return lines


def _difference(key: str, stored: Any, now: Any) -> str:
    """Return in one line how an input differs."""
    where = ""
    if isinstance(stored, str) and isinstance(now, str) and "\n" in stored + now:
        pairs = zip([*stored.splitlines(), ""], [*now.splitlines(), ""], strict=False)
        line, (stored, now) = next(
            (line, pair) for line, pair in enumerate(pairs, 1) if pair[0] != pair[1]
        )
        where = f", line {line}"
    return f"{key}{where}: {_short(stored)} in the store, {_short(now)} now"


def _short(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 3]}..."


def read_manifest(path: Path) -> Manifest:
    """Read the manifest of a store.

    Raises
    ------
    InputError
        If it is not a store of this package, or its frame or a file of the manifest is damaged.
    """
    import zarr

    check_frame(path)
    try:
        group = zarr.open_group(path, mode="r", zarr_format=3)
        made_from = group[MANIFEST].attrs.asdict()
    except Exception as error:  # damage shows as whatever the library meets first
        raise InputError(
            f"{path}: not a store that taskmodel.store_ensemble wrote; choose another name"
        ) from error
    if made_from.get("format") != FORMAT:
        raise InputError(
            f"{path}: its format is {made_from.get('format')!r}, and this version of taskmodel "
            f"knows {FORMAT}; use the version that wrote it"
        )
    for name in ("draws", "chunk"):
        number = made_from.get(name)
        if type(number) is not int or number < 1:
            raise InputError(f"{path}: its {name} is {number!r}, and no store has that")
    attributes = group.attrs.asdict()
    attributes.pop("coordinates", None)
    manifest = Manifest(path, attributes, made_from)
    for file in sorted((path / MANIFEST).iterdir()):
        if match := _SECTION_NAME.fullmatch(file.name):
            manifest.finished.update(_read_section(file, int(match[1]), manifest.chunks))
    return manifest


def _section_file(path: Path, section: int) -> Path:
    return path / MANIFEST / f"{section:06d}.json"


def _read_section(file: Path, section: int, chunks: int) -> dict[int, Seal]:
    """Return the checksums of one file of the manifest."""
    numbers = range(section * SECTION, min((section + 1) * SECTION, chunks))
    try:
        records = json.loads(file.read_text(encoding="utf-8"))
        seals = {int(number): Seal(**record) for number, record in records.items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(file, str(error)) from error
    if others := [number for number in seals if number not in numbers]:
        raise _damaged(file, f"it names chunk {others[0]}")
    return seals


def _damaged(file: Path, why: str) -> InputError:
    return InputError(
        f"{file}: damaged ({why}); delete this file and write the store again with --resume "
        "(resume=True): the chunks it names are computed again"
    )
