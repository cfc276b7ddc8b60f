//! What ruling files out by their trigrams costs and brings for a directory of source files: filters as the store
//! keeps them, exact posting lists in memory, and a tantivy index with one document a file.
//!
//! `cargo run --release -p contexd-store --example trigram_bench -- DIR`
//!
//! Prints for each the time to build it on one thread, its size, and how many files a literal leaves to be searched,
//! beside how many hold it. The literals are words of the files themselves, drawn at even distances.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench")]

#[path = "corpus/mod.rs"]
mod corpus;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use contexd_store::{Trigram, TrigramFilter};
use corpus::SourceFile;
use tantivy::schema::{FAST, INDEXED, Schema};
use tantivy::{Index, IndexWriter, TantivyDocument};

/// Words that are looked for.
const WORDS: usize = 400;

fn main() {
    let directory = std::env::args().nth(1).expect("a directory of source files");
    let files = corpus::read(Path::new(&directory));
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    let distinct: usize = files.iter().map(|file| trigrams(file).len()).sum();
    println!("{} files, {bytes} bytes, {distinct} distinct trigrams of files", files.len());
    let words = words(&files);
    filters(&files, &words);
    postings(&files);
    tantivy_index(&files);
}

/// The distinct trigrams of a file as numbers, letters in lower case as the filters have them.
fn trigrams(file: &SourceFile) -> BTreeSet<u32> {
    let number =
        |bytes: &[u8]| bytes.iter().fold(0, |all, byte| all << 8 | u32::from(byte.to_ascii_lowercase()));
    file.text.as_bytes().windows(3).map(number).collect()
}

/// Words of three and more letters, at even distances over all of them.
fn words(files: &[SourceFile]) -> Vec<&str> {
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let all =
        files.iter().flat_map(|file| file.text.split(move |c| !is_word(c))).filter(|word| word.len() > 2);
    let all: Vec<&str> = all.collect();
    all.iter().step_by((all.len() / WORDS).max(1)).copied().collect()
}

fn filters(files: &[SourceFile], words: &[&str]) {
    let began = Instant::now();
    let filters: Vec<TrigramFilter> =
        files.iter().map(|file| TrigramFilter::of(file.text.as_bytes())).collect();
    let built = began.elapsed();
    let bytes: usize = filters.iter().map(TrigramFilter::byte_len).sum();
    let (mut left, mut holding, mut took) = (0, 0, Duration::ZERO);
    for word in words {
        let wanted: Vec<Trigram> = Trigram::all_of(word.as_bytes()).collect();
        let began = Instant::now();
        left +=
            filters.iter().filter(|filter| wanted.iter().all(|&trigram| filter.may_hold(trigram))).count();
        took += began.elapsed();
        holding += files.iter().filter(|file| file.text.contains(word)).count();
    }
    let searched = words.len() * files.len();
    let of = |count: usize| 100.0 * count as f64 / searched as f64;
    println!(
        "filters: built in {built:?}, {bytes} bytes; of the files, {:.2} % are left to be searched and {:.2} % hold \
         the word; {:?} a word",
        of(left),
        of(holding),
        took / words.len() as u32
    );
}

fn postings(files: &[SourceFile]) {
    let began = Instant::now();
    let mut lists: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (number, file) in (0..).zip(files) {
        for trigram in trigrams(file) {
            lists.entry(trigram).or_default().push(number);
        }
    }
    let built = began.elapsed();
    // A list as it would be stored: the distance to the one before, seven bits a byte, and its trigram.
    let gap_bytes = |list: &[u32]| {
        let gaps = list.windows(2).map(|pair| pair[1] - pair[0]);
        list.first()
            .into_iter()
            .copied()
            .chain(gaps)
            .map(|gap| 1 + (gap.max(1).ilog2() / 7) as usize)
            .sum::<usize>()
    };
    let bytes: usize = lists.values().map(|list| 3 + gap_bytes(list)).sum();
    println!("posting lists: built in {built:?}, {bytes} bytes");
}

fn tantivy_index(files: &[SourceFile]) {
    let mut schema = Schema::builder();
    let (file_field, trigram_field) =
        (schema.add_u64_field("file", FAST), schema.add_u64_field("trigram", INDEXED));
    let temp = tempfile::tempdir().unwrap();
    let index = Index::create_in_dir(temp.path(), schema.build()).unwrap();
    let began = Instant::now();
    let mut writer: IndexWriter<TantivyDocument> = index.writer_with_num_threads(1, 64 << 20).unwrap();
    for (number, file) in (0..).zip(files) {
        let mut document = TantivyDocument::default();
        document.add_u64(file_field, number);
        trigrams(file).iter().for_each(|trigram| document.add_u64(trigram_field, (*trigram).into()));
        writer.add_document(document).unwrap();
    }
    writer.commit().unwrap();
    let built = began.elapsed();
    println!("tantivy: built in {built:?}, {} bytes", contexd_store::disk_bytes(temp.path()).unwrap());
}
