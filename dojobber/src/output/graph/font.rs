//! The font that comes with the crate: what pictures are measured with, and what their text is drawn in where it becomes
//! pixels, so that no machine needs a font of its own.

use std::sync::LazyLock;

use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

/// The font's name. Verdana, which most systems have where they lack this one, is as wide.
pub(super) const FAMILY: &str = "DejaVu Sans";
pub(super) const SIZE: f32 = 13.;

static MEASURE: LazyLock<Option<Measure>> = LazyLock::new(|| {
    let font = FontRef::new(data()).ok()?;
    let size = Size::new(SIZE);
    Some(Measure { characters: font.charmap(), metrics: font.glyph_metrics(size, LocationRef::default()) })
});

struct Measure {
    characters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
}

pub(super) fn data() -> &'static [u8] {
    dejavu::sans::regular()
}

/// How wide a text is, about: what the font lacks counts as wide as it is high.
pub(super) fn width(text: &str) -> f64 {
    text.chars().map(|character| f64::from(advance(character).unwrap_or(SIZE))).sum()
}

/// Whether the font has all of a text, so that its width is known.
pub(super) fn knows(text: &str) -> bool {
    text.chars().all(|character| advance(character).is_some())
}

fn advance(character: char) -> Option<f32> {
    let measure = MEASURE.as_ref()?;
    measure.metrics.advance_width(measure.characters.map(character)?)
}

#[cfg(test)]
mod tests {
    use super::super::look::{WORST_FIRST, look};
    use super::*;

    #[test]
    fn has_all_marks() {
        for status in WORST_FIRST {
            assert!(knows(look(Some(status)).mark), "{status}");
        }
        assert!(knows("…×Ünïcödé привет مرحبا"));
        assert!(width("wide") > width("thin"));
    }
}
