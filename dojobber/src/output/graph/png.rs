//! The drawing in pixels.

use std::io::{self, Write};
use std::sync::{Arc, LazyLock};
use std::thread;

use resvg::tiny_skia::{Pixmap, PixmapMut, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::model::Model;
use super::picture::Style;
use super::{font, svg};

/// Small pictures get four pixels for each of the drawing's, as long as they stay below this many in all.
const SHARP: f32 = 8e6;
/// More than this many, or this many in a row, nobody's viewer likes.
const MOST: f32 = 48e6;
const LONGEST: f32 = 30_000.;
/// Below so many pixels, a thread takes longer to start than what it saves.
const BANDS_ABOVE: u64 = 4_000_000;
const MOST_BANDS: u32 = 8;
const BYTES_PER_PIXEL: usize = 4;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_source(fontdb::Source::Binary(Arc::new(font::data())));
    Arc::new(fonts)
});

pub(super) fn write(to: &mut dyn Write, model: &Model, style: &Style) -> io::Result<()> {
    let options = Options { font_family: font::FAMILY.to_owned(), fontdb: Arc::clone(&FONTS), ..Options::default() };
    let tree = Tree::from_str(&svg::draw_still(model, style), &options).map_err(io::Error::other)?;
    let (width, height) = (tree.size().width(), tree.size().height());
    let scale = scale(width, height);
    let (width, height) = (pixels(width * scale), pixels(height * scale));
    let mut drawn = Pixmap::new(width, height).ok_or_else(|| io::Error::other("the picture is too large"))?;
    draw(&tree, scale, &mut drawn);
    encode(&drawn).map_err(io::Error::other).and_then(|png| to.write_all(&png))
}

/// Large pictures are drawn in bands, one for each processor that there is.
#[expect(clippy::cast_precision_loss, reason = "of at most `LONGEST` rows, none is lost")]
fn draw(tree: &Tree, scale: f32, drawn: &mut Pixmap) {
    let (width, height) = (drawn.width(), drawn.height());
    let bands = if u64::from(width) * u64::from(height) < BANDS_ABOVE { 1 } else { processors() };
    let rows = height.div_ceil(bands);
    let stride = width as usize * BYTES_PER_PIXEL;
    let scaled = Transform::from_scale(scale, scale);
    thread::scope(|scope| {
        let mut above = 0.0;
        for bytes in drawn.data_mut().chunks_mut(rows as usize * stride) {
            let place = scaled.post_translate(0.0, -above);
            above += rows as f32;
            let mut band = move || {
                // As many bytes as the band has pixels, which are no more than in the whole.
                let rows = u32::try_from(bytes.len() / stride).unwrap_or_default();
                if let Some(mut band) = PixmapMut::from_bytes(bytes, width, rows) {
                    resvg::render(tree, place, &mut band);
                }
            };
            if bands == 1 {
                band();
            } else {
                scope.spawn(band);
            }
        }
    });
}

fn processors() -> u32 {
    thread::available_parallelism().map_or(1, |processors| u32::try_from(processors.get()).unwrap_or(1)).min(MOST_BANDS)
}

/// Fast: to press the last bytes out of it would take longer than to draw it. What is drawn has colours multiplied by how
/// opaque they are, which changes nothing here: the paper is below all.
fn encode(drawn: &Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, drawn.width(), drawn.height());
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(drawn.data())?;
    writer.finish()?;
    Ok(bytes)
}

fn scale(width: f32, height: f32) -> f32 {
    let area = width * height;
    let fits = (MOST / area).sqrt().min(LONGEST / width.max(height));
    if 4. * area <= SHARP { fits.min(2.) } else { fits.min(1.) }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 1 and `LONGEST`")]
fn pixels(length: f32) -> u32 {
    // No pixel is left that the paper covers in part only.
    length.floor().clamp(1., LONGEST) as u32
}
