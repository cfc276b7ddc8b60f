; Uses of names in OCaml.

(application_expression function: (value_path (value_name) @reference.call))
(application_expression function: (constructor_path (constructor_name) @reference.call))
(constructor_path (constructor_name) @reference.call)
(method_invocation method: (method_name) @reference.call)
(module_application functor: (module_path (module_name) @reference.call))

; x |> f, f @@ x
(infix_expression
  operator: (_) @_operator
  right: (value_path (value_name) @reference.call)
  (#any-of? @_operator "|>" ">>=" ">>|" ">|="))
(infix_expression
  left: (value_path (value_name) @reference.call)
  operator: (_) @_operator
  (#eq? @_operator "@@"))

(type_constructor_path (type_constructor) @reference.type)
(module_type_path (module_type_name) @reference.type)

(inheritance_definition (class_path (class_name) @reference.inherit))
(inheritance_definition (class_application (class_path (class_name) @reference.inherit)))
(include_module module: (module_path (module_name) @reference.inherit .))
(include_module_type module_type: (module_type_path (module_type_name) @reference.inherit))
(include_module_type
  module_type: (module_type_constraint (module_type_path (module_type_name) @reference.inherit)))
