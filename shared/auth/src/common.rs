//! The commonest passwords, which nobody may choose.

/// Sorted by byte and in lower case, so that it is searched where it lies: a cold start pays nothing for it.
const COMMONEST: &str = include_str!("../data/common-passwords.txt");

/// Whether `password` is among the commonest, in whatever case it is written.
pub(crate) fn is_common(password: &str) -> bool {
    contains(COMMONEST, &password.to_lowercase())
}

/// Whether a line of `sorted` is `wanted`: a binary search over bytes, each step moved to the line that it falls in.
fn contains(sorted: &str, wanted: &str) -> bool {
    let mut rest = sorted;
    while !rest.is_empty() {
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let (before, after) = rest.split_at(middle);
        let start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let end = after.find('\n').map_or(rest.len(), |newline| middle + newline);
        let Some(line) = rest.get(start..end) else { return false };
        match wanted.cmp(line) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => rest = rest.get(..start).unwrap_or(""),
            std::cmp::Ordering::Greater => rest = rest.get(end + 1..).unwrap_or(""),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_list_is_sorted_lower_case_and_long_enough() {
        let lines: Vec<&str> = COMMONEST.lines().collect();
        assert!(lines.len() > 10_000);
        assert!(lines.is_sorted());
        assert!(lines.iter().all(|line| *line == line.to_lowercase() && line.chars().count() >= 8));
    }

    #[test]
    fn every_line_is_found_and_its_neighbours_are_not() {
        for line in COMMONEST.lines() {
            assert!(is_common(line), "{line}");
            assert!(!is_common(&format!("{line}\u{1}")), "{line}");
        }
    }

    #[test]
    fn case_does_not_help() {
        assert!(is_common("PassWord1"));
        assert!(!is_common("holdfast-demo"));
        assert!(!is_common(""));
        assert!(!is_common("\n"));
    }

    proptest! {
        #[test]
        fn search_agrees_with_looking_at_every_line(lines in prop::collection::btree_set("[a-cé]{1,3}", 0..20), wanted in "[a-cé]{0,3}") {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            prop_assert_eq!(contains(&text, &wanted), lines.contains(&wanted));
        }
    }
}
