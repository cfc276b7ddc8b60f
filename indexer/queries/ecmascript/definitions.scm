; Definitions that JavaScript and TypeScript share. The capture names are explained in src/lang/compiled.rs.

(function_declaration name: (identifier) @name) @definition.function
(generator_function_declaration name: (identifier) @name) @definition.function

(method_definition ["get" "set"] name: (_) @name) @definition.property
(method_definition name: (_) @name) @definition.method

; const f = () => ..., const f = function ...
(variable_declarator
  name: (identifier) @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.function
(variable_declarator name: (identifier) @name value: (class) @value) @definition.class
(lexical_declaration kind: "const" (variable_declarator name: (identifier) @name) @definition.constant)
(variable_declarator name: (identifier) @name) @definition.variable

; const { a, b: c, d = 1 } = ..., let [e, f] = ...
(lexical_declaration
  kind: "const"
  (variable_declarator
    name: [
      (object_pattern (shorthand_property_identifier_pattern) @name)
      (object_pattern (pair_pattern value: (identifier) @name))
      (object_pattern (object_assignment_pattern left: (_) @name))
      (array_pattern (identifier) @name)
    ]) @definition.constant)
(variable_declarator
  name: [
    (object_pattern (shorthand_property_identifier_pattern) @name)
    (object_pattern (pair_pattern value: (identifier) @name))
    (object_pattern (object_assignment_pattern left: (_) @name))
    (array_pattern (identifier) @name)
  ]) @definition.variable

; const x = require(...), const y = require(...).y, const { z } = require(...)
(variable_declarator
  name: (identifier) @ignored
  value: (call_expression function: (identifier) @_require)
  (#eq? @_require "require"))
(variable_declarator
  name: (object_pattern
    [
      (shorthand_property_identifier_pattern) @ignored
      (pair_pattern value: (identifier) @ignored)
    ])
  value: (call_expression function: (identifier) @_require)
  (#eq? @_require "require"))
(variable_declarator
  name: (identifier) @ignored
  value: (member_expression object: (call_expression function: (identifier) @_require))
  (#eq? @_require "require"))

; module.exports = function f() ..., exports = class A ...
(expression_statement
  (assignment_expression
    left: [(identifier) (member_expression)] @_target
    right: [(function_expression name: (_) @name) (generator_function name: (_) @name)] @value)
  (#match? @_target "^(module\\.)?exports$")) @definition.function
(expression_statement
  (assignment_expression
    left: [(identifier) (member_expression)] @_target
    right: (class name: (_) @name) @value)
  (#match? @_target "^(module\\.)?exports$")) @definition.class

; exports.f = function ..., A.prototype.f = function ..., app.f = () => ...
(expression_statement
  (assignment_expression
    left: (member_expression object: (_) @scope property: (property_identifier) @name)
    right: [(arrow_function) (function_expression) (generator_function)] @value)) @definition.function
(expression_statement
  (assignment_expression
    left: (member_expression object: (_) @scope property: (property_identifier) @name)
    right: (class) @value)) @definition.class

; f = function ...
(expression_statement
  (assignment_expression
    left: (identifier) @name
    right: [(arrow_function) (function_expression) (generator_function)] @value)) @definition.function

; use(function f() ...), return function f() ..., [function f() ...], (function f() ...)()
(arguments [(function_expression name: (_) @name) (generator_function name: (_) @name)] @definition.function)
(arguments (class name: (_) @name) @definition.class)
(return_statement
  [(function_expression name: (_) @name) (generator_function name: (_) @name)] @definition.function)
(return_statement (class name: (_) @name) @definition.class)
(array [(function_expression name: (_) @name) (generator_function name: (_) @name)] @definition.function)
(parenthesized_expression
  [(function_expression name: (_) @name) (generator_function name: (_) @name)] @definition.function)

; describe("...", () => ...), it.skip("...", ...), test.each(...)("...", ...)
(expression_statement
  (call_expression
    function: [
      (identifier) @_test
      (member_expression object: (identifier) @_test)
      (member_expression object: (member_expression object: (identifier) @_test))
      (call_expression function: (member_expression object: (identifier) @_test))
    ]
    arguments: (arguments
      . (string) @name
      (_)?
      [(arrow_function) (function_expression)] @value .))
  (#any-of? @_test "describe" "it" "test" "suite" "context" "bench" "Deno")) @definition.function.test

; { g: function ... }, and { f: () => ... } outside callables
(pair
  key: [(property_identifier) (private_property_identifier) (string)] @name
  value: [(function_expression) (generator_function)] @value) @definition.method
(pair
  key: [(property_identifier) (private_property_identifier) (string)] @name
  value: (arrow_function) @value) @definition.method.global

; export default () => ..., export default function ...
(export_statement
  "default" @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.function
(export_statement "default" @name value: (class) @value) @definition.class

(export_specifier name: (identifier) @exported)
(export_statement value: (identifier) @exported)
(assignment_expression
  left: (member_expression property: (property_identifier) @_exports)
  right: (object (shorthand_property_identifier) @exported)
  (#eq? @_exports "exports"))
(assignment_expression
  left: (member_expression property: (property_identifier) @_exports)
  right: (identifier) @exported
  (#eq? @_exports "exports"))

(export_statement) @wrapper
(lexical_declaration) @wrapper
(variable_declaration) @wrapper

(arrow_function) @local
(function_expression) @local
(generator_function) @local
(for_statement) @local
(for_in_statement) @local
(while_statement) @local
(do_statement) @local
(if_statement) @local
(try_statement) @local
(switch_statement) @local
(class_static_block) @local

(comment) @comment
(decorator) @attribute
