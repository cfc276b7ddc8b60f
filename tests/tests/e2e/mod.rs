//! The real program: started, spoken to over its socket or command line, stopped, killed.

mod background;
mod changes;
mod commands;
mod crashes;
mod grep;
mod measuring;
mod models;
mod packs;
mod query_log;
mod refusals;
mod service;

use contexd_tests::client::Client;
use contexd_tests::sandbox::{Daemon, Sandbox};
use contexd_tests::tree::Tree;

/// The small tree, indexed by a daemon of its own.
struct Served {
    tree: Tree,
    client: Client,
    _daemon: Daemon,
    sandbox: Sandbox,
}

fn served() -> Served {
    let sandbox = Sandbox::new();
    let tree = sandbox.tree("shop", SHOP);
    let daemon = sandbox.serve();
    let client = daemon.client();
    client.add(tree.root_text());
    Served { tree, client, _daemon: daemon, sandbox }
}

/// A small tree in several languages, with something skipped, something ignored, something hidden from no one.
const SHOP: &str = r#"
//- /src/cart.rs
//! The shopping cart.

/// One thing in the cart.
pub struct Line {
    /// What it is.
    pub article: String,
    /// How many of it.
    pub count: u32,
}

/// What a customer is about to buy.
pub struct Cart {
    lines: Vec<Line>,
}

impl Cart {
    /// Adds `count` pieces of `article`.
    pub fn add_line(&mut self, article: &str, count: u32) {
        self.lines.push(Line { article: article.to_owned(), count });
    }

    /// The sum of all prices, in cents.
    pub fn total_price(&self, prices: &crate::prices::PriceList) -> u64 {
        self.lines.iter().map(|line| prices.price_of(&line.article) * u64::from(line.count)).sum()
    }
}
//- /src/prices.rs
//! What things cost.

use std::collections::HashMap;

/// The price of each article, in cents.
pub struct PriceList {
    prices: HashMap<String, u64>,
}

impl PriceList {
    /// The price of `article`; zero when it is not for sale.
    pub fn price_of(&self, article: &str) -> u64 {
        self.prices.get(article).copied().unwrap_or(0)
    }
}
//- /web/checkout.py
"""The last step of a purchase."""


def charge_credit_card(card_number, amount):
    """Asks the bank to move the money."""
    return {"card": card_number[-4:], "amount": amount, "state": "charged"}
//- /web/basket.ts
export interface BasketView {
  title: string;
}

export function renderBasket(view: BasketView): string {
  return `<h1>${view.title}</h1>`;
}
//- /docs/returns.md
# Returning goods

Customers may send back what they bought within thirty days.
//- /.gitignore
/build/
//- /build/output.rs
pub fn never_indexed() {}
//- /Cargo.lock
version = 4
"#;
