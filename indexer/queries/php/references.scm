; Uses of names in PHP.

(function_call_expression function: (name) @reference.call)
(function_call_expression function: (qualified_name (name) @reference.call))
(member_call_expression name: (name) @reference.call)
(nullsafe_member_call_expression name: (name) @reference.call)
(scoped_call_expression name: (name) @reference.call)
(object_creation_expression (name) @reference.call)
(object_creation_expression (qualified_name (name) @reference.call))

(named_type (name) @reference.type)
(named_type (qualified_name (name) @reference.type))
(scoped_call_expression scope: (name) @reference.type)
(scoped_call_expression scope: (qualified_name (name) @reference.type))
(class_constant_access_expression . (name) @reference.type)
(class_constant_access_expression . (qualified_name (name) @reference.type))
(scoped_property_access_expression scope: (name) @reference.type)
(binary_expression operator: "instanceof" right: (name) @reference.type)
(binary_expression operator: "instanceof" right: (qualified_name (name) @reference.type))
(attribute (name) @reference.type)
(attribute (qualified_name (name) @reference.type))

(base_clause (name) @reference.inherit)
(base_clause (qualified_name (name) @reference.inherit))
(class_interface_clause (name) @reference.inherit)
(class_interface_clause (qualified_name (name) @reference.inherit))
(use_declaration (name) @reference.inherit)
(use_declaration (qualified_name (name) @reference.inherit))

(namespace_use_declaration
  !body
  (namespace_use_clause . [(name) (qualified_name)] @import alias: (name)? @import.alias))
(namespace_use_declaration
  (namespace_name) @import.module
  body: (namespace_use_group
    (namespace_use_clause . [(name) (qualified_name)] @import.name alias: (name)? @import.alias)))
(require_expression (string (string_content) @import.module @import.all))
(require_expression (binary_expression right: (string (string_content) @import.module @import.all)))
(require_once_expression (string (string_content) @import.module @import.all))
(require_once_expression (binary_expression right: (string (string_content) @import.module @import.all)))
(include_expression (string (string_content) @import.module @import.all))
(include_expression (binary_expression right: (string (string_content) @import.module @import.all)))
(include_once_expression (string (string_content) @import.module @import.all))
(include_once_expression (binary_expression right: (string (string_content) @import.module @import.all)))

; $x = ..., $this->x = ..., foreach, catch, closures.
(assignment_expression left: (variable_name)) @binding
(assignment_expression left: (member_access_expression object: (variable_name))) @binding
(foreach_statement (_) @value . (variable_name) @binding.element)
(foreach_statement (_) @value . (pair (variable_name) (variable_name) @binding.element))
(catch_clause) @binding
(anonymous_function parameters: (formal_parameters (simple_parameter) @binding))
(arrow_function parameters: (formal_parameters (simple_parameter) @binding))
