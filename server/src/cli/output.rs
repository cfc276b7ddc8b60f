//! Where output goes: data to stdout, as text for people or as JSON lines for scripts; notes to stderr.

use std::io::{self, IsTerminal, Write};

use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;

use crate::cli::error::CommandError;
use crate::settings::ColorWhen;

/// Version of the printed JSON. Grows when a field changes its meaning or goes; new fields do not change it.
pub(crate) const SCHEMA_VERSION: u32 = 1;

/// The styles of output for people; all of them plain when output is not coloured.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Palette {
    /// Paths and lines.
    pub(crate) place: Style,
    /// Names of symbols.
    pub(crate) name: Style,
    /// What is there to be looked up rather than read: kinds, scores, labels.
    pub(crate) faint: Style,
    /// States to be noticed: stale, degraded, failed.
    pub(crate) alert: Style,
}

impl Palette {
    /// The coloured palette.
    #[must_use]
    pub(crate) fn coloured() -> Self {
        Self {
            place: AnsiColor::Cyan.on_default(),
            name: Style::new().bold(),
            faint: Style::new().dimmed(),
            alert: AnsiColor::Yellow.on_default(),
        }
    }
}

/// Whether a stream is coloured, given what was asked for and whether the environment forbids it.
#[must_use]
pub(crate) fn is_coloured(when: ColorWhen, plain_environment: bool, is_terminal: bool) -> bool {
    match when {
        ColorWhen::Always => true,
        ColorWhen::Never => false,
        ColorWhen::Auto => is_terminal && !plain_environment,
    }
}

/// A printed JSON object: its schema version, then its fields.
#[derive(Serialize)]
struct Versioned<'a, T> {
    schema_version: u32,
    #[serde(flatten)]
    fields: &'a T,
}

/// `value` as one JSON object with its schema version.
pub(crate) fn to_json(value: &impl Serialize) -> serde_json::Result<String> {
    serde_json::to_string(&Versioned { schema_version: SCHEMA_VERSION, fields: value })
}

/// Prints data.
pub(crate) struct Printer {
    out: Box<dyn Write>,
    /// Whether data is printed as JSON.
    pub(crate) json: bool,
    /// The styles for people.
    pub(crate) palette: Palette,
}

impl Printer {
    /// Prints to stdout.
    #[must_use]
    pub(crate) fn to_stdout(json: bool, color: ColorWhen, plain_environment: bool) -> Self {
        let coloured = is_coloured(color, plain_environment, io::stdout().is_terminal());
        let palette = if coloured { Palette::coloured() } else { Palette::default() };
        Self { out: Box::new(io::BufWriter::new(io::stdout())), json, palette }
    }

    /// Prints one JSON object on a line of its own.
    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), CommandError> {
        writeln!(self.out, "{}", to_json(value)?)?;
        Ok(())
    }

    /// Prints text as it is.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CommandError> {
        self.bytes(text.as_bytes())
    }

    /// Prints bytes as they are.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) -> Result<(), CommandError> {
        self.out.write_all(bytes)?;
        Ok(())
    }

    /// Prints a rendered answer: JSON objects one a line, or the text for people.
    pub(crate) fn lines<T: Serialize>(
        &mut self,
        items: &[T],
        render: impl FnOnce(&[T], &Palette) -> String,
    ) -> Result<(), CommandError> {
        if self.json {
            return items.iter().try_for_each(|item| self.json(item));
        }
        let text = render(items, &self.palette);
        self.text(&text)
    }

    /// Prints one object: as JSON, or as text for people.
    pub(crate) fn object<T: Serialize>(
        &mut self,
        value: &T,
        render: impl FnOnce(&T, &Palette) -> String,
    ) -> Result<(), CommandError> {
        if self.json {
            return self.json(value);
        }
        let text = render(value, &self.palette);
        self.text(&text)
    }

    /// Hands over everything printed so far.
    pub(crate) fn flush(&mut self) -> Result<(), CommandError> {
        self.out.flush()?;
        Ok(())
    }
}

/// Tells people something about what goes on, on stderr, unless they want quiet.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Notes {
    /// Whether to say nothing.
    pub(crate) quiet: bool,
}

impl Notes {
    /// Says `message` on a line of stderr. A stderr that cannot be written to is not worth failing for.
    pub(crate) fn say(self, message: impl AsRef<str>) {
        if !self.quiet {
            let _ = writeln!(io::stderr(), "{}", message.as_ref());
        }
    }

    /// Whether a moving progress bar makes sense.
    #[must_use]
    pub(crate) fn animated(self) -> bool {
        !self.quiet && io::stderr().is_terminal()
    }
}

/// `count` with its thousands set off: 12,345.
#[must_use]
pub(crate) fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// `count` of a noun that takes an s: 1 file, 2,000 files.
#[must_use]
pub(crate) fn counted(count: u64, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", grouped(count))
}

/// A duration in milliseconds as people say it: 87 ms, 2.31 s, 3 min 5 s.
#[must_use]
pub(crate) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1_000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{:02} s", milliseconds % 1_000 / 10),
        60..3_600 => format!("{} min {} s", seconds / 60, seconds % 60),
        _ => format!("{} h {} min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

/// A size in bytes as people say it: 812 B, 3.4 MiB.
#[must_use]
pub(crate) fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1_024 {
        return format!("{bytes} B");
    }
    let mut tenths = bytes.saturating_mul(10) / 1_024;
    let mut unit = 0;
    while tenths >= 10_240 && unit + 1 < UNITS.len() {
        tenths /= 1_024;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn every_object_starts_with_its_schema_version() {
        #[derive(Serialize)]
        struct Thing {
            path: &'static str,
        }
        assert_eq!(to_json(&Thing { path: "a.rs" }).unwrap(), r#"{"schema_version":1,"path":"a.rs"}"#);
    }

    #[test]
    fn colour_needs_a_terminal_and_an_environment_that_allows_it() {
        let auto = |plain, terminal| is_coloured(ColorWhen::Auto, plain, terminal);
        assert_eq!([auto(false, true), auto(true, true), auto(false, false)], [true, false, false]);
        assert!(is_coloured(ColorWhen::Always, true, false) && !is_coloured(ColorWhen::Never, false, true));
    }

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!([grouped(7), grouped(1_234), grouped(1_234_567)], ["7", "1,234", "1,234,567"]);
        assert_eq!([counted(1, "file"), counted(2_000, "file")], ["1 file", "2,000 files"]);
        let durations = [duration(87), duration(2_314), duration(185_000), duration(7_500_000)];
        assert_eq!(durations, ["87 ms", "2.31 s", "3 min 5 s", "2 h 5 min"]);
        assert_eq!([size(812), size(3_565_158), size(1 << 40)], ["812 B", "3.3 MiB", "1.0 TiB"]);
    }
}
