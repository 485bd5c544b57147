//! Pictures as PNG.

use resvg::{tiny_skia, usvg};

/// Why there is no PNG.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PngError {
    /// Texts would be missing.
    #[error(
        "this machine has no fonts, so the picture would have no text; install any sans-serif font (DejaVu, Liberation, \
         Noto), or take --format svg, which needs none"
    )]
    NoFonts,
    /// The drawing cannot be read back, or there is no memory for its pixels.
    #[error("cannot make a PNG: {0}")]
    Failed(String),
}

/// Most pixels of a picture: 256 MB of memory.
const MOST_PIXELS: f32 = 64_000_000.0;
/// Pixels for one of the drawing, on screens as they are now.
const SHARPNESS: f32 = 2.0;

/// Turns a drawing into a PNG with the fonts of this machine; twice as sharp as the drawing where that is not too much.
pub(crate) fn of_svg(svg: &str) -> Result<Vec<u8>, PngError> {
    let mut options = usvg::Options::default();
    let fonts = options.fontdb_mut();
    fonts.load_system_fonts();
    let usual = ["DejaVu Sans", "Liberation Sans", "Noto Sans", "Arial", "Helvetica"];
    let has = |name: &&&str| fonts.faces().any(|face| face.families.iter().any(|(family, _)| family == **name));
    let first = || fonts.faces().next().and_then(|face| Some(face.families.first()?.0.clone()));
    let family = usual.iter().find(has).map(|name| (*name).to_owned()).or_else(first).ok_or(PngError::NoFonts)?;
    fonts.set_sans_serif_family(family);
    render(svg, &options)
}

fn render(svg: &str, options: &usvg::Options<'_>) -> Result<Vec<u8>, PngError> {
    let failed = |error: &dyn std::fmt::Display| PngError::Failed(error.to_string());
    let tree = usvg::Tree::from_str(svg, options).map_err(|error| failed(&error))?;
    let size = tree.size();
    let scale = SHARPNESS.min((MOST_PIXELS / (size.width() * size.height())).sqrt());
    let whole = size.to_int_size().scale_by(scale).ok_or_else(|| failed(&"it has no size"))?;
    let mut pixels = tiny_skia::Pixmap::new(whole.width(), whole.height()).ok_or_else(|| failed(&"it is too large"))?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| failed(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawing_becomes_pixels() {
        let svg = r##"<svg xmlns="http://www.w3.org/2000/svg" width="30" height="20"><rect width="30" height="20" fill="#f00"/></svg>"##;
        let png = render(svg, &usvg::Options::default()).expect("a drawing");
        assert_eq!(png.get(..8), Some(&b"\x89PNG\r\n\x1a\n"[..]));
        let pixels = tiny_skia::Pixmap::decode_png(&png).expect("a PNG");
        assert_eq!((pixels.width(), pixels.height()), (60, 40));
        assert_eq!(pixels.pixel(30, 20).map(|pixel| (pixel.red(), pixel.green())), Some((255, 0)));
        assert!(render("no drawing", &usvg::Options::default()).is_err());
    }
}
