#!/usr/bin/env python3
"""Plants the mistakes of tests/mutants one after the other, and looks whether the tests that are to catch each do.

A mistake is planted in a tree of its own, target/mutants/tree, or with --here in this one, which has to be clean: that saves a build
of everything. What is run is the binary that was built from it: it must differ from the one without the mistake, and the tests must
pass in that one. Words on the command line choose mistakes by name. With --simulate the simulation looks for them instead, in its
first thousand seeds and without being told what to look for: that is a measure of the simulation, and nothing that has to pass.
"""

import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
HERE, SIMULATE = ("--here" in sys.argv[1:], "--simulate" in sys.argv[1:])
TREE = ROOT if HERE else ROOT / "target/mutants/tree"
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
# Who is to catch them.
COMMAND, BINARY = (["build", "--profile", "fast", "--bin"], "simulate") if SIMULATE else (["test", "--no-run", "--test"], "shop")
# What hangs does not pass: it has so many times what it takes without any mistake, and a minute.
PATIENCE = 5
SEEDS = 1000


def git(*arguments):
    subprocess.run(["git", *arguments], cwd=TREE, check=True, capture_output=True)


def make_tree():
    """The last commit, as it is."""
    if HERE:
        changed = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
        if changed:
            sys.exit(f"this tree is not as it was committed:\n{changed}")
        return
    if TREE.exists():
        subprocess.run(["git", "worktree", "remove", "--force", TREE], cwd=ROOT, check=True, capture_output=True)
    TREE.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "worktree", "prune"], cwd=ROOT, check=True)
    subprocess.run(["git", "worktree", "add", "--quiet", "--detach", TREE, "HEAD"], cwd=ROOT, check=True)


def build():
    """Builds who is to catch them: where the binary lies, or nothing when it does not build."""
    command = ["cargo", *COMMAND, BINARY, "--workspace", "--message-format=json"]
    # One mistake is a few lines: what they do not touch is taken from the build before.
    settings = {"CARGO_TARGET_DIR": str(TARGET), "CARGO_INCREMENTAL": "1", "CARGO_PROFILE_DEV_DEBUG": "none"}
    built = subprocess.run(command, cwd=TREE, env={**os.environ, **settings}, capture_output=True, text=True)
    if built.returncode != 0:
        return None
    lines = (json.loads(line) for line in built.stdout.splitlines() if line.startswith("{"))
    found = [line["executable"] for line in lines if line.get("executable") and line["target"]["name"] == BINARY]
    return pathlib.Path(found[0])


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def passes(executable, word, patience_s=None):
    """Runs what has a word in its name: whether it passes; nothing when there is none such."""
    try:
        run = subprocess.run([executable, word], cwd=TREE / "tests", capture_output=True, text=True, timeout=patience_s)
    except subprocess.TimeoutExpired:
        return False
    ran = re.search(r"^running (\d+) test", run.stdout, re.MULTILINE)
    if not ran or ran[1] == "0":
        return None
    return run.returncode == 0


def simulates(executable, patience_s=None):
    """Runs the first seeds: the first of them that fails; nothing when none does."""
    try:
        command = [executable, "--from", "1", "--seeds", str(SEEDS)]
        run = subprocess.run(command, cwd=TREE, capture_output=True, text=True, timeout=patience_s)
    except subprocess.TimeoutExpired:
        return "does not end"
    failed = [int(seed) for seed in re.findall(r"^seed (\d+) failed", run.stdout, re.MULTILINE)]
    if failed:
        return f"seed {min(failed)}"
    return None if run.returncode == 0 else (run.stderr.strip() or "it fails").splitlines()[-1]


class Mutant:
    def __init__(self, patch):
        self.name, self.patch = patch.stem, patch
        head = patch.read_text().split("\ndiff --git", 1)[0].splitlines()
        self.tests = [line.removeprefix("Test: ") for line in head if line.startswith("Test: ")]


def time_of(runs):
    began = time.monotonic()
    return runs(), time.monotonic() - began


def by_simulation(sound):
    """What says by which seed a mistake was caught. None is where there is no mistake."""
    failed, takes_s = time_of(lambda: simulates(sound))
    if failed:
        sys.exit(f"the simulation fails without any mistake: {failed}")
    return lambda mutant, planted: simulates(planted, 60 + PATIENCE * takes_s)


def by_tests(sound, mutants):
    """What says by which of its tests a mistake was caught. All pass where there is no mistake."""
    takes_s = {}
    for word in sorted({word for mutant in mutants for word in mutant.tests}):
        passed, takes_s[word] = time_of(lambda: passes(sound, word))
        if passed is not True:
            sys.exit(f"{word} does not pass without any mistake, or there is no such test")

    def catches(mutant, planted):
        return next((word for word in mutant.tests if passes(planted, word, 60 + PATIENCE * takes_s[word]) is False), None)

    return catches


def try_one(mutant, sound, catches):
    git("apply", mutant.patch)
    try:
        executable = build()
        if executable is None:
            return "does not build", ""
        if digest(executable) == sound:
            return "was not built", ""
        caught = catches(mutant, executable)
        return ("caught", caught) if caught else ("SURVIVED", "")
    finally:
        git("checkout", "--quiet", "--", ".")


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    patches = sorted((ROOT / "tests/mutants").glob("*.patch"))
    mutants = [Mutant(patch) for patch in patches if not words or any(word in patch.stem for word in words)]
    make_tree()
    executable = build()
    if executable is None:
        sys.exit("it does not build without any mistake")
    sound = digest(executable)
    catches = by_simulation(executable) if SIMULATE else by_tests(executable, mutants)
    outcomes = {}
    for mutant in mutants:
        (outcome, by), took_s = time_of(lambda: try_one(mutant, sound, catches))
        outcomes[mutant.name] = outcome
        print(f"{outcome:<15}{mutant.name:<34}{by} ({took_s:.0f} s)", flush=True)
    caught = sum(outcome == "caught" for outcome in outcomes.values())
    others = {outcome: sum(other == outcome for other in outcomes.values()) for outcome in sorted(set(outcomes.values()) - {"caught"})}
    print(f"mutants: {caught} of {len(outcomes)} caught" + "".join(f", {count} {outcome}" for outcome, count in others.items()))
    sys.exit(1 if set(others) - ({"SURVIVED"} if SIMULATE else set()) else 0)


if __name__ == "__main__":
    main()
