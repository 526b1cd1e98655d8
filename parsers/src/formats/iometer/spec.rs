//! Access specifications: what a name in the results means. They are written only when they change.

/// One line of a specification.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Access {
    pub size: f64,
    pub reads: f64,
    pub random: f64,
}

/// A specification.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spec<'a> {
    pub name: &'a [u8],
    /// The first line.
    pub access: Option<Access>,
    /// More lines, or one for only a part of the accesses, are a mixture that has no single size.
    pub mixed: bool,
}

/// All that have been read so far. A later one of the same name replaces an earlier one.
#[derive(Debug, Default)]
pub(super) struct Specs<'a> {
    list: Vec<Spec<'a>>,
    /// The one whose lines are being read.
    open: Option<usize>,
}

impl<'a> Specs<'a> {
    pub fn begin(&mut self, name: &'a [u8]) {
        let spec = Spec { name, access: None, mixed: false };
        let known = self.list.iter().position(|spec| spec.name == name);
        self.open = Some(known.unwrap_or(self.list.len()));
        match known.and_then(|at| self.list.get_mut(at)) {
            Some(old) => *old = spec,
            None => self.list.push(spec),
        }
    }

    /// Adds a line to the specification that was begun last; says whether one was.
    pub fn line(&mut self, access: Access, share: f64) -> bool {
        let Some(spec) = self.open.and_then(|at| self.list.get_mut(at)) else { return false };
        spec.mixed |= spec.access.is_some() || share < 100.0;
        spec.access = spec.access.or(Some(access));
        true
    }

    pub fn end(&mut self) {
        self.open = None;
    }

    pub fn names(&self) -> impl Iterator<Item = &'a [u8]> {
        self.list.iter().map(|spec| spec.name)
    }

    /// What a name stands for, if all its accesses are of one kind.
    pub fn access(&self, name: &[u8]) -> Option<Access> {
        let spec = self.list.iter().find(|spec| spec.name == name)?;
        spec.access.filter(|_| !spec.mixed)
    }
}
