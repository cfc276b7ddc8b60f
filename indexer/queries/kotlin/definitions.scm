; Definitions of Kotlin. The capture names are explained in src/lang/compiled.rs.

(package_header (qualified_identifier) @name) @definition.namespace.rest
(class_declaration
  (modifiers (class_modifier) @_enum)
  name: (_) @name
  (enum_class_body)? @body
  (#eq? @_enum "enum")) @definition.enum
(class_declaration
  (modifiers (class_modifier) @_annotation)
  name: (_) @name
  (#eq? @_annotation "annotation")) @definition.interface
(class_declaration "interface" name: (_) @name (class_body)? @body) @definition.interface
(class_declaration "class" name: (_) @name (class_body)? @body) @definition.class
(object_declaration name: (_) @name (class_body)? @body) @definition.class
(companion_object name: (_) @name (class_body)? @body) @definition.class
(enum_entry (identifier) @name) @definition.enum_member
(type_alias
  type: (identifier) @name
  [
    (user_type)
    (nullable_type)
    (function_type)
    (parenthesized_type)
  ] @type) @definition.type_alias
(type_alias type: (identifier) @name) @definition.type_alias

; fun Type.name(...)
(function_declaration
  [
    (user_type)
    (nullable_type)
    (parenthesized_type)
  ] @scope
  .
  "."
  .
  name: (_) @name
  (function_value_parameters) @parameters
  .
  [
    (user_type)
    (nullable_type)
    (function_type)
    (parenthesized_type)
  ]? @type
  (function_body)? @body) @definition.function
(function_declaration
  name: (_) @name
  (function_value_parameters) @parameters
  .
  [
    (user_type)
    (nullable_type)
    (function_type)
    (parenthesized_type)
  ]? @type
  (function_body)? @body) @definition.function
(secondary_constructor
  "constructor" @name
  (function_value_parameters) @parameters
  (block)? @body) @definition.constructor

(class_parameter ["val" "var"] (identifier) @name . (_) @type) @definition.field

; A property of a type that stands elsewhere, one with accessors, a constant, any other.
(property_declaration
  [
    (user_type)
    (nullable_type)
  ] @scope
  .
  "."
  .
  (variable_declaration . (identifier) @name (_)? @type)
  [
    (getter)
    (property_delegate)
  ]? @body) @definition.property.global
(property_declaration
  (variable_declaration . (identifier) @name (_)? @type)
  (getter) @body) @definition.property.global
(property_declaration
  (modifiers (property_modifier) @_const)
  (variable_declaration . (identifier) @name (_)? @type)
  (#eq? @_const "const")) @definition.constant
(property_declaration
  (variable_declaration . (identifier) @name (_)? @type)
  ("=" . (_) @value)?) @definition.variable
(property_declaration
  (multi_variable_declaration (variable_declaration . (identifier) @name))) @definition.variable

(lambda_literal) @local
(anonymous_function) @local
(anonymous_initializer) @local
(getter) @local
(setter) @local

(line_comment) @comment
(block_comment) @comment
(annotation) @attribute
