//! Members: by receivers' types, through inheritance, by what functions give.

use expect_test::expect;

use crate::fixture::check;

#[test]
fn receivers_and_bases_in_python() {
    check(
        "
//- base.py
class Base:
    def run(self): ...
    def stop(self): ...
//- job.py
from contextlib import contextmanager
from base import Base

class Client:
    def send(self): ...
    @property
    def peer(self) -> \"Client\": ...
    def __enter__(self): ...

def connect():
    return Client()

class Job(Base):
    client: Client

    def __init__(self, other: Client):
        self.other = other
        self.made = connect()

    def run(self):
        super().run()
        self.stop()
        self.client.send()
        self.other.send()
        self.made.send()
        self.client.peer.send()
        with connect() as session:
            session.send()
        thing = Job(session)
        thing.run()
        thing = Client()
        thing.send()
        unknown().send()
",
        &expect![[r#"
            job.py:2 imports base.py
            job.py:11 call Client exact job.py:4 Client
            job.py:13 inherit Base exact base.py:1 Base
            job.py:14 type Client exact job.py:4 Client
            job.py:16 type Client exact job.py:4 Client
            job.py:18 call connect exact job.py:10 connect
            job.py:21 call super().run exact base.py:2 Base.run
            job.py:22 call self.stop exact base.py:3 Base.stop
            job.py:23 call self.client.send scoped job.py:5 Client.send
            job.py:24 call self.other.send scoped job.py:5 Client.send
            job.py:25 call self.made.send scoped job.py:5 Client.send
            job.py:26 call self.client.peer.send scoped job.py:5 Client.send
            job.py:27 call connect exact job.py:10 connect
            job.py:28 call session.send scoped job.py:5 Client.send
            job.py:29 call Job exact job.py:13 Job
            job.py:30 call thing.run scoped job.py:20 Job.run
            job.py:31 call Client exact job.py:4 Client
            job.py:32 call thing.send scoped job.py:5 Client.send
        "#]],
    );
}

#[test]
fn receivers_in_typescript() {
    check(
        "
//- model.ts
export interface Shape { area(): number; self(): this }
export class Square implements Shape {
  constructor(private side: Side, public readonly name: string) {}
  get corner(): Side { return this.side }
  area() { this.side.length(); return this.corner.length() }
  self(): this { return this }
}
export class Side { length() { return 1 } }
export function make<T extends Shape>(shape: T) { return shape.area() }
export const shapes = { square() { return new Square(null!, \"\") }, side: () => 1 };
//- use.ts
import { Square, shapes, Side } from \"./model\";
test(\"one\", () => { const it = new Square(); it.self().area(); });
test(\"two\", () => { const it = new Side(); it.length(); });
shapes.square().area();
shapes.side();
",
        &expect![[r#"
            model.ts:2 inherit Shape exact model.ts:1 Shape
            model.ts:3 type Side exact model.ts:8 Side
            model.ts:4 type Side exact model.ts:8 Side
            model.ts:5 call this.side.length scoped model.ts:8 Side.length
            model.ts:5 call this.corner.length scoped model.ts:8 Side.length
            model.ts:9 type Shape exact model.ts:1 Shape
            model.ts:9 call shape.area scoped model.ts:1 Shape.area
            model.ts:10 call Square exact model.ts:2 Square
            use.ts:1 imports model.ts
            use.ts:1 imports model.ts
            use.ts:1 imports model.ts
            use.ts:2 call Square exact model.ts:2 Square
            use.ts:2 call it.self scoped model.ts:6 Square.self
            use.ts:2 call it.self().area scoped model.ts:5 Square.area
            use.ts:3 call Side exact model.ts:8 Side
            use.ts:3 call it.length scoped model.ts:8 Side.length
            use.ts:4 call shapes.square exact model.ts:10 shapes.square
            use.ts:4 call shapes.square().area scoped model.ts:5 Square.area
            use.ts:5 call shapes.side exact model.ts:10 shapes.side
        "#]],
    );
}

#[test]
fn traits_and_impls_in_rust() {
    check(
        "
//- src/lib.rs
mod shape;
use shape::{Shape, Square};
fn total(shapes: Vec<Box<dyn Shape>>, one: &Square, any: impl Shape) {
    one.area();
    one.describe();
    any.area();
    for shape in shapes { shape.area(); }
    Square::new().scaled().area();
}
//- src/shape.rs
pub trait Shape { fn area(&self); fn describe(&self) { self.area() } }
pub struct Square { side: Side }
pub struct Side;
impl Side { fn len(&self) {} }
impl Square {
    pub fn new() -> Self { Self { side: Side } }
    pub fn scaled(self) -> Self { self.side.len(); self }
}
impl Shape for Square { fn area(&self) { Self::new(); } }
",
        &expect![[r#"
            src/lib.rs:2 imports src/shape.rs
            src/lib.rs:2 imports src/shape.rs
            src/lib.rs:3 type Shape exact src/shape.rs:1 Shape
            src/lib.rs:3 type Square exact src/shape.rs:2 Square
            src/lib.rs:3 type Shape exact src/shape.rs:1 Shape
            src/lib.rs:4 call one.area scoped src/shape.rs:9 Square::area
            src/lib.rs:5 call one.describe scoped src/shape.rs:1 Shape::describe
            src/lib.rs:6 call any.area scoped src/shape.rs:1 Shape::area
            src/lib.rs:7 call shape.area scoped src/shape.rs:1 Shape::area
            src/lib.rs:8 type Square exact src/shape.rs:2 Square
            src/lib.rs:8 call Square.new exact src/shape.rs:6 Square::new
            src/lib.rs:8 call Square.new().scaled scoped src/shape.rs:7 Square::scaled
            src/lib.rs:8 call Square.new().scaled().area scoped src/shape.rs:9 Square::area
            src/shape.rs:1 call self.area exact src/shape.rs:1 Shape::area
            src/shape.rs:2 type Side exact src/shape.rs:3 Side
            src/shape.rs:7 call self.side.len scoped src/shape.rs:4 Side::len
            src/shape.rs:9 inherit Shape exact src/shape.rs:1 Shape
            src/shape.rs:9 call Self.new exact src/shape.rs:6 Square::new
        "#]],
    );
}
