//! A tree of files that searches stumble over: line ends of all sorts, bytes that are no UTF-8, marks of byte order,
//! lines without end, NUL bytes early and late, files that the index skips.

use super::Numbers;

/// Words that the files are made of.
const WORDS: [&str; 28] = [
    "let",
    "fn",
    "return",
    "String",
    "string",
    "STRING",
    "config_path",
    "ConfigPath",
    "x1",
    "value",
    "größe",
    "GRÖSSE",
    "Straße",
    "naïve",
    "日本語",
    "émigré",
    "k",
    "K",
    "\u{212a}",
    "s\u{17f}s",
    "foo",
    "foobar",
    "barfoo",
    "()",
    "{}",
    "->",
    "0x1F",
    "3.14",
];

/// The files: path and bytes.
pub(super) fn files(numbers: &mut Numbers) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> =
        texts(numbers).into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
    let special: [(&str, Vec<u8>); 14] = [
        ("empty.rs", Vec::new()),
        ("only-line-feed.rs", b"\n".to_vec()),
        ("no-end.txt", b"first foo\nlast foobar".to_vec()),
        ("old-mac.txt", b"one foo\rtwo foo\rthree".to_vec()),
        ("latin1.txt", b"caf\xE9 foo\ngr\xF6\xDFe\n\xFF\xFE not a mark\n".to_vec()),
        (
            "broken/truncated.txt",
            [b"foobar \xE6\x97".to_vec(), b"\nnext \xE6\x97\xA5 foo\n".to_vec()].concat(),
        ),
        ("utf8-mark.txt", "\u{feff}foo at the start\nGRÖSSE\n".as_bytes().to_vec()),
        ("utf16.txt", utf16("foo in sixteen bits\nStraße 日本語\r\nend")),
        ("binary.dat", b"foo before\nvalue\0foo after\nfoo again\n".to_vec()),
        ("late-nul.txt", [wide_lines("foo bar value ", 900), b"x\0y foo\n".to_vec()].concat()),
        ("Cargo.lock", b"name = \"foo\"\nversion = \"3.14\"\n".to_vec()),
        ("min/app.min.js", b"var foo=1,foobar=2;function value(){return foo}".repeat(60)),
        ("large.log", wide_lines("2024-01-01 value=17 foo, ", 5_000)),
        ("wide.txt", [b"foo ".repeat(30_000), b"needle\nfoo\n".to_vec()].concat()),
    ];
    files.extend(special.map(|(path, bytes)| (path.to_owned(), bytes)));
    files
}

fn wide_lines(text: &str, count: usize) -> Vec<u8> {
    format!("{}\n", text.repeat(10)).repeat(count).into_bytes()
}

fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xFEFF).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// The ordinary files among them: paths and texts.
pub(super) fn texts(numbers: &mut Numbers) -> Vec<(String, String)> {
    let folders = ["", "src/", "src/deep/er/", "tests/", "größe/", ".hidden/", "a b/"];
    let endings = ["rs", "py", "md", "txt", "js", "c"];
    let name = |number: usize, numbers: &mut Numbers| {
        format!("{}file{number}.{}", numbers.pick(&folders), numbers.pick(&endings))
    };
    (0..70).map(|number| (name(number, numbers), text(numbers))).collect()
}

fn text(numbers: &mut Numbers) -> String {
    let line_end = if numbers.one_in(4) { "\r\n" } else { "\n" };
    // Each file knows some of the words only, so that there is something to rule out.
    let known: Vec<&str> = (0..6).map(|_| numbers.pick(&WORDS)).collect();
    let mut text = String::new();
    for _ in 0..numbers.below(60) {
        text.push_str(&" ".repeat(numbers.below(3) * 4));
        for _ in 0..numbers.below(7) {
            text.push_str(numbers.pick(&known));
            text.push_str(numbers.pick(&[" ", "", "_", ".", "; ", "\t", " = "]));
        }
        if numbers.one_in(3) {
            text.push_str(&format!("id{}", numbers.below(5_000)));
        }
        text.push_str(line_end);
    }
    if numbers.one_in(5) {
        text.truncate(text.trim_end().len());
    }
    text
}
