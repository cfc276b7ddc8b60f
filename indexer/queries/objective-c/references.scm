; Uses of names that Objective-C adds to those of C.

(message_expression receiver: (identifier) @reference.type.capitalized)
(message_expression method: (identifier) @reference.call)

(class_interface superclass: (identifier) @reference.inherit)
(class_interface (parameterized_arguments (type_name (type_identifier) @reference.inherit)))
(protocol_reference_list (identifier) @reference.inherit)

(module_import path: (_) @import)
