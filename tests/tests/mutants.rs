//! The mistakes of tests/mutants: each can still be planted, and says what it is and which test is to catch it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// So many at least.
const FEWEST: usize = 30;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

#[test]
fn every_mistake_can_be_planted() {
    let folder = root().join("tests/mutants");
    let patches: Vec<_> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    assert!(patches.len() >= FEWEST, "{} of {FEWEST}", patches.len());
    for patch in &patches {
        let name = patch.file_name().unwrap().to_string_lossy();
        let text = fs::read_to_string(patch).unwrap();
        let (head, _) = text.split_once("\ndiff --git ").unwrap();
        assert!(head.lines().any(|line| line.starts_with("What: ")), "{name} does not say what it is");
        let tests: Vec<_> = head.lines().filter_map(|line| line.strip_prefix("Test: ")).collect();
        assert!(!tests.is_empty(), "{name} does not say which test is to catch it");
        for test in tests {
            let (module, _) = test.split_once("::").unwrap();
            assert!(root().join(format!("tests/tests/{module}.rs")).exists(), "{name}: there are no tests {module}");
        }
        let git = Command::new("git").args(["apply", "--check"]).arg(patch).current_dir(root()).output().unwrap();
        assert!(git.status.success(), "{name}: {}", String::from_utf8_lossy(&git.stderr));
    }
}
