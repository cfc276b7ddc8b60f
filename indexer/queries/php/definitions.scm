; Definitions of PHP. The capture names are explained in src/lang/compiled.rs.

(namespace_definition name: (namespace_name) @name body: (_)) @definition.namespace
(namespace_definition name: (namespace_name) @name) @definition.namespace.rest
(class_declaration name: (name) @name) @definition.class
(interface_declaration name: (name) @name) @definition.interface
(trait_declaration name: (name) @name) @definition.trait
(enum_declaration name: (name) @name) @definition.enum
(enum_case name: (name) @name) @definition.enum_member

(function_definition name: (name) @name) @definition.function
(method_declaration name: (name) @name) @definition.method
(property_declaration
  (property_element name: (variable_name) @name) (property_hook_list) @body) @definition.property
(property_declaration (property_element name: (variable_name) @name)) @definition.field
(property_promotion_parameter name: (variable_name) @name) @definition.field
(const_declaration (const_element . (name) @name)) @definition.constant

; $f = function () { ... }, $f = fn () => ...
(assignment_expression
  left: (variable_name) @name
  right: [(anonymous_function) (arrow_function)] @value) @definition.function

; define('NAME', value)
(function_call_expression
  function: [(name) (qualified_name)] @_define
  arguments: (arguments . (argument (string) @name) . (argument))
  (#match? @_define "^\\\\?define$")) @definition.constant.global

(anonymous_class) @local
(anonymous_function) @local
(arrow_function) @local

(const_declaration) @wrapper
(comment) @comment
(attribute_group) @attribute
