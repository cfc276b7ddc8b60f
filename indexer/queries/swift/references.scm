; Uses of names in Swift.

(call_expression . (simple_identifier) @reference.call)
(call_expression . (navigation_expression suffix: (navigation_suffix suffix: (simple_identifier) @reference.call)))
(constructor_expression
  constructed_type: (user_type (type_identifier) @reference.call . (type_arguments)? .))
(type_identifier) @reference.type
(navigation_expression target: (simple_identifier) @reference.type.capitalized)
(macro_invocation (simple_identifier) @reference.macro)

(inheritance_specifier
  inherits_from: (user_type (type_identifier) @reference.inherit . (type_arguments)? .))

(import_declaration (identifier) @import)

; Loops, closures, `if let`, `guard let`; other variables are definitions.
(for_statement
  item: (pattern bound_identifier: (simple_identifier) @binding.element)
  collection: (_) @value)
(lambda_parameter name: (simple_identifier) @binding)
(if_statement bound_identifier: (simple_identifier) @binding)
(guard_statement bound_identifier: (simple_identifier) @binding)
