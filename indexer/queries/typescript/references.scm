; Uses of names that only TypeScript's grammar has.

(type_identifier) @reference.type
(extends_clause value: (identifier) @reference.inherit)
(extends_clause value: (member_expression property: (property_identifier) @reference.inherit))
(extends_type_clause type: (type_identifier) @reference.inherit)
(extends_type_clause type: (generic_type name: (type_identifier) @reference.inherit))
(implements_clause (type_identifier) @reference.inherit)
(implements_clause (generic_type name: (type_identifier) @reference.inherit))

(import_require_clause (identifier) @import.all source: (string (string_fragment) @import.module))

(required_parameter pattern: (identifier)) @binding
(type_parameter name: (type_identifier) @binding constraint: (constraint (_) @type)?)
(optional_parameter pattern: (identifier)) @binding
