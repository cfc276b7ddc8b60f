; Uses of names in Python.

(call function: (identifier) @reference.call)
(call function: (attribute attribute: (identifier) @reference.call))
(decorator (identifier) @reference.call)
(decorator (attribute attribute: (identifier) @reference.call))

(class_definition superclasses: (argument_list (identifier) @reference.inherit))
(class_definition superclasses: (argument_list (attribute attribute: (identifier) @reference.inherit)))
(class_definition superclasses: (argument_list (subscript value: (identifier) @reference.inherit)))

(type (identifier) @reference.type)
(type (attribute attribute: (identifier) @reference.type))
(type (generic_type (identifier) @reference.type))
(type (subscript value: (identifier) @reference.type))
(type (binary_operator (identifier) @reference.type))
(except_clause value: (identifier) @reference.type)
(except_clause value: (tuple (identifier) @reference.type))

(import_statement name: (_) @import)
(import_from_statement module_name: (_) @import.module name: (_) @import.name)
(import_from_statement module_name: (_) @import.module (wildcard_import) @import.all)

; self.x = ...
(assignment left: (attribute object: (identifier))) @binding
(named_expression) @binding
(for_statement) @binding.element
(for_in_clause) @binding.element
(with_item value: (as_pattern . (_) @value alias: (as_pattern_target (identifier) @binding)))
; What a function gives back is bound to the word.
(return_statement "return" @binding . (_) @value)
(except_clause value: (as_pattern alias: (as_pattern_target (identifier) @binding)))
(lambda_parameters (identifier) @binding)
