; Uses of names in Java.

(method_invocation name: (identifier) @reference.call)
(object_creation_expression type: (type_identifier) @reference.call)
(object_creation_expression type: (generic_type (type_identifier) @reference.call))
(method_reference (identifier) @reference.call .)
(type_identifier) @reference.type
(method_invocation object: (identifier) @reference.type.capitalized)
(field_access object: (identifier) @reference.type.capitalized)
(marker_annotation name: (identifier) @reference.type)
(annotation name: (identifier) @reference.type)

(superclass (type_identifier) @reference.inherit)
(superclass (generic_type (type_identifier) @reference.inherit))
(super_interfaces (type_list (type_identifier) @reference.inherit))
(super_interfaces (type_list (generic_type (type_identifier) @reference.inherit)))
(extends_interfaces (type_list (type_identifier) @reference.inherit))
(extends_interfaces (type_list (generic_type (type_identifier) @reference.inherit)))

(local_variable_declaration) @binding
(enhanced_for_statement) @binding.element
(resource name: (identifier)) @binding
(inferred_parameters (identifier) @binding)
(lambda_expression parameters: (identifier) @binding)
(catch_formal_parameter name: (identifier) @binding)

(import_declaration) @import
