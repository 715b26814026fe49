/// Names, and other texts, that mean something to whatever reads them.
pub fn hostile_names() -> Vec<String> {
    let mut names: Vec<String> = [
        "<script>alert('x')</script>",
        "</text></svg><b>",
        "say \"hi\" & 'bye' &lt; &#60; ]]>",
        "\u{1b}[31mred\u{1b}[0m\u{7}",
        "\u{1b}[2J\u{1b}]0;title\u{7}\u{9b}3A\u{7f}\u{8}",
        "one\ntwo\r\nthree\ttab",
        "\u{202e}gnp.exe\u{200f}\u{2066}",
        "\u{0}\u{fffe}\u{ffff}\u{2028}\u{feff}",
        "\\N \\n \\\" {of} <them> | ]",
        "n0 --> n1; end",
        "%%{init: {}}%%",
        "`**bold**` #quot; #35;",
        "1. - list",
        "字 🎬 ünïcödé مرحبا",
    ]
    .map(str::to_owned)
    .to_vec();
    names.push("x".repeat(10_000));
    names
}

/// How a hostile name is shown where it can't be to the letter.
pub fn spelt(name: &str) -> String {
    name.chars()
        .map(|character| match character {
            '\n' => "\\n".to_owned(),
            '\r' => "\\r".to_owned(),
            '\t' => " ".to_owned(),
            character if steers(character) => character.escape_unicode().to_string(),
            character => character.to_string(),
        })
        .collect()
}

/// How a hostile text is shown that may have several lines.
pub fn spelt_lines(text: &str) -> String {
    let spelt = |character: char| match character {
        '\n' | '\t' => character.to_string(),
        other => spelt(&other.to_string()),
    };
    text.chars().map(spelt).collect()
}

/// Panics if there is something in what is shown, besides newlines, that would steer whatever shows it.
#[track_caller]
pub fn harmless(shown: &str) {
    if let Some(at) = shown.find(|character| character != '\n' && steers(character)) {
        let around: String = shown[at..].chars().take(40).collect();
        panic!("it steers: {around:?}");
    }
}

/// What hostile names have of it.
fn steers(character: char) -> bool {
    character.is_control()
        || "\u{200e}\u{200f}\u{feff}\u{fffe}\u{ffff}".contains(character)
        || matches!(character, '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
