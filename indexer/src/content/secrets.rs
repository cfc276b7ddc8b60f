//! Files that may hold keys or passwords: by their name, or by material in a well-known format.
//!
//! Words like `password` mean nothing here: code and tests are full of them. Only what can be used as it stands
//! counts.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use regex::Regex;

/// Whole names of files that hold credentials.
const SECRET_NAMES: [&str; 21] = [
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".my.cnf",
    ".htpasswd",
    ".pypirc",
    ".git-credentials",
    ".dockercfg",
    ".boto",
    ".s3cfg",
    ".vault-token",
    "credentials",
    "credentials.json",
    "secring.gpg",
    ".terraformrc",
];

/// Extensions of keys and key stores.
const SECRET_EXTENSIONS: [&str; 9] = ["pem", "key", "p12", "pfx", "jks", "keystore", "kdbx", "ppk", "p8"];

/// What follows `.env.` in files that are meant to be read.
const EXAMPLE_SUFFIXES: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "schema", "tmpl"];

/// Whether the file's name alone says that it may hold a secret.
pub(super) fn is_secret_name(path: &str) -> bool {
    let file_name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let extension = file_name.rsplit_once('.').map(|(_, extension)| extension);
    SECRET_NAMES.contains(&file_name.as_str())
        || extension.is_some_and(|extension| SECRET_EXTENSIONS.contains(&extension))
        || is_environment(&file_name)
}

/// `.env`, `.env.local`, `prod.env`, but not `.env.example`.
fn is_environment(file_name: &str) -> bool {
    let is_example = EXAMPLE_SUFFIXES.iter().any(|suffix| file_name.contains(suffix));
    let is_environment = file_name == ".env"
        || file_name == ".envrc"
        || file_name.starts_with(".env.")
        || file_name.ends_with(".env");
    is_environment && !is_example
}

/// Shortest run of base64 that counts as key material.
const MIN_KEY_MATERIAL: usize = 40;

/// Whether the text holds a private key or a token in a well-known format.
pub(super) fn has_secret(text: &str) -> bool {
    secrets(text).next().is_some()
}

/// What stands in the place of a secret that was taken out.
const REDACTED: &str = "[redacted]";

/// `text` with each private key and each token of a well-known format replaced by `[redacted]`: the ones for which a
/// file is not indexed. A key goes with everything up to its footer; without one, up to the end of the text.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut rest = 0;
    for secret in secrets(text) {
        if secret.start >= rest {
            kept.push_str(&text[rest..secret.start]);
            kept.push_str(REDACTED);
            rest = secret.end;
        }
    }
    if rest == 0 {
        return Cow::Borrowed(text);
    }
    kept.push_str(&text[rest..]);
    Cow::Owned(kept)
}

/// Where private keys and tokens stand.
fn secrets(text: &str) -> impl Iterator<Item = Range<usize>> {
    candidates().find_iter(text).filter_map(|found| {
        if found.as_str().starts_with(KEY_HEADER) {
            let after = &text[found.end()..];
            return has_key_material(after).then(|| found.start()..found.end() + key_length(after));
        }
        let is_token = !starts_inside_word(text, found.start()) && !is_placeholder(found.as_str());
        is_token.then(|| found.range())
    })
}

/// How a private key begins, and how it ends.
const KEY_HEADER: &str = "-----BEGIN";
const KEY_FOOTER: &str = "-----END";

/// Length of a key after its header: with the line of its footer, or all there is.
fn key_length(after_header: &str) -> usize {
    let Some(footer) = after_header.find(KEY_FOOTER) else { return after_header.len() };
    let line = &after_header[footer..];
    let name = KEY_FOOTER.len();
    let dashes = line[name..].find("-----").map(|at| name + at + "-----".len());
    footer + dashes.unwrap_or(line.len())
}

/// Formats whose prefix belongs to one issuer and whose length is fixed.
fn candidates() -> &'static Regex {
    static CANDIDATES: OnceLock<Regex> = OnceLock::new();
    CANDIDATES.get_or_init(|| {
        let formats = [
            r"-----BEGIN (?:RSA |EC |DSA |OPENSSH |ENCRYPTED )?PRIVATE KEY-----",
            r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
            r"gh[pousr]_[0-9A-Za-z]{36}\b",
            r"github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}\b",
            r"glpat-[0-9A-Za-z_\-]{20}\b",
            r"xox[baprs]-[0-9]{10,13}-[0-9]{10,13}-[0-9A-Za-z\-]{20,}",
            r"npm_[0-9A-Za-z]{36}\b",
            r"(?:sk|rk)_live_[0-9A-Za-z]{24,}",
            r"AIza[0-9A-Za-z_\-]{35}\b",
            r"SG\.[0-9A-Za-z_\-]{22}\.[0-9A-Za-z_\-]{43}\b",
        ];
        Regex::new(&formats.join("|")).expect("invariant: a constant, compiled by the tests")
    })
}

/// Whether base64 follows a key's header, also inside a string literal with escaped line ends.
fn has_key_material(after_header: &str) -> bool {
    let after = &after_header[..after_header.floor_char_boundary(400)];
    let mut body = after.trim_start_matches("\\r");
    loop {
        let marks = |c: char| c.is_whitespace() || "\"'+,\\|*#/".contains(c);
        let trimmed = body.trim_start_matches("\\n").trim_start_matches(marks);
        let trimmed = if body.starts_with('\\') { trimmed.trim_start_matches(['n', 'r']) } else { trimmed };
        if trimmed.len() == body.len() {
            break;
        }
        body = trimmed;
    }
    let is_base64 = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let length = body.bytes().take_while(|byte| is_base64(byte)).count();
    length >= MIN_KEY_MATERIAL && !is_placeholder(&body[..length])
}

fn starts_inside_word(text: &str, start: usize) -> bool {
    text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_')
}

/// Whether a token is made up: it says so, or has too few different characters to be random.
fn is_placeholder(token: &str) -> bool {
    let lower = token.to_ascii_lowercase();
    let says_so = ["example", "xxxx", "0000", "1234567", "abcdef", "placeholder", "dummy"];
    let mut seen: Vec<u8> = lower.bytes().collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len() < 10 || says_so.iter().any(|word| lower.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let check = |path: &str, expected: bool| assert_eq!(is_secret_name(path), expected, "{path}");
        check("a/.env", true);
        check(".env.production", true);
        check(".env.example", false);
        check("prod.env", true);
        check("environment.rs", false);
        check("home/.ssh/id_rsa", true);
        check("id_rsa.rs", false);
        check("certs/server.KEY", true);
        check(".aws/credentials", true);
        check("src/credentials.rs", false);
        check("secrets.rs", false);
    }

    /// Joins the parts, so that this file holds no token itself.
    #[track_caller]
    fn check(parts: &[&str], expected: bool) {
        let text = parts.concat();
        assert_eq!(has_secret(&text), expected, "{text}");
    }

    const BASE64: &str = "MIIEpAIBAAKCAQEA0Zq8fTnVb7Jx2LkW9sYhUoGdRcE5mPiK3vNaQwXyBt";

    #[test]
    fn private_keys() {
        let header = ["-----BEGIN RSA PRIVATE", " KEY-----"].concat();
        check(&[&header, "\n", BASE64, "\n"], true);
        check(&[&header, "\\n", BASE64, "\\n"], true);
        check(&[&header, "\\n\" +\n    \"", BASE64, "\" +\n"], true);
        check(&["key = \"", &header, "\";"], false);
        check(&[&header, "\n...\n"], false);
    }

    #[test]
    fn redaction_takes_out_what_counts_as_a_secret_and_nothing_else() {
        let redacted = |parts: &[&str]| redact(&parts.concat()).into_owned();
        let token = ["gh", "p_x8Kq2LmV9rTzY4wNc7HbJ3sPfD6aGeU1iQoB"].concat();
        assert_eq!(
            redacted(&["push with ", &token, " fails, ", &token]),
            "push with [redacted] fails, [redacted]"
        );
        assert_eq!(redacted(&["password = hunter2"]), "password = hunter2");
        let header = ["-----BEGIN RSA PRIVATE", " KEY-----"].concat();
        let footer = ["-----END RSA PRIVATE", " KEY-----"].concat();
        assert_eq!(redacted(&["a ", &header, "\n", BASE64, "\n", &footer, " b"]), "a [redacted] b");
        assert_eq!(redacted(&["a ", &header, "\n", BASE64, "\nand on"]), "a [redacted]");
        assert_eq!(redacted(&["a ", &header, " b"]), ["a ", &header, " b"].concat());
    }

    #[test]
    fn tokens() {
        check(&["AK", "IAQ7RZX2MWVB5KTPLN"], true);
        check(&["AK", "IAIOSFODNN7EXAMPLE"], false);
        check(&["gh", "p_x8Kq2LmV9rTzY4wNc7HbJ3sPfD6aGeU1iQoB"], true);
        check(&["gh", "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"], false);
        check(&["password = \"hunter2\"; secret = \"s3cr3t\""], false);
        check(&["token: xo", "xb-123456789012-abc"], false);
    }
}
