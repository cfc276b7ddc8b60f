; Definitions of Dart. The capture names are explained in src/lang/compiled.rs.

(library_name (dotted_identifier_list) @name) @definition.namespace
(class_declaration name: (identifier) @name) @definition.class
(mixin_declaration name: (identifier) @name) @definition.trait
(extension_declaration name: (identifier) @name) @definition.class
(extension_type_declaration name: (_) @name) @definition.class
(enum_declaration name: (identifier) @name) @definition.enum
(enum_entry name: (identifier) @name) @definition.enum_member
(type_alias . (type_identifier) @name (type)? @type) @definition.type_alias
(type_alias (type) @type . (type_identifier) @name) @definition.type_alias

(function_declaration
  signature: (function_signature name: (identifier) @name) @value
  body: (_) @body) @definition.function
(local_function_declaration
  (function_signature name: (identifier) @name) @value
  (function_body) @body) @definition.function
(getter_declaration
  signature: (getter_signature name: (identifier) @name) @value
  body: (_) @body) @definition.property
(setter_declaration
  signature: (setter_signature name: (identifier) @name) @value
  body: (_) @body) @definition.property

; Members with a body.
(method_declaration
  signature: (method_signature (function_signature name: (identifier) @name) @value)
  body: (_) @body) @definition.method
(method_declaration
  signature: (method_signature
    [
      (getter_signature name: (identifier) @name)
      (setter_signature name: (identifier) @name)
    ] @value)
  body: (_) @body) @definition.property
(method_declaration
  signature: (method_signature (operator_signature "operator" @name operator: _ @name.end) @value)
  body: (_) @body) @definition.method
(method_declaration
  signature: (method_signature
    [
      (constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
      (factory_constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
    ] @value)
  body: (_) @body) @definition.constructor
(method_declaration
  signature: (method_signature
    [
      (constructor_signature . name: (identifier) @name)
      (factory_constructor_signature name: (identifier) @name)
    ] @value)
  body: (_) @body) @definition.constructor

; Members without one.
(declaration (function_signature name: (identifier) @name) @value) @definition.method
(declaration
  [
    (getter_signature name: (identifier) @name)
    (setter_signature name: (identifier) @name)
  ] @value) @definition.property
(declaration (operator_signature "operator" @name operator: _ @name.end) @value) @definition.method
(declaration
  [
    (constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
    (constant_constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
    (factory_constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
    (redirecting_factory_constructor_signature name: (identifier) . name: "." . name: (identifier) @name)
  ] @value) @definition.constructor
(declaration
  [
    (constructor_signature . name: (identifier) @name)
    (constant_constructor_signature name: (identifier) @name)
    (factory_constructor_signature name: (identifier) @name)
    (redirecting_factory_constructor_signature name: (identifier) @name)
  ] @value) @definition.constructor

(declaration
  "const"
  (type)? @type
  (static_final_declaration_list
    (static_final_declaration name: (identifier) @name value: (_)? @value))) @definition.constant
(declaration
  (type)? @type
  (static_final_declaration_list
    (static_final_declaration name: (identifier) @name value: (_)? @value))) @definition.field
(declaration
  (type)? @type
  (initialized_identifier_list
    (initialized_identifier name: (identifier) @name value: (_)? @value))) @definition.field
(top_level_variable_declaration
  modifier: "const"
  (type)? @type
  (static_final_declaration_list
    (static_final_declaration name: (identifier) @name value: (_)? @value))) @definition.constant
(top_level_variable_declaration
  (type)? @type
  (static_final_declaration_list
    (static_final_declaration name: (identifier) @name value: (_)? @value))) @definition.variable
(top_level_variable_declaration
  (type)? @type
  (initialized_identifier_list
    (initialized_identifier name: (identifier) @name value: (_)? @value))) @definition.variable

; test('does a thing', () { ... })
(call_expression
  function: (identifier) @_test
  arguments: (arguments . (string_literal) @name (function_expression) @body)
  (#any-of? @_test "test" "testWidgets")) @definition.function.test
(call_expression
  function: (identifier) @_group
  arguments: (arguments . (string_literal) @name (function_expression) @body)
  (#eq? @_group "group")) @definition.module.test

(function_expression) @local
(comment) @comment
(documentation_comment) @comment
(annotation) @attribute
