//! Inputs that are made to hurt: too large for a corpus, and made only when they are needed, so
//! that one is in memory at a time.

/// An input that says something very often.
pub(crate) struct Hazard {
    before: Vec<u8>,
    again: Vec<u8>,
    times: usize,
    after: Vec<u8>,
}

impl Hazard {
    /// These bytes.
    pub(crate) fn of(bytes: impl Into<Vec<u8>>) -> Hazard {
        Hazard { before: bytes.into(), again: Vec::new(), times: 0, after: Vec::new() }
    }

    /// These bytes, so many times.
    pub(crate) fn repeating(again: &[u8], times: usize) -> Hazard {
        Hazard { again: again.into(), times, ..Hazard::of([]) }
    }

    /// With this before it.
    pub(crate) fn behind(self, before: impl Into<Vec<u8>>) -> Hazard {
        Hazard { before: before.into(), ..self }
    }

    /// With this behind it.
    pub(crate) fn before(self, after: impl Into<Vec<u8>>) -> Hazard {
        Hazard { after: after.into(), ..self }
    }

    /// All of it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let Hazard { before, again, times, after } = self;
        // At once, for what is copied counts as well.
        let mut bytes = Vec::with_capacity(before.len() + times * again.len() + after.len());
        bytes.extend_from_slice(before);
        (0..*times).for_each(|_| bytes.extend_from_slice(again));
        bytes.extend_from_slice(after);
        bytes
    }
}
