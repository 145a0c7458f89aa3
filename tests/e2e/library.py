"""libfovea from Python: functions of a program on arrays of plain numbers, at any sizes.

NumPy is not needed. Results lie between guard bytes, so that a store beyond their end is seen.
"""

import ctypes
import struct
from ctypes import POINTER, byref, c_char, c_char_p, c_int32, c_int64, c_uint32, c_uint64, c_void_p

VERSION = 2
DTYPES = ["", "bool", "i32", "i64", "f16", "bf16", "f32", "f64"]
FORMATS = ["", "?", "i", "q", "e", "H", "f", "d"]
SIZES = [0, 1, 4, 8, 2, 2, 4, 8]
GUARD = b"\xa5" * 256


def record(name, *fields):
    """A struct of the interface: `size` and `version`, then the fields."""
    heads = [("size", c_uint32), ("version", c_uint32)]
    return type(name, (ctypes.Structure,), {"_fields_": heads + list(fields)})


def make(kind, **values):
    return kind(size=ctypes.sizeof(kind), version=VERSION, **values)


Error = record("Error", ("code", c_int32), ("op", c_int32), ("tensor", c_char * 64), ("value", c_int64),
               ("has_value", c_uint32), ("rank", c_uint32), ("position", c_int64 * 16), ("message", c_char * 512),
               ("fix", c_char * 256), ("line", c_uint32), ("column", c_uint32), ("end_line", c_uint32),
               ("end_column", c_uint32), ("file", c_char * 256))
Function = record("Function", ("name", c_char_p), ("signature", c_char_p), ("params", c_uint64))
Param = record("Param", ("name", c_char_p), ("kind", c_int32), ("dtype", c_int32), ("dims", POINTER(c_char_p)),
               ("rank", c_uint64), ("choices", c_void_p), ("choice_count", c_uint64), ("default", c_char_p))
Input = record("Input", ("name", c_char_p), ("dtype", c_int32), ("rank", c_uint32))
Request = record("Request", ("function", c_char_p), ("backend", c_char_p), ("inputs", POINTER(Input)),
                 ("input_count", c_uint64), ("input_stride", c_uint64), ("options", c_void_p),
                 ("option_count", c_uint64), ("option_stride", c_uint64))
ExeInfo = record("ExeInfo", ("name", c_char_p), ("signature", c_char_p), ("inputs", c_uint64),
                 ("results", c_uint64), ("dims", POINTER(c_char_p)), ("dim_count", c_uint64))
ArrayInfo = record("ArrayInfo", ("name", c_char_p), ("dtype", c_int32), ("rank", c_uint32), ("shape", c_void_p))
Tensor = record("Tensor", ("data", c_void_p), ("bytes", c_uint64), ("content", c_uint64), ("space", c_int32),
                ("reserved", c_uint32), ("offset", c_uint64), ("dtype", c_int32), ("rank", c_uint32),
                ("shape", POINTER(c_int64)), ("strides", POINTER(c_int64)))


class Failure(Exception):
    """An error of the library; `code` is its fovea_code."""

    def __init__(self, error):
        super().__init__(error.message.decode())
        self.code = error.code
        self.line = error.line
        self.tensor = error.tensor.decode()


def bits_of_bf16(x):
    """Rounds to nearest, ties to even."""
    (bits,) = struct.unpack("<I", struct.pack("<f", x))
    if x != x:
        return 0x7FC0
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def pack(dtype, values):
    if dtype == 5:
        values = [bits_of_bf16(x) for x in values]
    return struct.pack(f"<{len(values)}{FORMATS[dtype]}", *values)


def unpack(dtype, data):
    values = struct.unpack(f"<{len(data) // SIZES[dtype]}{FORMATS[dtype]}", data)
    if dtype == 5:
        return [struct.unpack("<f", struct.pack("<I", x << 16))[0] for x in values]
    return list(values)


def dense(shape):
    strides, step = [], 1
    for extent in reversed(shape):
        strides.insert(0, step)
        step *= extent
    return strides


def product(shape):
    out = 1
    for extent in shape:
        out *= extent
    return out


class Array:
    """Bytes with a shape; `reverse` stores the axes in Fortran's order, `gap` leaves room between elements."""

    def __init__(self, dtype, shape, values, reverse=False, gap=1):
        self.dtype, self.shape = dtype, list(shape)
        strides = dense(self.shape[::-1])[::-1] if reverse else dense(self.shape)
        self.strides = [gap * s for s in strides]
        count = product(shape)
        if reverse and count:
            order = [0] * count
            steps = dense(self.shape)
            for i in range(count):
                place = sum(i // steps[a] % self.shape[a] * strides[a] for a in range(len(shape)))
                order[place] = values[i]
            values = order
        if gap > 1:
            spread = [values[0] if values else 0] * (count * gap)
            spread[::gap] = values
            values = spread
        self.data = ctypes.create_string_buffer(pack(dtype, values) + GUARD)

    def tensor(self):
        rank = len(self.shape)
        self.keep = (c_int64 * rank)(*self.shape), (c_int64 * rank)(*self.strides)
        return make(Tensor, data=ctypes.addressof(self.data), bytes=len(self.data) - 1 - len(GUARD), dtype=self.dtype,
                    rank=rank, shape=self.keep[0], strides=self.keep[1])


class Exe:
    def __init__(self, library, handle):
        self.library, self.handle = library, handle
        info = make(ExeInfo)
        library.call("exe_describe", handle, byref(info))
        self.dims = [info.dims[i].decode() for i in range(info.dim_count)]
        self.inputs = [self.array("exe_input", i) for i in range(info.inputs)]
        self.results = [self.array("exe_result", i) for i in range(info.results)]

    def array(self, what, i):
        info = make(ArrayInfo)
        self.library.call(what, self.handle, c_uint64(i), byref(info))
        return info.name.decode(), info.dtype, info.rank

    def shapes(self, what, count, sizes):
        dims = (c_int64 * len(self.dims))(*[sizes[d] for d in self.dims])
        out = []
        for i in range(count):
            shape = (c_int64 * 16)()
            self.library.call(what, self.handle, c_uint64(i), dims, shape)
            out.append(list(shape))
        return out

    def input_shapes(self, sizes):
        shapes = self.shapes("exe_input_shape", len(self.inputs), sizes)
        return [s[:rank] for s, (_, _, rank) in zip(shapes, self.inputs)]

    def run(self, arrays, sizes):
        """The results' bytes. Fails if anything is stored beyond them."""
        shapes = self.shapes("exe_result_shape", len(self.results), sizes)
        tensors = (Tensor * max(1, len(arrays)))(*[a.tensor() for a in arrays])
        outputs = (Tensor * len(self.results))()
        buffers, keep = [], []
        for i, (_, dtype, rank) in enumerate(self.results):
            size = product(shapes[i][:rank]) * SIZES[dtype]
            buffer = ctypes.create_string_buffer(GUARD + b"\x5a" * size + GUARD)
            shape, strides = (c_int64 * 16)(*shapes[i]), (c_int64 * 16)(*dense(shapes[i][:rank]))
            outputs[i] = make(Tensor, data=ctypes.addressof(buffer) + len(GUARD), bytes=size, dtype=dtype, rank=rank,
                              shape=shape, strides=strides)
            buffers.append((buffer, size))
            keep.append((shape, strides))
        self.library.call("run", self.handle, None, tensors, c_uint64(len(arrays)), outputs,
                          c_uint64(len(self.results)), c_uint64(ctypes.sizeof(Tensor)))
        out = []
        for buffer, size in buffers:
            raw = buffer.raw
            assert raw[:256] == GUARD and raw[256 + size:512 + size] == GUARD, "stored beyond a result"
            out.append(raw[256:256 + size])
        return out


class Program:
    def __init__(self, library, path):
        self.library = library
        self.lib = ctypes.CDLL(library)
        self.handle = c_void_p()
        self.call("program_load", path.encode(), None, byref(self.handle))
        self.lib.fovea_program_function_count.restype = c_uint64
        self.names = []
        for i in range(self.lib.fovea_program_function_count(self.handle)):
            info = make(Function)
            self.call("program_function", self.handle, c_uint64(i), byref(info))
            self.names.append((info.name.decode(), info.params))

    def call(self, name, *args):
        error = make(Error, op=-1)
        if getattr(self.lib, "fovea_" + name)(*args, byref(error)):
            raise Failure(error)

    def params(self, function):
        number = [n for n, _ in self.names].index(function)
        for i in range(self.names[number][1]):
            info = make(Param)
            self.call("program_param", self.handle, c_uint64(number), c_uint64(i), byref(info))
            if not info.default:
                yield info

    def compile(self, function, backend):
        given = [make(Input, name=p.name, dtype=p.dtype, rank=p.rank) for p in self.params(function)]
        inputs = (Input * len(given))(*given)
        request = make(Request, function=function.encode(), backend=backend.encode(), inputs=inputs,
                       input_count=len(given), input_stride=ctypes.sizeof(Input), option_stride=24)
        handle = c_void_p()
        self.call("compile", self.handle, byref(request), None, byref(handle))
        return Exe(self, handle)
