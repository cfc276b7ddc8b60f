//! Where the log goes and in what form: standard error, text or JSON, filtered by `CONTEXD_LOG`.

use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::FmtSpan;

/// The environment variable that filters, in the syntax of `tracing` directives (`debug`, `contexd=trace,info`).
pub const FILTER_VARIABLE: &str = "CONTEXD_LOG";

/// The form of the log's lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// Starts logging for the whole process. `default_filter` holds where the environment says nothing, or nothing that
/// can be understood. A second call does nothing.
pub fn init(format: LogFormat, default_filter: &str) {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new(default_filter));
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_span_events(FmtSpan::NONE);
    let outcome = match format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    match outcome {
        Ok(()) => log_panics(),
        Err(error) => tracing::debug!(%error, "logging was started before"),
    }
}

/// Sends panics to the log like everything else.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let location = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no message");
        tracing::error!(location, panic = message, "panicked");
    }));
}
