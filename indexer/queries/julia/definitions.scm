; Definitions of Julia. The capture names are explained in src/lang/compiled.rs.

(module_definition name: (identifier) @name . (_) @body) @definition.module
(module_definition name: (identifier) @name) @definition.module

(struct_definition (type_head) @name . (_) @body) @definition.struct
(struct_definition (type_head) @name) @definition.struct
(struct_definition (identifier) @name @definition.field)
(struct_definition (typed_expression . (identifier) @name) @definition.field)
(struct_definition (const_statement (_) @name) @definition.field)
(abstract_definition (type_head) @name) @definition.interface
(primitive_definition (type_head) @name) @definition.struct

; @enum Color red green = 2, also with begin ... end
((macrocall_expression
  (macro_identifier (identifier) @_enum)
  (macro_argument_list . (_) @name . (_) @body)) @definition.enum
  (#eq? @_enum "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_enum)
  (macro_argument_list . (_) (identifier) @name @definition.enum_member))
  (#eq? @_enum "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_enum)
  (macro_argument_list . (_) (assignment . (identifier) @name) @definition.enum_member))
  (#eq? @_enum "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_enum)
  (macro_argument_list (compound_statement (identifier) @name @definition.enum_member)))
  (#eq? @_enum "enum"))
((macrocall_expression
  (macro_identifier (identifier) @_enum)
  (macro_argument_list (compound_statement (assignment . (identifier) @name) @definition.enum_member)))
  (#eq? @_enum "enum"))

((macrocall_expression
  (macro_identifier (identifier) @_test)
  (macro_argument_list . (string_literal) @name . (_) @body)) @definition.function.test
  (#eq? @_test "testset"))

; Base.show(...): the module is no container of this file.
(function_definition
  (signature (call_expression . (field_expression (_) @name .))) . (_)? @body) @definition.function
(function_definition
  (signature (_ . (call_expression . (field_expression (_) @name .)))) . (_)? @body) @definition.function
(function_definition
  (signature (_ . (_ . (call_expression . (field_expression (_) @name .))))) . (_)? @body) @definition.function
(assignment . (call_expression . (field_expression (_) @name .))) @definition.function
(assignment . (_ . (call_expression . (field_expression (_) @name .)))) @definition.function
(assignment . (_ . (_ . (call_expression . (field_expression (_) @name .))))) @definition.function

(function_definition (signature) @name . (_) @body) @definition.function
(function_definition (signature) @name) @definition.function
(macro_definition (signature) @name . (_) @body) @definition.macro
(macro_definition (signature) @name) @definition.macro
(assignment . (identifier) @name [(arrow_function_expression) (function_definition)]) @definition.function

(const_statement (assignment . (parametrized_type_expression) @name)) @definition.type_alias
(const_statement (assignment . [(identifier) (typed_expression)] @name)) @definition.constant
(const_statement (assignment . (open_tuple (identifier) @name @definition.constant)))
(assignment . [(call_expression) (where_expression)] @name) @definition.function
(assignment . (typed_expression . (call_expression)) @name) @definition.function
(assignment . [(identifier) (typed_expression)] @name) @definition.variable
(assignment . (open_tuple (identifier) @name @definition.variable))

; (object::Type)(x) = ..., $name(x) = ...
(call_expression . [(parenthesized_expression) (interpolation_expression)] @ignored)
(signature . (call_expression . [(parenthesized_expression) (interpolation_expression)] @ignored))
(field_expression (interpolation_expression) @ignored)
(signature (argument_list) @ignored)

(global_statement) @wrapper
(const_statement) @wrapper

(for_statement) @local
(while_statement) @local
(let_statement) @local
(do_clause) @local
(arrow_function_expression) @local
(try_statement) @local
(macro_argument_list (compound_statement) @local)

; A string in front of a definition documents it.
((string_literal) @comment
  . [
    (function_definition)
    (struct_definition)
    (abstract_definition)
    (module_definition)
    (macro_definition)
    (const_statement)
    (assignment)
    (macrocall_expression)
  ])
(line_comment) @comment
(block_comment) @comment
