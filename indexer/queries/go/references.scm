; Uses of names in Go.

(call_expression function: (identifier) @reference.call)
(call_expression function: (selector_expression field: (field_identifier) @reference.call))
(type_identifier) @reference.type

; Embedded types.
(field_declaration !name type: (type_identifier) @reference.inherit)
(field_declaration !name type: (qualified_type name: (type_identifier) @reference.inherit))
(interface_type (type_elem (type_identifier) @reference.inherit))
(interface_type (type_elem (qualified_type name: (type_identifier) @reference.inherit)))

(short_var_declaration) @binding
(range_clause left: (expression_list (identifier) @binding))

(import_spec name: (_)? @import.alias path: (_) @import)
