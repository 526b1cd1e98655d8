//! Figures as pictures for programs that take no SVG: PNG and PDF.

use std::sync::{Arc, LazyLock};

use anyhow::{Context as _, Result, anyhow};
use krilla::Document;
use krilla::geom::Size;
use krilla::page::PageSettings;
use krilla_svg::{SurfaceExt as _, SvgSettings};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::fonts;

/// Points of a picture for each unit of the figure, of which 96 are an inch: 288 a inch.
const SCALE: f32 = 3.0;
/// Points of paper for each unit of the figure.
const PAPER: f32 = 72.0 / 96.0;

/// The fonts of figures, by the names of their families; no others, so that pictures are the same on any machine.
static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut all = fontdb::Database::new();
    for font in [fonts::REGULAR, fonts::SEMI_BOLD, fonts::ITALIC, fonts::OTHER] {
        all.load_font_data(font.to_vec());
    }
    all.set_sans_serif_family("Inter");
    Arc::new(all)
});

fn tree(svg: &str) -> Result<Tree> {
    let options = Options { fontdb: FONTS.clone(), font_family: "Inter".to_owned(), ..Options::default() };
    Tree::from_str(svg, &options).context("the figure is no SVG document")
}

/// The figure so many millimetres wide on paper.
pub fn of_width(svg: &str, mm: f64) -> String {
    let number = |name: &str, place: usize| -> Option<f64> {
        let (_, behind) = svg.split_once(&format!("{name}=\""))?;
        behind.split('"').next()?.split(' ').nth(place)?.parse().ok()
    };
    let (Some(wide), Some(high)) = (number("viewBox", 2), number("viewBox", 3)) else {
        return svg.to_owned();
    };
    let (Some(width), Some(height)) = (number("width", 0), number("height", 0)) else {
        return svg.to_owned();
    };
    let size = format!("width=\"{mm}mm\" height=\"{:.3}mm\"", mm * high / wide);
    svg.replacen(&format!("width=\"{width}\" height=\"{height}\""), &size, 1)
}

/// The figure as PNG on white, 288 points an inch.
///
/// # Errors
///
/// It is no SVG document, or too large for a picture.
pub fn png(svg: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    let size = tree.size().to_int_size().scale_by(SCALE).context("the figure is too large")?;
    let mut picture = Pixmap::new(size.width(), size.height()).context("the figure is too large")?;
    picture.fill(resvg::tiny_skia::Color::WHITE);
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut picture.as_mut());
    Ok(picture.encode_png()?)
}

/// The figure as PDF, a page as large as it is.
///
/// # Errors
///
/// It is no SVG document.
pub fn pdf(svg: &str) -> Result<Vec<u8>> {
    let tree = tree(svg)?;
    let (width, height) = (PAPER * tree.size().width(), PAPER * tree.size().height());
    let size = Size::from_wh(width, height).context("the figure has no size")?;
    let mut document = Document::new();
    let mut page = document.start_page_with(PageSettings::new(size));
    let mut surface = page.surface();
    let drawn = surface.draw_svg(&tree, size, SvgSettings::default());
    surface.finish();
    page.finish();
    drawn.context("the figure cannot be drawn")?;
    document.finish().map_err(|error| anyhow!("the figure cannot be written as PDF: {error:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SVG: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20" width="40" height="20">
        <rect x="0" y="0" width="20" height="20" fill="#0072b2"/><text x="22" y="15" font-size="12">µs</text></svg>"##;

    #[test]
    fn a_picture_has_the_colours_of_its_figure() {
        let picture = Pixmap::decode_png(&png(SVG).unwrap()).unwrap();
        assert_eq!((picture.width(), picture.height()), (120, 60));
        let at = |x, y| picture.pixel(x, y).map(|colour| (colour.red(), colour.green(), colour.blue()));
        assert_eq!(at(30, 30), Some((0, 0x72, 0xb2)));
        assert_eq!(at(118, 2), Some((255, 255, 255)));
        let is_dark = |x| (20..50).any(|y| at(x, y).is_some_and(|(red, ..)| red < 100));
        assert!((66..110).any(is_dark), "the text is there");
        assert_eq!(png(SVG).unwrap(), png(SVG).unwrap());
    }

    #[test]
    fn a_figure_is_one_page_of_its_size() {
        let bytes = pdf(SVG).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        assert!(text.starts_with("%PDF-") && text.contains("/MediaBox[0 0 30 15]"), "{text}");
        assert_eq!(bytes, pdf(SVG).unwrap());
    }

    #[test]
    fn a_figure_is_as_wide_as_a_column() {
        let column = of_width(SVG, 90.0);
        assert!(column.contains("width=\"90mm\" height=\"45.000mm\""), "{column}");
        // 90 mm are 255.118 points.
        let text = String::from_utf8_lossy(&pdf(&column).unwrap()).into_owned();
        assert!(text.contains("/MediaBox[0 0 255.11"), "{text}");
        assert_eq!(of_width("<p>", 90.0), "<p>");
    }

    #[test]
    fn what_is_no_figure_is_an_error() {
        assert!(png("<p>").is_err() && pdf("").is_err());
    }
}
