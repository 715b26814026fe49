//! The drawing in pixels.

use std::io::{self, Write};
use std::sync::mpsc::{self, SyncSender};
use std::sync::{Arc, LazyLock};
use std::{iter, thread};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::font;
use super::model::Model;
use super::picture::Style;
use super::svg::{Drawing, Span};

/// Small pictures get four pixels for each of the drawing's, as long as they stay below this many in all.
const SHARP: f64 = 8e6;
/// More than this many, or this many in a row, nobody's viewer likes.
const MOST: f64 = 48e6;
const LONGEST: f64 = 30_000.;
/// About how many pixels are drawn at a time.
const BAND: u32 = 2_000_000;
/// So many rows more are drawn on both sides of a band, as curves aren't exact where they are cut off.
const SPARE: u32 = 8;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::new(font::data())));
    Arc::new(fonts)
});

/// Drawn in bands, by all processors that there are, and written from the top down while the next ones are drawn: what is
/// kept are a few bands, however large the picture is.
pub(super) fn write(to: &mut dyn Write, model: &Model, style: &Style) -> io::Result<()> {
    let drawing = Drawing::still(model, style);
    let bands = Bands::new(&drawing);
    let painters = thread::available_parallelism().map_or(1, usize::from).min(bands.count());
    thread::scope(|scope| {
        let mut painted = Vec::new();
        for first in 0..painters {
            // One that waits, one that is drawn.
            let (sender, receiver) = mpsc::sync_channel(1);
            let bands = &bands;
            scope.spawn(move || bands.paint(first, painters, &sender));
            painted.push(receiver);
        }
        let mut encoder = png::Encoder::new(to, bands.width, bands.height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        // Fast: to press the last bytes out of it would take longer than to draw it.
        encoder.set_compression(png::Compression::Fast);
        encoder.set_filter(png::Filter::Paeth);
        let mut writer = encoder.write_header()?;
        let mut writer = writer.stream_writer()?;
        for band in 0..bands.count() {
            // Painters stop early only in a panic, which goes on where the scope ends.
            let Ok(rows) = painted[band % painters].recv() else { break };
            writer.write_all(&rows?)?;
        }
        writer.finish().map_err(io::Error::from)
    })
}

/// A drawing, as pixels, in parts of its height.
struct Bands<'d> {
    drawing: &'d Drawing<'d>,
    options: Options<'d>,
    scale: f64,
    width: u32,
    height: u32,
    rows: u32,
}

impl<'d> Bands<'d> {
    fn new(drawing: &'d Drawing<'d>) -> Self {
        let size = drawing.size();
        let scale = scale(size.x, size.y);
        let (width, height) = (pixels(size.x * scale), pixels(size.y * scale));
        let options =
            Options { font_family: font::FAMILY.to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
        Self { drawing, options, scale, width, height, rows: (BAND / width).clamp(1, height) }
    }

    fn count(&self) -> usize {
        self.height.div_ceil(self.rows) as usize
    }

    /// Paints each `step`th band from the `first` on, until nobody wants more.
    fn paint(&self, first: usize, step: usize, to: &SyncSender<io::Result<Vec<u8>>>) {
        let tops = (0..self.height).step_by(self.rows as usize);
        for top in tops.skip(first).step_by(step) {
            if to.send(self.band(top)).is_err() {
                break;
            }
        }
    }

    /// Its pixels, by rows, three bytes each: nothing shines through, the paper is below all.
    #[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "rows and scales are small")]
    fn band(&self, top: u32) -> io::Result<Vec<u8>> {
        let end = self.height.min(top.saturating_add(self.rows));
        let (from, to) = (top.saturating_sub(SPARE), self.height.min(end + SPARE));
        let seen = Span { from: f64::from(from) / self.scale, to: f64::from(to) / self.scale };
        let tree = Tree::from_str(&self.drawing.svg_between(seen), &self.options).map_err(io::Error::other)?;
        let mut drawn =
            Pixmap::new(self.width, to - from).ok_or_else(|| io::Error::other("the picture is too large"))?;
        let scale = self.scale as f32;
        let place = Transform::from_scale(scale, scale).post_translate(0., -(from as f32));
        resvg::render(&tree, place, &mut drawn.as_mut());
        let pixel = |row: u32| (row - from) as usize * self.width as usize;
        let pixels = &drawn.data().as_chunks::<4>().0[pixel(top)..pixel(end)];
        let mut opaque = vec![0; pixels.len() * 3];
        for (to, [red, green, blue, _]) in iter::zip(opaque.as_chunks_mut().0, pixels) {
            *to = [*red, *green, *blue];
        }
        Ok(opaque)
    }
}

fn scale(width: f64, height: f64) -> f64 {
    let area = width * height;
    let fits = (MOST / area).sqrt().min(LONGEST / width.max(height));
    if 4. * area <= SHARP { fits.min(2.) } else { fits.min(1.) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and `LONGEST`")]
fn pixels(length: f64) -> u32 {
    // No pixel is left that the paper covers in part only.
    length.floor().clamp(1., LONGEST) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{DoJobber, DynJob};

    #[test]
    fn bands_have_no_seams() {
        let mut dojob = DoJobber::new();
        for job in 0..70_u32 {
            let needs =
                (0..=job % 2).filter_map(|salt| job.checked_sub(1 + (job * 7_919 + salt * 104_729) % 1_009 % 26));
            dojob.add(DynJob::new(format!("Quay {job}")).deps(needs.map(|need| format!("Quay {need}"))));
            dojob.root_named(format!("Quay {job}"));
        }
        let plan = dojob.plan().unwrap();
        let picture = plan.picture();
        let model = picture.model();
        let drawing = Drawing::still(&model, &picture.style);
        let whole = Bands { rows: u32::MAX, ..Bands::new(&drawing) }.band(0).unwrap();
        // Doesn't divide the height, and letters are higher.
        let bands = Bands { rows: 23, ..Bands::new(&drawing) };
        assert_ne!(bands.height % 23, 0);
        let banded: Vec<u8> = (0..bands.height).step_by(23).flat_map(|top| bands.band(top).unwrap()).collect();
        assert_eq!(banded.len(), whole.len());
        assert!(whole.iter().any(|byte| *byte < 100));
        let worst = iter::zip(&whole, &banded).map(|(whole, banded)| whole.abs_diff(*banded)).max();
        assert!(worst.unwrap() < 48, "{worst:?}");
    }
}
