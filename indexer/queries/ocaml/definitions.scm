; Definitions of OCaml, in implementations and interfaces. The capture names are explained in src/lang/compiled.rs.

(module_binding (module_name) @name body: (structure) @body) @definition.module
(module_binding (module_name) @name module_type: (signature) @body) @definition.module
(module_binding (module_name) @name) @definition.module
(module_type_definition (module_type_name) @name) @definition.interface

(type_binding name: (type_constructor) @name body: (record_declaration)) @definition.struct
(type_binding name: (type_constructor) @name body: (variant_declaration)) @definition.enum
(type_binding name: (type_constructor) @name body: (polymorphic_variant_type)) @definition.enum
(type_binding name: (type_constructor) @name) @definition.type_alias
(constructor_declaration (constructor_name) @name) @definition.enum_member
(tag_specification (tag) @name) @definition.enum_member
(field_declaration (field_name) @name) @definition.field

(class_binding (class_name) @name) @definition.class
(class_type_binding (class_type_name) @name) @definition.interface
(method_definition (method_name) @name) @definition.method
(method_specification (method_name) @name) @definition.method
(instance_variable_definition (instance_variable_name) @name) @definition.field

; let%test "name" = ...
((value_definition
  (attribute_id) @_test
  (let_binding pattern: (string) @name body: (_) @body)) @definition.function.test
  (#match? @_test "test|bench"))
((value_definition (attribute_id) @_test (let_binding pattern: (value_name) @ignored))
  (#any-of? @_test "test" "expect_test" "test_unit" "test_module" "bench"))

(let_binding
  pattern: [(value_name) (parenthesized_operator)] @name
  (parameter)) @definition.function
(let_binding
  pattern: [(value_name) (parenthesized_operator)] @name
  body: [(fun_expression) (function_expression)]) @definition.function
(let_binding pattern: [(value_name) (parenthesized_operator)] @name) @definition.variable
(let_binding pattern: (tuple_pattern (value_name) @name @definition.variable))
(let_binding pattern: (parenthesized_pattern (tuple_pattern (value_name) @name @definition.variable)))
(external [(value_name) (parenthesized_operator)] @name) @definition.function
(value_specification
  [(value_name) (parenthesized_operator)] @name
  type: (function_type)) @definition.function
(value_specification [(value_name) (parenthesized_operator)] @name) @definition.variable

(type_definition) @wrapper
(value_definition) @wrapper
(class_definition) @wrapper
(class_type_definition) @wrapper
(module_definition) @wrapper
(exception_definition) @wrapper

(let_expression) @local
(fun_expression) @local
(function_expression) @local
(match_case) @local

(comment) @comment
