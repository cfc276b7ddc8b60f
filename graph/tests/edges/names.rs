//! Names that are not what they seem: shadowed, ambiguous, known to the whole repository only.

use expect_test::expect;

use crate::fixture::check;

#[test]
fn ambiguous_names_say_so() {
    check(
        "
//- a.rb
class A
  def close; end
end
//- b.rb
class B
  def close; end
  def only; end
end
//- use.rb
def work(thing)
  thing.close
  thing.only
  thing.nothing
end
",
        &expect![[r#"
            use.rb:3 call thing.only unique_name b.rb:3 B.only
        "#]],
    );
}

#[test]
fn locals_and_parameters_hide_definitions() {
    check(
        "
//- main.py
def run(): ...

def with_parameter(run):
    run()

def with_local():
    run = object()
    run()

def plain():
    run()

class Holder:
    def run(self):
        run()
//- main.ts
function run() {}
function withParameter(run: () => void) { run() }
const callback = (run: any) => run();
const holder = { run() { run() } };
",
        &expect![[r#"
            main.py:11 call run exact main.py:1 run
            main.py:15 call run exact main.py:1 run
            main.ts:4 call run exact main.ts:1 run
        "#]],
    );
}

#[test]
fn documents_mention_definitions() {
    check(
        "
//- README.md
# Guide

Use `Client.connect` and then `send_request()`.
//- client.py
class Client:
    def connect(self): ...

def send_request(): ...
",
        &expect![[r#"
            README.md:3 mention Client.connect unique_name client.py:2 Client.connect
            README.md:3 mention send_request unique_name client.py:4 send_request
        "#]],
    );
}

#[test]
fn a_module_and_a_function_share_a_name() {
    check(
        "
//- src/lib.rs
mod spawn;
pub use spawn::spawn;
mod user;
fn start() { spawn(); }
//- src/spawn.rs
pub fn spawn() {}
//- src/user.rs
use crate::spawn;
fn start() { spawn(); crate::spawn::spawn(); }
",
        &expect![[r#"
            src/lib.rs:2 imports src/spawn.rs
            src/lib.rs:4 call spawn exact src/spawn.rs:1 spawn
            src/user.rs:1 imports src/lib.rs
            src/user.rs:1 imports src/spawn.rs
            src/user.rs:2 call spawn exact src/spawn.rs:1 spawn
            src/user.rs:2 call crate.spawn.spawn exact src/spawn.rs:1 spawn
        "#]],
    );
}
