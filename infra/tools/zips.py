"""Zips of functions, the same for the same input, and what each weighs: zips.py <folder of functions> <folder of zips>.

Each has one file, bootstrap, without a date and with the rights that Lambda wants. `sam deploy` makes zips of its own from
the same folders, which have no date either.
"""

import hashlib
import pathlib
import sys
import zipfile

# The earliest that a zip can say.
NO_DATE = (1980, 1, 1, 0, 0, 0)
UNIX, EXECUTABLE = 3, 0o100755


def zipped(binary, to):
    """Writes the zip of a binary."""
    entry = zipfile.ZipInfo("bootstrap", NO_DATE)
    entry.create_system, entry.external_attr = UNIX, EXECUTABLE << 16
    with zipfile.ZipFile(to, "w") as archive:
        archive.writestr(entry, binary.read_bytes(), zipfile.ZIP_DEFLATED, 9)


def main(functions, zips):
    functions, zips = pathlib.Path(functions), pathlib.Path(zips)
    zips.mkdir(parents=True, exist_ok=True)
    sums, total, largest = [], 0, (0, "")
    for folder in sorted(path for path in functions.iterdir() if path.is_dir()):
        binary, zip_file = folder / "bootstrap", zips / f"{folder.name}.zip"
        zipped(binary, zip_file)
        size, mb = binary.stat().st_size, zip_file.stat().st_size / 1e6
        sums.append(f"{hashlib.sha256(zip_file.read_bytes()).hexdigest()}  {zip_file.name}\n")
        print(f"{folder.name:<28} {size / 1e6:6.2f} MB, {mb:5.2f} MB zipped")
        total, largest = total + mb, max(largest, (mb, folder.name))
    (zips / "SHA256SUMS").write_text("".join(sums))
    print(f"{len(sums)} functions, {total:.1f} MB zipped, the largest {largest[1]} with {largest[0]:.2f} MB")


if __name__ == "__main__":
    main(*sys.argv[1:])
