; Uses of names in Zig.

(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression member: (identifier) @reference.call))

; Types are the names with a capital.
(identifier) @reference.type.capitalized

; const std = @import("std")
(variable_declaration
  . (identifier) @import.alias
  (builtin_function
    (builtin_identifier) @_import
    (arguments . (string (string_content) @import)))
  (#eq? @_import "@import"))
(field_expression
  object: (builtin_function
    (builtin_identifier) @_import
    (arguments . (string (string_content) @import)))
  (#eq? @_import "@import"))
(builtin_function
  (builtin_identifier) @_import
  (arguments . (string (string_content) @import))
  (#any-of? @_import "@cInclude" "@embedFile"))
