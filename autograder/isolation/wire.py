"""The wire format between a grader and a student's process: numbers, text and plain containers.

A frame is a fixed prefix, a msgpack header that describes a tree of values, and the raw bytes of
the tree's arrays. Nothing is ever unpickled, and nothing is allocated before its size is checked.

A value of a tree is None, bool, int, float, str, or one of

    ["l", [...]]          list                  ["t", [...]]      tuple
    ["d", [[k, v], ...]]  dict                  ["a", i]          numpy array, number i of the frame
    ["x", i, device]      torch tensor          ["g", i]          numpy scalar
    ["b", i]              bytes                 ["c", re, im]     complex
    ["i", digits]         an int of more than 64 bits, in hexadecimal
    ["o", type]           anything else, by the name of its type only: it does not cross whole

Arrays of texts and of objects cross as lists. Keys of a dict are None, bool, int of at most 64
bits, float, str, bytes, or tuples of them.
"""

from __future__ import annotations

import math
import struct
import sys
from dataclasses import dataclass, field
from typing import Any

import msgpack
import numpy as np

PREFIX = struct.Struct(">4sIQ")
MAGIC = b"agr1"
MAX_HEADER = 1 << 20
MAX_START = 64  # bytes of a header before its tree of values
MAX_BLOB = 64 << 20
MAX_NODES = 10_000  # so that no answer takes long to decode and to compare
MAX_DEPTH = 32
MAX_TEXT = 20_000
MAX_BITS = 4096  # of an int
MAX_NDIM = 8
INTEGERS = ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
DTYPES = frozenset((*INTEGERS, "float16", "float32", "float64", "complex64", "complex128"))
HEXADECIMAL = frozenset("0123456789abcdef")
NAMES = {np.dtype(name): name for name in sorted(DTYPES)}  # dtype.name takes microseconds


class WireError(Exception):
    """The other side sent something that is no frame. Nothing is sent to its process again."""


class Closed(WireError):
    """The other side closed the socket."""


class DeadlineExceeded(WireError):
    """No whole frame came before the deadline."""


class Tensor(np.ndarray):
    """The numbers of a torch tensor, in a process that may not have torch.

    A numpy array that also has `on`, the name of the tensor's device.
    """

    on: str

    def __array_finalize__(self, obj: Any) -> None:
        self.on = getattr(obj, "on", "cpu")


def tensor(values: Any, device: str = "cpu") -> Tensor:
    """Mark numbers of any shape and any of DTYPES, so that they arrive as a torch tensor."""
    marked = np.array(values, order="C").view(Tensor)
    marked.on = device
    return marked


@dataclass(frozen=True, eq=False)
class Opaque:
    """A value that cannot cross: the name of its type takes its place. It equals no other value."""

    type_name: str


# ------------------------------------------------------------------------------ encode


class _Encoder:
    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []
        self.nodes = 0
        self.lost: list[str] = []  # what does not cross whole, by the names of their types
        self.lost_before: list[str] = []  # likewise, what came as no more than such a name

    def node(self, value: Any, depth: int = 0) -> Any:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise WireError(f"the result has more than {MAX_NODES:,} parts: too many to send")
        if depth > MAX_DEPTH:
            raise WireError(f"the result is nested more than {MAX_DEPTH} deep: too deep to send")
        own = type(value)
        if value is None or own is float or own is bool:
            return value
        if own is np.ndarray:
            return self.array(["a"], value, depth)
        if isinstance(value, str):
            return self.text(value)
        if own is int:
            return self.integer(value)
        if isinstance(value, (list, tuple)):
            tag = "l" if isinstance(value, list) else "t"
            return [tag, [self.node(item, depth + 1) for item in value]]
        if isinstance(value, dict):
            return ["d", [[self.key(k, depth), self.node(v, depth + 1)] for k, v in value.items()]]
        if isinstance(value, bytes):
            return self.array(["b"], np.frombuffer(value, np.uint8), depth)
        if isinstance(value, np.generic):
            return self.array(["g"], np.asarray(value), depth)
        if isinstance(value, Tensor):
            return self.array(["x", value.on], value, depth)
        if isinstance(value, np.ndarray) and not hasattr(value, "mask"):  # a mask is no number
            return self.array(["a"], np.asarray(value), depth)
        if isinstance(value, Opaque):
            self.lost_before.append(value.type_name)
            return ["o", value.type_name]
        if type(value) is complex:
            return ["c", value.real, value.imag]
        torch: Any = sys.modules.get("torch")
        if hasattr(torch, "__version__") and isinstance(value, torch.Tensor):  # not a Placeholder
            return self.torch_tensor(value, depth)
        return self.opaque(type(value).__name__)

    def opaque(self, name: str) -> Any:
        self.lost.append(name[:200])
        return ["o", name[:200]]

    def text(self, value: str) -> Any:
        if len(value) > MAX_TEXT:
            return self.opaque(f"text of more than {MAX_TEXT:,} characters")
        half = not value.isascii() and any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)
        return self.opaque("text with half a character") if half else value

    def integer(self, value: int) -> Any:
        if value.bit_length() > MAX_BITS:
            return self.opaque(f"int of more than {MAX_BITS:,} bits")
        return value if _is_short(value) else ["i", f"{value:x}"]

    def key(self, key: Any, depth: int) -> Any:
        key = _plain_key(key)
        crosses = _is_key(key) or isinstance(key, Opaque)
        return self.node(key, depth + 1) if crosses else self.opaque(type(key).__name__)

    def array(self, node: list[Any], array: np.ndarray, depth: int) -> Any:
        if array.dtype.kind in "OUT" and array.ndim:
            return self.node(array.tolist(), depth)
        if array.dtype not in NAMES:  # perhaps in another byte order
            array = array.astype(array.dtype.newbyteorder("="), copy=False)
        if array.dtype not in NAMES or array.ndim > MAX_NDIM:
            return self.opaque(f"array of dtype {array.dtype.name} with {array.ndim} axes")
        self.arrays.append(array)
        return [node[0], len(self.arrays) - 1, *node[1:]]

    def torch_tensor(self, value: Any, depth: int) -> Any:
        device = value.device.type
        if device == "meta" or value.layout is not sys.modules["torch"].strided:
            return self.opaque(f"tensor on {device}, {value.layout}")
        name = str(value.dtype).removeprefix("torch.")
        if name not in DTYPES:
            return self.opaque(f"tensor of dtype {name}")
        numbers = value.detach().cpu().resolve_conj().resolve_neg().numpy()
        return self.array(["x", device], numbers, depth)


def _is_short(value: int) -> bool:
    """Whether msgpack has the integer."""
    return -(2**63) <= value < 2**64


def _plain_key(key: Any) -> Any:
    """A key with Python's numbers in the place of NumPy's, which equal them."""
    if type(key) is tuple:
        return tuple(map(_plain_key, key))
    return key.item() if isinstance(key, np.generic) else key


def _is_key(key: Any) -> bool:
    """Whether a dict may have the key. It is compared fast, whatever the dict has besides."""
    if type(key) is tuple:
        return all(map(_is_key, key))
    if type(key) is int:
        return _is_short(key)
    return key is None or type(key) in (bool, float) or isinstance(key, (str, bytes))


def lost_in(value: Any) -> list[str]:
    """The names of what would not cross whole of a value: none for plain data.

    Raises WireError for a value of too many parts, or nested too deep.
    """
    encoder = _Encoder()
    encoder.node(value)
    return encoder.lost + encoder.lost_before


@dataclass(frozen=True)
class Encoded:
    """The body of a frame as bytes: the header's tree of values, and the arrays.

    `lost` names what had to be left out, by its type.
    """

    tree: bytes
    arrays: bytes
    lost: tuple[str, ...] = field(default=(), compare=False)

    @property
    def size(self) -> int:
        return len(self.tree) + len(self.arrays)

    @property
    def decoded_size(self) -> int:
        """The bytes that the decoded values take, roughly."""
        return decoded_size(self.tree, self.arrays)


def encode(body: Any, largest: int = MAX_BLOB) -> Encoded:
    """Encode a tree of values.

    Raises WireError where its frame would have more bytes or values than the other side accepts.
    """
    encoder = _Encoder()
    node = encoder.node(body)
    table, chunks, offset = [], [], 0
    for array in encoder.arrays:
        table.append([NAMES[array.dtype], list(array.shape), offset, array.nbytes])
        chunks.append(array.tobytes())  # in C order, whatever the array's own is
        offset += array.nbytes
    tree = msgpack.packb(node, unicode_errors="replace") + msgpack.packb(table)
    if len(tree) + MAX_START > MAX_HEADER or offset > largest:
        raise WireError("the result is too large to send")
    return Encoded(tree, b"".join(chunks), tuple(encoder.lost))


def frame(kind: str, seq: int, body: Encoded) -> bytes:
    """Build a frame from an encoded body."""
    start = _start(kind, seq)
    prefix = PREFIX.pack(MAGIC, len(start) + len(body.tree), len(body.arrays))
    return b"".join([prefix, start, body.tree, body.arrays])


def pack(kind: str, seq: int, body: Any, largest: int = MAX_BLOB) -> bytes:
    """Build a frame. Raises WireError where the other side would not accept its size."""
    return frame(kind, seq, encode(body, largest))


def _start(kind: str, seq: int) -> bytes:
    """The bytes of a header before its tree of values: a msgpack list of four begins."""
    start: bytes = b"\x94" + msgpack.packb(kind) + msgpack.packb(seq)
    return start


# ------------------------------------------------------------------------------ decode


class _Decoder:
    """Decodes one frame. Each of its bytes and arrays is used exactly once."""

    def __init__(self, table: Any, blob: memoryview) -> None:
        demand(isinstance(table, list) and len(table) <= MAX_NODES, "array table")
        self.taken = 0  # bytes of the blob
        self.arrays = [self.one_array(entry, blob) for entry in table]
        self.used = 0  # arrays that the tree has named, in their order
        self.nodes = 0

    def whole(self, node: Any) -> Any:
        """Decode a tree that names every array."""
        value = self.value(node)
        demand(self.used == len(self.arrays), "array number")
        return value

    def one_array(self, entry: Any, blob: memoryview) -> np.ndarray:
        demand(isinstance(entry, list) and len(entry) == 4, "array entry")
        name, shape, offset, nbytes = entry
        demand(isinstance(name, str) and name in DTYPES, "dtype")
        demand(isinstance(shape, list) and len(shape) <= MAX_NDIM, "shape")
        demand(all(type(n) is int and 0 <= n <= MAX_BLOB for n in shape), "shape")
        demand(type(offset) is int and type(nbytes) is int, "offsets")
        demand(math.prod(n or 1 for n in shape) <= MAX_BLOB, "shape")  # also of an empty array
        dtype = np.dtype(name)
        demand(math.prod(shape) * dtype.itemsize == nbytes, "array size")
        demand(nbytes >= 0 and offset == self.taken, "offsets")
        demand(offset + nbytes <= len(blob), "offsets")
        self.taken += nbytes
        if dtype.kind == "b":  # a byte that is neither 0 nor 1 is no valid boolean
            raw = np.frombuffer(blob, np.uint8, count=nbytes, offset=offset)
            return np.asarray(raw != 0).reshape(shape)
        count = nbytes // dtype.itemsize
        return np.frombuffer(blob, dtype, count=count, offset=offset).reshape(shape).copy()

    def value(self, node: Any, depth: int = 0) -> Any:
        self.nodes += 1
        demand(depth <= MAX_DEPTH and self.nodes <= MAX_NODES, "size of the tree")
        if node is None or type(node) in (bool, int, float):
            return node
        if type(node) is str:
            demand(len(node) <= MAX_TEXT, "length of a text")
            return node
        demand(isinstance(node, list) and len(node) >= 2 and type(node[0]) is str, "node")
        tag, payload = node[0], node[1]
        if tag in ("l", "t"):
            demand(isinstance(payload, list), "list")
            items = [self.value(item, depth + 1) for item in payload]
            return items if tag == "l" else tuple(items)
        if tag == "d":
            return self.mapping(payload, depth)
        if tag in ("o", "i", "c"):
            return _without_arrays(tag, payload, node[2:])
        demand(tag in ("a", "g", "x", "b"), "tag")
        demand(type(payload) is int and payload == self.used < len(self.arrays), "array number")
        self.used += 1
        array = self.arrays[payload]
        if tag == "g":
            demand(array.ndim == 0, "scalar")
            return array[()]
        if tag == "x":
            demand(len(node) == 3 and type(node[2]) is str, "device")
            return tensor(array, node[2][:20])
        if tag == "b":
            demand(array.dtype == np.uint8 and array.ndim == 1, "bytes")
            return array.tobytes()
        return array

    def mapping(self, payload: Any, depth: int) -> dict[Any, Any]:
        demand(isinstance(payload, list), "dict")
        result = {}
        for pair in payload:
            demand(isinstance(pair, list) and len(pair) == 2, "dict entry")
            key = self.value(pair[0], depth + 1)
            demand(_is_key(key) or isinstance(key, Opaque), "dict key")
            result[key] = self.value(pair[1], depth + 1)
        return result


def _without_arrays(tag: str, payload: Any, rest: list[Any]) -> Any:
    """Decode a node that is no container and names no array."""
    if tag == "c":
        demand([type(part) for part in (payload, *rest)] == [float, float], "complex number")
        return complex(payload, rest[0])
    demand(type(payload) is str and not rest, "value")
    if tag == "o":
        return Opaque(payload[:200])
    digits = payload.removeprefix("-")
    demand(0 < len(digits) <= MAX_BITS // 4 and set(digits) <= HEXADECIMAL, "number")
    return int(payload, 16)


def demand(condition: bool, part: str) -> None:
    """Raise WireError, naming the malformed part of a frame, where a condition does not hold."""
    if not condition:
        raise WireError(f"malformed frame: {part}")


def check_prefix(prefix: bytes, largest: int = MAX_BLOB) -> tuple[int, int]:
    """The sizes of header and blob.

    Raises WireError where they are too large, so that nothing of that size is allocated.
    """
    magic, header, blob = PREFIX.unpack(prefix)
    demand(magic == MAGIC, "magic")
    demand(header <= MAX_HEADER and blob <= largest, "size")
    return header, blob


def decoded_size(header: bytes, blob: bytes) -> int:
    """The bytes that the values of a frame take, roughly: a small number of one byte takes 16."""
    return 16 * len(header) + len(blob)


def still_encoded(header: bytes, blob: bytes, kind: str, seq: int) -> Encoded | None:
    """The encoded body of a frame of this kind and number; None where it is another frame."""
    start = _start(kind, seq)
    return Encoded(header[len(start) :], blob) if header.startswith(start) else None


def unpack(header: bytes, blob: bytes) -> tuple[str, int, Any]:
    """Decode a frame's two parts into (kind, sequence number, body). Raises only WireError."""
    try:
        parts = msgpack.unpackb(header, strict_map_key=True, max_ext_len=0, max_bin_len=0)
    except (ValueError, RecursionError, MemoryError) as error:
        raise WireError(f"malformed frame: {type(error).__name__}") from None
    demand(isinstance(parts, list) and len(parts) == 4, "header")
    kind, seq, node, table = parts
    demand(type(kind) is str and type(seq) is int, "header")
    return kind, seq, _Decoder(table, memoryview(blob)).whole(node)


def decode(encoded: Encoded) -> Any:
    """Decode the body of a frame. Raises WireError."""
    return unpack(_start("", 0) + encoded.tree, encoded.arrays)[2]
