//! A terminal's screen as a picture.

use std::fmt::Write;

use vt100::{Cell, Color, Screen};

/// A character's width and a line's height, in pixels.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 19.0;
const MARGIN: f32 = 16.0;

/// Text, and the terminal's first sixteen colours, on dark paper.
const PLAIN: &str = "#e6edf3";
const COLORS: [&str; 16] = [
    "#6e7681", "#ff7b72", "#7ee2a0", "#e3b341", "#79c0ff", "#d2a8ff", "#5cd0dc", "#e6edf3", "#8b949e", "#ffa198",
    "#a6e3b4", "#f2cc60", "#a5d6ff", "#e2c5ff", "#8ee3ec", "#ffffff",
];

/// What is on the screen as an SVG, below the command that was typed: as wide as the screen, and as high as what is on it.
/// Each line is one `text`. It is dark whatever is around it, as terminals are.
pub fn svg(screen: &Screen, command: &str) -> String {
    let (_, columns) = screen.size();
    let rows: Vec<_> = screen.rows(0, columns).collect();
    let lines = rows.iter().rposition(|row| !row.trim().is_empty()).map_or(0, |last| last + 1);
    let lines = u16::try_from(lines).expect("no more than the screen has");
    let (width, height) =
        ((f32::from(columns) * WIDTH + 2.0 * MARGIN).ceil(), f32::from(lines + 1) * HEIGHT + 2.0 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\" aria-labelledby=\"title\" font-size=\"14\" \
         font-family=\"ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace\">\n\
         <title id=\"title\">{}</title>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"#14181d\" stroke=\"#39424c\"/>\n",
        escaped(command),
        width - 1.0,
        height - 1.0,
    );
    let mut line = |number: u16, runs: &[Run]| {
        let y = MARGIN + HEIGHT * (f32::from(number) + 0.75);
        let _ = write!(svg, "<text xml:space=\"preserve\" y=\"{y}\">");
        for run in runs {
            let x = MARGIN + f32::from(run.column) * WIDTH;
            let length = f32::from(run.columns) * WIDTH;
            let weight = if run.bold { " font-weight=\"bold\"" } else { "" };
            let _ = write!(
                svg,
                "<tspan x=\"{x:.1}\" textLength=\"{length:.1}\" fill=\"{}\"{weight}>{}</tspan>",
                run.color,
                escaped(&run.text)
            );
        }
        svg.push_str("</text>\n");
    };
    let typed = format!("$ {command}");
    let length = u16::try_from(typed.chars().count()).expect("a line");
    line(0, &[Run { column: 0, columns: length, color: COLORS[8], bold: false, text: typed }]);
    for row in 0..lines {
        line(row + 1, &runs(screen, row));
    }
    svg + "</svg>\n"
}

/// Neighbours that look the same.
struct Run {
    column: u16,
    columns: u16,
    color: &'static str,
    bold: bool,
    text: String,
}

fn runs(screen: &Screen, row: u16) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for column in 0..screen.size().1 {
        let Some(cell) = screen.cell(row, column) else { continue };
        let text = if cell.has_contents() { cell.contents() } else { " " };
        let (color, bold) = (color(cell), cell.bold());
        match runs.last_mut() {
            Some(run) if text == " " || (run.color == color && run.bold == bold) => {
                run.text.push_str(text);
                run.columns += 1;
            }
            _ => runs.push(Run { column, columns: 1, color, bold, text: text.to_owned() }),
        }
    }
    if let Some(last) = runs.last_mut() {
        last.text.truncate(last.text.trim_end().len());
        last.columns = u16::try_from(last.text.chars().count()).expect("no more than the screen has");
    }
    runs.retain(|run| run.columns > 0);
    runs
}

fn color(cell: &Cell) -> &'static str {
    match cell.fgcolor() {
        Color::Idx(index) => COLORS.get(usize::from(index)).copied().unwrap_or(PLAIN),
        Color::Default | Color::Rgb(..) => PLAIN,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
