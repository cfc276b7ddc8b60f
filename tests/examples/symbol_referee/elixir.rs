//! Where the strings of Elixir are: ctags reads each line by itself and takes the code in them for code.

/// Whether the line at `position` begins in a string, a heredoc or a sigil that a line above it opened.
pub(crate) fn begins_in_string(lines: &[&str], position: usize) -> bool {
    let mut scanner = Scanner::default();
    lines[..position].iter().for_each(|line| scanner.read(line));
    matches!(scanner.open.last(), Some(Open::Text { .. }))
}

/// What is open at a place in the text.
#[derive(Clone, Copy)]
enum Open {
    /// Braces around code, also those of an interpolation.
    Braces,
    /// A string, up to what closes it.
    Text { closing: &'static str, interpolates: bool },
}

/// Reads lines one after the other.
#[derive(Default)]
struct Scanner {
    open: Vec<Open>,
}

impl Scanner {
    fn read(&mut self, line: &str) {
        let mut at = 0;
        while at < line.len() {
            let (before, rest) = line.split_at(at);
            at += match self.open.last().copied() {
                Some(Open::Text { closing, interpolates }) => {
                    self.read_text(before, rest, closing, interpolates)
                }
                _ => self.read_code(before, rest),
            };
        }
    }

    /// Reads one step in a string; the number of bytes read.
    fn read_text(&mut self, before: &str, rest: &str, closing: &'static str, interpolates: bool) -> usize {
        let is_heredoc = closing.len() > 1;
        if let Some(escaped) = rest.strip_prefix('\\') {
            1 + first_length(escaped)
        } else if interpolates && rest.starts_with("#{") {
            self.open.push(Open::Braces);
            2
        } else if rest.starts_with(closing) && (!is_heredoc || before.trim().is_empty()) {
            self.open.pop();
            closing.len()
        } else {
            first_length(rest)
        }
    }

    /// Reads one step outside strings; the number of bytes read.
    fn read_code(&mut self, before: &str, rest: &str) -> usize {
        match rest.as_bytes()[0] {
            b'#' => return rest.len(),
            b'{' => self.open.push(Open::Braces),
            b'}' => {
                self.open.pop();
            }
            // `?"` is a character
            b'?' if !before.ends_with(|c: char| c.is_alphanumeric() || c == '_') => {
                let escape = usize::from(rest[1..].starts_with('\\'));
                return 1 + escape + first_length(&rest[1 + escape..]);
            }
            b'~' => {
                let name = rest[1..].bytes().take_while(u8::is_ascii_alphanumeric).count();
                let interpolates = rest[1..].starts_with(|c: char| c.is_ascii_lowercase());
                let closing = closing_of(&rest[1 + name..]).filter(|_| name > 0);
                self.open.extend(closing.map(|closing| Open::Text { closing, interpolates }));
                return 1 + name + closing.map_or(0, str::len);
            }
            b'"' | b'\'' => {
                let closing = closing_of(rest).unwrap_or("\"");
                self.open.push(Open::Text { closing, interpolates: true });
                return closing.len();
            }
            _ => {}
        }
        first_length(rest)
    }
}

/// What closes the string or sigil whose delimiter `text` begins with.
fn closing_of(text: &str) -> Option<&'static str> {
    const DELIMITERS: [(&str, &str); 10] = [
        ("\"\"\"", "\"\"\""),
        ("'''", "'''"),
        ("\"", "\""),
        ("'", "'"),
        ("/", "/"),
        ("|", "|"),
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("<", ">"),
    ];
    DELIMITERS.iter().find(|(opening, _)| text.starts_with(opening)).map(|(_, closing)| *closing)
}

/// The length of the first character.
fn first_length(text: &str) -> usize {
    text.chars().next().map_or(0, char::len_utf8)
}
