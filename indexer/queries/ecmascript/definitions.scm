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

; const x = require(...), const y = require(...).y
(variable_declarator
  name: (identifier) @ignored
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

; { f: () => ..., g: function ... }
(pair
  key: [(property_identifier) (private_property_identifier) (string)] @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.method.global

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
