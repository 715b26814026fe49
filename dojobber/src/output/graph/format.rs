//! What a graph can be written as.

use std::path::Path;

/// What [`write_graph`](crate::DoJobber::write_graph) and [`Picture::write`](crate::Picture::write) write.
///
/// ```
/// use dojobber::Format;
///
/// assert_eq!(Format::from_path("movie night.SVG".as_ref()), Ok(Format::Svg));
/// assert_eq!(Format::from_path("movie.pdf".as_ref()), Ok(Format::Other("pdf".into())));
/// let error = Format::from_path("movie".as_ref()).unwrap_err();
/// assert!(error.to_string().starts_with("`movie` has no ending that names a format"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Graphviz's language; `.dot`, `.gv`.
    Dot,
    /// A drawing to zoom into, for browsers; `.svg`. Light or dark as the reader's system is, and each node tells more
    /// where it is pointed at. Drawn with the feature `pictures`, else by Graphviz.
    Svg,
    /// A drawing in pixels; `.png`. With the feature `pictures`, else by Graphviz.
    Png,
    /// A flowchart for Mermaid, as forges and wikis draw them; `.mmd`, `.mermaid`. They do so up to some hundreds of
    /// arrows.
    Mermaid,
    /// The graph as data; `.json`. See [`write_graph`](crate::DoJobber::write_graph).
    Json,
    /// An indented tree; `.txt`. With the feature `pictures`.
    Text,
    /// Whatever Graphviz knows under this name, such as `pdf`. It is asked to draw, and must be installed.
    Other(String),
}

/// What a file's name doesn't tell.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{path}` has no ending that names a format: take {KNOWN}, or any other that Graphviz knows")]
pub struct FormatError {
    path: String,
}

/// The endings of what needs no other program.
pub(super) const KNOWN: &str = ".svg, .png, .dot, .gv, .mmd, .mermaid, .json or .txt";

impl Format {
    /// By the ending of the file's name, in small letters or capitals; one that is not known here is left to Graphviz.
    /// An error if there is none.
    pub fn from_path(path: &Path) -> Result<Self, FormatError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
        let Some(ending) = ending.filter(|ending| !ending.is_empty()) else {
            return Err(FormatError { path: path.display().to_string() });
        };
        Ok(match &*ending {
            "dot" | "gv" => Format::Dot,
            "svg" => Format::Svg,
            "png" => Format::Png,
            "mmd" | "mermaid" => Format::Mermaid,
            "json" => Format::Json,
            "txt" => Format::Text,
            _ => Format::Other(ending),
        })
    }
}
