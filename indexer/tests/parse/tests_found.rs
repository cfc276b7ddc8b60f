//! What is a test: by marks, by names, and what stands in one.

use contexd_indexer::{ParseBudget, parse_file};

/// The qualified names of what is a test in `text`.
fn tests_in(path: &str, text: &str) -> Vec<String> {
    let record = parse_file(path, text, &ParseBudget::default());
    let tests = record.symbols.iter().filter(|symbol| symbol.is_test);
    tests.map(|symbol| symbol.qualified_name.to_string()).collect()
}

#[test]
fn a_class_of_methods_with_the_names_of_tests_is_one_with_all_in_it() {
    let text = "class TestCart:\n    def make(self): pass\n    def test_total(self): pass\n\ndef test_free(): pass\n";
    assert_eq!(tests_in("cart.py", text), ["TestCart", "TestCart.make", "TestCart.test_total", "test_free"]);
}

#[test]
fn a_method_that_is_named_like_a_test_in_another_class_is_none() {
    let text = "class Flask:\n    def run(self): pass\n    def route(self): pass\n    def close(self): pass\n    \
                def test_client(self): pass\n";
    assert!(tests_in("app.py", text).is_empty());
}

#[test]
fn a_marked_method_makes_its_class_a_test() {
    let text = "class Cart {\n  void a() {}\n  void b() {}\n  void c() {}\n  @Test void total() {}\n}\n";
    assert_eq!(tests_in("Cart.java", text), ["Cart", "Cart.a", "Cart.b", "Cart.c", "Cart.total"]);
}
