//! Where there is no Unix, signals are left to do what they do.

use std::io;
use std::sync::Arc;

use crate::alarm::Line;

/// Nothing, for as long as this is there.
pub(crate) struct Registration;

impl Registration {
    #[expect(clippy::unnecessary_wraps, reason = "elsewhere it may fail")]
    pub(crate) fn new(_: &Arc<Line>) -> io::Result<Self> {
        Ok(Self)
    }
}
