; Definitions that only TypeScript's grammar has.

(class_declaration name: (type_identifier) @name) @definition.class
(abstract_class_declaration name: (type_identifier) @name) @definition.class
(interface_declaration name: (type_identifier) @name) @definition.interface
(enum_declaration name: (identifier) @name) @definition.enum
(enum_body name: (_) @name @definition.enum_member)
(enum_assignment name: (_) @name) @definition.enum_member
(type_alias_declaration name: (type_identifier) @name) @definition.type_alias
(internal_module name: (_) @name) @definition.namespace
(module name: (_) @name) @definition.namespace

(function_signature name: (identifier) @name) @definition.function
(abstract_method_signature name: (_) @name) @definition.method
(method_signature name: (_) @name) @definition.method
(property_signature name: (_) @name) @definition.field
(public_field_definition
  name: (_) @name
  value: [(arrow_function) (function_expression) (generator_function)] @value) @definition.method
(public_field_definition name: (_) @name) @definition.field

(ambient_declaration) @wrapper
