; Uses of names in C#.

(invocation_expression function: (identifier) @reference.call)
(invocation_expression function: (generic_name . (identifier) @reference.call))
(invocation_expression function: (member_access_expression name: (identifier) @reference.call))
(invocation_expression function: (member_access_expression name: (generic_name . (identifier) @reference.call)))
(invocation_expression
  function: (conditional_access_expression (member_binding_expression name: (identifier) @reference.call)))
(invocation_expression
  function: (conditional_access_expression
    (member_binding_expression name: (generic_name . (identifier) @reference.call))))
(object_creation_expression type: (identifier) @reference.call)
(object_creation_expression type: (generic_name . (identifier) @reference.call))
(object_creation_expression type: (qualified_name name: (identifier) @reference.call))
(object_creation_expression type: (qualified_name name: (generic_name . (identifier) @reference.call)))

; Types, wherever the grammar says that one stands there.
(_ type: (identifier) @reference.type)
(_ type: (nullable_type type: (identifier) @reference.type))
(_ returns: (identifier) @reference.type)
(generic_name . (identifier) @reference.type)
(type_argument_list (identifier) @reference.type)
(array_type type: (identifier) @reference.type)
(tuple_element type: (identifier) @reference.type)
(_ type: (qualified_name name: (identifier) @reference.type))
(_ returns: (qualified_name name: (identifier) @reference.type))
(type_argument_list (qualified_name name: (identifier) @reference.type))
(member_access_expression expression: (identifier) @reference.type.capitalized)
(attribute name: (identifier) @reference.type)
(attribute name: (qualified_name name: (identifier) @reference.type))
(typeof_expression type: (identifier) @reference.type)
(as_expression right: (identifier) @reference.type)
(is_expression right: (identifier) @reference.type)
(cast_expression type: (identifier) @reference.type)
(constant_pattern (identifier) @reference.type.capitalized)

(base_list (identifier) @reference.inherit)
(base_list (generic_name . (identifier) @reference.inherit))
(base_list (qualified_name name: (identifier) @reference.inherit))
(base_list (qualified_name name: (generic_name . (identifier) @reference.inherit)))
(base_list (primary_constructor_base_type type: (identifier) @reference.inherit))

; Locals, parameters of lambdas, patterns, loops.
(local_declaration_statement
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) (_)? @value) @binding))
(using_statement
  (variable_declaration
    type: (_) @type
    (variable_declarator name: (identifier) (_)? @value) @binding))
(foreach_statement) @binding.element
(declaration_pattern) @binding
(declaration_expression) @binding
(catch_declaration name: (identifier)) @binding
(lambda_expression parameters: (implicit_parameter) @binding)
(lambda_expression parameters: (parameter_list (parameter) @binding))

(using_directive !name [(identifier) (qualified_name) (alias_qualified_name)] @import)
(using_directive
  name: (identifier) @import.alias
  .
  [(qualified_name) (generic_name) (identifier)] @import)
