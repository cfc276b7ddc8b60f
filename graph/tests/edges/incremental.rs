//! Following edits gives the graph that building anew gives.

use std::collections::BTreeMap;
use std::sync::Arc;

use contexd_graph::Graph;
use contexd_store::{FileEntry, Generation};
use proptest::prelude::*;

use crate::fixture::entry;

/// Paths that files come and go at: packages, modules beside them, nested ones.
const PATHS: [&str; 18] = [
    "app/__init__.py",
    "app/main.py",
    "app/util.py",
    "app/util/__init__.py",
    "src/app/util.py",
    "web/package.json",
    "web/src/index.ts",
    "web/src/util.ts",
    "web/src/util/index.ts",
    "tsconfig.json",
    "core/Cargo.toml",
    "core/src/lib.rs",
    "core/src/util.rs",
    "core/src/util/mod.rs",
    "go.mod",
    "pkg/a.go",
    "pkg/b.go",
    "README.md",
];

/// What files are made of, by suffix. The same few names everywhere, so that edits matter to others.
const SNIPPETS: [(&str, &[&str]); 7] = [
    (
        ".py",
        &[
            "from .util import *\n",
            "from . import util\n",
            "from app.util import Thing, make as build\n",
            "import app.util\n",
            "class Thing:\n    def run(self): ...\n",
            "class Other(Thing):\n    def stop(self):\n        self.run()\n        super().run()\n",
            "def make():\n    return Thing()\n",
            "def use(thing: Thing):\n    thing.run()\n    make().run()\n    app.util.make()\n    util.make()\n",
        ],
    ),
    (
        ".ts",
        &[
            "export * from \"./util\";\n",
            "import { Thing, make } from \"./util\";\n",
            "import { Thing } from \"web\";\n",
            "import { make } from \"@/util\";\n",
            "export class Thing { run() {} }\n",
            "export class Other extends Thing { stop() { this.run() } }\n",
            "export function make(): Thing { return new Thing() }\n",
            "export function use(thing: Thing) { thing.run(); make().run(); }\n",
        ],
    ),
    (
        ".rs",
        &[
            "mod util;\n",
            "use crate::util::*;\n",
            "use core::util::{Thing, make};\n",
            "pub struct Thing;\nimpl Thing { pub fn run(&self) {} }\n",
            "pub trait Run { fn run(&self); }\nimpl Run for Thing { fn run(&self) {} }\n",
            "pub fn make() -> Thing { Thing }\n",
            "fn apply(thing: &Thing) { thing.run(); make().run(); util::make(); }\n",
        ],
    ),
    (
        ".go",
        &[
            "package pkg\n",
            "type Thing struct{}\n",
            "func (t *Thing) Run() {}\n",
            "func Make() *Thing { return &Thing{} }\n",
            "func use(t *Thing) { t.Run(); Make().Run() }\n",
        ],
    ),
    (
        ".json",
        &[
            "{ \"name\": \"web\", \"version\": \"1\" }\n",
            "{ \"compilerOptions\": { \"paths\": { \"@/*\": [\"web/src/*\"] } } }\n",
        ],
    ),
    (".toml", &["[package]\nname = \"core\"\n", "[package]\nname = \"other\"\n"]),
    ("", &["module example.com/x\n", "# Things\n\nSee `Thing.run` and `make()`.\n"]),
];

/// A change of one file.
#[derive(Clone, Debug)]
enum Edit {
    /// The file at a path holds these snippets from now on.
    Write(usize, Vec<usize>),
    Remove(usize),
    /// The content moves to another path.
    Rename(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let path = 0..PATHS.len();
    prop_oneof![
        5 => (path.clone(), prop::collection::vec(0..16_usize, 1..5)).prop_map(|(at, parts)| Edit::Write(at, parts)),
        1 => path.clone().prop_map(Edit::Remove),
        1 => (path.clone(), path).prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

fn text_of(path: &str, parts: &[usize]) -> String {
    let (_, snippets) = SNIPPETS.iter().find(|(suffix, _)| path.ends_with(suffix)).unwrap();
    parts.iter().map(|part| snippets[part % snippets.len()]).collect()
}

#[derive(Default)]
struct Tree {
    files: BTreeMap<&'static str, Arc<FileEntry>>,
    next_id: u32,
}

impl Tree {
    fn apply(&mut self, edit: &Edit) {
        match edit {
            Edit::Write(at, parts) => self.write(PATHS[*at], &text_of(PATHS[*at], parts)),
            Edit::Remove(at) => drop(self.files.remove(PATHS[*at])),
            Edit::Rename(from, to) => {
                if let Some(old) = self.files.remove(PATHS[*from]) {
                    self.next_id += 1;
                    let id = contexd_store::FileId(self.next_id);
                    let moved = FileEntry { id, path: PATHS[*to].into(), ..(*old).clone() };
                    self.files.insert(PATHS[*to], Arc::new(moved));
                }
            }
        }
    }

    fn write(&mut self, path: &'static str, text: &str) {
        self.next_id += 1;
        self.files.insert(path, entry(self.next_id, path, text));
    }

    fn entries(&self) -> Vec<Arc<FileEntry>> {
        self.files.values().cloned().collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn a_followed_graph_is_a_built_one(batches in prop::collection::vec(prop::collection::vec(edit(), 1..4), 1..12)) {
        let mut tree = Tree::default();
        let mut graph = Graph::empty();
        for (number, batch) in (1..).zip(&batches) {
            batch.iter().for_each(|edit| tree.apply(edit));
            let entries = tree.entries();
            graph = graph.with_files(&entries, Generation(number));
            let built = Graph::empty().with_files(&entries, Generation(number));
            prop_assert_eq!(graph.dump(), built.dump());
        }
    }
}

/// A package's files are those of its language: one that turns into such a file joins those that import the package.
#[test]
fn a_file_that_changes_its_language_comes_and_goes() {
    let importer = entry(1, "app/util.py", "import app.util\n");
    let python = entry(2, "app/main.py", "x = 1\n");
    let go = FileEntry { path: "app/main.py".into(), ..(*entry(3, "pkg/a.go", "package pkg\n")).clone() };
    let files = [vec![Arc::clone(&importer), python], vec![importer, Arc::new(go)]];
    let followed = files.iter().fold(Graph::empty(), |graph, files| graph.with_files(files, Generation(1)));
    assert_eq!(followed.dump(), Graph::empty().with_files(&files[1], Generation(1)).dump());
}
