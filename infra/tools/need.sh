#!/bin/sh
# Names the first command that is not there, and how to get it.
for command; do
    command -v "$command" >/dev/null && continue
    case $command in
        cargo) echo "Rust is missing: install it from https://rustup.rs, then run this again." >&2 ;;
        c++) echo "A C++ compiler is missing: libFuzzer is built by it (Debian: apt install g++; macOS: xcode-select --install). Install one, then run this again." >&2 ;;
        cc) echo "A C compiler is missing: install one (Debian: apt install gcc; macOS: xcode-select --install), then run this again." >&2 ;;
        python3) echo "Python 3 is missing: the linters of template.yaml, the builds for Lambda and the local AWS need it, with its venv module (Debian: apt install python3-venv)." >&2 ;;
        *) echo "The command $command is missing: install it, then run this again." >&2 ;;
    esac
    exit 1
done
