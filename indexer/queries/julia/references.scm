; Uses of names in Julia.

(call_expression . (identifier) @reference.call)
(call_expression . (field_expression (identifier) @reference.call .))
(call_expression . (parametrized_type_expression . (identifier) @reference.call))
(broadcast_call_expression . (identifier) @reference.call)
(broadcast_call_expression . (field_expression (identifier) @reference.call .))
(macro_identifier (identifier) @reference.macro)

(typed_expression (_) (identifier) @reference.type .)
(parametrized_type_expression . (identifier) @reference.type)
(curly_expression (identifier) @reference.type)
(type_head (binary_expression (operator) (identifier) @reference.inherit .))
(type_head
  (binary_expression (operator) (parametrized_type_expression . (identifier) @reference.inherit) .))

(using_statement [(identifier) (import_path) (scoped_identifier)] @import)
(import_statement [(identifier) (import_path) (scoped_identifier)] @import)
(import_alias . (_) @import (identifier) @import.alias .)
(selected_import . (_) @import.module (_) @import.name)
(call_expression
  . (identifier) @_include
  (argument_list . (string_literal (content) @import))
  (#eq? @_include "include"))
