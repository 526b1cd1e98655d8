//! Typed indices: which entry of which list of an [`Analysis`](super::Analysis).
//!
//! An [`Id`] is the number of an entry in a list of its type, from 0. Lists are plain vectors: `analysis.runs[id]` gives
//! the run, and an id of anything else does not compile. Entries keep their places; ids change only where an analysis
//! becomes part of another ([`Relocate`](super::Relocate)).

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::iter::{Map, Zip};
use std::marker::PhantomData;
use std::ops::{Index, IndexMut, Range};
use std::slice;

/// The place of an entry in a list of `T`.
pub struct Id<T> {
    index: usize,
    of: PhantomData<fn() -> T>,
}

impl<T> Id<T> {
    /// The entry that has so many before it.
    pub const fn new(index: usize) -> Self {
        Self { index, of: PhantomData }
    }

    /// How many entries are before it.
    pub const fn index(self) -> usize {
        self.index
    }
}

/// The ids of a list, in its order.
pub type Ids<T> = Map<Range<usize>, fn(usize) -> Id<T>>;

/// A list whose entries have ids.
pub trait Entries<T> {
    /// The id of each entry.
    fn ids(&self) -> Ids<T>;

    /// Each entry with its id.
    fn entries<'a>(&'a self) -> Zip<Ids<T>, slice::Iter<'a, T>>
    where
        T: 'a;

    /// The entry of an id; `None` for an id of another list.
    fn entry(&self, id: Id<T>) -> Option<&T>;

    /// The first entry that fits.
    fn find_id(&self, fits: impl Fn(&T) -> bool) -> Option<Id<T>>;

    /// The id of the entry that will be appended next.
    fn next_id(&self) -> Id<T>;
}

impl<T> Entries<T> for [T] {
    fn ids(&self) -> Ids<T> {
        (0..self.len()).map(Id::new as fn(usize) -> Id<T>)
    }

    fn entries<'a>(&'a self) -> Zip<Ids<T>, slice::Iter<'a, T>>
    where
        T: 'a,
    {
        self.ids().zip(self)
    }

    fn entry(&self, id: Id<T>) -> Option<&T> {
        self.get(id.index)
    }

    fn find_id(&self, fits: impl Fn(&T) -> bool) -> Option<Id<T>> {
        self.iter().position(fits).map(Id::new)
    }

    fn next_id(&self) -> Id<T> {
        Id::new(self.len())
    }
}

impl<T> Index<Id<T>> for [T] {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self[id.index]
    }
}

impl<T> IndexMut<Id<T>> for [T] {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self[id.index]
    }
}

impl<T> Index<Id<T>> for Vec<T> {
    type Output = T;

    fn index(&self, id: Id<T>) -> &T {
        &self.as_slice()[id.index]
    }
}

impl<T> IndexMut<Id<T>> for Vec<T> {
    fn index_mut(&mut self, id: Id<T>) -> &mut T {
        &mut self.as_mut_slice()[id.index]
    }
}

// By hand, since the derived ones would ask the same of `T`.

impl<T> Clone for Id<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Id<T> {}

impl<T> PartialEq for Id<T> {
    fn eq(&self, other: &Self) -> bool {
        self.index == other.index
    }
}

impl<T> Eq for Id<T> {}

impl<T> PartialOrd for Id<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Id<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.index.cmp(&other.index)
    }
}

impl<T> Hash for Id<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.index.hash(state);
    }
}

impl<T> fmt::Debug for Id<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = std::any::type_name::<T>();
        write!(f, "{}#{}", name.rsplit("::").next().unwrap_or(name), self.index)
    }
}
