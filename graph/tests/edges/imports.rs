//! A fixture for each way in which imports lead to files.

use contexd_graph::Graph;
use contexd_store::Generation;
use expect_test::expect;

use crate::fixture::{check, entries};

#[test]
fn python() {
    check(
        "
//- src/shop/__init__.py
from . import tax
from .cart import Cart as Basket, total
//- src/shop/cart.py
import typing
from .tax import *
if typing.TYPE_CHECKING:
    from shop.user import User

class Cart:
    def add(self, user: \"User\"):
        user.greet()
        return rate()

def total(): ...
//- src/shop/tax.py
def rate(): ...
//- src/shop/user.py
class User:
    def greet(self): ...
//- src/shop/deep/inner.py
from ..cart import Cart
from ... import nothing
//- tests/test_shop.py
import shop
import shop.user as people
from shop import Basket, missing

def test_total():
    Basket().add(people.User())
    shop.total()
    shop.tax.rate()
    missing()
",
        &expect![[r#"
            src/shop/__init__.py:1 imports src/shop/tax.py
            src/shop/__init__.py:2 imports src/shop/cart.py
            src/shop/__init__.py:2 imports src/shop/cart.py
            src/shop/cart.py:2 imports src/shop/tax.py
            src/shop/cart.py:4 imports src/shop/user.py
            src/shop/cart.py:8 call user.greet scoped src/shop/user.py:2 User.greet
            src/shop/cart.py:9 call rate scoped src/shop/tax.py:1 rate
            src/shop/deep/inner.py:1 imports src/shop/cart.py
            tests/test_shop.py:1 imports src/shop/__init__.py
            tests/test_shop.py:2 imports src/shop/user.py
            tests/test_shop.py:3 imports src/shop/cart.py
            tests/test_shop.py:3 imports src/shop/__init__.py
            tests/test_shop.py:6 call Basket exact src/shop/cart.py:6 Cart
            tests/test_shop.py:6 call Basket().add exact src/shop/cart.py:7 Cart.add
            tests/test_shop.py:6 call people.User exact src/shop/user.py:1 User
            tests/test_shop.py:7 call shop.total exact src/shop/cart.py:11 total
            tests/test_shop.py:8 call shop.tax.rate exact src/shop/tax.py:1 rate
        "#]],
    );
}

#[test]
fn ecmascript() {
    check(
        r#"
//- tsconfig.json
{ "compilerOptions": { "baseUrl": ".", "paths": { "@lib/*": ["lib/*"] } } }
//- packages/core/package.json
{ "name": "@acme/core", "version": "1.0.0", "main": "dist/index.js" }
//- packages/core/src/index.ts
export * from "./shapes";
export { area as surface } from "./shapes";
import * as shapes from "./shapes.js";
export { shapes };
export default function main() {}
//- packages/core/src/shapes.ts
export class Circle { radius(): number { return 1 } }
export function area(): Circle { return new Circle() }
//- lib/text/index.ts
export const upper = (text: string) => text;
//- app/main.ts
import run, { Circle, surface as s, shapes } from "@acme/core";
import { upper } from "@lib/text";
import { area } from "../packages/core/src/shapes";
const circle = new Circle();
circle.radius();
s().radius();
shapes.area();
upper("a");
run();
area();
//- app/old.js
const { upper } = require("../lib/text");
const main = require("./main");
upper("a");
"#,
        &expect![[r#"
            packages/core/src/index.ts:1 imports packages/core/src/shapes.ts
            packages/core/src/index.ts:2 imports packages/core/src/shapes.ts
            packages/core/src/index.ts:3 imports packages/core/src/shapes.ts
            packages/core/src/index.ts:4 imports packages/core/src/shapes.ts
            packages/core/src/shapes.ts:2 type Circle exact packages/core/src/shapes.ts:1 Circle
            packages/core/src/shapes.ts:2 call Circle exact packages/core/src/shapes.ts:1 Circle
            app/main.ts:1 imports packages/core/src/index.ts
            app/main.ts:1 imports packages/core/src/shapes.ts
            app/main.ts:1 imports packages/core/src/shapes.ts
            app/main.ts:1 imports packages/core/src/shapes.ts
            app/main.ts:2 imports lib/text/index.ts
            app/main.ts:3 imports packages/core/src/shapes.ts
            app/main.ts:4 call Circle exact packages/core/src/shapes.ts:1 Circle
            app/main.ts:5 call circle.radius scoped packages/core/src/shapes.ts:1 Circle.radius
            app/main.ts:6 call s exact packages/core/src/shapes.ts:2 area
            app/main.ts:6 call s().radius scoped packages/core/src/shapes.ts:1 Circle.radius
            app/main.ts:7 call shapes.area exact packages/core/src/shapes.ts:2 area
            app/main.ts:8 call upper exact lib/text/index.ts:1 upper
            app/main.ts:9 call run exact packages/core/src/index.ts:5 main
            app/main.ts:10 call area exact packages/core/src/shapes.ts:2 area
            app/old.js:1 imports lib/text/index.ts
            app/old.js:1 imports lib/text/index.ts
            app/old.js:2 imports app/main.ts
            app/old.js:2 imports app/main.ts
        "#]],
    );
}

const RUST: &str = "
//- Cargo.toml
[workspace]
members = [\"core\", \"app\"]
//- core/Cargo.toml
[package]
name = \"shop-core\"
version = \"0.1.0\"
//- core/src/lib.rs
mod cart;
pub mod tax;
pub use cart::{Cart, total as sum};
//- core/src/cart.rs
use super::tax::{self, rate};
pub struct Cart { tax: tax::Tax }
impl Cart {
    pub fn new() -> Self { rate(); Self::default() }
    pub fn tax(&self) -> &tax::Tax { self.tax.check(); crate::tax::rate(); &self.tax }
}
pub fn total() {}
//- core/src/tax/mod.rs
pub mod deep;
pub struct Tax;
impl Tax { pub fn check(&self) {} }
pub fn rate() {}
//- core/src/tax/deep.rs
use super::Tax;
pub fn make() -> Tax { super::rate(); Tax }
//- app/Cargo.toml
[package]
name = \"app\"
version = \"0.1.0\"
//- app/src/main.rs
use shop_core::{Cart, sum, tax::deep};
use shop_core::tax::*;
mod inline {
    pub fn helper() { super::main() }
}
fn main() {
    let cart = Cart::new();
    cart.tax().check();
    sum();
    deep::make().check();
    rate();
    inline::helper();
}
";

#[test]
fn rust() {
    check(
        RUST,
        &expect![[r#"
            core/src/lib.rs:3 imports core/src/cart.rs
            core/src/lib.rs:3 imports core/src/cart.rs
            core/src/cart.rs:1 imports core/src/lib.rs
            core/src/cart.rs:1 imports core/src/tax/mod.rs
            core/src/cart.rs:2 type tax.Tax exact core/src/tax/mod.rs:2 Tax
            core/src/cart.rs:4 call rate exact core/src/tax/mod.rs:4 rate
            core/src/cart.rs:5 type tax.Tax exact core/src/tax/mod.rs:2 Tax
            core/src/cart.rs:5 call self.tax.check unique_name core/src/tax/mod.rs:3 Tax::check
            core/src/cart.rs:5 call crate.tax.rate exact core/src/tax/mod.rs:4 rate
            core/src/tax/deep.rs:1 imports core/src/tax/mod.rs
            core/src/tax/deep.rs:2 type Tax exact core/src/tax/mod.rs:2 Tax
            core/src/tax/deep.rs:2 call super.rate exact core/src/tax/mod.rs:4 rate
            app/src/main.rs:1 imports core/src/cart.rs
            app/src/main.rs:1 imports core/src/cart.rs
            app/src/main.rs:1 imports core/src/tax/mod.rs
            app/src/main.rs:2 imports core/src/lib.rs
            app/src/main.rs:4 call super.main exact app/src/main.rs:6 main
            app/src/main.rs:7 type Cart exact core/src/cart.rs:2 Cart
            app/src/main.rs:7 call Cart.new exact core/src/cart.rs:4 Cart::new
            app/src/main.rs:8 call cart.tax scoped core/src/cart.rs:2 Cart::tax
            app/src/main.rs:8 call cart.tax().check unique_name core/src/tax/mod.rs:3 Tax::check
            app/src/main.rs:9 call sum exact core/src/cart.rs:7 total
            app/src/main.rs:10 call deep.make exact core/src/tax/deep.rs:2 make
            app/src/main.rs:10 call deep.make().check scoped core/src/tax/mod.rs:3 Tax::check
            app/src/main.rs:11 call rate scoped core/src/tax/mod.rs:4 rate
            app/src/main.rs:12 call inline.helper exact app/src/main.rs:4 inline::helper
        "#]],
    );
}

#[test]
fn go() {
    check(
        "
//- go.mod
module example.com/shop/v2
//- cart/cart.go
package cart
import \"example.com/shop/v2/tax\"
type Cart struct { Tax *tax.Tax }
func New() (*Cart, error) { return &Cart{}, nil }
//- cart/add.go
package cart
func (c *Cart) Add() { c.Tax.Check(); c.total() }
func (c *Cart) total() { helper() }
func helper() {}
//- tax/tax.go
package tax
type Tax struct{}
func (t Tax) Check() {}
//- main.go
package main
import (
    basket \"example.com/shop/v2/cart\"
    . \"example.com/shop/v2/tax\"
    \"fmt\"
)
func main() {
    cart, err := basket.New()
    cart.Add()
    fmt.Println(err)
    var t Tax
    t.Check()
}
",
        &expect![[r#"
            cart/cart.go:2 imports tax/tax.go
            cart/cart.go:3 type tax.Tax exact tax/tax.go:2 tax.Tax
            cart/cart.go:4 type Cart exact cart/cart.go:3 cart.Cart
            cart/cart.go:4 type Cart exact cart/cart.go:3 cart.Cart
            cart/add.go:2 type Cart exact cart/cart.go:3 cart.Cart
            cart/add.go:2 call c.Tax.Check scoped tax/tax.go:3 tax.Tax.Check
            cart/add.go:2 call c.total scoped cart/add.go:3 cart.Cart.total
            cart/add.go:3 type Cart exact cart/cart.go:3 cart.Cart
            cart/add.go:3 call helper exact cart/add.go:4 cart.helper
            tax/tax.go:3 type Tax exact tax/tax.go:2 tax.Tax
            main.go:3 imports cart/cart.go
            main.go:3 imports cart/add.go
            main.go:4 imports tax/tax.go
            main.go:8 call basket.New exact cart/cart.go:4 cart.New
            main.go:9 call cart.Add scoped cart/add.go:2 cart.Cart.Add
            main.go:11 type Tax scoped tax/tax.go:2 tax.Tax
            main.go:12 call t.Check scoped tax/tax.go:3 tax.Tax.Check
        "#]],
    );
}

#[test]
fn java_kotlin_and_scala() {
    check(
        "
//- src/shop/Cart.java
package shop;
import shop.tax.Tax;
import static shop.tax.Rates.rate;
public class Cart extends Base {
    private final Tax tax = new Tax();
    void add() { tax.check(); this.tax.check(); rate(); log(); helper(); }
    private void helper() {}
}
//- src/shop/Base.java
package shop;
class Base { void log() {} }
//- src/shop/tax/Tax.java
package shop.tax;
public class Tax { public void check() {} }
//- src/shop/tax/Rates.java
package shop.tax;
public class Rates { public static int rate() { return 1; } }
//- src/app/Main.kt
package app
import shop.Cart
import shop.tax.*
fun main() {
    val cart = Cart()
    cart.add()
    val tax: Tax = Tax()
    tax.check()
    other()
}
//- src/app/Other.kt
package app
fun other() {}
//- src/app/Third.scala
package app
import shop.tax.{Tax => Duty}
object Third { def run(duty: Duty): Unit = duty.check() }
",
        &expect![[r#"
            src/shop/Cart.java:2 imports src/shop/tax/Tax.java
            src/shop/Cart.java:3 imports src/shop/tax/Rates.java
            src/shop/Cart.java:4 inherit Base exact src/shop/Base.java:2 shop.Base
            src/shop/Cart.java:5 type Tax exact src/shop/tax/Tax.java:2 shop.tax.Tax
            src/shop/Cart.java:5 call Tax exact src/shop/tax/Tax.java:2 shop.tax.Tax
            src/shop/Cart.java:6 call tax.check scoped src/shop/tax/Tax.java:2 shop.tax.Tax.check
            src/shop/Cart.java:6 call this.tax.check scoped src/shop/tax/Tax.java:2 shop.tax.Tax.check
            src/shop/Cart.java:6 call rate exact src/shop/tax/Rates.java:2 shop.tax.Rates.rate
            src/shop/Cart.java:6 call log exact src/shop/Base.java:2 shop.Base.log
            src/shop/Cart.java:6 call helper exact src/shop/Cart.java:7 shop.Cart.helper
            src/app/Main.kt:2 imports src/shop/Cart.java
            src/app/Main.kt:3 imports src/shop/tax/Tax.java
            src/app/Main.kt:3 imports src/shop/tax/Rates.java
            src/app/Main.kt:5 call Cart exact src/shop/Cart.java:4 shop.Cart
            src/app/Main.kt:6 call cart.add scoped src/shop/Cart.java:6 shop.Cart.add
            src/app/Main.kt:7 type Tax scoped src/shop/tax/Tax.java:2 shop.tax.Tax
            src/app/Main.kt:7 call Tax scoped src/shop/tax/Tax.java:2 shop.tax.Tax
            src/app/Main.kt:8 call tax.check scoped src/shop/tax/Tax.java:2 shop.tax.Tax.check
            src/app/Main.kt:9 call other exact src/app/Other.kt:2 app.other
            src/app/Third.scala:2 imports src/shop/tax/Tax.java
            src/app/Third.scala:3 type Duty exact src/shop/tax/Tax.java:2 shop.tax.Tax
            src/app/Third.scala:3 call duty.check scoped src/shop/tax/Tax.java:2 shop.tax.Tax.check
        "#]],
    );
}

#[test]
fn c_and_cpp() {
    check(
        "
//- include/shop/cart.h
#include \"tax.h\"
struct Cart { struct Tax *tax; };
void cart_add(struct Cart *cart);
//- include/shop/tax.h
#define RATE(x) (x)
struct Tax { int rate; };
static inline int tax_rate(struct Tax *tax) { return RATE(tax->rate); }
//- src/cart.c
#include <shop/cart.h>
static void helper(void) {}
void cart_add(struct Cart *cart) { helper(); tax_rate(cart->tax); }
//- src/other.c
static void helper(void) {}
void other(void) { helper(); }
//- src/list.hpp
#pragma once
namespace shop {
class List { public: void push(); int size() const { return count(); } private: int count() const; };
List make();
}
//- src/list.cpp
#include \"list.hpp\"
namespace shop {
void List::push() { size(); }
List make() { List list; list.push(); return list; }
}
//- src/main.cpp
#include \"list.hpp\"
int main() { shop::List list; list.push(); shop::make(); }
",
        &expect![[r#"
            include/shop/cart.h:1 imports include/shop/tax.h
            include/shop/cart.h:2 type Tax scoped include/shop/tax.h:2 Tax
            include/shop/cart.h:3 type Cart exact include/shop/cart.h:2 Cart
            include/shop/tax.h:3 type Tax exact include/shop/tax.h:2 Tax
            include/shop/tax.h:3 call RATE exact include/shop/tax.h:1 RATE
            src/cart.c:1 imports include/shop/cart.h
            src/cart.c:3 type Cart scoped include/shop/cart.h:2 Cart
            src/cart.c:3 call helper exact src/cart.c:2 helper
            src/cart.c:3 call tax_rate scoped include/shop/tax.h:3 tax_rate
            src/other.c:2 call helper exact src/other.c:1 helper
            src/list.hpp:3 call count exact src/list.hpp:3 shop::List::count
            src/list.hpp:4 type List exact src/list.hpp:3 shop::List
            src/list.cpp:1 imports src/list.hpp
            src/list.cpp:3 type List scoped src/list.hpp:3 shop::List
            src/list.cpp:3 call size exact src/list.hpp:3 shop::List::size
            src/list.cpp:4 type List scoped src/list.hpp:3 shop::List
            src/list.cpp:4 type List scoped src/list.hpp:3 shop::List
            src/list.cpp:4 call list.push scoped src/list.hpp:3 shop::List::push
            src/main.cpp:1 imports src/list.hpp
            src/main.cpp:2 type shop.List scoped src/list.hpp:3 shop::List
            src/main.cpp:2 call list.push scoped src/list.hpp:3 shop::List::push
            src/main.cpp:2 call shop.make scoped src/list.cpp:4 shop::make, src/list.hpp:4 shop::make
        "#]],
    );
}

#[test]
fn ruby() {
    check(
        "
//- lib/shop.rb
require_relative \"shop/cart\"
require \"shop/tax\"
module Shop
  def self.open
    Cart.new.add
  end
end
//- lib/shop/cart.rb
module Shop
  class Cart < Base
    include Countable
    def add
      rate
      Tax.new.check
    end
  end
end
//- lib/shop/tax.rb
module Shop
  class Tax
    def check; end
  end
  class Base
    def rate; end
  end
  module Countable; end
end
",
        &expect![[r#"
            lib/shop.rb:1 imports lib/shop/cart.rb
            lib/shop.rb:2 imports lib/shop/tax.rb
            lib/shop.rb:5 call Cart scoped lib/shop/cart.rb:2 Shop::Cart
            lib/shop.rb:5 call Cart.new.add scoped lib/shop/cart.rb:4 Shop::Cart.add
            lib/shop/cart.rb:2 inherit Base scoped lib/shop/tax.rb:5 Shop::Base
            lib/shop/cart.rb:3 inherit Countable scoped lib/shop/tax.rb:8 Shop::Countable
            lib/shop/cart.rb:6 call Tax scoped lib/shop/tax.rb:2 Shop::Tax
            lib/shop/cart.rb:6 call Tax.new.check scoped lib/shop/tax.rb:3 Shop::Tax.check
        "#]],
    );
}

#[test]
fn php() {
    check(
        r#"
//- composer.json
{ "autoload": { "psr-4": { "Shop\\": "src/" } } }
//- src/Cart.php
<?php
namespace Shop;
use Shop\Tax\Tax as Duty;
use function Shop\Tax\rate;
class Cart extends Base implements Countable {
    private Duty $tax;
    public function add(Duty $duty): self { $this->tax->check(); $duty->check(); rate(); parent::log(); return $this; }
    public static function make(): static { return new self(); }
}
//- src/Base.php
<?php
namespace Shop;
class Base { public function log(): void {} }
interface Countable {}
//- src/Tax/Tax.php
<?php
namespace Shop\Tax;
class Tax { public function check(): void {} }
function rate(): int { return 1; }
//- public/index.php
<?php
use Shop\Cart;
$cart = Cart::make();
$cart->add(new \Shop\Tax\Tax());
(new Cart())->add();
"#,
        &expect![[r#"
            src/Cart.php:3 imports src/Tax/Tax.php
            src/Cart.php:4 imports src/Tax/Tax.php
            src/Cart.php:5 inherit Base exact src/Base.php:3 Shop\Base
            src/Cart.php:5 inherit Countable exact src/Base.php:4 Shop\Countable
            src/Cart.php:6 type Duty exact src/Tax/Tax.php:3 Shop\Tax\Tax
            src/Cart.php:7 type Duty exact src/Tax/Tax.php:3 Shop\Tax\Tax
            src/Cart.php:7 call this.tax.check scoped src/Tax/Tax.php:3 Shop\Tax\Tax::check
            src/Cart.php:7 call duty.check scoped src/Tax/Tax.php:3 Shop\Tax\Tax::check
            src/Cart.php:7 call rate exact src/Tax/Tax.php:4 Shop\Tax\rate
            src/Cart.php:7 call parent.log exact src/Base.php:3 Shop\Base::log
            public/index.php:2 imports src/Cart.php
            public/index.php:3 type Cart exact src/Cart.php:5 Shop\Cart
            public/index.php:3 call Cart.make exact src/Cart.php:8 Shop\Cart::make
            public/index.php:4 call cart.add unique_name src/Cart.php:7 Shop\Cart::add
            public/index.php:5 call Cart exact src/Cart.php:5 Shop\Cart
            public/index.php:5 call ?.add unique_name src/Cart.php:7 Shop\Cart::add
        "#]],
    );
}

#[test]
fn csharp() {
    check(
        "
//- Shop/Cart.cs
using Shop.Taxes;
namespace Shop {
    public class Cart : Base, ICart {
        private readonly Tax tax = new Tax();
        public void Add() { tax.Check(); this.tax.Check(); base.Log(); Helper(); }
        private void Helper() { }
    }
    public interface ICart { void Add(); }
}
//- Shop/Base.cs
namespace Shop;
public class Base { public void Log() { } }
//- Shop/Taxes/Tax.cs
namespace Shop.Taxes;
public class Tax { public void Check() { } public static int Rate() => 1; }
//- App/Program.cs
using Duty = Shop.Taxes.Tax;
using Shop;
class Program {
    static void Main() { var cart = new Cart(); cart.Add(); Duty.Rate(); Shop.Taxes.Tax.Rate(); }
}
",
        &expect![[r#"
            Shop/Cart.cs:1 imports Shop/Taxes/Tax.cs
            Shop/Cart.cs:3 inherit Base exact Shop/Base.cs:2 Shop.Base
            Shop/Cart.cs:3 inherit ICart exact Shop/Cart.cs:8 Shop.ICart
            Shop/Cart.cs:4 type Tax scoped Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax
            Shop/Cart.cs:4 call Tax scoped Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax
            Shop/Cart.cs:5 call tax.Check scoped Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax.Check
            Shop/Cart.cs:5 call this.tax.Check scoped Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax.Check
            Shop/Cart.cs:5 call base.Log exact Shop/Base.cs:2 Shop.Base.Log
            Shop/Cart.cs:5 call Helper exact Shop/Cart.cs:6 Shop.Cart.Helper
            App/Program.cs:2 imports Shop/Cart.cs
            App/Program.cs:2 imports Shop/Base.cs
            App/Program.cs:4 call Cart scoped Shop/Cart.cs:3 Shop.Cart
            App/Program.cs:4 call cart.Add scoped Shop/Cart.cs:5 Shop.Cart.Add
            App/Program.cs:4 call Duty.Rate exact Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax.Rate
            App/Program.cs:4 call Shop.Taxes.Tax.Rate scoped Shop/Taxes/Tax.cs:2 Shop.Taxes.Tax.Rate
        "#]],
    );
}

#[test]
fn files_are_linked_by_imports_and_by_uses_that_are_sure() {
    let files = entries(
        "
//- run.go
package shop
func Run() { Total() }
//- total.go
package shop
func Total() {}
//- alone.go
package shop
func Alone() { anything.Close() }
//- first/close.go
package first
type A struct{}
func (a A) Close() {}
//- second/close.go
package second
type B struct{}
func (b B) Close() {}
//- page.ts
import './style';
//- style.ts
export const colour = 1;
",
    );
    let graph = Graph::empty().with_files(&files, Generation(1));
    let linked =
        |path: &str| -> Vec<&str> { graph.linked_with(path).into_iter().map(|file| &*file.path).collect() };
    assert_eq!(linked("run.go"), ["total.go"]);
    assert_eq!(linked("total.go"), ["run.go"], "in both directions");
    assert_eq!(linked("page.ts"), ["style.ts"], "imported and not used");
    assert_eq!(linked("alone.go"), [] as [&str; 0], "two definitions are meant");
    assert_eq!(linked("absent.go"), [] as [&str; 0]);
}
