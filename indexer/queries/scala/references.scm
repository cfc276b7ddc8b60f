; Uses of names in Scala.

(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (_) @reference.call))
(generic_function function: (identifier) @reference.call)
(generic_function function: (field_expression field: (_) @reference.call))
(infix_expression operator: (identifier) @reference.call)
(instance_expression (type_identifier) @reference.call)
(instance_expression (generic_type type: (type_identifier) @reference.call))
(type_identifier) @reference.type
(field_expression value: (identifier) @reference.type.capitalized)

(extends_clause (type_identifier) @reference.inherit)
(extends_clause (generic_type type: (type_identifier) @reference.inherit))
(extends_clause (stable_type_identifier (type_identifier) @reference.inherit))
(derives_clause (_) @reference.inherit)

(import_declaration) @import

(enumerator . (identifier) @binding.element . (_) @value)
(lambda_expression parameters: (identifier) @binding)
(lambda_expression parameters: (bindings (binding name: (identifier)) @binding))
(typed_pattern pattern: (identifier)) @binding
