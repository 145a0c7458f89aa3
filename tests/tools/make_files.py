#!/usr/bin/env python3
"""Writes .npy files, good and broken ones, byte by byte (so that numpy cannot mend them): make_files.py FOLDER."""
import struct
import sys
from pathlib import Path

folder = Path(sys.argv[1])


def npy(descr="'<f4'", order="False", shape="(2, 2)", data=struct.pack("<4f", 1, 2, 3, 4), header=None, version=(1, 0),
        length=None, magic=b"\x93NUMPY"):
    text = (header or f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}").encode()
    text += b" " * (-(len(magic) + 4 + len(text) + 1) % 64) + b"\n"
    size = len(text) if length is None else length
    return magic + bytes(version) + struct.pack("<H", size) + text + data


good = npy()
files = {
    "good": good,
    "fortran": npy(order="True"),
    "big": npy(descr="'>f4'", data=struct.pack(">4f", 1, 2, 3, 4)),
    "doubles": npy(descr="'<f8'", data=struct.pack("<4d", 1, 2, 3, 4)),
    "halves": npy(descr="'<f2'", data=struct.pack("<4e", 1, 2, 3, 4)),
    "bfloats": npy(descr="'<V2'", data=struct.pack("<4H", 0x3F80, 0x4000, 0x4040, 0x4080)),
    "integers": npy(descr="'<i8'", data=struct.pack("<4q", 1, 2, 3, 4)),
    "narrow": npy(descr="'<i4'", shape="(3,)", data=struct.pack("<3i", 2, -1, 7)),
    "flags": npy(descr="'|b1'", data=b"\x01\x00\x01\x01"),
    "vector": npy(shape="(4,)"),
    "wide": npy(shape="(1, 4)"),
    # Broken or unsupported ones.
    "empty": b"",
    "text": b"1 2\n3 4\n",
    "magic_only": good[:6],
    "cut_header": good[:40],
    "cut_data": good[:-1],
    "surplus": good + b"\x00",
    "version9": npy(version=(9, 0)),
    "long_header": npy(length=60000),
    "no_shape": npy(header="{'descr': '<f4', 'fortran_order': False, }"),
    "no_dict": npy(header="'<f4'"),
    "bad_order": npy(order="Perhaps"),
    "negative": npy(shape="(-2, 2)"),
    "lying": npy(shape="(2000, 2000)"),
    "huge": npy(shape="(1000000000000, 1000000000000)"),
    "many_axes": npy(shape="(" + "1, " * 40 + ")", data=struct.pack("<f", 1)),
    "complex": npy(descr="'<c8'"),
    "strings": npy(descr="'<U4'"),
    "objects": npy(descr="'|O'"),
    "records": npy(descr="[('a', '<f4'), ('b', '<f4')]"),
    "bytes": npy(descr="'|u1'", data=b"\x01\x02\x03\x04"),
    "odd_bool": npy(descr="'|b1'", data=b"\x01\x02\x00\x01"),
    "zip": b"PK\x03\x04" + b"\x00" * 60,
}
for name, content in files.items():
    (folder / f"{name}.npy").write_bytes(content)
