; Uses of names in Kotlin.

(call_expression . (identifier) @reference.call)
(call_expression . (navigation_expression (identifier) @reference.call .))
(infix_expression (_) . (identifier) @reference.call . (_))
(callable_reference (identifier) @reference.call .)

(user_type (identifier) @reference.type . (type_arguments)? .)
(navigation_expression . (identifier) @reference.type.capitalized)

(delegation_specifier (user_type (identifier) @reference.inherit . (type_arguments)? .))
(delegation_specifier
  (constructor_invocation (user_type (identifier) @reference.inherit . (type_arguments)? .)))
(delegation_specifier
  (explicit_delegation (user_type (identifier) @reference.inherit . (type_arguments)? .)))

(import) @import

; Parameters of lambdas, loops, catch; other variables are definitions.
(lambda_parameters (variable_declaration . (identifier) @binding (_)? @type))
(for_statement (variable_declaration . (identifier) @binding.element) . (_) @value)
(catch_block (identifier) @binding . (_) @type)
(assignment left: (navigation_expression (this_expression) (identifier))) @binding
