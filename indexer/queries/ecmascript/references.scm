; Uses of names that JavaScript and TypeScript share.

(call_expression function: (identifier) @reference.call)
(call_expression function: (member_expression property: (property_identifier) @reference.call))
(new_expression constructor: (identifier) @reference.call)
(new_expression constructor: (member_expression property: (property_identifier) @reference.call))
(member_expression object: (identifier) @reference.type.capitalized)

; this.x = ...
(assignment_expression left: (member_expression object: (this))) @binding
(for_in_statement left: (identifier)) @binding.element
; What a function gives back is bound to the word.
(return_statement "return" @binding . (_) @value)
(array_pattern (identifier) @binding)
(shorthand_property_identifier_pattern) @binding
(pair_pattern value: (identifier) @binding)
(catch_clause parameter: (identifier) @binding)
(arrow_function parameter: (identifier) @binding)

; import "./a"
(import_statement "import" . source: (string (string_fragment) @import))

(import_statement
  (import_clause (identifier) @import.default)
  source: (string (string_fragment) @import.module))
(import_statement
  (import_clause (namespace_import (identifier) @import.all))
  source: (string (string_fragment) @import.module))
(import_statement
  (import_clause (named_imports (import_specifier) @import.name))
  source: (string (string_fragment) @import.module))

; export { a as b } from "./a", export * from "./a", export * as a from "./a"
(export_statement
  (export_clause (export_specifier) @import.name)
  source: (string (string_fragment) @import.module)) @import.reexport
(export_statement "*" @import.all source: (string (string_fragment) @import.module)) @import.reexport
(export_statement
  (namespace_export (identifier) @import.all)
  source: (string (string_fragment) @import.module)) @import.reexport

; export { a as b }, export default a
(export_statement
  !source
  (export_clause (export_specifier) @import.name)) @import.reexport
(export_statement "default" @import.alias value: (identifier) @import.name) @import.reexport

; const a = require("./a"), const { b } = require("./a"), require("./a"), import("./a")
(variable_declarator
  name: (identifier) @import.all
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.module) .))
  (#eq? @_require "require"))
(variable_declarator
  name: (object_pattern (shorthand_property_identifier_pattern) @import.name)
  value: (call_expression
    function: (identifier) @_require
    arguments: (arguments . (string (string_fragment) @import.module) .))
  (#eq? @_require "require"))
(call_expression
  function: (identifier) @_require
  arguments: (arguments . (string (string_fragment) @import) .)
  (#eq? @_require "require"))
(call_expression
  function: (import)
  arguments: (arguments . (string (string_fragment) @import)))
