; Definitions that Objective-C adds to those of C. The capture names are explained in src/lang/compiled.rs.

; @interface Type (Category): an extension, whose name is searched for as well
(class_interface
  . (identifier) @name
  category: (identifier)
  [(property_declaration) (method_declaration)] @body) @definition.impl
(class_interface . (identifier) @name category: (identifier)) @definition.impl
(class_interface . (identifier) category: (identifier) @name @definition.namespace)
(class_interface
  . (identifier) @name
  "("
  [(instance_variables) (property_declaration) (method_declaration)] @body) @definition.impl
(class_interface . (identifier) @name "(") @definition.impl
(class_interface
  . (identifier) @name
  [(instance_variables) (property_declaration) (method_declaration)] @body) @definition.class
(class_interface . (identifier) @name) @definition.class
(class_implementation . (identifier) @name (implementation_definition) @body) @definition.impl
(class_implementation . (identifier) @name) @definition.impl
(class_implementation . (identifier) category: (identifier) @name @definition.namespace)
(protocol_declaration
  . (identifier) @name
  [(property_declaration) (method_declaration) (qualified_protocol_interface_declaration)] @body)
@definition.interface
(protocol_declaration . (identifier) @name) @definition.interface

(method_declaration (method_type) . (identifier) @name) @definition.method
(method_definition (method_type) . (identifier) @name (compound_statement) @body) @definition.method
(property_declaration (struct_declaration (struct_declarator (_) @name))) @definition.property
(instance_variable (struct_declaration (struct_declarator (_) @name))) @definition.field

(implementation_definition) @wrapper
