"""What the steps of the training share: how text becomes words, and where a package belongs."""
import hashlib
import re

WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")
LONGEST_WORD = 40  # bytes of a word that are read, as in ../contexd-static/convert.py
RESERVED_TOKENS = 2  # padding and unknown


def words(text):
    """The words of `text`, lower-cased: what indexer/src/embed/words.rs gives."""
    return [word.lower()[:LONGEST_WORD] for word in WORD.findall(text)]


def package_key(package):
    """One name for a package, given as its archive is called, wherever it was published.

    Without registry, prefix of a distribution, version and marks.
    """
    file = package.rsplit("__", maxsplit=1)[-1]
    name = re.split(r"[_@]|-\d", file.lower(), maxsplit=1)[0]
    name = re.sub(r"^(golang-[a-z]+-[a-z0-9]+-|golang-|python-|python3-|node-|rust-|ruby-|haskell-|ocaml-|php-|lib)", "", name)
    return re.sub(r"[^a-z0-9]", "", name)


def is_held_out(package):
    """Whether a package is kept from training: one in twelve, by a hash of its key."""
    return int(hashlib.md5(package_key(package).encode()).hexdigest(), 16) % 12 == 0
