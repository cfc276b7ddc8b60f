; Definitions of Swift. The capture names are explained in src/lang/compiled.rs.

(class_declaration declaration_kind: "struct" name: (type_identifier) @name) @definition.struct
(class_declaration declaration_kind: "enum" name: (type_identifier) @name) @definition.enum
(class_declaration
  declaration_kind: "extension"
  name: (user_type (type_identifier) @name . (type_arguments)? .)) @definition.impl
(class_declaration name: (type_identifier) @name) @definition.class
(protocol_declaration name: (type_identifier) @name) @definition.interface
(enum_entry name: (simple_identifier) @name) @definition.enum_member
(typealias_declaration . (modifiers)? . "typealias" . name: (_) @name "=" (_) @type) @definition.type_alias
(associatedtype_declaration name: (type_identifier) @name) @definition.type_alias
(macro_declaration (simple_identifier) @name) @definition.macro
(operator_declaration (custom_operator) @name) @definition.function

(function_declaration
  "func"
  .
  name: _ @name
  ("->" . (_) @type)?
  body: (_)? @body) @definition.function @parameters
(protocol_function_declaration
  "func"
  .
  name: _ @name
  ("->" . (_) @type)?) @definition.function @parameters
(init_declaration name: "init" @name body: (_)? @body) @definition.constructor @parameters
(deinit_declaration "deinit" @name body: (_) @body) @definition.method
(subscript_declaration "subscript" @name (computed_property)? @body) @definition.method @parameters

(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)?
  computed_value: (_) @body) @definition.property.global
(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)?
  (willset_didset_block) @body) @definition.property.global
(property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)?) @definition.variable
(property_declaration
  name: (pattern (pattern (simple_identifier) @name))) @definition.variable
(protocol_property_declaration
  name: (pattern bound_identifier: (simple_identifier) @name)
  (type_annotation (_) @type)?
  (protocol_property_requirements) @body) @definition.property

(lambda_literal) @local
(computed_property) @local
(willset_didset_block) @local
(if_statement) @local
(for_statement) @local
(while_statement) @local
(do_statement) @local
(switch_statement) @local

(comment) @comment
(multiline_comment) @comment
(attribute) @attribute
