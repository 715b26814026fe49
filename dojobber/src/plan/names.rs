//! Names as numbers.

use std::hash::{BuildHasher, BuildHasherDefault};

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;
use rustc_hash::FxHasher;

/// The number of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Name(u32);

impl Name {
    pub(crate) fn index(self) -> usize {
        self.0 as usize
    }
}

/// Gives every name a number, once. The names lie one behind the other.
#[derive(Default)]
pub(crate) struct Names {
    text: String,
    ends: Vec<usize>,
    table: HashTable<Slot>,
}

/// The hash is kept, so that no name is read again when the table grows.
#[derive(Clone, Copy)]
struct Slot {
    hash: u32,
    name: Name,
}

impl Names {
    pub(crate) fn number(&mut self, name: &str) -> Name {
        let hash = hash(name);
        let (text, ends) = (&self.text, &self.ends);
        let same = |slot: &Slot| slot.hash == hash && get(text, ends, slot.name) == name;
        match self.table.entry(spread(hash), same, |slot| spread(slot.hash)) {
            Entry::Occupied(slot) => slot.get().name,
            Entry::Vacant(place) => {
                let number = Name(super::id(self.ends.len()).0);
                place.insert(Slot { hash, name: number });
                self.text.push_str(name);
                self.ends.push(self.text.len());
                number
            }
        }
    }

    pub(crate) fn find(&self, name: &str) -> Option<Name> {
        let hash = hash(name);
        let same = |slot: &Slot| slot.hash == hash && get(&self.text, &self.ends, slot.name) == name;
        self.table.find(spread(hash), same).map(|slot| slot.name)
    }

    pub(crate) fn get(&self, name: Name) -> &str {
        get(&self.text, &self.ends, name)
    }

    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }
}

fn get<'t>(text: &'t str, ends: &[usize], name: Name) -> &'t str {
    let start = name.index().checked_sub(1).map_or(0, |before| ends[before]);
    &text[start..ends[name.index()]]
}

fn hash(name: &str) -> u32 {
    // The upper half has the hasher's best bits.
    (BuildHasherDefault::<FxHasher>::default().hash_one(name) >> 32) as u32
}

/// The table looks at the lowest bits of 64, and at the topmost seven.
fn spread(hash: u32) -> u64 {
    u64::from(hash) << 32 | u64::from(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_each_name_once() {
        let mut names = Names::default();
        let numbers: Vec<_> = ["bake", "", "serve", "bake"].map(|name| names.number(name)).into();
        assert_eq!(numbers[0], numbers[3]);
        assert_eq!((names.get(numbers[0]), names.get(numbers[1]), names.get(numbers[2])), ("bake", "", "serve"));
        assert_eq!((names.find("serve"), names.find("eat"), names.len()), (Some(numbers[2]), None, 3));
    }
}
