; Uses of names in Dart.

(call_expression function: (identifier) @reference.call)
(call_expression function: (member_expression property: (identifier) @reference.call))
(call_expression function: (instantiation_expression function: (identifier) @reference.call))
(call_expression
  function: (instantiation_expression function: (member_expression property: (identifier) @reference.call)))
(new_expression type: (type (type_identifier) @reference.call))
(type_identifier) @reference.type
(member_expression object: (identifier) @reference.type.capitalized)
(annotation name: (identifier) @reference.call)

(superclass type: (type (type_identifier) @reference.inherit))
(mixins (type (type_identifier) @reference.inherit))
(interfaces (type (type_identifier) @reference.inherit))
(mixin_declaration (type (type_identifier) @reference.inherit))

(import_specification
  uri: (configurable_uri (uri (string_literal) @import))
  alias: (identifier)? @import.alias)
(library_export uri: (configurable_uri (uri (string_literal) @import.module @import.all))) @import.reexport
(part_directive uri: (uri (string_literal) @import))

(local_variable_declaration (initialized_variable_declaration) @binding)
(for_statement name: (identifier)) @binding.element
(function_expression parameters: (formal_parameter_list (formal_parameter) @binding))
