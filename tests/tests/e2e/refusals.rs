//! What the service refuses, with which code, and that it says why.

use contexd_proto::v1;
use tonic::{Code, Response, Status};

use super::{Served, served};

impl Served {
    fn search(&self) -> v1::SearchRequest {
        v1::SearchRequest {
            repository: self.tree.root_text().to_owned(),
            query: "cart".to_owned(),
            ..Default::default()
        }
    }

    fn outline(&self, path: &str) -> v1::GetOutlineRequest {
        let repository = self.tree.root_text().to_owned();
        v1::GetOutlineRequest { repository, path: path.to_owned(), ..Default::default() }
    }

    /// Checks that `call` is refused with `code` and a message.
    fn check_refused<T: std::fmt::Debug>(
        &self,
        code: Code,
        call: impl Future<Output = Result<Response<T>, Status>>,
    ) {
        let refusal = self.client.wait(call).expect_err("it is refused");
        assert_eq!(refusal.code(), code, "{refusal:?}");
        assert!(refusal.message().len() > 10, "says why: {refusal:?}");
    }
}

#[test]
fn what_is_not_available_yet_says_so() {
    let served = served();
    let mut overlays = served.client.overlays();
    served.check_refused(Code::Unimplemented, overlays.open(v1::OpenOverlayRequest::default()));
    served.check_refused(Code::Unimplemented, overlays.update(v1::UpdateOverlayRequest::default()));
    served.check_refused(Code::Unimplemented, overlays.close(v1::CloseOverlayRequest::default()));
}

#[test]
fn bad_questions_are_invalid_arguments() {
    let served = served();
    let mut searching = served.client.searching();
    let empty = v1::SearchRequest { query: String::new(), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(empty));
    let blank = v1::SearchRequest { query: " \n\t".to_owned(), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(blank));
    served
        .check_refused(Code::InvalidArgument, served.client.packing().explain(v1::ExplainRequest::default()));
    let too_long = v1::SearchRequest { query: "word ".repeat(20_000), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(too_long));
    let bad_glob = v1::Filter { include: vec!["src/[".to_owned()], ..Default::default() };
    let bad_glob = v1::SearchRequest { filter: Some(bad_glob), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(bad_glob));
    let bad_kind = v1::Filter { kinds: vec!["gadget".to_owned()], ..Default::default() };
    let bad_kind = v1::SearchRequest { filter: Some(bad_kind), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(bad_kind));
    let session = v1::SearchRequest { session: "s".to_owned(), ..served.search() };
    served.check_refused(Code::Unimplemented, searching.search(session));
    let no_name = v1::SearchSymbolsRequest { repository: served.search().repository, ..Default::default() };
    served.check_refused(Code::InvalidArgument, searching.search_symbols(no_name));
    let no_question =
        v1::AssembleContextRequest { repository: served.search().repository, ..Default::default() };
    served.check_refused(Code::InvalidArgument, served.client.packing().assemble_context(no_question));
}

#[test]
fn unknown_repositories_and_files_are_not_found() {
    let served = served();
    let mut searching = served.client.searching();
    let elsewhere = v1::SearchRequest { repository: "/nowhere/at/all".to_owned(), ..served.search() };
    served.check_refused(Code::NotFound, searching.search(elsewhere));
    served.check_refused(Code::NotFound, searching.get_outline(served.outline("src/absent.rs")));
    let absent = v1::AddRepositoryRequest { root: "/nowhere/at/all".to_owned(), ..Default::default() };
    served.check_refused(Code::NotFound, served.client.repositories().add(absent));
    let relative = v1::AddRepositoryRequest { root: "shop".to_owned(), ..Default::default() };
    served.check_refused(Code::InvalidArgument, served.client.repositories().add(relative));
}

#[test]
fn paths_never_leave_the_root() {
    let served = served();
    std::fs::write(served.tree.root().parent().unwrap().join("secret.rs"), "pub fn outside() {}\n").unwrap();
    std::os::unix::fs::symlink("../secret.rs", served.tree.root().join("link.rs")).unwrap();
    let mut searching = served.client.searching();
    for path in ["../secret.rs", "src/../../secret.rs", "/etc/hostname", "src/cart.rs/../../../secret.rs"] {
        served.check_refused(Code::InvalidArgument, searching.get_outline(served.outline(path)));
    }
    assert_eq!(served.client.definitions(served.tree.root_text(), "outside"), []);
    let focus = v1::Focus { path: "../secret.rs".to_owned(), line: 1 };
    let request = v1::SearchRequest { focus: Some(focus), ..served.search() };
    served.check_refused(Code::InvalidArgument, searching.search(request));
}

#[test]
fn broad_roots_need_permission() {
    let served = served();
    let mut repositories = served.client.repositories();
    for root in ["/", served.sandbox.path("home").to_str().unwrap()] {
        let request = v1::AddRepositoryRequest { root: root.to_owned(), ..Default::default() };
        served.check_refused(Code::FailedPrecondition, repositories.add(request));
    }
}

#[test]
fn limits_that_were_reached_are_noticed() {
    let served = served();
    let request = v1::SearchRequest { limit: 100_000, ..served.search() };
    let reply = served.client.wait(served.client.searching().search(request)).unwrap();
    let codes: Vec<String> = reply.meta.unwrap().notices.into_iter().map(|notice| notice.code).collect();
    assert_eq!(codes, ["limit_capped"]);
}
