//! Places in error output: the frames of stack traces and the positions of compilers' messages.
//!
//! Read by the forms in which the tools of the common languages write a file with a line. What a form takes for a
//! place counts only where the repository has such a file, so a form may be wide.

use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Places taken from one text; a log may hold thousands.
const MAX_FRAMES: usize = 64;

/// A file with a line that error output names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    /// The path as written, with `/`; more or fewer leading directories than the repository has.
    pub(crate) path: String,
    /// Line, 1-based.
    pub(crate) line: u32,
}

/// How a form's places are ordered in a trace.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// The innermost call, or the first message, comes first.
    InnermostFirst,
    /// The innermost call comes last, as in Python.
    InnermostLast,
}

/// A form in which tools write a place: groups `path` and `line`, perhaps `class` for the dotted name around it.
struct Form {
    pattern: Regex,
    order: Order,
}

/// The forms, the more particular ones first: the first one that matches a line reads it.
static FORMS: LazyLock<[Form; 6]> = LazyLock::new(|| {
    let form = |pattern: &str, order| Form {
        pattern: Regex::new(pattern).expect("invariant: a test compiles the forms"),
        order,
    };
    [
        // Python: File "a/b.py", line 3, in name
        form(r#"File "(?P<path>[^"]+)", line (?P<line>\d+)"#, Order::InnermostLast),
        // C#: at A.B.C() in /a/b.cs:line 3
        form(r"\bin (?P<path>(?:[A-Za-z]:)?[^:]+):line (?P<line>\d+)", Order::InnermostFirst),
        // PHP: in /a/b.php on line 3
        form(r"\bin (?P<path>\S+) on line (?P<line>\d+)", Order::InnermostFirst),
        // Java, Kotlin, Scala: at a.b.Class.method(File.java:3)
        form(
            r"(?P<class>[\w$./<>-]+)\((?P<path>[\w$-]+\.[A-Za-z]\w*):(?P<line>\d+)\)",
            Order::InnermostFirst,
        ),
        // TypeScript, MSVC, C#, PHP: a/b.ts(3,7): error
        form(
            r#"(?P<path>[^\s:()'"`]+\.[A-Za-z]\w{0,7})\((?P<line>\d+)(?:[,:]\d+)?\)"#,
            Order::InnermostFirst,
        ),
        // Nearly all others: a/b.rs:3:7
        form(r#"(?P<path>[^\s:()'"`<>]+\.[A-Za-z]\w{0,7}):(?P<line>\d+)\b"#, Order::InnermostFirst),
    ]
});

/// The places in `text`, the innermost of each trace first, without repetitions.
pub(crate) fn frames(text: &str) -> Vec<Frame> {
    let mut frames: Vec<Frame> = Vec::new();
    // Frames that wait until the innermost of their trace is known.
    let mut outer: Vec<Frame> = Vec::new();
    for line in text.lines() {
        let read = FORMS.iter().find_map(|form| Some((frame(&form.pattern.captures(line)?)?, form.order)));
        match read {
            Some((frame, Order::InnermostLast)) => outer.push(frame),
            Some((frame, Order::InnermostFirst)) => frames.push(frame),
            // A trace's frames are indented; what is not ends it.
            None if !line.starts_with([' ', '\t']) => frames.extend(outer.drain(..).rev()),
            None => {}
        }
    }
    frames.extend(outer.into_iter().rev());
    without_repetitions(frames)
}

fn frame(captures: &Captures<'_>) -> Option<Frame> {
    let line = captures["line"].parse().ok().filter(|line| *line > 0)?;
    let written = captures["path"].replace('\\', "/");
    let path = match captures.name("class") {
        Some(class) => path_of_class(class.as_str(), &written),
        // What is left of `file:///a`, and `./a`.
        None => written.trim_start_matches("//").trim_start_matches("./").to_owned(),
    };
    Some(Frame { path, line })
}

/// `a/b/File.java` for the method `a.b.Class.method` in `File.java`: the package is what stands before the first part
/// that is capitalised.
fn path_of_class(method: &str, file: &str) -> String {
    let without_module = method.rsplit('/').next().unwrap_or(method);
    let packages = without_module.split('.').take_while(|part| !part.starts_with(char::is_uppercase));
    let mut path: String = packages.flat_map(|package| [package, "/"]).collect();
    path.push_str(file);
    path
}

fn without_repetitions(frames: Vec<Frame>) -> Vec<Frame> {
    let mut distinct: Vec<Frame> = Vec::new();
    for frame in frames {
        if distinct.len() < MAX_FRAMES && !distinct.contains(&frame) {
            distinct.push(frame);
        }
    }
    distinct
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<(String, u32)> {
        frames(text).into_iter().map(|frame| (frame.path, frame.line)).collect()
    }

    fn one(path: &str, line: u32) -> Vec<(String, u32)> {
        vec![(path.to_owned(), line)]
    }

    #[test]
    fn python_traces_end_in_the_innermost_call() {
        let text = "Traceback (most recent call last):\n  File \"/app/main.py\", line 3, in <module>\n    run()\n  \
                    File \"/app/run.py\", line 9, in run\n    raise ValueError\nValueError\n";
        assert_eq!(places(text), [("/app/run.py".to_owned(), 9), ("/app/main.py".to_owned(), 3)]);
    }

    #[test]
    fn each_tool_has_its_form() {
        let cases = [
            ("  --> src/lib.rs:10:5", "src/lib.rs", 10),
            ("thread 'main' panicked at src/main.rs:4:9:", "src/main.rs", 4),
            ("             at ./src/run.rs:12:5", "src/run.rs", 12),
            ("    at Router.handle (/app/lib/router.js:175:12)", "/app/lib/router.js", 175),
            ("    at file:///app/src/a.mjs:3:1", "/app/src/a.mjs", 3),
            ("src/a.ts(10,5): error TS2304: Cannot find name", "src/a.ts", 10),
            ("\tat org.acme.io.Reader$Inner.read(Reader.java:88)", "org/acme/io/Reader.java", 88),
            ("\tat java.base/java.util.ArrayList.get(ArrayList.java:427)", "java/util/ArrayList.java", 427),
            ("\t/home/me/srv/conn.go:31 +0x1d", "/home/me/srv/conn.go", 31),
            ("   at Acme.Web.Startup.Run() in C:\\web\\Startup.cs:line 42", "C:/web/Startup.cs", 42),
            ("Startup.cs(7,13): error CS0103: The name", "Startup.cs", 7),
            ("lib/job.rb:20:in 'Job#run': undefined method", "lib/job.rb", 20),
            ("PHP Fatal error: Uncaught Error in /srv/a.php on line 5", "/srv/a.php", 5),
            ("#0 /srv/b.php(14): load()", "/srv/b.php", 14),
            ("src/list.c:77:12: error: expected ';'", "src/list.c", 77),
            ("    #1 0x4f in push /w/src/list.cc:30:3", "/w/src/list.cc", 30),
            ("e: file:///w/src/Main.kt:6:13 Unresolved reference", "/w/src/Main.kt", 6),
        ];
        for (text, path, line) in cases {
            assert_eq!(places(text), one(path, line), "{text}");
        }
    }

    #[test]
    fn prose_has_no_places() {
        assert_eq!(places("at 10:30 we saw ratio 3.5:1, see version 2.0 (3)"), []);
        assert_eq!(places("File \"a.py\", line 0"), []);
    }

    #[test]
    fn a_log_is_cut() {
        let text: String = (1..500).map(|line| format!("a.c:{line}: warning\n")).collect();
        assert_eq!(places(&text).len(), MAX_FRAMES);
    }
}
