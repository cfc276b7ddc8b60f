; Definitions of Zig. The capture names are explained in src/lang/compiled.rs.

(variable_declaration . (identifier) @name (struct_declaration "{" @body)) @definition.struct
(variable_declaration . (identifier) @name (enum_declaration "{" @body)) @definition.enum
(variable_declaration . (identifier) @name (union_declaration "{" @body)) @definition.union
(variable_declaration . (identifier) @name (opaque_declaration "{" @body)) @definition.struct
(variable_declaration . (identifier) @name (error_set_declaration "{" @body)) @definition.enum

(enum_declaration (container_field name: (identifier) @name) @definition.enum_member)
(error_set_declaration (identifier) @name @definition.enum_member)
(container_field name: (identifier) @name) @definition.field

; Functions of a type, also of one that a function returns.
(struct_declaration (function_declaration name: (identifier) @name) @definition.method)
(union_declaration (function_declaration name: (identifier) @name) @definition.method)
(enum_declaration (function_declaration name: (identifier) @name) @definition.method)
(function_declaration name: (identifier) @name) @definition.function
(test_declaration (string) @name (block) @body) @definition.function.test
(test_declaration (identifier) @name (block) @body) @definition.function.test

; const Name = other.Name
(variable_declaration
  "const" . (identifier) @name
  (#match? @name "^[A-Z][A-Z0-9]*[a-z]")) @definition.type_alias
(variable_declaration "const" . (identifier) @name) @definition.constant
(variable_declaration "var" . (identifier) @name) @definition.variable

; const std = @import("std")
((variable_declaration
  "const" . (identifier) @ignored
  (builtin_function (builtin_identifier) @_import)) @_declaration
  (#eq? @_import "@import")
  (#not-match? @_declaration "^pub"))

(block) @local

(comment) @comment
