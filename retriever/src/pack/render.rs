//! Rendering: a pack as one text. Budgets are counted over exactly this.

use serde_json::json;

use super::{Format, PackItem};

/// The whole pack.
pub(super) fn pack(items: &[PackItem], format: Format) -> String {
    let blocks: Vec<String> = items.iter().map(|rendered| item(rendered, format)).collect();
    match format {
        Format::Markdown | Format::Xml => blocks.concat(),
        Format::Json => format!("[{}]", blocks.join(",")),
    }
}

/// One item, as it stands in the whole.
pub(super) fn item(item: &PackItem, format: Format) -> String {
    match format {
        Format::Markdown => markdown(item),
        Format::Xml => xml(item),
        Format::Json => json_object(item),
    }
}

fn markdown(item: &PackItem) -> String {
    let fence = "`".repeat(longest_backtick_run(&item.text).max(2) + 1);
    let symbol = if item.symbol.is_empty() { String::new() } else { format!(" `{}`", item.symbol) };
    format!(
        "### {}:{}-{}{symbol}\n{} ({})\n{fence}{}\n{}\n{fence}\n\n",
        item.path,
        item.start_line,
        item.end_line,
        item.reason,
        item.level.as_str(),
        item.language,
        item.text,
    )
}

fn longest_backtick_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

fn xml(item: &PackItem) -> String {
    format!(
        "<piece path=\"{}\" lines=\"{}-{}\" symbol=\"{}\" level=\"{}\" reason=\"{}\"><![CDATA[\n{}\n]]></piece>\n",
        xml_attribute(&item.path),
        item.start_line,
        item.end_line,
        xml_attribute(&item.symbol),
        item.level.as_str(),
        xml_attribute(&item.reason),
        item.text.replace("]]>", "]]]]><![CDATA[>"),
    )
}

fn xml_attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn json_object(item: &PackItem) -> String {
    json!({
        "path": &*item.path,
        "start_line": item.start_line,
        "end_line": item.end_line,
        "symbol": item.symbol,
        "level": item.level.as_str(),
        "reason": item.reason,
        "text": item.text,
    })
    .to_string()
}
