; Definitions that C and C++ share. The capture names are explained in src/lang/compiled.rs.

; TEST(Suite, Name) { ... }
(function_definition
  declarator: (function_declarator
    declarator: (identifier) @_macro
    parameters: (parameter_list
      . (parameter_declaration type: (type_identifier) @scope !declarator)
      . (parameter_declaration type: (type_identifier) @name !declarator) .))
  (#match? @_macro "^(TYPED_)?TEST(_F|_P)?$")) @definition.function.test

(function_definition declarator: (_) @name) @definition.function
(declaration declarator: (_) @name) @definition.variable
(struct_specifier name: (_) @name body: (_)) @definition.struct
(union_specifier name: (_) @name body: (_)) @definition.union
(enum_specifier name: (_) @name body: (_)) @definition.enum
(enumerator name: (identifier) @name) @definition.enum_member
(field_declaration declarator: (_) @name) @definition.field

(type_definition type: (struct_specifier !name body: (_) @body) declarator: (_) @name) @definition.struct
(type_definition type: (union_specifier !name body: (_) @body) declarator: (_) @name) @definition.union
(type_definition type: (enum_specifier !name body: (_) @body) declarator: (_) @name) @definition.enum
(type_definition declarator: (_) @name) @definition.type_alias

; MACRO(X) { ... } as a statement, of which the grammar makes a function X
(compound_statement (function_definition declarator: (parenthesized_declarator) @ignored))
; What follows is no declaration: EXPORT_MACRO NAME_MACRO type function(...)
(declaration declarator: (identifier) @ignored (MISSING ";"))

(preproc_def name: (identifier) @name) @definition.macro
; #ifndef GUARD, #define GUARD, and the file follows
(preproc_ifdef "#ifndef"
  name: (identifier) @_guard
  . (preproc_def name: (identifier) @ignored !value) . (_)
  (#eq? @_guard @ignored))
(preproc_function_def name: (identifier) @name) @definition.macro

; Also of MACRO(X, Y) { ... } outside functions, which the grammar does not take for one.
(compound_statement) @local

(comment) @comment
