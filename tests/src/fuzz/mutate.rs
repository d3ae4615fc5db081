//! How good inputs are bent.

use holdfast_attack::dice::Dice;

/// No input is longer, in bytes.
const LONGEST: usize = 1 << 20;
/// Texts that readers stumble over.
const WORDS: [&str; 40] = [
    "0",
    "-0",
    "-1",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551616",
    "1e309",
    "1.0",
    "0x10",
    "null",
    "true",
    "{}",
    "[]",
    "\"\"",
    "\"",
    "\\",
    "\\u0000",
    "\\ud800",
    "{\"amount\":1,\"currency\":\"USD\"}",
    ".",
    "..",
    "=",
    "==",
    "-",
    "_",
    ",",
    "t=",
    "v1=",
    "%00",
    "\r\n",
    "\u{feff}",
    "\u{202e}",
    "é",
    "!Ref ",
    "!Sub ",
    "${",
    "}",
    "*",
    "&a [*a]",
];

/// A good input, changed in a few places.
pub fn bent(dice: &mut Dice, seeds: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = pick(dice, seeds).cloned().unwrap_or_default();
    for _ in 0..dice.from(1, 6) {
        bend(dice, &mut bytes, seeds);
    }
    bytes.truncate(LONGEST);
    bytes
}

fn bend(dice: &mut Dice, bytes: &mut Vec<u8>, seeds: &[Vec<u8>]) {
    let at = place(dice, bytes.len());
    let end = (at + place(dice, 16)).min(bytes.len());
    match dice.from(0, 8) {
        0 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << (dice.draw() % 8)),
        1 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte = dice.draw().to_le_bytes()[0]),
        2 => drop(bytes.drain(at..end)),
        3 => {
            let again: Vec<u8> = bytes.get(at..end).unwrap_or_default().to_vec();
            insert(bytes, at, &again);
        }
        4 => {
            let word = pick(dice, &WORDS).copied().unwrap_or_default();
            insert(bytes, at, word.as_bytes());
        }
        5 => {
            let word = pick(dice, &WORDS).copied().unwrap_or_default();
            drop(bytes.splice(at..end, word.bytes()));
        }
        6 => bytes.truncate(at),
        7 => {
            let other = pick(dice, seeds).cloned().unwrap_or_default();
            let from = place(dice, other.len());
            bytes.truncate(at);
            bytes.extend(other.iter().skip(from));
        }
        // Long ones.
        _ => {
            let again: Vec<u8> =
                bytes.get(at..end).unwrap_or_default().repeat(usize::try_from(dice.from(1, 400)).unwrap_or(1));
            insert(bytes, at, &again);
        }
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, new: &[u8]) {
    drop(bytes.splice(at..at, new.iter().copied()));
}

/// A place in something so long, its end included.
fn place(dice: &mut Dice, length: usize) -> usize {
    usize::try_from(dice.draw()).unwrap_or(usize::MAX) % (length + 1)
}

fn pick<'a, T>(dice: &mut Dice, all: &'a [T]) -> Option<&'a T> {
    all.get(place(dice, all.len().saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_bends_alike_and_every_way_is_gone() {
        let seeds = [b"one good input".to_vec(), b"another".to_vec()];
        let bend = |seed| {
            let mut dice = Dice::new(seed, "bends");
            (0..500).map(|_| bent(&mut dice, &seeds)).collect::<Vec<_>>()
        };
        assert_eq!(bend(1), bend(1));
        assert_ne!(bend(1), bend(2));
        let all = bend(1);
        assert!(all.iter().any(Vec::is_empty) && all.iter().any(|bytes| bytes.len() > 100));
        assert!(all.iter().filter(|bytes| seeds.contains(bytes)).count() < 50, "most are changed");
    }
}
