"""Ways in which a file is damaged by accident or by intent, each chosen at random: bytes in, bytes out."""

import hashlib
import io
import json
import random
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import Any

Corruption = Callable[[bytes, random.Random], bytes]

HOSTILE: Sequence[Any] = (
    None, True, 0, -1, 2**31, 2**63, 10**30, 1e308, float("nan"), float("inf"), "", "x" * 100_000, "\x00", "../../x",
    "'; DROP TABLE runs; --", "<script>", "\ud800", "O", "<f8", "|V99999999999", [], [[]], {}, [1, 2, 3],
    {"a": {"b": 1}},
)  # fmt: skip
"""Values in place of the right one, also of another type."""
NUMBERS = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF)
BOMB = b"\0" * 60_000_000
PACKED_BOMB = zlib.compress(BOMB)


OTHERS = (
    b"",
    b"\0",
    b"<html>Please log in</html>",
    b"PK\x03\x04",
    b"PK\x05\x06" + bytes(18),
    BOMB[:100_000],
    b"[" * 100_000,
    b"{" * 100_000,
    b'{"a":' * 50_000,
    PACKED_BOMB,
)


def changed_bytes(content: bytes, chance: random.Random) -> bytes:
    """One to sixteen bytes are others."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 16)):
        damaged[chance.randrange(len(damaged))] = chance.randrange(256)
    return bytes(damaged)


def changed_bit(content: bytes, chance: random.Random) -> bytes:
    """One bit is another."""
    damaged = bytearray(content)
    damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def changed_number(content: bytes, chance: random.Random) -> bytes:
    """Two or four bytes are an extreme number, near the beginning or the end more often, where the headers are."""
    number, form = chance.choice(NUMBERS), chance.choice(("<H", ">H", "<I", ">I"))
    packed = struct.pack(form, number & (0xFFFF if form[1] == "H" else 0xFFFFFFFF))
    end = max(1, len(content) - len(packed))
    at = chance.choice(
        (chance.randrange(min(end, 200)), max(0, end - 1 - chance.randrange(min(end, 200))), chance.randrange(end))
    )
    return content[:at] + packed + content[at + len(packed) :]


def cut(content: bytes, chance: random.Random) -> bytes:
    """The end is missing."""
    return content[: chance.randrange(len(content))]


def without_a_part(content: bytes, chance: random.Random) -> bytes:
    """A part is missing, or is there twice."""
    start = chance.randrange(len(content))
    end = min(len(content), start + chance.choice((1, 16, 512, 4096)))
    return content[:start] + (content[start:end] * 2 if chance.random() < 0.5 else b"") + content[end:]


def zeroed(content: bytes, chance: random.Random) -> bytes:
    """A block is zero, as after a power cut."""
    start = chance.randrange(len(content))
    length = min(len(content) - start, chance.choice((64, 512, 4096)))
    return content[:start] + bytes(length) + content[start + length :]


def something_else(_content: bytes, chance: random.Random) -> bytes:
    """Another file under this name."""
    return chance.choice(OTHERS) if chance.random() < 0.9 else chance.randbytes(5000)


BYTES: Sequence[Corruption] = (
    changed_bytes, changed_bytes, changed_bit, changed_bit, changed_number, changed_number, cut, without_a_part, zeroed,
    something_else,
)  # fmt: skip


def changed_text(content: bytes, chance: random.Random) -> bytes:
    """A file of JSON: a value is another one, of any type, or the text is damaged."""
    try:
        data = json.loads(content)
    except ValueError:
        return changed_bytes(content, chance)
    return json.dumps(changed_value(data, chance), default=str).encode("utf-8", "replace")


def changed_value(data: Any, chance: random.Random) -> Any:
    """The data with one entry, at any depth, replaced, removed or added."""
    if isinstance(data, dict) and data and chance.random() < 0.9:
        key = chance.choice(list(data))
        way = chance.random()
        if way < 0.1:
            return {name: value for name, value in data.items() if name != key}
        if way < 0.2:
            return {**data, f"{key}x": chance.choice(HOSTILE)}
        return {**data, key: changed_value(data[key], chance)}
    if isinstance(data, list) and data and chance.random() < 0.9:
        index = chance.randrange(len(data))
        if chance.random() < 0.1:
            return data * 2
        return [*data[:index], changed_value(data[index], chance), *data[index + 1 :]]
    return _nested(chance) if chance.random() < 0.1 else chance.choice(HOSTILE)


def _nested(chance: random.Random) -> Any:
    value: Any = 0
    for _ in range(chance.choice((10, 300, 900))):
        value = [value]
    return value


def changed_member(content: bytes, chance: random.Random) -> bytes:
    """A zip archive with right checksums, one of whose files was damaged, renamed, doubled, removed or made a bomb."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = [(member.filename, archive.read(member)) for member in archive.infolist()]
    index = chance.randrange(len(files))
    name, inner = files[index]
    way = chance.randrange(8)
    if way < 4:
        corrupt = (
            changed_text
            if name.endswith(".json")
            else chance.choice((changed_bytes, changed_number, cut, without_a_part))
        )
        files[index] = (name, corrupt(inner or b"\0", chance))
    elif way == 4:
        files[index] = (chance.choice(("../" + name, "/" + name, name + "x", " ", "a/" * 200 + name)), inner)
    elif way == 5:
        files.append((name, inner))
    elif way == 6:
        del files[index]
    else:
        head = inner[: inner.index(b"\n") + 1] if inner.startswith(b"\x93NUMPY") else b""
        files[index] = (name, head + BOMB)
    return _zipped(files, chance)


def lying_archive(content: bytes, chance: random.Random) -> bytes:
    """A zip archive whose directory states other sizes, methods, offsets or flags than its files have."""
    damaged = bytearray(content)
    places = [at for at in range(len(content) - 46) if content[at : at + 4] == b"PK\x01\x02"]
    if not places:
        return changed_bytes(content, chance)
    at, field = chance.choice(places), chance.choice((6, 8, 10, 16, 20, 24, 28, 30, 32, 42))
    size = 4 if field in {16, 20, 24, 42} else 2
    number = chance.choice(NUMBERS) & (0xFFFFFFFF if size == 4 else 0xFFFF)
    damaged[at + field : at + field + size] = number.to_bytes(size, "little")
    return bytes(damaged)


def _zipped(files: Sequence[tuple[str, bytes]], chance: random.Random) -> bytes:
    import warnings

    stream = io.BytesIO()
    method = chance.choice((zipfile.ZIP_DEFLATED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_BZIP2))
    with warnings.catch_warnings(action="ignore"), zipfile.ZipFile(stream, "w") as archive:
        for name, inner in files:
            # A bomb is packed, whatever the rest is.
            archive.writestr(name, inner, zipfile.ZIP_DEFLATED if len(inner) > 10_000_000 else method, compresslevel=1)
    return stream.getvalue()


ARCHIVES: Sequence[Corruption] = (*BYTES, *([changed_member] * 8), *([lying_archive] * 4))


def resealed_checkpoint(content: bytes, chance: random.Random) -> bytes:
    """A checkpoint whose header or arrays were changed, with the right checksum."""
    first, _, rest = content.partition(b"\n")
    header, _, arrays = rest.partition(b"\n")[2].partition(b"\n")
    if chance.random() < 0.7:
        header = changed_text(header, chance)
    elif chance.random() < 0.3:
        header = b"[" * chance.choice((500, 5_000, 500_000))
    else:
        arrays = chance.choice((changed_bytes, cut, without_a_part))(arrays, chance)
    body = header + b"\n" + arrays
    return first + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n" + body


SIZES = ((1, 49_000_000), (7_000, 7_000), (60_000, 60_000), (30_000, 1_600))


def resealed_png(content: bytes, chance: random.Random) -> bytes:
    """A PNG file with right checksums, one of whose chunks was changed or is a bomb."""
    chunks, at = [], 8
    while at + 12 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += length + 12
    index = chance.randrange(len(chunks))
    kind, body = chunks[index]
    ways: Sequence[tuple[bytes, bytes]] = (
        (kind, changed_bytes(body or b"\0", chance)),
        (kind, changed_number(body or b"\0", chance)),
        (b"IHDR", struct.pack(">II", *chance.choice(SIZES)) + bytes([8, chance.choice((0, 2, 6)), 0, 0, 0])),
        (b"IDAT", PACKED_BOMB),
        (b"zTXt", b"a\0\0" + PACKED_BOMB),
    )  # fmt: skip
    new_kind, new_body = chance.choice(ways)
    chunks[0 if new_kind == b"IHDR" else index] = (new_kind, new_body)
    return content[:8] + b"".join(
        struct.pack(">I", len(inner)) + name + inner + struct.pack(">I", zlib.crc32(name + inner))
        for name, inner in chunks
    )
