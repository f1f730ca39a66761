"""Refuses a dependency that asks for a newer Rust than Cargo.toml promises.

Reads the output of `cargo metadata` on standard input.
"""

import json
import sys


def version(text):
    """`1.88` and `1.88.0` as numbers that compare."""
    return tuple(int(part) for part in (text.split("-")[0].split(".") + ["0", "0"])[:3])


metadata = json.load(sys.stdin)
packages = {package["id"]: package for package in metadata["packages"]}
ours = packages[metadata["resolve"]["root"]]["rust_version"]
used = {node["id"] for node in metadata["resolve"]["nodes"]}
newer = [
    f"{package['name']} {package['version']} asks for Rust {package['rust_version']}"
    for package in map(packages.get, sorted(used))
    if package["rust_version"] and version(package["rust_version"]) > version(ours)
]
for line in newer:
    print(line, file=sys.stderr)
print(f"{len(used)} packages, Rust {ours} promised, {len(newer)} ask for more")
sys.exit(bool(newer))
