//! Ends, expected and not: signals, a second daemon, kills in the middle of work.

use std::fmt::Write;

use contexd_proto::v1;
use contexd_tests::client::Client;
use contexd_tests::sandbox::{Daemon, Sandbox};
use contexd_tests::tree::Tree;
use rustix::process::Signal;

use super::SHOP;

/// Files of the tree that daemons are killed over: enough for several commits.
const FILES: u64 = 4_600;

/// A source file with a few functions, other ones for each number and edition.
fn source(number: u64, edition: &str) -> String {
    let mut text = format!("//! Module {number}, {edition} edition.\n\n");
    for function in 0..2 {
        let _ = writeln!(
            text,
            "/// Computes the {edition} value {function} of module {number}.\npub fn value_{number}_{function}_{edition}(seed: u64) -> u64 {{\n    let mixed = seed.rotate_left({function}) ^ {number};\n    mixed.wrapping_mul(31).wrapping_add({function})\n}}\n",
        );
    }
    text
}

fn write_sources(tree: &Tree, numbers: std::ops::Range<u64>, edition: &str) {
    for number in numbers {
        tree.write(&format!("part{}/module_{number}.rs", number % 40), source(number, edition));
    }
}

/// The digest that an index of `tree` has when nothing disturbs its making.
fn digest_of_a_fresh_build(tree: &Tree) -> String {
    let sandbox = Sandbox::new();
    let status = sandbox.run(&["index", "--no-daemon", "--json", tree.root_text()]).expect_code(0).json();
    assert_eq!(status["files_indexed"], FILES, "{status}");
    status["digest"].as_str().expect("a digest").to_owned()
}

/// Follows the status until the scan has done `enough` files. Whether it was still going on then.
fn wait_for_progress(client: &Client, tree: &Tree, enough: u64) -> bool {
    let request = v1::WatchStatusRequest { repository: tree.root_text().to_owned(), min_interval_ms: 10 };
    let mut repositories = client.repositories();
    client.block_on(async {
        let mut stream =
            repositories.watch_status(request).await.expect("status can be watched").into_inner();
        while let Some(look) = stream.message().await.expect("the daemon runs") {
            let status = look.repository.expect("a look has a status");
            let done = status.progress.map_or(0, |progress| progress.done);
            if status.phase() == v1::Phase::Scanning && done >= enough {
                return true;
            }
            if status.phase() == v1::Phase::Idle && status.generation > 0 && status.pending == 0 {
                return false;
            }
        }
        false
    })
}

fn add_without_waiting(client: &Client, tree: &Tree) {
    let request = v1::AddRepositoryRequest { root: tree.root_text().to_owned(), ..Default::default() };
    let _ = client.wait(client.repositories().add(request)).expect("the repository can be added");
}

fn kill(mut daemon: Daemon) {
    let status = daemon.end_with(Signal::KILL);
    assert!(!status.success());
}

#[test]
fn killed_while_indexing_a_restart_ends_in_the_same_index() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("large", "");
    write_sources(&tree, 0..FILES, "first");
    let expected = digest_of_a_fresh_build(&tree);

    let mut interrupted = 0;
    for round in 0..4 {
        let daemon = sandbox.serve();
        let client = daemon.client();
        add_without_waiting(&client, &tree);
        interrupted += usize::from(wait_for_progress(&client, &tree, round * FILES / 4));
        kill(daemon);
    }
    assert!(interrupted > 0, "no kill came before the first scan was done");
    let daemon = sandbox.serve();
    let status = daemon.client().add(tree.root_text());
    assert_eq!((status.digest, status.files_indexed), (expected, FILES));
}

#[test]
fn killed_while_following_changes_a_restart_ends_in_the_same_index() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("large", "");
    write_sources(&tree, 0..FILES, "first");
    let daemon = sandbox.serve();
    daemon.client().add(tree.root_text());

    write_sources(&tree, 300..3_000, "second");
    kill(daemon);
    let expected = digest_of_a_fresh_build(&tree);
    let daemon = sandbox.serve();
    assert_eq!(daemon.client().status(tree.root_text()).digest, expected);
    assert_eq!(daemon.client().definitions(tree.root_text(), "value_500_0_first"), []);
    assert_eq!(daemon.client().definitions(tree.root_text(), "value_500_0_second").len(), 1);
}

#[test]
fn asked_to_stop_the_daemon_stops_with_success_and_knows_its_repositories_again() {
    for signal in [Signal::TERM, Signal::INT] {
        let sandbox = Sandbox::new();
        let tree = sandbox.tree("shop", SHOP);
        let mut daemon = sandbox.serve();
        let before = daemon.client().add(tree.root_text());
        assert_eq!(daemon.end_with(signal).code(), Some(0), "{}", daemon.log_text());
        assert!(!daemon.socket().exists(), "the socket is removed");

        let daemon = sandbox.serve();
        let after = daemon.client().status(tree.root_text());
        assert_eq!((after.digest, after.generation), (before.digest, before.generation));
    }
}

#[test]
fn what_changes_while_no_daemon_runs_is_found_by_the_next() {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let mut daemon = sandbox.serve();
    daemon.client().add(tree.root_text());
    assert!(daemon.end_with(Signal::TERM).success());

    tree.remove("web/checkout.py");
    tree.write("src/gift.rs", "pub fn wrap_as_gift() {}\n");
    let daemon = sandbox.serve();
    assert_eq!(daemon.client().definitions(tree.root_text(), "charge_credit_card"), []);
    assert_eq!(daemon.client().definitions(tree.root_text(), "wrap_as_gift").len(), 1);
}

#[test]
fn a_second_daemon_on_the_same_socket_is_refused() {
    let sandbox = Sandbox::new();
    let daemon = sandbox.serve();
    let second = sandbox.run(&["serve"]).expect_code(2);
    assert!(second.stderr.contains("error:") && second.stderr.contains("hint:"), "{second:?}");
    assert!(daemon.client().is_serving(), "the first one goes on");
}

#[test]
fn a_socket_that_a_killed_daemon_left_behind_is_taken_over() {
    let sandbox = Sandbox::new();
    kill(sandbox.serve());
    assert!(sandbox.socket().exists());
    assert!(sandbox.serve().client().is_serving());
}

#[test]
fn the_socket_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let sandbox = Sandbox::new();
    let daemon = sandbox.serve();
    let mode = |path: &std::path::Path| path.metadata().expect("it exists").permissions().mode() & 0o777;
    assert_eq!(mode(daemon.socket()), 0o600);
}
