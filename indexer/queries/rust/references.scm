; Uses of names in Rust.

(call_expression function: (identifier) @reference.call)
(call_expression function: (field_expression field: (field_identifier) @reference.call))
(call_expression function: (scoped_identifier name: (identifier) @reference.call))
(generic_function function: (identifier) @reference.call)
(generic_function function: (field_expression field: (field_identifier) @reference.call))
(generic_function function: (scoped_identifier name: (identifier) @reference.call))

; Calls in the arguments of a macro, which has no syntax tree of its own.
(token_tree (identifier) @reference.call . (token_tree . "("))

(macro_invocation macro: (identifier) @reference.macro)
(macro_invocation macro: (scoped_identifier name: (identifier) @reference.macro))

(type_identifier) @reference.type
(scoped_identifier path: (identifier) @reference.type.capitalized)

(impl_item trait: (type_identifier) @reference.inherit)
(impl_item trait: (scoped_type_identifier name: (type_identifier) @reference.inherit))
(impl_item trait: (generic_type type: (type_identifier) @reference.inherit))
(impl_item trait: (generic_type type: (scoped_type_identifier name: (type_identifier) @reference.inherit)))
(trait_item bounds: (trait_bounds (type_identifier) @reference.inherit))

(let_declaration) @binding
(for_expression) @binding.element
(closure_parameters (identifier) @binding)
(closure_parameters (parameter) @binding)

(use_declaration argument: (_) @import)
(extern_crate_declaration name: (identifier) @import)
