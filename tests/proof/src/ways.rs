//! The way that the present run goes, and the states of which all was tried.
//!
//! Two who touch nothing that the other does come to the same state whoever goes first. So where one has gone and then the other, it
//! is known where the other and then the one lead, and nobody goes there.

use std::collections::HashMap;

use crate::explore::actor;
use crate::touches::Touches;

/// What may be next in a state.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    /// Who.
    pub(crate) strand: Option<u32>,
    /// The same for the same call that the same befalls.
    pub(crate) what: u64,
    /// What it touched.
    pub(crate) touched: Option<Touches>,
    /// The state that it leads to.
    pub(crate) to: Option<u64>,
}

impl Step {
    /// Nobody has gone there.
    pub(crate) fn new(strand: Option<u32>, what: u64) -> Self {
        Self { strand, what, touched: None, to: None }
    }

    fn is_nothing_to(&self, other: &Self) -> bool {
        let apart = |(ours, theirs): (&Touches, &Touches)| !ours.conflicts(theirs);
        self.strand.map(actor) != other.strand.map(actor)
            && self.touched.as_ref().zip(other.touched.as_ref()).is_some_and(apart)
    }
}

/// A state on the way.
#[derive(Debug)]
struct Node {
    key: u64,
    steps: Vec<Step>,
    at: usize,
}

/// A state of which all was tried.
#[derive(Debug, Default)]
struct Seen {
    /// Orders of calls from here to an end.
    orders: u128,
    /// Where its steps lead.
    leads: Vec<(u64, u64)>,
}

/// The way, and what was seen.
#[derive(Debug, Default)]
pub(crate) struct Ways {
    nodes: Vec<Node>,
    seen: HashMap<u64, Seen>,
    /// Whether nothing is known but where somebody has gone.
    everywhere: bool,
}

impl Ways {
    /// Nothing was seen yet.
    pub(crate) fn new(everywhere: bool) -> Self {
        Self { everywhere, ..Self::default() }
    }

    /// How many states there are on the way.
    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// How many states were seen.
    pub(crate) fn seen(&self) -> usize {
        self.seen.len()
    }

    /// Whether all was tried of it.
    pub(crate) fn knows(&self, key: u64) -> bool {
        self.seen.contains_key(&key)
    }

    /// The step that is taken there, and of how many.
    pub(crate) fn at(&self, depth: usize) -> Option<(usize, usize)> {
        self.nodes.get(depth).map(|node| (node.at, node.steps.len()))
    }

    /// The last step has touched this, or nobody knows what.
    pub(crate) fn touched(&mut self, touches: Option<Touches>) {
        if let Some(step) = self.nodes.last_mut().and_then(|node| node.steps.get_mut(node.at)) {
            step.touched = touches;
        }
    }

    /// The last step led to a state that is new. Whether anything is left to try there; how many steps lead where is known.
    pub(crate) fn enters(&mut self, key: u64, steps: Vec<Step>) -> (bool, u64) {
        let steps: Vec<Step> = steps.into_iter().map(|step| self.known(&step).unwrap_or(step)).collect();
        let known = steps.iter().map(|step| u64::from(step.to.is_some())).sum();
        self.nodes.push(Node { key, steps, at: 0 });
        (self.is_left(), known)
    }

    /// Where a step leads from the state that the last step led to: to where that one leads from the state that this one led to.
    fn known(&self, step: &Step) -> Option<Step> {
        let before = self.nodes.last().filter(|_| !self.everywhere)?;
        let last = before.steps.get(before.at)?;
        let other = before.steps.iter().find(|other| other.what == step.what && other.is_nothing_to(last))?;
        let leads = &self.seen.get(&other.to?)?.leads;
        let (_, to) = leads.iter().find(|(what, _)| *what == last.what)?;
        Some(Step { to: Some(*to), ..other.clone() })
    }

    /// Whether something is left to try in the last state; then that is at.
    fn is_left(&mut self) -> bool {
        let Some(node) = self.nodes.last_mut() else { return false };
        let tried = node.steps.iter().skip(node.at).take_while(|step| step.to.is_some()).count();
        node.at += tried;
        node.at < node.steps.len()
    }

    /// The last step led here, where all was tried. Back to the last state where something is left; when there is none, how many
    /// orders of calls lead from the first to an end.
    pub(crate) fn back(&mut self, key: u64) -> Option<u128> {
        let mut to = key;
        while let Some(node) = self.nodes.last_mut() {
            if let Some(step) = node.steps.get_mut(node.at) {
                step.to = Some(to);
            }
            if self.is_left() {
                return None;
            }
            to = self.leaves();
        }
        self.seen.get(&to).map(|first| first.orders)
    }

    /// All was tried of the last state.
    pub(crate) fn leaves(&mut self) -> u64 {
        let Some(Node { key, steps, .. }) = self.nodes.pop() else { return 0 };
        let leads: Vec<(u64, u64)> = steps.iter().filter_map(|step| Some((step.what, step.to?))).collect();
        let from = |to: &u64| self.seen.get(to).map_or(0, |seen| seen.orders);
        let orders = leads.iter().map(|(_, to)| from(to)).fold(0_u128, u128::saturating_add);
        self.seen.insert(key, Seen { orders, leads });
        key
    }

    /// Nobody acts any more.
    pub(crate) fn ends(&mut self, key: u64) {
        self.seen.insert(key, Seen { orders: 1, leads: Vec::new() });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::stage::Error;

    /// A step of who writes there.
    fn step(strand: u32) -> Step {
        Step::new(Some(strand), u64::from(strand))
    }

    fn writes(key: &str) -> Result<Touches, Error> {
        let keys: Value = json!({"pk": {"S": key}, "sk": {"S": "X"}});
        Touches::of(&holdfast_local::Waiting {
            nth: 0,
            strand: None,
            who: "F".to_owned(),
            what: "PutItem".to_owned(),
            asks: json!({"TableName": "t", "Item": keys}).to_string().into(),
        })
    }

    /// One strand goes first and then another, who write here and there; then the other first. How many steps are known then.
    fn first_one_then_other(
        strands: [u32; 2],
        (here, there): (&str, &str),
        everywhere: bool,
    ) -> Result<(Ways, bool, u64), Error> {
        let [one, other] = strands;
        let mut ways = Ways::new(everywhere);
        assert_eq!(ways.enters(100, vec![step(one), step(other)]), (true, 0));
        ways.touched(Some(writes(here)?));
        assert_eq!(ways.enters(101, vec![step(other)]), (true, 0));
        ways.touched(Some(writes(there)?));
        ways.ends(103);
        assert_eq!(ways.back(103), None);
        assert_eq!((ways.at(0), ways.len()), (Some((1, 2)), 1));
        ways.touched(Some(writes(there)?));
        let (is_left, known) = ways.enters(102, vec![step(one)]);
        Ok((ways, is_left, known))
    }

    #[test]
    fn who_touches_nothing_of_the_others_leads_where_they_led() -> Result<(), Error> {
        let (mut ways, is_left, known) = first_one_then_other([0, 2], ("A", "B"), false)?;
        assert_eq!((is_left, known), (false, 1));
        let key = ways.leaves();
        assert_eq!((key, ways.back(key)), (102, Some(2)), "both orders are counted");
        assert!([100, 101, 102, 103].iter().all(|key| ways.knows(*key)) && ways.seen() == 4);
        Ok(())
    }

    #[test]
    fn where_it_makes_a_difference_everybody_goes() -> Result<(), Error> {
        for (strands, places, everywhere) in
            [([0, 2], ("A", "A"), false), ([0, 1], ("A", "B"), false), ([0, 2], ("A", "B"), true)]
        {
            let (mut ways, is_left, known) = first_one_then_other(strands, places, everywhere)?;
            assert_eq!((is_left, known), (true, 0), "{strands:?} {places:?}");
            ways.ends(104);
            assert_eq!(ways.back(104), Some(2));
        }
        Ok(())
    }
}
